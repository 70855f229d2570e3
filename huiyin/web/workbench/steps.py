"""One page for every step of an order: its small form, the action, and what went wrong."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from huiyin.kernel import clock
from huiyin.kernel.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    Refused,
    TooLarge,
    WrongState,
    WrongType,
)
from huiyin.knowledge import queries as knowledge
from huiyin.orders import policy, queries
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import BY_VERB, FACES
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, order_or_404, staff_page
from huiyin.web.workbench import (
    forms,
    forms_apply,
    forms_audit,
    forms_beside,
    forms_calling,
    forms_dispatch,
    forms_dispute,
    forms_followup,
    forms_group,
    forms_handle,
    forms_intake,
    forms_sign,
)
from huiyin.web.workbench.forms import Setting, StepForm
from huiyin.web.workbench.order import order_facts

_FORMS: tuple[type[StepForm], ...] = (
    forms.Approve, forms.SendBack, forms.Sign, forms.SubSign,
    forms_audit.PassAudit, forms_audit.RejectReply, forms_audit.HandleAgain,
    forms_audit.SuperviseReply, forms_audit.ReportPlan, forms_audit.ConfirmPlan,
    forms.AskVoid, forms.ConfirmVoid, forms.RefuseVoid, forms.AddNote,
    forms_intake.ListMatters, forms_intake.Edit, forms_intake.Submit, forms_intake.Answer,
    forms_intake.Refer, forms_intake.Transfer, forms_dispatch.Dispatch, forms_dispatch.AddUnits,
    forms_dispatch.Reassign,
    forms_dispatch.PassDown, forms_dispatch.AskReturn, forms_dispatch.SendAgain,
    forms_dispute.Confer, forms_dispute.Contest, forms_dispute.GiveOpinion, forms_dispute.Rule,
    forms_dispute.ProposeRuling, forms_dispute.ReopenRuling, forms_dispute.EnterRuling,
    forms_sign.DraftReply, forms_sign.ReturnDraft, forms_sign.SignReply, forms_sign.LocalCall,
    forms_sign.Tell,
    forms_apply.AskExtension, forms_apply.AskSuspension, forms_apply.AskTermination,
    forms_apply.GrantReturn, forms_apply.RefuseReturn, forms_apply.DecideExtension,
    forms_apply.RefuseExtension, forms_apply.Suspend, forms_apply.RefuseSuspension,
    forms_apply.Resume, forms_apply.GrantTermination, forms_apply.RefuseTermination,
    forms_handle.Contact, forms_handle.Explain, forms_handle.Progress, forms_handle.SubReply,
    forms_handle.Reply,
    forms_group.Merge, forms_group.Join, forms_group.SplitOff, forms_group.Link,
    forms_beside.TagForm, forms_beside.CallThroughForm, forms_beside.Supplement, forms_beside.Heed,
    forms_beside.RecordFact, forms_followup.AnswerFromFile, forms_followup.AskWriteOff,
    forms_followup.WriteOff, forms_calling.Whistle, forms_calling.ReportIn,
    forms_calling.JudgeWhistle, forms_calling.AskRaise, forms_calling.AcceptRaise,
    forms_calling.AnswerRaise, forms_calling.SettleRaise,
)  # fmt: skip
FORMS: dict[str, type[StepForm]] = {form.verb: form for form in _FORMS}
_FILES = "photos"


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def step(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Show the form of a step, or take it; what is refused leaves the words where they were."""
    kind, order = _form_of(verb), order_or_404(request, number)
    setting = Setting(order, request.actor, queries.my_part(request.actor, order), clock.now())
    _check_role(setting, verb)
    if request.method == "GET":
        _check(setting, verb)
        return _show(request, setting, kind(setting))
    if _seen(request) != order.event_count:
        return _stale(request, setting, kind)
    _check(setting, verb)
    form = kind(setting, request.POST, request.FILES)
    if request.POST.get("look") and isinstance(form, forms_handle.ReplyFields):
        return _look(request, setting, form)
    if not form.is_valid():
        return _show(request, setting, form, status=422)
    try:
        form.take()
    except (Invalid, TooLarge, WrongType) as refusal:
        put_on(form, refusal)
        return _show(request, setting, form, status=refusal.status)
    return done(request, order, verb)


