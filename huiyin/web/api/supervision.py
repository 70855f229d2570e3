"""Reminder letters, referrals, media follow-ups and orders at risk, for those concerned."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.followup.mandates import queries as mandates
from huiyin.followup.media import queries as media
from huiyin.followup.media.models import MediaCase
from huiyin.followup.media.states import MediaForm, MediaState
from huiyin.followup.referrals import queries as referrals
from huiyin.followup.referrals.models import Referral
from huiyin.followup.referrals.states import ReferralState
from huiyin.followup.supervision import actions, queries
from huiyin.followup.supervision.models import Letter
from huiyin.kernel import clock, masks
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.knowledge import queries as knowledge
from huiyin.orders.models import WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Unit
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code
from huiyin.web.api.order_shapes import Named
from huiyin.web.api.step_inputs import Note
from huiyin.web.api.taking import REPEATABLE, make_once
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["督办"])
Cursor = Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")]
Size = Annotated[int, Ge(1), Le(200), said("每页条数")]


class LetterQuery(BaseModel):
    """Where the list of letters goes on."""

    model_config = asked("工作提醒函的翻页")

    cursor: Cursor = ""
    size: Size = 50


class ReferralQuery(BaseModel):
    """What the ledger of referrals is narrowed to."""

    model_config = asked("问责移送的筛选条件")

    state: Annotated[ReferralState | None, said("状态")] = None
    cursor: Cursor = ""
    size: Size = 50


class MediaQuery(BaseModel):
    """What the media follow-ups are narrowed to."""

    model_config = asked("媒体监督的筛选条件")

    state: Annotated[MediaState | None, said("状态")] = None
    form: Annotated[MediaForm | None, said("媒体形式")] = None
    cursor: Cursor = ""
    size: Size = 50


class RiskQuery(BaseModel):
    """Which risk is asked for."""

    model_config = asked("风险工单的筛选条件")

    tag: Annotated[Code, said("风险标签编码；不填为城市规定的全部")] = ""
    cursor: Cursor = ""
    size: Size = 50


class LetterAnswerIn(BaseModel):
    """What the unit arranges."""

    model_config = asked("反馈工作提醒函", {"said": "已逐件安排到科室，本周五前全部回复"})

    said: Annotated[Note, said("怎样安排、何时办完")]


@with_config(shape("提醒函列出的一件工单"))
class LetterLineTold(TypedDict):
    """One order of a letter as it stood then."""

    order: Annotated[str, said("工单编号")]
    title: Annotated[str, said("标题，号码已打码")]
    reason: Annotated[str, said("overdue 已超期，unread 未签收，before_due 即将到期")]
    due_at: Annotated[datetime | None, said("当时的期限")]


@with_config(shape("一份工作提醒函"))
class LetterRow(TypedDict):
    """One letter of a list."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("编号")]
    unit: Annotated[Named, said("收到的单位")]
    at: Annotated[datetime, said("发出时间")]
    signed_by: Annotated[str, said("签发人")]
    automatic: Annotated[bool, said("是否按城市规定的日子自动发出")]
    read: Annotated[bool, said("收到的单位是否有人打开过")]
    answer: Annotated[str, said("单位的反馈；还没有的为空")]
    answered_at: Annotated[datetime | None, said("反馈时间；空为还没有反馈")]


@with_config(shape("一份工作提醒函的全部"))
class LetterTold(TypedDict):
    """One letter with its orders."""

    letter: Annotated[LetterRow, said("提醒函")]
    remark: Annotated[str, said("附言")]
    lines: Annotated[list[LetterLineTold], said("列出的工单")]


