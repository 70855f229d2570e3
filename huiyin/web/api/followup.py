"""Registers beside the orders: filings, the unsatisfied, commendations; and their steps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.commendations import actions as thanks
from huiyin.followup.commendations import queries as thanked
from huiyin.followup.commendations.models import Commendation
from huiyin.followup.commendations.states import Form
from huiyin.followup.filings import actions as filings
from huiyin.followup.filings import queries as filed
from huiyin.followup.filings.models import Filing
from huiyin.followup.filings.states import FilingState
from huiyin.followup.writeoffs import actions as writeoffs
from huiyin.followup.writeoffs import queries as ledger
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound, WrongType
from huiyin.orders.actions.files import Upload
from huiyin.orders.states import Satisfaction, Solved
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.order_shapes import Named, OrderRow, StepTaken
from huiyin.web.api.step_inputs import Long, Note
from huiyin.web.api.taking import step, take
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["备案、销号、表扬"])
Cursor = Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")]
Size = Annotated[int, Ge(1), Le(200), said("每页条数")]


# What is sent with an application beside category, caller and reports.
FILING_FIELDS = {
    "title": "事项",
    "cause": "不能解决的原因",
    "process": "已做的工作",
    "basis": "政策依据",
    "public_answer": "给诉求人的答复",
    "place": "地点；不填为全市",
    "order": "工单编号；可不填",
}
_TEXTS = {name: {"type": "string", "description": what} for name, what in FILING_FIELDS.items()}
FILING_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["title", "category", "cause", "process", "public_answer", "reports"],
                "properties": _TEXTS
                | {
                    "category": {"type": "string", "description": "分类编码"},
                    "caller": {"type": "boolean", "description": "只对这件工单的诉求人适用"},
                    "reports": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "format": "binary"},
                        "description": "盖章的书面报告，PDF 或照片",
                    },
                },
            }
        }
    },
}


class FilingQuery(BaseModel):
    """What a list of filings is narrowed to."""

    model_config = asked("备案列表的筛选条件")

    state: Annotated[FilingState | Literal["soon"] | None, said("状态；soon 即将到期")] = None
    q: Annotated[str, StringConstraints(max_length=60), said("事项、地点或单位中的词")] = ""
    cursor: Cursor = ""
    size: Size = 50


class ReviewIn(BaseModel):
    """The review of an application."""

    model_config = asked("审核备案申请", {"agreed": True, "note": "材料齐全"})

    agreed: Annotated[bool, said("是否同意")]
    note: Annotated[Note, said("意见；不同意时必填")] = ""


class CancelIn(BaseModel):
    """Why a filing is cancelled."""

    model_config = asked("撤销备案", {"reason": "管网已改造"})

    reason: Annotated[Note, said("撤销原因")]


class FromFileIn(BaseModel):
    """The filing that answers."""

    model_config = asked("按备案答复", {"filing": "BA000012"})

    filing: Annotated[Code, said("备案编号，须有效并与工单相符")]


class ImprovedIn(BaseModel):
    """What was improved."""

    model_config = asked("申请销号", {"note": "已更换整栋管道，室温 21 度"})

    note: Annotated[Long, said("改进情况")]


class LaterCallIn(BaseModel):
    """The call after an improvement."""

    model_config = asked(
        "销号回访", {"reached": True, "solved": "yes", "satisfaction": "satisfied"}
    )

    reached: Annotated[bool, said("是否联系上")]
    solved: Annotated[Solved | None, said("是否解决；联系上时必填")] = None
    satisfaction: Annotated[Satisfaction | None, said("满意度；联系上时必填")] = None
    comment: Annotated[Note, said("诉求人的话")] = ""
    number: Annotated[str, StringConstraints(max_length=20), said("所用的号码，保存时脱敏")] = ""


class LedgerQuery(BaseModel):
    """What the ledger is narrowed to."""

    model_config = asked("不满意台账的筛选条件")

    unit: Annotated[Code, said("主办单位编码，含其下属单位")] = ""
    asked: Annotated[bool, said("只要已申请销号、等待回访的")] = False
    cursor: Cursor = ""
    size: Size = 50


class ThanksIn(BaseModel):
    """Thanks for the register."""

    model_config = asked(
        "登记锦旗或感谢",
        {"form": "letter", "on": "2026-03-02", "unit": "water", "words": "连夜抢修，恢复供热"},
    )

    form: Annotated[Form, said("banner 锦旗，letter 感谢信，call 来电，message 留言")]
    on: Annotated[Day, said("日期，不能晚于今天")]
    unit: Annotated[Code, said("受表扬的单位编码")]
    words: Annotated[Note, said("事由")]
    giver: Annotated[str, StringConstraints(max_length=40), said("谁送的；加密保存")] = ""
    person: Annotated[str, StringConstraints(max_length=40), said("受表扬的人")] = ""
    order: Annotated[str, StringConstraints(max_length=24), said("有关的工单编号")] = ""


class ThanksQuery(BaseModel):
    """What the register is narrowed to."""

    model_config = asked("表扬登记簿的筛选条件")

    form: Annotated[Form | None, said("形式")] = None
    unit: Annotated[Code, said("单位编码，含其下属单位")] = ""
    since: Annotated[Day | None, said("日期自（含）")] = None
    until: Annotated[Day | None, said("日期至（含）")] = None
    cursor: Cursor = ""
    size: Size = 50


@with_config(shape("一份疑难备案"))
class FilingTold(TypedDict):
    """One filing."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("备案编号")]
    state: Annotated[FilingState, said("状态")]
    state_label: Annotated[str, said("状态名称")]
    title: Annotated[str, said("事项")]
    category: Annotated[Named, said("分类，含其下级")]
    place: Annotated[str, said("地点；空为不限")]
    caller: Annotated[str, said("限定的诉求人号码，已脱敏；空为不限")]
    unit: Annotated[Named, said("申请单位")]
    cause: Annotated[str, said("原因")]
    process: Annotated[str, said("已经做了什么")]
    basis: Annotated[str, said("政策依据")]
    public_answer: Annotated[str, said("给诉求人的答复")]
    applied_at: Annotated[datetime, said("申请时间")]
    review_note: Annotated[str, said("审核意见")]
    valid_from: Annotated[date | None, said("自何日起（含）")]
    valid_to: Annotated[date | None, said("至何日止（不含）")]
    uses: Annotated[int, said("用来答复过几次")]


