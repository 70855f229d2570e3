"""Steps of the units: sign, contact, pass down, report, reply, return. One endpoint per verb."""

from __future__ import annotations

from datetime import datetime

from ninja import Router

from huiyin.knowledge.states import ReasonGroup
from huiyin.orders import actions
from huiyin.orders.models import WorkOrder
from huiyin.orders.rules import MatterAnswer, ReplyForm
from huiyin.orgs.actors import Actor
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.order_shapes import StepTaken
from huiyin.web.api.step_inputs import (
    AskReturnIn,
    ContactIn,
    ExplainIn,
    LocalCallIn,
    NoteIn,
    PassDownIn,
    ReplyIn,
    SignReplyIn,
    SubReplyIn,
)
from huiyin.web.api.taking import step, take

router = Router(tags=["办理：承办单位"])
OWN_NAME = SignReplyIn()


@step(router, "sign")
def step_sign(request: ApiRequest, number: str) -> Answered[StepTaken]:
    """Sign for an order on behalf of the lead unit."""
    return take(request, number, lambda pk, by, now: actions.sign(pk, by=by, now=now))


@step(router, "sub_sign", about="协办、督办和被下派的单位用。")
def step_sub_sign(request: ApiRequest, number: str) -> Answered[StepTaken]:
    """Sign for an assisting, supervising or passed-down part."""
    return take(request, number, lambda pk, by, now: actions.sub_sign(pk, by=by, now=now))


@step(router, "contact")
def step_contact(request: ApiRequest, number: str, body: ContactIn) -> Answered[StepTaken]:
    """Record that the citizen was contacted."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.contact(
            pk, by=by, at=body.at, number=body.number, note=body.note, now=now
        ),
    )


@step(router, "pass_down", about="本单位仍对结果负责。")
def step_pass_down(request: ApiRequest, number: str, body: PassDownIn) -> Answered[StepTaken]:
    """Pass the own part down to a unit below."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.pass_down(
            pk,
            by=by,
            unit=reading.unit(body.unit, "unit"),
            due_at=body.due_at,
            instructions=body.instructions,
            now=now,
        ),
    )


@step(router, "sub_reply", about="协办、督办和被下派的单位用。")
def step_sub_reply(request: ApiRequest, number: str, body: SubReplyIn) -> Answered[StepTaken]:
    """Report the result of an assisting or passed-down part."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.sub_reply(
            pk, by=by, process=body.process, result=body.result, now=now
        ),
    )


@step(router, "reply")
def step_reply(request: ApiRequest, number: str, body: ReplyIn) -> Answered[StepTaken]:
    """Reply for the lead unit."""
    form = _form(body)

    def act(order_id: int, by: Actor, now: datetime) -> WorkOrder:
        return actions.reply(order_id, form, by=by, now=now).order

    return take(request, number, act)


def _form(body: ReplyIn) -> ReplyForm:
    answers = tuple(MatterAnswer(each.seq, each.outcome, each.result) for each in body.answers)
    return ReplyForm(**(body.model_dump() | {"answers": answers}))


@step(router, "draft_reply", about="实行签批的单位用。")
def step_draft_reply(request: ApiRequest, number: str, body: ReplyIn) -> Answered[StepTaken]:
    """Send the draft of a reply to the unit's leader."""
    form = _form(body)
    return take(request, number, lambda pk, by, now: actions.draft_reply(pk, form, by=by, now=now))


@step(router, "return_draft")
def step_return_draft(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Return a draft to the section."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.return_draft(pk, by=by, note=body.note, now=now),
    )


@step(router, "sign_reply")
def step_sign_reply(
    request: ApiRequest, number: str, body: SignReplyIn = OWN_NAME
) -> Answered[StepTaken]:
    """Sign a draft; it goes out as the unit's reply."""

    def act(order_id: int, by: Actor, now: datetime) -> WorkOrder:
        return actions.sign_reply(order_id, by=by, sign_off=body.sign_off, now=now).order

    return take(request, number, act)


@step(router, "local_call")
def step_local_call(request: ApiRequest, number: str, body: LocalCallIn) -> Answered[StepTaken]:
    """Record the unit's own call-back."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.local_call(
            pk, by=by, content=body.content, number=body.number, note=body.note, now=now
        ),
    )


@step(router, "explain")
def step_explain(request: ApiRequest, number: str, body: ExplainIn) -> Answered[StepTaken]:
    """Write down that the citizen was told why not."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.explain(pk, by=by, said=body.said, basis=body.basis, now=now),
    )


@step(router, "progress", about="诉求人看得到；办理时限照常计算。")
def step_progress(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Tell the hotline and the citizen how far it is."""
    return take(
        request, number, lambda pk, by, now: actions.progress(pk, by=by, note=body.note, now=now)
    )


@step(router, "report_plan")
def step_report_plan(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Report that a planned solution has been carried out."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.report_plan(pk, by=by, note=body.note, now=now),
    )


@step(router, "ask_return", about="审核期间办结期限继续计算。")
def step_ask_return(request: ApiRequest, number: str, body: AskReturnIn) -> Answered[StepTaken]:
    """Ask to return an order as not the unit's."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.ask_return(
            pk,
            by=by,
            reason=reading.reason(ReasonGroup.RETURN, body.reason),
            basis=body.basis,
            suggested=reading.unit(body.suggested, "suggested") if body.suggested else None,
            now=now,
        ),
    )