@with_config(shape("一页工作提醒函"))
class LetterPage(TypedDict):
    """One page of letters."""

    letters: Annotated[list[LetterRow], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一份问责移送"))
class ReferralRow(TypedDict):
    """One referral of the ledger."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("编号；同意移送前为空")]
    state: Annotated[ReferralState, said("状态")]
    state_label: Annotated[str, said("状态名称")]
    title: Annotated[str, said("事项")]
    agency: Annotated[str, said("移送机关")]
    unit: Annotated[Named, said("被移送的单位")]
    proposed_at: Annotated[datetime, said("提出时间")]
    proposed_by: Annotated[str, said("提出人")]
    decided_at: Annotated[datetime | None, said("审批时间；空为待审批")]
    decided_by: Annotated[str, said("审批人")]


@with_config(shape("移送的一件工单"))
class ReferralOrderTold(TypedDict):
    """One order of a referral, and how its history stood when it was sent."""

    order: Annotated[str, said("工单编号")]
    events: Annotated[int, said("移送时历史的条数；移送前为 0")]
    head: Annotated[str, said("移送时历史的指纹；移送前为空")]
    whole: Annotated[bool | None, said("移送时历史是否校验相符；移送前为空")]


@with_config(shape("一份问责移送的全部"))
class ReferralTold(TypedDict):
    """One referral, whole."""

    referral: Annotated[ReferralRow, said("移送")]
    facts: Annotated[str, said("事实")]
    basis: Annotated[str, said("依据")]
    decision: Annotated[str, said("审批意见")]
    result: Annotated[str, said("机关的处理结果")]
    orders: Annotated[list[ReferralOrderTold], said("工单")]


@with_config(shape("一页问责移送"))
class ReferralPage(TypedDict):
    """One page of referrals."""

    referrals: Annotated[list[ReferralRow], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一件媒体监督"))
class MediaRow(TypedDict):
    """One matter that a medium follows."""

    id: Annotated[int, said("标识")]
    state: Annotated[MediaState, said("状态")]
    form: Annotated[MediaForm, said("媒体形式")]
    outlet: Annotated[str, said("媒体")]
    title: Annotated[str, said("事项")]
    on: Annotated[date, said("日期")]
    unit: Annotated[Named, said("责任单位")]
    result: Annotated[str, said("结果；还在跟踪的为空")]


@with_config(shape("一次刊播"))
class PublicationTold(TypedDict):
    """One article or broadcast."""

    on: Annotated[date, said("刊播日期")]
    outlet: Annotated[str, said("媒体")]
    title: Annotated[str, said("标题")]
    link: Annotated[str, said("网址；可空")]


@with_config(shape("一件媒体监督的全部"))
class MediaTold(TypedDict):
    """One matter with what was published."""

    case: Annotated[MediaRow, said("事项")]
    about: Annotated[str, said("情况")]
    orders: Annotated[list[str], said("您可以查看的工单")]
    publications: Annotated[list[PublicationTold], said("刊播清单，由近到远")]


@with_config(shape("一页媒体监督"))
class MediaPage(TypedDict):
    """One page of media follow-ups."""

    cases: Annotated[list[MediaRow], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一件风险工单"))
class RiskTold(TypedDict):
    """One open order at risk, and whom to call."""

    order: Annotated[str, said("工单编号")]
    title: Annotated[str, said("标题，号码已打码")]
    risks: Annotated[list[Named], said("风险标签")]
    unit: Annotated[Named | None, said("主办单位；未派单的为空")]
    contact: Annotated[str, said("主办单位公布的联系人；可空")]
    tried: Annotated[str, said("已采取的措施")]
    waits_until: Annotated[datetime | None, said("当前环节的期限")]


@with_config(shape("一页风险工单"))
class RiskPage(TypedDict):
    """One page of orders at risk."""

    orders: Annotated[list[RiskTold], said("先到期的在前")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@endpoint(router, "GET", "/letters", summary="工作提醒函", problems=(422,))
def list_letters(request: ApiRequest, wanted: Query[LetterQuery]) -> LetterPage:
    """Tell one page of the letters that the caller may see."""
    reading.only_known(request, LetterQuery)
    page = queries.letters(request.auth.actor, cursor=wanted.cursor, size=wanted.size)
    rows = [letter_row(row, read=bool(getattr(row, "readers", 0))) for row in page.rows]
    return {"letters": rows, "next": page.next}


@endpoint(
    router, "GET", "/letters/{int:key}", summary="一份工作提醒函", problems=(404,),
    about="收到的单位第一次查阅即为阅读回执。",
)  # fmt: skip
def read_letter(request: ApiRequest, key: int) -> LetterTold:
    """Tell one letter; the unit's first reading is its receipt."""
    actions.read_letter(_letter_seen(request, key), by=request.auth.actor, now=clock.now())
    return letter_whole(_letter_seen(request, key))


@endpoint(
    router, "POST", "/letters/{int:key}/answer", summary="反馈工作提醒函",
    about="由收到的单位反馈一次。需要 order.handle。", problems=(*BODY, 404, 409), **REPEATABLE,
)  # fmt: skip
def answer_letter(request: ApiRequest, key: int, body: LetterAnswerIn) -> Answered[LetterTold]:
    """Say what the unit arranges."""
    _letter_seen(request, key)
    by, now = request.auth.actor, clock.now()

    def answer() -> LetterTold:
        actions.answer_letter(key, by=by, said=body.said, now=now)
        return letter_whole(_letter_seen(request, key))

    return make_once(request, answer, status=200)


@endpoint(
    router, "GET", "/referrals", summary="问责移送", about="需要 order.supervise。",
    problems=(422,),
)  # fmt: skip
def list_referrals(request: ApiRequest, wanted: Query[ReferralQuery]) -> ReferralPage:
    """Tell one page of the ledger."""
    reading.only_known(request, ReferralQuery)
    page = referrals.listed(
        request.auth.actor, state=wanted.state or "", cursor=wanted.cursor, size=wanted.size
    )
    return {"referrals": [_referral(row) for row in page.rows], "next": page.next}


@endpoint(
    router, "GET", "/referrals/{int:key}", summary="一份问责移送", problems=(404,),
    about="需要 order.supervise。证据材料在页面查看，每次校验并留下记录。",
)  # fmt: skip
def read_referral(request: ApiRequest, key: int) -> ReferralTold:
    """Tell one referral with how the histories stood when it was sent."""
    require(request.auth.actor, Perm.SUPERVISE)
    return referral_whole(request, key)


@endpoint(router, "GET", "/media-cases", summary="媒体监督", problems=(422,))
def list_media_cases(request: ApiRequest, wanted: Query[MediaQuery]) -> MediaPage:
    """Tell one page of the follow-ups that the caller may see."""
    reading.only_known(request, MediaQuery)
    narrowed = media.MediaFilter(state=wanted.state or "", form=wanted.form or "")
    page = media.listed(request.auth.actor, narrowed, cursor=wanted.cursor, size=wanted.size)
    return {"cases": [_media(row) for row in page.rows], "next": page.next}


@endpoint(router, "GET", "/media-cases/{int:key}", summary="一件媒体监督", problems=(404,))
def read_media_case(request: ApiRequest, key: int) -> MediaTold:
    """Tell one follow-up with its publications."""
    return media_whole(request, key)


@endpoint(
    router, "GET", "/risks", summary="风险工单", problems=(422,),
    about="未办结、有风险标签的工单和主办单位的联系人。需要 order.supervise。",
)  # fmt: skip
def list_risks(request: ApiRequest, wanted: Query[RiskQuery]) -> RiskPage:
    """Tell one page of the open orders at risk."""
    actor, now = request.auth.actor, clock.now()
    require(actor, Perm.SUPERVISE)
    reading.only_known(request, RiskQuery)
    known = queries.risk_tags(now)
    if wanted.tag and wanted.tag not in known:
        raise Invalid("没有这个风险标签", fields={"tag": f"可选：{'、'.join(known)}"})
    tags = [wanted.tag] if wanted.tag else list(known)
    page = queries.risks(actor, tags, cursor=wanted.cursor, size=wanted.size)
    cards = orgs.contact_cards([row.lead_unit_id for row in page.rows if row.lead_unit_id])
    tried = mandates.tried([row.pk for row in page.rows])
    rows = [
        _risk(row, known, cards.get(row.lead_unit_id or 0, ""), tried[row.pk].line)
        for row in page.rows
    ]
    return {"orders": rows, "next": page.next}


def referral_whole(request: ApiRequest, key: int) -> ReferralTold:
    """Return one referral as it is told. Raises NotFound."""
    row = referrals.get(request.auth.actor, key) if key < 2**63 else None
    if row is None:
        raise NotFound("没有找到这份移送")
    return {
        "referral": _referral(row),
        "facts": row.facts,
        "basis": row.basis,
        "decision": row.decision,
        "result": row.result,
        "orders": [
            {
                "order": line.order.number, "events": line.events, "head": line.head,
                "whole": line.whole,
            }
            for line in row.lines.all()
        ],
    }  # fmt: skip


def media_whole(request: ApiRequest, key: int) -> MediaTold:
    """Return one media follow-up as it is told. Raises NotFound."""
    row = media.get_visible(request.auth.actor, key) if key < 2**63 else None
    if row is None:
        raise NotFound("没有找到这件媒体跟踪")
    return {
        "case": _media(row),
        "about": row.about,
        "orders": [order.number for order in row.orders.all()],
        "publications": [
            {"on": each.on, "outlet": each.outlet, "title": each.title, "link": each.link}
            for each in row.publications.all()
        ],
    }


def _letter_seen(request: ApiRequest, key: int) -> Letter:
    found = queries.letter(request.auth.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这份提醒函")
    return found


def letter_whole(row: Letter) -> LetterTold:
    """Return one letter as it is told; lines and readers are at hand."""
    return {
        "letter": letter_row(row, read=bool(row.reads.all())),
        "remark": row.remark,
        "lines": [
            {
                "order": line.order.number,
                "title": masks.in_text(line.order.title),
                "reason": line.reason,
                "due_at": telling.local(line.due_at),
            }
            for line in row.lines.all()
        ],
    }


def letter_row(row: Letter, *, read: bool) -> LetterRow:
    """Return one letter as a list tells it; its unit is at hand."""
    return {
        "id": row.pk,
        "number": row.number,
        "unit": _named(row.unit),
        "at": telling.here(row.at),
        "signed_by": row.signed_by,
        "automatic": row.by_id is None,
        "read": read,
        "answer": row.answer,
        "answered_at": telling.local(row.answered_at),
    }


def _referral(row: Referral) -> ReferralRow:
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.standing,
        "state_label": row.standing.label,
        "title": row.title,
        "agency": row.agency,
        "unit": _named(row.unit),
        "proposed_at": telling.here(row.proposed_at),
        "proposed_by": row.proposed_by.name,
        "decided_at": telling.local(row.decided_at),
        "decided_by": row.decided_by.name if row.decided_by else "",
    }


def _media(row: MediaCase) -> MediaRow:
    return {
        "id": row.pk,
        "state": row.standing,
        "form": MediaForm(row.form),
        "outlet": row.outlet,
        "title": row.title,
        "on": row.on,
        "unit": _named(row.unit),
        "result": row.result,
    }


def _risk(row: WorkOrder, known: tuple[str, ...], contact: str, tried: str) -> RiskTold:
    return {
        "order": row.number,
        "title": masks.in_text(row.title),
        "risks": [
            {"code": code, "name": knowledge.tag_name(code)} for code in row.tags if code in known
        ],
        "unit": _named(row.lead_unit) if row.lead_unit else None,
        "contact": contact,
        "tried": tried,
        "waits_until": telling.local(row.waits_until),
    }


def _named(unit: Unit) -> Named:
    return {"code": unit.code, "name": unit.name}
