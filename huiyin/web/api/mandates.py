"""Supervision orders: the ledger, one with its history, writing one, its steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, Len
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.followup.mandates import actions, queries
from huiyin.followup.mandates.models import Mandate
from huiyin.followup.mandates.rules import (
    LONGEST_DEMANDS,
    LONGEST_NOTE,
    LONGEST_TITLE,
    MOST_ORDERS,
)
from huiyin.followup.mandates.states import BY_VERB, MandateState
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code
from huiyin.web.api.order_shapes import Named
from huiyin.web.api.taking import MAKING, REPEATABLE, make_once
from huiyin.web.api.words import Moment, asked, said, shape

router = Router(tags=["督办"])
Verb = Literal[
    "issue", "drop", "sign", "reply", "ask_extension", "grant_extension", "refuse_extension",
    "send_back", "cancel", "withdraw", "act", "check_in",
]  # fmt: skip


class MandateQuery(BaseModel):
    """What the ledger is narrowed to."""

    model_config = asked("督办台账的筛选条件")

    show: Annotated[
        Literal["open", "late", "review", "checks", "all"],
        said("open 未结束，late 反馈超期，review 待审核，checks 该检查，all 全部"),
    ] = "all"
    state: Annotated[MandateState | None, said("状态")] = None
    kind: Annotated[Code, said("类型编码")] = ""
    unit: Annotated[Code, said("被督办单位编码，含其下属单位")] = ""
    q: Annotated[str, StringConstraints(max_length=60), said("事项、单号、单位或工单编号")] = ""
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 50


class MandateIn(BaseModel):
    """What is asked of which unit about which orders."""

    model_config = asked(
        "写一张督办单，先存为拟稿",
        {
            "kind": "internal", "title": "暖气不热久拖未决", "unit": "water",
            "demands": "请查明原因并书面反馈。", "orders": ["26030200000015"],
        },
    )  # fmt: skip

    kind: Annotated[Code, said("类型编码，由城市规定")]
    title: Annotated[str, StringConstraints(max_length=LONGEST_TITLE), said("事项")]
    demands: Annotated[str, StringConstraints(max_length=LONGEST_DEMANDS), said("督办要求")]
    unit: Annotated[Code, said("被督办单位编码")]
    orders: Annotated[list[Code], Len(max_length=MOST_ORDERS), said("工单编号")]
    due_at: Annotated[Moment | None, said("反馈时限；不填按类型计算")] = None
    supervising: Annotated[Code, said("检查单位编码；不填由督办组检查")] = ""


class MandateStepIn(BaseModel):
    """One step of a supervision order."""

    model_config = asked("办理督办单的一步", {"verb": "cancel", "note": "已恢复供热"})

    verb: Annotated[Verb, said("步骤")]
    note: Annotated[
        str, StringConstraints(max_length=LONGEST_NOTE), said("说明；签收、发出不填")
    ] = ""
    until: Annotated[Moment | None, said("申请延期到，或退回后的新时限")] = None
    method: Annotated[Code, said("措施编码，记录措施时必填")] = ""


@with_config(shape("督办单的一步"))
class MandateEventTold(TypedDict):
    """One line of the history."""

    verb: Annotated[str, said("步骤")]
    label: Annotated[str, said("步骤名称")]
    at: Annotated[datetime, said("时间")]
    by: Annotated[str, said("办理人；空为系统")]
    note: Annotated[str, said("说明")]


@with_config(shape("督办单中的一件工单"))
class MandateOrderTold(TypedDict):
    """One order and what was tried."""

    number: Annotated[str, said("工单编号")]
    tried: Annotated[str, said("已采取的措施")]


@with_config(shape("督办台账中的一张"))
class MandateRow(TypedDict):
    """One supervision order of the ledger."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("督办单编号；拟稿为空")]
    state: Annotated[MandateState, said("状态")]
    state_label: Annotated[str, said("状态名称")]
    kind: Annotated[Named, said("类型")]
    title: Annotated[str, said("事项")]
    unit: Annotated[Named, said("被督办单位")]
    team: Annotated[str, said("督办组；空为未分组")]
    due_at: Annotated[datetime | None, said("反馈时限，到此刻即为超期")]
    late: Annotated[bool, said("是否未按期反馈")]
    orders: Annotated[list[MandateOrderTold], said("您可以查看的工单")]


