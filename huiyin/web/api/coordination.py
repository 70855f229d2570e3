"""Coordination meetings, joint cases and leaders' instructions, for those concerned."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from annotated_types import Len
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.followup.coordination import actions, policy, queries
from huiyin.followup.coordination.models import AgendaItem, Flag, JointCase, JointEntry, Meeting
from huiyin.followup.coordination.states import (
    Coming,
    FlagKind,
    FlagState,
    JointState,
    MeetingKind,
    MeetingState,
)
from huiyin.followup.instructions import actions as instructing
from huiyin.followup.instructions import queries as instructed
from huiyin.followup.instructions.models import Instruction
from huiyin.followup.instructions.states import InstructionState, Priority
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.states import TaskPart
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.order_shapes import Named
from huiyin.web.api.step_inputs import Long, Note, Units
from huiyin.web.api.taking import MAKING, make_once
from huiyin.web.api.tasks import TaskTold, told
from huiyin.web.api.words import asked, said, shape
from huiyin.web.staff import address_of

router = Router(tags=["协调和批示"])
Cursor = Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")]
Number = Annotated[str, StringConstraints(max_length=24)]


class PageQuery(BaseModel):
    """Where a list goes on."""

    model_config = asked("列表的翻页")

    cursor: Cursor = ""


class FlagQuery(BaseModel):
    """Which flags are asked for."""

    model_config = asked("待协调事项的筛选条件")

    state: Annotated[FlagState | None, said("状态")] = None
    kind: Annotated[FlagKind | None, said("类别")] = None
    cursor: Cursor = ""


class InstructionQuery(BaseModel):
    """What a list of instructions is narrowed to."""

    model_config = asked("批示列表的筛选条件")

    state: Annotated[InstructionState | None, said("状态")] = None
    cursor: Cursor = ""


class FlagIn(BaseModel):
    """What is to be coordinated."""

    model_config = asked(
        "提请协调", {"kind": "case", "order": "26030200000017", "reason": "管网分界不清，协商不成"}
    )

    kind: Annotated[FlagKind, said("case 疑难协调，boundary 职责边界")]
    reason: Annotated[Long, said("需要协调什么、为什么")]
    order: Annotated[Number, said("工单编号；疑难协调必填")] = ""
    title: Annotated[Note, said("事项；不填用工单标题")] = ""
    category: Annotated[Code, said("分类编码；职责边界必填")] = ""
    region: Annotated[Code, said("地区编码")] = ""
    units: Annotated[Units, said("涉及单位的编码；职责边界至少两个")] = []  # noqa: RUF012


class AnswerMeetingIn(BaseModel):
    """What a unit answers to an invitation."""

    model_config = asked("会议回执", {"coming": "yes", "attendee": "分管副局长"})

    coming: Annotated[Coming, said("yes 参加，no 不能参加")]
    attendee: Annotated[Note, said("谁来参加；参加时必填")] = ""
    note: Annotated[Note, said("说明；不能参加时必填")] = ""


class EntryIn(BaseModel):
    """A line for the log of a working group."""

    model_config = asked("联合办理的工作记录", {"said": "与社区看了三栋楼"})

    said: Annotated[Long, said("工作情况")]


class DutyIn(BaseModel):
    """A task for a unit."""

    model_config = asked("交给一个单位的任务")

    unit: Annotated[Code, said("责任单位编码")]
    what: Annotated[Note, said("要做什么")]
    due_on: Annotated[Day, said("完成日期，当天不算超期")]


class InstructionIn(BaseModel):
    """An instruction of a leader, as another office system hands it over."""

    model_config = asked(
        "登记批示",
        {
            "leader": "王市长", "office": "市长", "given_on": "2026-03-03",
            "reply_by": "2026-03-10", "title": "供热情况专报", "words": "请住建局牵头，一周内解决",
            "tasks": [{"unit": "housing", "what": "更换楼内管道", "due_on": "2026-03-09"}],
        },
    )  # fmt: skip

    leader: Annotated[str, StringConstraints(max_length=40), said("批示领导")]
    office: Annotated[str, StringConstraints(max_length=60), said("职务")]
    given_on: Annotated[Day, said("批示日期")]
    reply_by: Annotated[Day, said("反馈期限，当天不算超期")]
    words: Annotated[Long, said("批示内容")]
    order: Annotated[Number, said("批在哪件工单上；批在报告上的不填")] = ""
    title: Annotated[str, StringConstraints(max_length=120), said("报告标题")] = ""
    priority: Annotated[Priority, said("缓急")] = Priority.NORMAL
    confidential: Annotated[bool, said("保密的只有督办人员和承办单位负责人能看")] = False
    tasks: Annotated[list[DutyIn], Len(max_length=20), said("任务；第一项为牵头")] = []  # noqa: RUF012


@with_config(shape("一件协调事项"))
class FlagTold(TypedDict):
    """One flag."""

    id: Annotated[int, said("标识")]
    kind: Annotated[FlagKind, said("类别")]
    state: Annotated[FlagState, said("状态")]
    title: Annotated[str, said("事项")]
    order: Annotated[str, said("工单编号；可空")]
    reason: Annotated[str, said("需要协调什么")]


@with_config(shape("一页协调事项"))
class FlagPage(TypedDict):
    """One page of flags."""

    flags: Annotated[list[FlagTold], said("等得久的在前")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一个议题"))
class PointTold(TypedDict):
    """One point of an agenda."""

    title: Annotated[str, said("事项")]
    order: Annotated[str, said("工单编号；可空")]
    reason: Annotated[str, said("需要协调什么")]
    outcome: Annotated[str, said("空为未议，decided 已决定，postponed 下次再议")]
    decision: Annotated[str, said("决定")]
    lead: Annotated[str, said("职责边界裁定的牵头单位编码；可空")]
    tasks: Annotated[list[TaskTold], said("任务")]


@with_config(shape("一份会议邀请"))
class InvitationTold(TypedDict):
    """One invitation."""

    unit: Annotated[Named, said("单位")]
    coming: Annotated[Coming, said("回执；空为还没有")]
    attendee: Annotated[str, said("谁来参加")]
    note: Annotated[str, said("说明")]


@with_config(shape("一次协调会"))
class MeetingRow(TypedDict):
    """One meeting in a list."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("编号")]
    kind: Annotated[MeetingKind, said("类别")]
    state: Annotated[MeetingState, said("状态")]
    title: Annotated[str, said("会议名称")]
    held_at: Annotated[datetime, said("开会时间")]
    place: Annotated[str, said("地点")]
    chair: Annotated[str, said("主持人")]