def _look(request: StaffRequest, setting: Setting, form: forms_handle.ReplyFields) -> HttpResponse:
    """Show what an auditor may find in a reply, before it is handed in; nothing is stored."""
    looked: dict[str, Any] = {"looked": True, "advice": form.advice()}
    if request.headers.get("HX-Request"):
        return render(request, "workbench/_reply_advice.html", looked)
    return _show(request, setting, form, **looked)


def done(request: StaffRequest, order: WorkOrder, verb: str) -> HttpResponse:
    """Go back to the order, which then says what was done."""
    url = f"{reverse('workbench:order', kwargs={'number': order.number})}?done={verb}"
    return go(request, url)


def go(request: StaffRequest, url: str) -> HttpResponse:
    """Send the browser elsewhere, also when a fragment was asked for."""
    if not request.headers.get("HX-Request"):
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


def put_on(form: Form, refusal: Refused) -> None:
    """Put the words of a refusal beside the fields that they are about."""
    if isinstance(refusal, TooLarge | WrongType) and _FILES in form.fields:
        form.add_error(_FILES, f"{refusal.message}。{refusal.remedy}".rstrip("。"))
        return
    found: dict[str, str] = refusal.facts.get("fields", {})
    if "report" in found and _FILES in form.fields:
        form.add_error(_FILES, found["report"])
    for name, words in found.items():
        if name in form.fields:
            form.add_error(name, words)
    if not form.errors:
        form.add_error(None, refusal.message)


def _form_of(verb: str) -> type[StepForm]:
    if verb not in FORMS:
        raise NotFound("没有这个步骤")
    return FORMS[verb]


def _seen(request: StaffRequest) -> int:
    raw = request.POST.get("seen", "")
    return int(raw) if raw.isdecimal() and len(raw) < 9 else -1


def _check_role(setting: Setting, verb: str) -> None:
    """Refuse whoever has not the role, before anything is said of what happened meanwhile."""
    if BY_VERB[verb].perm not in setting.actor.perms:
        policy.require(setting.actor, BY_VERB[verb], setting.mine)


def _check(setting: Setting, verb: str) -> None:
    """Refuse a step that is not on offer, in the words in which the page greys it out."""
    step_, order = BY_VERB[verb], setting.order
    policy.require(setting.actor, step_, setting.mine)
    policy.check_state(step_, order)
    offered = policy.offers(setting.actor, order, setting.mine, now=setting.now)
    offer = next((o for o in offered if o.step is step_), None)
    if offer is None:
        raise NotAllowed(f"您不能{step_.label}这件工单")
    if offer.refusal:
        raise WrongState(offer.refusal, remedy="请回到工单页查看")


def _show(
    request: StaffRequest, setting: Setting, form: StepForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    forms.dress(form)
    found = {"order": setting.order, "form": form, "now": setting.now} | form.facts() | more
    found["checklist"] = knowledge.checklist(form.verb, setting.now)
    if request.headers.get("HX-Request"):
        return render(request, "workbench/_step.html", found, status=status)
    page = order_facts(request.actor, setting.order, setting.now) | found
    return render(request, "workbench/order.html", page, status=status)


def _stale(request: StaffRequest, setting: Setting, kind: type[StepForm]) -> HttpResponse:
    """Answer 409: somebody was faster. The words stay, beside what has happened meanwhile."""
    order, seen = setting.order, _seen(request)
    news = [event for event in order.events.all() if event.seq > max(seen, 0)][-5:]
    facts = {
        "order": order,
        "state": FACES[order.standing],
        "wait": queries.waiting(order, setting.now),
        "news": [(BY_VERB[event.verb].past, event) for event in news],
    }
    try:
        _check(setting, kind.verb)
    except Refused:
        if request.headers.get("HX-Request"):
            return render(request, "workbench/_stale.html", facts, status=409)
        page = order_facts(request.actor, order, setting.now) | facts | {"stale": True}
        return render(request, "workbench/order.html", page, status=409)
    data = request.POST.copy()
    data["seen"] = str(order.event_count)
    form = kind(setting, data, request.FILES)
    form.is_valid()
    return _show(request, setting, form, status=409, stale=True, **facts)
