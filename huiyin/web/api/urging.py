"""Urging of units: what was done about an order, and writing down that somebody has urged."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Router
from pydantic import BaseModel, with_config
from typing_extensions import TypedDict

from huiyin.followup.supervision import actions, queries
from huiyin.followup.supervision.states import UrgeKind
from huiyin.web.api import order_telling as telling
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.order_shapes import StepTaken
from huiyin.web.api.orders import found
from huiyin.web.api.step_inputs import Note
from huiyin.web.api.taking import CHANGING, take
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["催办"])


@with_config(shape("一次提醒或催办"))
class Urged(TypedDict):
    """One reminder or urging."""

    kind: Annotated[str, said("automatic 系统提醒，telephone 电话催办，written 催办通知")]
    reason: Annotated[str, said("unread 未签收，before_due 到期前，at_due 到期，overdue 超期")]
    unit: Annotated[str, said("被催单位编码")]
    wanted_at: Annotated[datetime, said("何时起该催")]
    at: Annotated[datetime | None, said("何时催的；空为还没有催")]
    by: Annotated[str, said("催办人；空为系统")]
    said: Annotated[str, said("催办情况")]


@with_config(shape("一张工单的催办"))
class UrgingList(TypedDict):
    """The urgings of one order."""

    number: Annotated[str, said("工单编号")]
    urgings: Annotated[list[Urged], said("由近到远")]


class UrgeIn(BaseModel):
    """What was said to the unit."""

    model_config = asked("记录一次催办", {"kind": "telephone", "said": "承诺今天签收"})

    kind: Annotated[UrgeKind, said("telephone 电话催办，written 催办通知")]
    said: Annotated[Note, said("电话：对方怎么说；通知：通知的内容")]


@endpoint(router, "GET", "/orders/{number}/urgings", summary="催办记录", problems=(404,))
def list_urgings(request: ApiRequest, number: str) -> UrgingList:
    """Tell what was done about one order."""
    order = found(request.auth.actor, number)
    return {
        "number": order.number,
        "urgings": [
            {
                "kind": row.kind,
                "reason": row.reason,
                "unit": row.unit.code,
                "wanted_at": telling.here(row.wanted_at),
                "at": telling.here(row.at) if row.at else None,
                "by": row.by.name if row.by else "",
                "said": row.said,
            }
            for row in queries.urgings_of(order)
        ],
    }


@endpoint(
    router,
    "POST",
    "/orders/{number}/urgings",
    summary="记录催办",
    about="工单须在承办单位手里（待签收或办理中）。需要权限 order.supervise。",
    problems=(*BODY, 404, 409, 412),
    extra=CHANGING,
)
def urge(request: ApiRequest, number: str, body: UrgeIn) -> Answered[StepTaken]:
    """Write down that the unit was urged."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.urge(pk, by=by, kind=body.kind, said=body.said, now=now),
    )