@with_config(shape("一次协调会的全部"))
class MeetingTold(TypedDict):
    """One meeting, whole."""

    meeting: Annotated[MeetingRow, said("会议")]
    points: Annotated[list[PointTold], said("议程")]
    invitations: Annotated[list[InvitationTold], said("参会单位")]
    minutes: Annotated[str, said("纪要中的会议情况；印发前为空")]


@with_config(shape("一页协调会"))
class MeetingPage(TypedDict):
    """One page of meetings."""

    meetings: Annotated[list[MeetingRow], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一项联合办理"))
class JointTold(TypedDict):
    """One joint case."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("编号")]
    state: Annotated[JointState, said("状态")]
    title: Annotated[str, said("事项")]
    goal: Annotated[str, said("要解决什么")]
    lead: Annotated[Named, said("牵头单位")]
    summary: Annotated[str, said("办理结果；办结前为空")]


@with_config(shape("一页联合办理"))
class JointPage(TypedDict):
    """One page of joint cases."""

    cases: Annotated[list[JointTold], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一条工作记录"))
class EntryTold(TypedDict):
    """One line of a log."""

    at: Annotated[datetime, said("时间")]
    by: Annotated[str, said("记录人")]
    said: Annotated[str, said("工作情况")]


@with_config(shape("工作组的一个配合单位"))
class PartnerTold(TypedDict):
    """One partner of a working group."""

    unit: Annotated[Named, said("单位")]
    duty: Annotated[str, said("职责；可空")]


@with_config(shape("一项联合办理的全部"))
class JointWhole(TypedDict):
    """One joint case, whole."""

    case: Annotated[JointTold, said("联合办理")]
    partners: Annotated[list[PartnerTold], said("配合单位")]
    orders: Annotated[list[str], said("工单编号")]
    milestones: Annotated[list[TaskTold], said("节点任务，先到期的在前")]
    log: Annotated[list[EntryTold], said("工作记录，由近到远")]


@with_config(shape("一件批示"))
class InstructionRow(TypedDict):
    """One instruction in a list, without its words."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("编号")]
    state: Annotated[InstructionState, said("状态")]
    title: Annotated[str, said("批在哪件工单或报告上")]
    order: Annotated[str, said("工单编号；可空")]
    leader: Annotated[str, said("批示领导")]
    office: Annotated[str, said("职务")]
    given_on: Annotated[date, said("批示日期")]
    reply_by: Annotated[date, said("反馈期限，当天不算超期")]
    late: Annotated[bool, said("是否超期未反馈")]
    priority: Annotated[Priority, said("缓急")]
    confidential: Annotated[bool, said("是否保密")]


@with_config(shape("一件批示的全部"))
class InstructionTold(TypedDict):
    """One instruction, whole."""

    instruction: Annotated[InstructionRow, said("批示")]
    words: Annotated[str, said("批示内容；见批示件的为空")]
    tasks: Annotated[list[TaskTold], said("任务")]
    feedback: Annotated[str, said("向领导反馈的情况")]


@with_config(shape("一页批示"))
class InstructionPage(TypedDict):
    """One page of instructions."""

    instructions: Annotated[list[InstructionRow], said("先到期的在前")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@endpoint(
    router, "POST", "/flags", summary="提请协调", problems=(*BODY, 404, 409),
    about="把未办结的工单或一类事项的职责边界提请协调。需要 order.dispatch 或 order.supervise。",
    **MAKING,
)  # fmt: skip
def add_flag(request: ApiRequest, body: FlagIn) -> Answered[FlagTold]:
    """Flag a case or a question of duties."""
    form = actions.Raising(
        kind=body.kind,
        reason=body.reason,
        title=body.title,
        order=body.order,
        category=reading.category(body.category),
        region=reading.region(body.region),
        units=[reading.unit(code, "units") for code in body.units],
    )
    by, now = request.auth.actor, clock.now()
    return make_once(request, lambda: flag_told(actions.flag(form, by=by, now=now)))


@endpoint(
    router, "GET", "/flags", summary="待协调事项", problems=(422,),
    about="需要 order.dispatch 或 order.supervise。",
)  # fmt: skip
def list_flags(request: ApiRequest, wanted: Query[FlagQuery]) -> FlagPage:
    """Tell one page of the flags, the longest waiting first."""
    policy.require_coordinator(request.auth.actor)
    reading.only_known(request, FlagQuery)
    page = queries.flags_listed(
        state=wanted.state or "", kind=wanted.kind or "", cursor=wanted.cursor
    )
    return {"flags": [flag_told(row) for row in page.rows], "next": page.next}


@endpoint(router, "GET", "/meetings", summary="协调会", problems=(422,))
def list_meetings(request: ApiRequest, wanted: Query[PageQuery]) -> MeetingPage:
    """Tell one page of the meetings that the caller may read."""
    reading.only_known(request, PageQuery)
    page = queries.meetings_listed(request.auth.actor, cursor=wanted.cursor)
    return {"meetings": [_meeting_row(row) for row in page.rows], "next": page.next}


@endpoint(router, "GET", "/meetings/{int:key}", summary="一次协调会", problems=(404,))
def read_meeting(request: ApiRequest, key: int) -> MeetingTold:
    """Tell one meeting with agenda and invitations."""
    return meeting_whole(request, key)


@endpoint(
    router, "POST", "/meetings/{int:key}/answer", summary="会议回执", problems=(*BODY, 404, 409),
    about="由被通知的单位回执，会前可以修改。需要 order.handle。",
)  # fmt: skip
def answer_meeting(request: ApiRequest, key: int, body: AnswerMeetingIn) -> MeetingTold:
    """Answer an invitation."""
    meeting_whole(request, key)
    actions.answer(
        key, by=request.auth.actor, coming=body.coming, attendee=body.attendee, note=body.note,
        now=clock.now(),
    )  # fmt: skip
    return meeting_whole(request, key)


@endpoint(router, "GET", "/joint-cases", summary="联合办理", problems=(422,))
def list_joint_cases(request: ApiRequest, wanted: Query[PageQuery]) -> JointPage:
    """Tell one page of the joint cases that the caller may read."""
    reading.only_known(request, PageQuery)
    page = queries.joint_listed(request.auth.actor, cursor=wanted.cursor)
    return {"cases": [_joint(row) for row in page.rows], "next": page.next}


@endpoint(router, "GET", "/joint-cases/{int:key}", summary="一项联合办理", problems=(404,))
def read_joint_case(request: ApiRequest, key: int) -> JointWhole:
    """Tell one joint case with partners, orders, milestones and log."""
    return joint_whole(request, key)


@endpoint(
    router, "POST", "/joint-cases/{int:key}/log", summary="联合办理的工作记录",
    about="由工作组的单位或督办人员记录。", problems=(*BODY, 404, 409), **MAKING,
)  # fmt: skip
def log_joint_case(request: ApiRequest, key: int, body: EntryIn) -> Answered[EntryTold]:
    """Write a line into the log of the working group."""
    by = request.auth.actor
    _joint_seen(request, key)
    now = clock.now()
    return make_once(
        request, lambda: _entry(actions.log_joint(key, by=by, said=body.said, now=now))
    )


@endpoint(
    router, "GET", "/instructions", summary="批示", problems=(422,),
    about="只列出调用方可以查阅的；内容逐件查阅，每次都有记录。",
)  # fmt: skip
def list_instructions(request: ApiRequest, wanted: Query[InstructionQuery]) -> InstructionPage:
    """Tell one page of the instructions that the caller may read, without their words."""
    reading.only_known(request, InstructionQuery)
    now = clock.now()
    page = instructed.listed(
        request.auth.actor, now=now, state=wanted.state or "", cursor=wanted.cursor
    )
    return {"instructions": [_instruction(row, now) for row in page.rows], "next": page.next}


@endpoint(
    router, "POST", "/instructions", summary="登记批示", problems=(*BODY, 404, 409),
    about="批示件和报告原文在页面上传。需要 order.supervise。", **MAKING,
)  # fmt: skip
def add_instruction(request: ApiRequest, body: InstructionIn) -> Answered[InstructionRow]:
    """Register an instruction with its tasks."""
    now = clock.now()
    duties = [
        Duty(
            reading.unit(duty.unit, "tasks"), duty.what, duty.due_on,
            TaskPart.ASSIST if n else TaskPart.LEAD,
        )
        for n, duty in enumerate(body.tasks)
    ]  # fmt: skip
    form = instructing.Instructing(**body.model_dump(exclude={"tasks"}))
    by = request.auth.actor
    return make_once(
        request,
        lambda: _instruction(instructing.register(form, duties=duties, by=by, now=now), now),
    )


@endpoint(
    router, "GET", "/instructions/{int:key}", summary="一件批示", about="查阅留下记录。",
    problems=(404,),
)  # fmt: skip
def read_instruction(request: ApiRequest, key: int) -> InstructionTold:
    """Tell one instruction; the reading is logged."""
    by, now = request.auth.actor, clock.now()
    found = instructed.get_visible(by, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这件批示")
    instructing.log_reading(found, by=by, address=address_of(request), now=now)
    return {
        "instruction": _instruction(found, now),
        "words": found.words,
        "tasks": [told(task, now) for task in found.sheet.tasks.all()] if found.sheet else [],
        "feedback": found.feedback,
    }


def _instruction(row: Instruction, now: datetime) -> InstructionRow:
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.standing,
        "title": row.title,
        "order": row.order.number if row.order else "",
        "leader": row.leader,
        "office": row.office,
        "given_on": row.given_on,
        "reply_by": row.reply_by,
        "late": row.standing is InstructionState.OPEN and row.due_at <= now,
        "priority": Priority(row.priority),
        "confidential": row.confidential,
    }


def _joint_seen(request: ApiRequest, key: int) -> JointCase:
    found = queries.joint(request.auth.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这项联合办理")
    return found


def joint_whole(request: ApiRequest, key: int) -> JointWhole:
    """Return one joint case as it is told. Raises NotFound."""
    row, now = _joint_seen(request, key), clock.now()
    return {
        "case": _joint(row),
        "partners": [
            {"unit": {"code": each.unit.code, "name": each.unit.name}, "duty": each.duty}
            for each in row.partners.all()
        ],
        "orders": [each.order.number for each in row.orders.all()],
        "milestones": [told(task, now) for task in row.sheet.tasks.all()] if row.sheet else [],
        "log": [_entry(each) for each in row.entries.all()],
    }


def flag_told(row: Flag) -> FlagTold:
    """Return one flag as it is told; its order is at hand."""
    return {
        "id": row.pk,
        "kind": FlagKind(row.kind),
        "state": row.standing,
        "title": row.title,
        "order": row.order.number if row.order else "",
        "reason": row.reason,
    }


def _entry(row: JointEntry) -> EntryTold:
    return {"at": telling.here(row.at), "by": row.by.name, "said": row.said}


def _joint(row: JointCase) -> JointTold:
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.standing,
        "title": row.title,
        "goal": row.goal,
        "lead": {"code": row.lead.code, "name": row.lead.name},
        "summary": row.summary,
    }


def _meeting_row(row: Meeting) -> MeetingRow:
    return {
        "id": row.pk,
        "number": row.number,
        "kind": MeetingKind(row.kind),
        "state": row.standing,
        "title": row.title,
        "held_at": telling.here(row.held_at),
        "place": row.place,
        "chair": row.chair,
    }


def meeting_whole(request: ApiRequest, key: int) -> MeetingTold:
    """Return one meeting as it is told. Raises NotFound."""
    found = queries.meeting(request.auth.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这次会议")
    now = clock.now()
    return {
        "meeting": _meeting_row(found),
        "points": [_point(item, now) for item in found.items.all()],
        "invitations": [
            {
                "unit": {"code": row.unit.code, "name": row.unit.name},
                "coming": Coming(row.coming),
                "attendee": row.attendee,
                "note": row.note,
            }
            for row in found.invitations.all()
        ],
        "minutes": found.minutes,
    }


def _point(item: AgendaItem, now: datetime) -> PointTold:
    return {
        "title": item.flag.title,
        "order": item.flag.order.number if item.flag.order else "",
        "reason": item.flag.reason,
        "outcome": item.outcome,
        "decision": item.decision,
        "lead": item.ruling.lead.code if item.ruling else "",
        "tasks": [told(task, now) for task in item.sheet.tasks.all()] if item.sheet else [],
    }