@with_config(shape("一张督办单"))
class MandateTold(MandateRow):
    """One supervision order with its history."""

    demands: Annotated[str, said("督办要求")]
    events: Annotated[list[MandateEventTold], said("由早到晚")]


@with_config(shape("一页督办台账"))
class MandatePage(TypedDict):
    """One page of the ledger."""

    mandates: Annotated[list[MandateRow], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@endpoint(router, "GET", "/mandates", summary="督办台账", problems=(422,))
def list_mandates(request: ApiRequest, wanted: Query[MandateQuery]) -> MandatePage:
    """Tell one page of the supervision orders that the caller may see."""
    reading.only_known(request, MandateQuery)
    actor, now = request.auth.actor, clock.now()
    narrowed = queries.MandateFilter(
        show=wanted.show,
        state=wanted.state or "",
        kind=wanted.kind,
        unit=reading.unit(wanted.unit, "unit") if wanted.unit else None,
        words=wanted.q,
    )
    page = queries.listed(actor, narrowed, now=now, cursor=wanted.cursor, size=wanted.size)
    rows = queries.fill(actor, page.rows)
    return {"mandates": [_row(row, told) for row, told in rows], "next": page.next}


@endpoint(router, "GET", "/mandates/{int:key}", summary="一张督办单", problems=(404,))
def read_mandate(request: ApiRequest, key: int) -> MandateTold:
    """Tell one supervision order with its history."""
    return _mandate(request, _seen(request, key))


@endpoint(
    router, "POST", "/mandates", summary="写督办单", problems=(*BODY, 409),
    about="存为拟稿，发出后被督办单位才看到。需要权限 order.supervise。", **MAKING,
)  # fmt: skip
def draft_mandate(request: ApiRequest, body: MandateIn) -> Answered[MandateTold]:
    """Write a supervision order."""
    form = actions.MandateForm(
        kind=body.kind,
        title=body.title,
        demands=body.demands,
        unit=reading.unit(body.unit, "unit"),
        orders=body.orders,
        due_at=body.due_at,
        supervising=reading.unit(body.supervising, "supervising") if body.supervising else None,
    )
    by, now = request.auth.actor, clock.now()

    def make() -> MandateTold:
        return _mandate(request, _seen(request, actions.draft(form, by=by, now=now).pk))

    return make_once(request, make)


@endpoint(
    router, "POST", "/mandates/{int:key}/steps", summary="办理督办单", problems=(*BODY, 404, 409),
    about="发出、审核、销号等需要 order.supervise；签收、反馈、申请延期由被督办单位办理。",
    **REPEATABLE,
)  # fmt: skip
def step_mandate(request: ApiRequest, key: int, body: MandateStepIn) -> Answered[MandateTold]:
    """Take one step."""
    _seen(request, key)
    more: dict[str, Any] = {"note": body.note} if BY_VERB[body.verb].note else {}
    if body.verb in ("ask_extension", "send_back"):
        more["until"] = body.until
    if body.verb == "act":
        more["method"] = body.method
    act: Callable[..., Mandate] = getattr(actions, body.verb)
    by, now = request.auth.actor, clock.now()

    def take() -> MandateTold:
        return _mandate(request, _seen(request, act(key, by=by, now=now, **more).pk))

    return make_once(request, take, status=200)


def _seen(request: ApiRequest, key: int) -> Mandate:
    found = queries.get_visible(request.auth.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这张督办单")
    return found


def _mandate(request: ApiRequest, row: Mandate) -> MandateTold:
    (_, told), *_ = queries.fill(request.auth.actor, [row])
    return {
        **_row(row, told),
        "demands": row.demands,
        "events": [
            {
                "verb": event.verb,
                "label": BY_VERB[event.verb].past,
                "at": telling.here(event.at),
                "by": event.by.name if event.by else "",
                "note": event.note,
            }
            for event in row.events.all()
        ],
    }


def _row(row: Mandate, told: list[queries.Told]) -> MandateRow:
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.standing,
        "state_label": row.standing.label,
        "kind": {"code": row.kind, "name": row.kind_name},
        "title": row.title,
        "unit": {"code": row.unit.code, "name": row.unit.name},
        "team": str(row.team or ""),
        "due_at": telling.here(row.due_at) if row.due_at else None,
        "late": row.late_at is not None,
        "orders": [{"number": o.number, "tried": tried.line} for o, tried in told],
    }
