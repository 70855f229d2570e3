"""Tasks that units do by a day: told, reported, confirmed or sent back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.followup.tasks import actions, queries
from huiyin.followup.tasks.models import Task
from huiyin.followup.tasks.states import Origin, TaskPart, TaskState
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.order_shapes import Named
from huiyin.web.api.step_inputs import Long, Note
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["任务"])


class TaskQuery(BaseModel):
    """What a list of tasks is narrowed to."""

    model_config = asked("任务列表的筛选条件")

    state: Annotated[TaskState | None, said("状态")] = None
    origin: Annotated[Origin | None, said("来自协调会、批示或联合办理")] = None
    late: Annotated[bool, said("只要超期未报的")] = False
    unit: Annotated[Code, said("责任单位编码")] = ""
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 50


class ReportIn(BaseModel):
    """What was done."""

    model_config = asked("报送任务结果", {"said": "已更换水泵，压力正常"})

    said: Annotated[Long, said("办理结果")]


class TaskDecisionIn(BaseModel):
    """What the office decides about a task."""

    model_config = asked("确认、退回、改期或取消任务", {"do": "confirm", "note": "已核实"})

    do: Annotated[
        Literal["confirm", "send_back", "postpone", "cancel"],
        said("confirm 确认完成，send_back 退回继续办，postpone 改期，cancel 取消"),
    ]
    note: Annotated[Note, said("说明；确认时可不填")] = ""
    due_on: Annotated[Day | None, said("改到哪一天；改期时必填")] = None


@with_config(shape("任务经过的一步"))
class TaskLine(TypedDict):
    """One thing that happened to a task."""

    verb: Annotated[str, said("做了什么")]
    at: Annotated[datetime, said("时间")]
    by: Annotated[str, said("谁；空为系统")]
    note: Annotated[str, said("说明")]


@with_config(shape("一项任务"))
class TaskTold(TypedDict):
    """One task."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("任务编号")]
    state: Annotated[TaskState, said("状态")]
    state_label: Annotated[str, said("状态名称")]
    what: Annotated[str, said("要做什么")]
    unit: Annotated[Named, said("责任单位")]
    part: Annotated[TaskPart, said("lead 牵头，assist 配合")]
    due_on: Annotated[date, said("完成日期，当天不算超期")]
    late: Annotated[bool, said("是否超期未报")]
    origin: Annotated[Origin, said("来自哪里")]
    document: Annotated[str, said("来源编号")]
    title: Annotated[str, said("来源事项")]
    given_at: Annotated[datetime, said("交办时间")]
    report: Annotated[str, said("报送的结果")]


@with_config(shape("一项任务和它的经过"))
class TaskWhole(TypedDict):
    """One task with its history."""

    task: Annotated[TaskTold, said("任务")]
    lines: Annotated[list[TaskLine], said("经过，由早到晚")]


@with_config(shape("一页任务"))
class TaskPage(TypedDict):
    """One page of tasks."""

    tasks: Annotated[list[TaskTold], said("先到期的在前")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@endpoint(router, "GET", "/tasks", summary="任务", problems=(422,))
def list_tasks(request: ApiRequest, wanted: Query[TaskQuery]) -> TaskPage:
    """Tell one page of the tasks that the caller may read."""
    reading.only_known(request, TaskQuery)
    now = clock.now()
    narrowed = queries.TaskFilter(
        state=wanted.state or "",
        origin=wanted.origin or "",
        late=wanted.late,
        unit=reading.unit(wanted.unit, "unit") if wanted.unit else None,
    )
    page = queries.listed(
        request.auth.actor, narrowed, now=now, cursor=wanted.cursor, size=wanted.size
    )
    return {"tasks": [told(row, now) for row in page.rows], "next": page.next}


@endpoint(router, "GET", "/tasks/{int:key}", summary="一项任务", problems=(404,))
def read_task(request: ApiRequest, key: int) -> TaskWhole:
    """Tell one task with its history."""
    return _whole(request, key)


@endpoint(
    router, "POST", "/tasks/{int:key}/report", summary="报送任务结果",
    about="由责任单位报送，督办人员确认。需要 order.handle。", problems=(*BODY, 404, 409),
)  # fmt: skip
def report_task(request: ApiRequest, key: int, body: ReportIn) -> TaskWhole:
    """Report what was done."""
    _seen(request, key)
    actions.report(key, by=request.auth.actor, said=body.said, now=clock.now())
    return _whole(request, key)


@endpoint(
    router, "POST", "/tasks/{int:key}/decision", summary="确认、退回、改期或取消任务",
    about="需要 order.supervise。", problems=(*BODY, 404, 409),
)  # fmt: skip
def decide_task(request: ApiRequest, key: int, body: TaskDecisionIn) -> TaskWhole:
    """Decide about a task."""
    _seen(request, key)
    by, now = request.auth.actor, clock.now()
    if body.do == "postpone":
        actions.postpone(key, by=by, due_on=body.due_on, note=body.note, now=now)
    else:
        act = {
            "confirm": actions.confirm, "send_back": actions.send_back, "cancel": actions.cancel,
        }[body.do]  # fmt: skip
        act(key, by=by, note=body.note, now=now)
    return _whole(request, key)


def told(row: Task, now: datetime) -> TaskTold:
    """Return one task as it is told; its sheet and unit are at hand."""
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.standing,
        "state_label": row.standing.label,
        "what": row.what,
        "unit": {"code": row.unit.code, "name": row.unit.name},
        "part": TaskPart(row.part),
        "due_on": row.due_on,
        "late": row.standing is TaskState.OPEN and row.due_at <= now,
        "origin": Origin(row.sheet.origin),
        "document": row.sheet.document,
        "title": row.sheet.title,
        "given_at": telling.here(row.given_at),
        "report": row.report,
    }


def _seen(request: ApiRequest, key: int) -> Task:
    found = queries.get_visible(request.auth.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这项任务")
    return found


def _whole(request: ApiRequest, key: int) -> TaskWhole:
    row = _seen(request, key)
    return {
        "task": told(row, clock.now()),
        "lines": [
            {
                "verb": event.verb,
                "at": telling.here(event.at),
                "by": event.by.name if event.by else "",
                "note": event.note,
            }
            for event in queries.history(row)
        ],
    }
