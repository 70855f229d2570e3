"""Steps of applications: a unit asks for more time, a pause or the end; the centre decides."""

from __future__ import annotations

from ninja import Router

from huiyin.knowledge.states import ReasonGroup
from huiyin.orders import actions
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.order_shapes import StepTaken
from huiyin.web.api.step_inputs import (
    AskExtensionIn,
    AskSuspensionIn,
    AskTerminationIn,
    ExplanationIn,
    NoteIn,
    OptionalNoteIn,
)
from huiyin.web.api.taking import step, take

router = Router(tags=["办理：申请和审批"])
NO_NOTE, AS_WRITTEN = OptionalNoteIn(), ExplanationIn()


@step(router, "ask_extension", about="审批期间办结期限继续计算。")
def step_ask_extension(
    request: ApiRequest, number: str, body: AskExtensionIn
) -> Answered[StepTaken]:
    """Ask for a later due time."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.ask_extension(
            pk,
            by=by,
            reason=reading.reason(ReasonGroup.EXTENSION, body.reason),
            basis=body.basis,
            until=body.until,
            explanation=body.explanation,
            now=now,
        ),
    )


@step(router, "decide_extension", about="诉求人会收到新的期限。")
def step_decide_extension(
    request: ApiRequest, number: str, body: OptionalNoteIn = NO_NOTE
) -> Answered[StepTaken]:
    """Grant an extension."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.decide_extension(pk, by=by, note=body.note, now=now),
    )


@step(router, "refuse_extension")
def step_refuse_extension(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Refuse an extension."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.refuse_extension(pk, by=by, note=body.note, now=now),
    )


@step(router, "ask_suspension", about="批准前办结期限继续计算。")
def step_ask_suspension(
    request: ApiRequest, number: str, body: AskSuspensionIn
) -> Answered[StepTaken]:
    """Ask to suspend an order."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.ask_suspension(
            pk,
            by=by,
            basis=body.basis,
            explanation=body.explanation,
            until=body.until,
            attached=body.report,
            now=now,
        ),
    )


@step(router, "suspend", about="办结期限自此暂停，到复核日期自动恢复。")
def step_suspend(
    request: ApiRequest, number: str, body: OptionalNoteIn = NO_NOTE
) -> Answered[StepTaken]:
    """Approve a suspension."""
    return take(
        request, number, lambda pk, by, now: actions.suspend(pk, by=by, note=body.note, now=now)
    )


@step(router, "refuse_suspension")
def step_refuse_suspension(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Refuse a suspension."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.refuse_suspension(pk, by=by, note=body.note, now=now),
    )


@step(router, "resume")
def step_resume(
    request: ApiRequest, number: str, body: OptionalNoteIn = NO_NOTE
) -> Answered[StepTaken]:
    """End a suspension."""
    return take(
        request, number, lambda pk, by, now: actions.resume(pk, by=by, note=body.note, now=now)
    )


@step(router, "ask_termination")
def step_ask_termination(
    request: ApiRequest, number: str, body: AskTerminationIn
) -> Answered[StepTaken]:
    """Ask to end an order."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.ask_termination(
            pk,
            by=by,
            reason=reading.reason(ReasonGroup.TERMINATION, body.reason),
            basis=body.basis,
            explanation=body.explanation,
            now=now,
        ),
    )


@step(router, "grant_termination", about="向诉求人说明后办结，不再回访。")
def step_grant_termination(
    request: ApiRequest, number: str, body: ExplanationIn = AS_WRITTEN
) -> Answered[StepTaken]:
    """End an order as terminated."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.grant_termination(
            pk, by=by, explanation=body.explanation, now=now
        ),
    )


@step(router, "refuse_termination")
def step_refuse_termination(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Refuse to end an order."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.refuse_termination(pk, by=by, note=body.note, now=now),
    )
