"""The escalation ladder: what went a level up, and writing down what was done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.followup.ladder import actions, queries
from huiyin.followup.ladder.models import Escalation
from huiyin.followup.ladder.states import Addressee
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.order_shapes import Named
from huiyin.web.api.step_inputs import Note
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["督办"])


class EscalationQuery(BaseModel):
    """Which escalations are asked for."""

    model_config = asked("升级提醒的筛选条件")

    show: Annotated[Literal["open", "all"], said("open 待办理，all 全部")] = "open"
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 50


class EscalationIn(BaseModel):
    """What was done."""

    model_config = asked("办理升级提醒", {"said": "已约谈科室负责人，今天上门"})

    said: Annotated[Note, said("办理情况")]


@with_config(shape("一条升级提醒"))
class EscalationTold(TypedDict):
    """One order that reached a level."""

    id: Annotated[int, said("标识")]
    order: Annotated[str, said("工单编号")]
    unit: Annotated[Named, said("主办单位")]
    level: Annotated[int, said("级别")]
    name: Annotated[str, said("规定的名称")]
    why: Annotated[str, said("为什么升级")]
    to: Annotated[list[Addressee], said("告知谁")]
    at: Annotated[datetime, said("升级时间")]
    due_at: Annotated[datetime, said("办理时限")]
    mandate: Annotated[int | None, said("拟出的督办单标识；空为只告知")]
    answered_at: Annotated[datetime | None, said("办理时间；空为还没有办理")]
    said: Annotated[str, said("办理情况")]


@with_config(shape("一页升级提醒"))
class EscalationPage(TypedDict):
    """One page."""

    escalations: Annotated[list[EscalationTold], said("待办理的按时限，全部的由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@endpoint(router, "GET", "/escalations", summary="升级提醒", problems=(422,))
def list_escalations(request: ApiRequest, wanted: Query[EscalationQuery]) -> EscalationPage:
    """Tell one page of the escalations that the caller may see."""
    reading.only_known(request, EscalationQuery)
    page = queries.listed(
        request.auth.actor, show=wanted.show, cursor=wanted.cursor, size=wanted.size
    )
    return {"escalations": [_told(row) for row in page.rows], "next": page.next}


@endpoint(
    router, "POST", "/escalations/{int:key}/answer", summary="办理升级提醒",
    about="由被告知的单位或督办人员办理，只办一次。", problems=(*BODY, 404, 409),
)  # fmt: skip
def answer_escalation(request: ApiRequest, key: int, body: EscalationIn) -> EscalationTold:
    """Write down what was done."""
    _seen(request, key)
    actions.answer(key, by=request.auth.actor, said=body.said, now=clock.now())
    return _told(_seen(request, key))


def _seen(request: ApiRequest, key: int) -> Escalation:
    found = queries.get_visible(request.auth.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这条升级提醒")
    return found


def _told(row: Escalation) -> EscalationTold:
    return {
        "id": row.pk,
        "order": row.order.number,
        "unit": {"code": row.unit.code, "name": row.unit.name},
        "level": row.level,
        "name": row.name,
        "why": row.why,
        "to": [Addressee(each) for each in row.to],
        "at": telling.here(row.at),
        "due_at": telling.here(row.due_at),
        "mandate": row.mandate_id,
        "answered_at": telling.here(row.answered_at) if row.answered_at else None,
        "said": row.said,
    }
