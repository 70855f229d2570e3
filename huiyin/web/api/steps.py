"""Steps of the centre: intake, review, dispatch, audit, voiding. One endpoint per verb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ninja import Router

from huiyin.knowledge.states import Kind, ReasonGroup, Urgency
from huiyin.orders import actions
from huiyin.orders.actions.beside import CallForm
from huiyin.orders.actions.intake import SAID, Request
from huiyin.orders.kinds import Handing
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.inputs import EditIn
from huiyin.web.api.order_shapes import StepTaken
from huiyin.web.api.step_inputs import (
    AddUnitsIn,
    AnswerIn,
    AuditIn,
    CallThroughIn,
    DispatchIn,
    MattersIn,
    NoteIn,
    OptionalNoteIn,
    PlanIn,
    ReassignIn,
    ReferIn,
    RemarkIn,
    SendAgainIn,
    TellIn,
    TransferIn,
)
from huiyin.web.api.taking import step, take

router = Router(tags=["办理：热线中心"])
NO_NOTE, AS_BEFORE, NO_SCORES = OptionalNoteIn(), SendAgainIn(), AuditIn()


@step(router, "submit")
def step_submit(request: ApiRequest, number: str) -> Answered[StepTaken]:
    """Accept a request as a work order."""
    return take(request, number, lambda pk, by, now: actions.submit(pk, by=by, now=now))


@step(router, "edit")
def step_edit(request: ApiRequest, number: str, body: EditIn) -> Answered[StepTaken]:
    """Complete a draft; what is left out stays."""
    return take(request, number, _Edit(body))


@dataclass(frozen=True, slots=True)
class _Edit:
    """Change what was sent; the order is locked first, so that nobody's change is lost."""

    body: EditIn

    def __call__(self, order_id: int, by: Actor, now: datetime) -> WorkOrder:
        order = actions.lock_unchanged(order_id)
        sent = self.body.model_dump(exclude_none=True)
        coded = {
            "category": reading.category(sent.pop("category", "")) or order.category,
            "region": reading.region(sent.pop("region", "")) or order.region,
            "case_class": reading.case_class(sent.pop("case_class", ""), now) or order.case_class,
            "line": reading.line(sent.pop("line", "")) or order.line,
        }
        stored = {
            "content": order.content,
            "title": order.title,
            "kind": Kind(order.kind),
            "urgency": Urgency(order.urgency),
            "place": order.place,
            "longitude": order.longitude,
            "latitude": order.latitude,
            "occurred_at": order.occurred_at,
            "confidential": order.confidential,
            **{name: getattr(order, name) for name in (*SAID, "tags")},
        }
        return actions.update_draft(order_id, Request(**(stored | coded | sent)), by=by, now=now)


@step(router, "answer", about="答复后办结，无需回访。")
def step_answer(request: ApiRequest, number: str, body: AnswerIn) -> Answered[StepTaken]:
    """Answer on the spot and close."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.answer(pk, by=by, text_=body.answer, now=now),
    )


@step(router, "refer")
def step_refer(request: ApiRequest, number: str, body: ReferIn) -> Answered[StepTaken]:
    """Tell the lawful way elsewhere and close."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.refer(
            pk,
            by=by,
            reason=reading.reason(ReasonGroup.REFER, body.reason),
            note=body.note,
            now=now,
        ),
    )


@step(router, "transfer")
def step_transfer(request: ApiRequest, number: str, body: TransferIn) -> Answered[StepTaken]:
    """Hand an emergency over and close."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.transfer(pk, by=by, to=body.to, note=body.note, now=now),
    )


@step(router, "approve")
def step_approve(request: ApiRequest, number: str) -> Answered[StepTaken]:
    """Let a reviewed order go on to dispatch."""
    return take(request, number, lambda pk, by, now: actions.approve(pk, by=by, now=now))


@step(router, "send_back")
def step_send_back(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Send an order back to be completed."""
    return take(
        request, number, lambda pk, by, now: actions.send_back(pk, by=by, note=body.note, now=now)
    )


@step(router, "dispatch", about="签收、联系、办结的期限从此刻起算。")
def step_dispatch(request: ApiRequest, number: str, body: DispatchIn) -> Answered[StepTaken]:
    """Give the order to a lead unit, with assisting and supervising units."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.dispatch(
            pk,
            by=by,
            lead=reading.unit(body.lead, "lead"),
            assist=[reading.unit(code, "assist") for code in body.assist],
            supervise=reading.unit(body.supervise, "supervise") if body.supervise else None,
            instructions=body.instructions,
            shared=body.shared,
            case_class=reading.case_class(body.case_class, now),
            handing=body.handing,
            call=_call(body.call) if body.call and body.handing is Handing.TELEPHONE else None,
            now=now,
        ),
    )


def _call(body: CallThroughIn) -> CallForm:
    return CallForm(
        told=body.told,
        number=body.number,
        answered=body.answered,
        said=body.said,
        unit=reading.unit(body.unit, "unit") if body.unit else None,
        at=body.at,
    )


@step(router, "add_units")
def step_add_units(request: ApiRequest, number: str, body: AddUnitsIn) -> Answered[StepTaken]:
    """Name further assisting units."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.add_units(
            pk, by=by, assist=[reading.unit(code, "assist") for code in body.assist], now=now
        ),
    )