@with_config(shape("一页备案"))
class FilingPage(TypedDict):
    """One page of filings."""

    filings: Annotated[list[FilingTold], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("台账中的一件"))
class LedgerLine(TypedDict):
    """One unsatisfied order."""

    order: Annotated[OrderRow, said("工单")]
    improve_by: Annotated[datetime, said("改进期限，到此刻即为超期")]
    late: Annotated[bool, said("是否超过改进期限")]
    asked: Annotated[bool, said("是否已申请销号")]
    refused: Annotated[int, said("未通过的次数")]
    calls: Annotated[int, said("回访次数")]


@with_config(shape("一个单位本季度的数字"))
class QuarterTold(TypedDict):
    """One unit in the quarter."""

    unit: Annotated[str, said("单位")]
    closed: Annotated[int, said("不满意结案")]
    written_off: Annotated[int, said("已销号")]
    open: Annotated[int, said("未销号")]


@with_config(shape("一页不满意台账"))
class LedgerPage(TypedDict):
    """One page of the ledger."""

    lines: Annotated[list[LedgerLine], said("由早到晚")]
    quarter: Annotated[list[QuarterTold], said("本季度各单位；只给热线中心")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一条表扬"))
class ThanksTold(TypedDict):
    """One entry of the register."""

    id: Annotated[int, said("标识")]
    form: Annotated[Form, said("形式")]
    on: Annotated[date, said("日期")]
    unit: Annotated[Named, said("单位")]
    person: Annotated[str, said("受表扬的人")]
    giver: Annotated[str, said("谁送的，已脱敏")]
    words: Annotated[str, said("事由")]
    order: Annotated[str, said("有关的工单编号")]


@with_config(shape("一页表扬登记簿"))
class ThanksPage(TypedDict):
    """One page of the register."""

    commendations: Annotated[list[ThanksTold], said("由近到远")]
    by_unit: Annotated[dict[str, int], said("各单位次数")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@endpoint(router, "GET", "/filings", summary="疑难备案", problems=(422,))
def list_filings(request: ApiRequest, wanted: Query[FilingQuery]) -> FilingPage:
    """Tell one page of the filings that the caller may see."""
    reading.only_known(request, FilingQuery)
    asked_for = filed.FilingFilter(wanted.state or "", wanted.q)
    page = filed.listed(
        request.auth.actor, asked_for, clock.now(), cursor=wanted.cursor, size=wanted.size
    )
    return {"filings": [_filing(row) for row in page.rows], "next": page.next}


@endpoint(router, "GET", "/filings/{int:key}", summary="一份备案", problems=(404,))
def read_filing(request: ApiRequest, key: int) -> FilingTold:
    """Tell one filing."""
    return _filing(_seen(request, key))


@endpoint(
    router, "POST", "/filings", summary="申请备案", statuses=(201,), problems=(*BODY, 404),
    about="以表单提交并附盖章报告；由热线中心审核。需要 order.handle。",
    extra={"requestBody": FILING_FORM},
)  # fmt: skip
def apply_filing(request: ApiRequest) -> Answered[FilingTold]:
    """Apply to put a difficult matter on file."""
    if request.content_type != "multipart/form-data":
        raise WrongType("申请须以表单提交", remedy="请将 Content-Type 设为 multipart/form-data")
    said_ = {name: str(request.POST.get(name, "")) for name in FILING_FIELDS}
    form = filings.Application(
        **said_,
        category=reading.category(str(request.POST.get("category", ""))),
        caller=request.POST.get("caller") == "true",
    )
    files = [Upload(file.name or "", file.read()) for file in request.FILES.getlist("reports")]
    made = filings.apply(form, files, by=request.auth.actor, now=clock.now())
    return Answered(_filing(_seen(request, made.pk)), 201)


@endpoint(
    router, "POST", "/filings/{int:key}/review", summary="审核备案", about="需要 order.review。",
    problems=(*BODY, 404, 409),
)  # fmt: skip
def review_filing(request: ApiRequest, key: int, body: ReviewIn) -> FilingTold:
    """Agree with an application or refuse it."""
    _seen(request, key)
    filings.review(key, by=request.auth.actor, agreed=body.agreed, note=body.note, now=clock.now())
    return _filing(_seen(request, key))


@endpoint(
    router, "POST", "/filings/{int:key}/cancel", summary="撤销备案", about="需要 order.review。",
    problems=(*BODY, 404, 409),
)  # fmt: skip
def cancel_filing(request: ApiRequest, key: int, body: CancelIn) -> FilingTold:
    """Cancel a filing in force."""
    _seen(request, key)
    filings.cancel(key, by=request.auth.actor, reason=body.reason, now=clock.now())
    return _filing(_seen(request, key))


def _seen(request: ApiRequest, key: int) -> Filing:
    found = filed.get_visible(request.auth.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这份备案")
    return found


def _filing(row: Filing) -> FilingTold:
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.standing,
        "state_label": row.standing.label,
        "title": row.title,
        "category": {"code": row.category.code, "name": row.category.name},
        "place": row.place,
        "caller": row.phone_masked,
        "unit": {"code": row.unit.code, "name": row.unit.name},
        "cause": row.cause,
        "process": row.process,
        "basis": row.basis,
        "public_answer": row.public_answer,
        "applied_at": telling.here(row.applied_at),
        "review_note": row.review_note,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "uses": row.uses,
    }


@step(router, "answer_from_file", about="备案的公开答复作为答复，使用次数加一。")
def step_answer_from_file(
    request: ApiRequest, number: str, body: FromFileIn
) -> Answered[StepTaken]:
    """Answer from a filing in force instead of dispatching."""
    found = filed.by_number(body.filing)
    if found is None:
        raise Invalid("没有这份备案", fields={"filing": "请核对编号"})
    key = found.pk
    return take(
        request,
        number,
        lambda pk, by, now: filings.answer_from_file(pk, filing=key, by=by, now=now),
    )


@step(router, "ask_write_off", about="写明改进情况，热线会再次回访。")
def step_ask_write_off(request: ApiRequest, number: str, body: ImprovedIn) -> Answered[StepTaken]:
    """Report an improvement and ask for a call."""
    return take(
        request,
        number,
        lambda pk, by, now: writeoffs.ask(pk, by=by, improvement=body.note, now=now),
    )


@step(router, "write_off", about="满意的销号；不满意或未接通的继续列账。")
def step_write_off(request: ApiRequest, number: str, body: LaterCallIn) -> Answered[StepTaken]:
    """Record the call after an improvement."""
    answers = Answers(body.solved, body.satisfaction, (), body.comment)
    called = writeoffs.Called(body.reached, answers, body.number)
    return take(
        request, number, lambda pk, by, now: writeoffs.record_call(pk, called, by=by, now=now)
    )


@endpoint(router, "GET", "/unsatisfied", summary="不满意台账", problems=(422,))
def list_unsatisfied(request: ApiRequest, wanted: Query[LedgerQuery]) -> LedgerPage:
    """Tell one page of the unsatisfied orders that the caller may see, with the quarter."""
    reading.only_known(request, LedgerQuery)
    actor, now = request.auth.actor, clock.now()
    unit = reading.unit(wanted.unit, "unit") if wanted.unit else None
    lines, after = ledger.ledger(
        actor, now, unit=unit, asked=wanted.asked, cursor=wanted.cursor, size=wanted.size
    )
    return {
        "lines": [
            {
                "order": telling.row(actor, line.order),
                "improve_by": telling.here(line.by),
                "late": line.late,
                "asked": line.waiting is not None,
                "refused": line.refused,
                "calls": line.calls,
            }
            for line in lines
        ],
        "quarter": [
            {"unit": r.unit, "closed": r.closed, "written_off": r.written_off, "open": r.open}
            for r in ledger.quarter_for(actor, now)
        ],
        "next": after,
    }


@endpoint(router, "GET", "/commendations", summary="表扬登记簿", problems=(422,))
def list_commendations(request: ApiRequest, wanted: Query[ThanksQuery]) -> ThanksPage:
    """Tell one page of the register, and how many thanks each unit had."""
    reading.only_known(request, ThanksQuery)
    actor = request.auth.actor
    asked_for = thanked.CommendationFilter(
        form=wanted.form or "",
        unit=reading.unit(wanted.unit, "unit") if wanted.unit else None,
        since=wanted.since,
        until=wanted.until,
    )
    page = thanked.listed(actor, asked_for, cursor=wanted.cursor, size=wanted.size)
    return {
        "commendations": [_thanks(row) for row in page.rows],
        "by_unit": dict(thanked.by_unit(actor, asked_for)),
        "next": page.next,
    }


@endpoint(
    router, "POST", "/commendations", summary="登记表扬", about="需要权限 order.see_all。",
    problems=BODY, statuses=(201,),
)  # fmt: skip
def add_commendation(request: ApiRequest, body: ThanksIn) -> Answered[ThanksTold]:
    """Write thanks into the register."""
    entry = thanks.Entry(
        form=body.form,
        on=body.on,
        words=body.words,
        unit=reading.unit(body.unit, "unit"),
        giver=body.giver,
        person=body.person,
        order=body.order,
    )
    return Answered(_thanks(thanks.add(entry, by=request.auth.actor, now=clock.now())), 201)


def _thanks(row: Commendation) -> ThanksTold:
    return {
        "id": row.pk,
        "form": Form(row.form),
        "on": row.on,
        "unit": {"code": row.unit.code, "name": row.unit.name},
        "person": row.person,
        "giver": row.giver_masked,
        "words": row.words,
        "order": row.order.number if row.order else "",
    }
