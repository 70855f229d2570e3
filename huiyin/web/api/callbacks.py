"""Call-backs: record a call, see the attempts, close unreached, unsatisfied or without a call."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Router
from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.followup.callbacks import actions, queries
from huiyin.followup.callbacks.actions import Answers
from huiyin.knowledge.states import ReasonGroup
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.order_shapes import StepTaken
from huiyin.web.api.orders import found
from huiyin.web.api.step_inputs import CallIn, NoteIn, WithoutCallIn
from huiyin.web.api.taking import CHANGING, take
from huiyin.web.api.words import said, shape

router = Router(tags=["回访"])
_REFUSED = (*BODY, 404, 409, 412)


@with_config(shape("一次回访或诉求人自己的评价"))
class Attempt(TypedDict):
    """One attempt to ask the citizen."""

    round: Annotated[int, said("轮次")]
    at: Annotated[datetime, said("时间")]
    method: Annotated[str, said("phone 电话，sms 短信，web 网上评价")]
    by: Annotated[str, said("回访员；空为系统或诉求人自己")]
    number: Annotated[str, said("所用号码，已脱敏")]
    reached: Annotated[bool, said("是否联系上")]
    solved: Annotated[str, said("是否解决")]
    satisfaction: Annotated[str, said("满意度")]
    reasons: Annotated[list[str], said("原因编码")]
    comment: Annotated[str, said("诉求人的话")]


@with_config(shape("一张工单的回访"))
class AttemptList(TypedDict):
    """The attempts of one order."""

    number: Annotated[str, said("工单编号")]
    attempts: Annotated[list[Attempt], said("由近到远")]


@endpoint(
    router,
    "GET",
    "/orders/{number}/callbacks",
    summary="回访记录",
    problems=(404,),
)
def list_callbacks(request: ApiRequest, number: str) -> AttemptList:
    """Tell the attempts of one order."""
    order = found(request.auth.actor, number)
    return {
        "number": order.number,
        "attempts": [
            {
                "round": row.round,
                "at": telling.here(row.at),
                "method": row.method,
                "by": row.by.name if row.by else "",
                "number": row.number_masked,
                "reached": row.reached,
                "solved": row.solved,
                "satisfaction": row.satisfaction,
                "reasons": list(row.reasons),
                "comment": row.comment,
            }
            for row in queries.attempts_of(order)
        ],
    }


@endpoint(
    router,
    "POST",
    "/orders/{number}/callbacks",
    summary="记录回访",
    about=(
        "联系上：已解决且满意的办结，否则进入下一轮；轮次用完、或回访员认定承办单位已尽责的继续等待，"
        "由回访员按不满意结案。"
        "没联系上：记一次，工单继续等待回访。"
        "需要权限 order.call_back；没联系上的还需 order.see_all。"
    ),
    problems=_REFUSED,
    extra=CHANGING,
)
def record_callback(request: ApiRequest, number: str, body: CallIn) -> Answered[StepTaken]:
    """Record a call, reached or not."""

    def act(order_id: int, by: Actor, now: datetime) -> WorkOrder:
        if not body.reached:
            why = reading.reason(ReasonGroup.UNREACHED, body.reason) if body.reason else None
            return actions.record_unreached(
                order_id, by=by, reason=why, number=body.number, now=now
            )
        reasons = [reading.reason(ReasonGroup.UNSATISFIED, code).code for code in body.reasons]
        answers = Answers(
            body.solved, body.satisfaction, reasons, body.comment,
            told=body.told, dutiful=body.dutiful,
        )  # fmt: skip
        return actions.record_call(order_id, answers, by=by, number=body.number, now=now)

    return take(request, number, act)


@endpoint(
    router,
    "POST",
    "/orders/{number}/callbacks/close_unreached",
    summary="按无法联系结案",
    about="须在规定的天数内联系过规定的次数。需要权限 order.call_back。",
    problems=_REFUSED,
    extra=CHANGING,
)
def close_unreached(request: ApiRequest, number: str) -> Answered[StepTaken]:
    """Close because the citizen could not be reached often enough."""
    return take(request, number, lambda pk, by, now: actions.close_unreached(pk, by=by, now=now))


@endpoint(
    router,
    "POST",
    "/orders/{number}/callbacks/close_unsatisfied",
    summary="按不满意结案",
    about="须先有规定次数的短信回访和一次电话回访；结案后承办单位继续改进，直至销号。",
    problems=_REFUSED,
    extra=CHANGING,
)
def close_unsatisfied(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Close as unsatisfied after the surveys and a call."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.close_unsatisfied(pk, by=by, note=body.note, now=now),
    )


@endpoint(
    router,
    "POST",
    "/orders/{number}/callbacks/close_without_callback",
    summary="不回访而办结",
    about="只限规定的原因。需要权限 order.call_back。",
    problems=_REFUSED,
    extra=CHANGING,
)
def close_without_callback(
    request: ApiRequest, number: str, body: WithoutCallIn
) -> Answered[StepTaken]:
    """Close without a call-back for a recorded reason."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.close_without_callback(
            pk, by=by, reason=reading.reason(ReasonGroup.NO_CALLBACK, body.reason), now=now
        ),
    )