@step(router, "reassign", about="原主办单位不再承办，时限重新计算；由裁定指定的单位不能转派。")
def step_reassign(request: ApiRequest, number: str, body: ReassignIn) -> Answered[StepTaken]:
    """Give an order that went to the wrong unit to another one."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.reassign(
            pk, by=by, lead=reading.unit(body.lead, "lead"), note=body.note, now=now
        ),
    )


@step(router, "grant_return")
def step_grant_return(
    request: ApiRequest, number: str, body: OptionalNoteIn = NO_NOTE
) -> Answered[StepTaken]:
    """Agree with a return."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.grant_return(pk, by=by, note=body.note, now=now),
    )


@step(router, "refuse_return")
def step_refuse_return(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Refuse a return; the clock has never stopped."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.refuse_return(pk, by=by, note=body.note, now=now),
    )


@step(router, "list_matters")
def step_list_matters(request: ApiRequest, number: str, body: MattersIn) -> Answered[StepTaken]:
    """List the matters of an order anew."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.list_matters(pk, by=by, matters=body.matters, now=now),
    )


@step(router, "pass_audit")
def step_pass_audit(
    request: ApiRequest, number: str, body: AuditIn = NO_SCORES
) -> Answered[StepTaken]:
    """Accept a reply; the call-back begins, or the order ends when it is behind it."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.pass_audit(
            pk, by=by, note=body.note, scores=body.scores, now=now
        ),
    )


@step(router, "reject_reply")
def step_reject_reply(request: ApiRequest, number: str, body: AuditIn) -> Answered[StepTaken]:
    """Send a reply back to be done again in a new round."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.reject_reply(
            pk, by=by, note=body.note, scores=body.scores, now=now
        ),
    )


@step(router, "handle_again")
def step_handle_again(request: ApiRequest, number: str, body: AuditIn) -> Answered[StepTaken]:
    """Let the same unit go on in the same round."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.handle_again(
            pk, by=by, note=body.note, scores=body.scores, now=now
        ),
    )


@step(router, "supervise_reply")
def step_supervise_reply(request: ApiRequest, number: str, body: AuditIn) -> Answered[StepTaken]:
    """Give the matter back to the unit under supervision."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.supervise_reply(
            pk, by=by, note=body.note, scores=body.scores, now=now
        ),
    )


@step(router, "tell", about="由热线统一答复诉求人的城市用。")
def step_tell(request: ApiRequest, number: str, body: TellIn) -> Answered[StepTaken]:
    """Record that the hotline told the citizen the answer."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.tell(pk, by=by, how=body.how, note=body.note, now=now),
    )


@step(router, "confirm_plan")
def step_confirm_plan(request: ApiRequest, number: str, body: PlanIn) -> Answered[StepTaken]:
    """Confirm that a planned solution was carried out, or send it back."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.confirm_plan(
            pk, by=by, done=body.done, note=body.note, now=now
        ),
    )


@step(router, "send_again")
def step_send_again(
    request: ApiRequest, number: str, body: SendAgainIn = AS_BEFORE
) -> Answered[StepTaken]:
    """Send an order out for its next round."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.send_again(
            pk,
            by=by,
            unit=reading.unit(body.unit, "unit") if body.unit else None,
            note=body.note,
            now=now,
        ),
    )


@step(router, "ask_void")
def step_ask_void(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Ask to void an order."""
    return take(
        request, number, lambda pk, by, now: actions.ask_void(pk, by=by, note=body.note, now=now)
    )


@step(router, "confirm_void")
def step_confirm_void(
    request: ApiRequest, number: str, body: OptionalNoteIn = NO_NOTE
) -> Answered[StepTaken]:
    """Confirm a void that somebody else asked for."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.confirm_void(pk, by=by, note=body.note, now=now),
    )


@step(router, "refuse_void")
def step_refuse_void(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Refuse a void that somebody asked for."""
    return take(
        request, number, lambda pk, by, now: actions.refuse_void(pk, by=by, note=body.note, now=now)
    )


@step(router, "note")
def step_note(request: ApiRequest, number: str, body: RemarkIn) -> Answered[StepTaken]:
    """Add a remark to the history."""
    return take(
        request, number, lambda pk, by, now: actions.add_note(pk, by=by, note=body.note, now=now)
    )


@step(router, "call_through", about="紧急事项先打电话，再登记。")
def step_call_through(request: ApiRequest, number: str, body: CallThroughIn) -> Answered[StepTaken]:
    """Record that somebody was called at once."""
    return take(
        request, number, lambda pk, by, now: actions.call_through(pk, _call(body), by=by, now=now)
    )
