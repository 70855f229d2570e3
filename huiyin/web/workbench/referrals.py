"""Accountability referrals: the ledger, proposing, deciding, and the evidence package."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.outside.states import Occasion
from huiyin.followup.referrals import actions, policy, queries
from huiyin.followup.referrals.models import Referral
from huiyin.followup.referrals.queries import Evidence
from huiyin.followup.referrals.rules import LONGEST, LONGEST_NOTE
from huiyin.followup.referrals.states import STEPS, ReferralState
from huiyin.kernel import clock, masks
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orders import numbers
from huiyin.orders import queries as orders
from huiyin.orders.states import BY_VERB as ORDER_STEPS
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, address_of, staff_page
from huiyin.web.workbench import papers
from huiyin.web.workbench.forms import UnitField, dress
from huiyin.web.workbench.forms_mandate import split
from huiyin.web.workbench.once import made_once
from huiyin.web.workbench.outside import outside_of
from huiyin.web.workbench.papers import Paper, Table, said_moment
from huiyin.web.workbench.steps import put_on


class ProposeForm(forms.Form):
    """What is proposed."""

    use_required_attribute = False

    orders = forms.CharField(
        label="工单编号", max_length=1000, required=False, help_text="一件或几件，用空格或换行分开",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    unit = UnitField(label="被移送的单位", required=False)
    agency = forms.CharField(label="移送机关", max_length=LONGEST["agency"], required=False)
    title = forms.CharField(label="事项", max_length=LONGEST["title"], required=False)
    facts = forms.CharField(
        label="事实", max_length=LONGEST["facts"], required=False,
        widget=forms.Textarea(attrs={"rows": 6}), help_text="推诿、敷衍、拖延等，写明时间和经过",
    )  # fmt: skip
    basis = forms.CharField(label="依据", max_length=LONGEST["basis"], required=False)

    def clean_orders(self) -> list[str]:
        """Return the numbers as they were typed."""
        return split(self.cleaned_data["orders"])

    def clean_unit(self) -> Any:
        """Return the one unit."""
        return next(iter(self.cleaned_data["unit"]), None)


class DecideForm(forms.Form):
    """The words of a step."""

    use_required_attribute = False

    do = forms.ChoiceField(choices=[(step.verb, step.label) for step in STEPS])
    note = forms.CharField(
        label="意见", max_length=LONGEST_NOTE, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip


@require_GET
@staff_page(Perm.SUPERVISE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of the ledger. One query beside the session."""
    state = request.GET.get("state", "")
    state = state if state in set(ReferralState) else ""
    page = queries.listed(request.actor, state=state, cursor=request.GET.get("cursor", ""))
    found = {"page": page, "state": state, "states": list(ReferralState)}
    return render(request, "workbench/referrals.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def new(request: StaffRequest) -> HttpResponse:
    """Propose a referral, begun from an order when one is named."""
    if request.method == "GET":
        return _new(request, ProposeForm(initial=_begun(request)))
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return _new(request, form, status=422)
    now, proposal = clock.now(), actions.Proposal(**form.cleaned_data)
    try:
        key = made_once(
            request, lambda: actions.propose(proposal, by=request.actor, now=now).pk, now=now
        )
    except Invalid as refusal:
        put_on(form, refusal)
        return _new(request, form, status=422)
    return redirect("workbench:referral", key=key)


def _begun(request: StaffRequest) -> dict[str, Any]:
    number = request.GET.get("order", "")
    order = orders.get_visible(request.actor, number) if number else None
    if order is None:
        return {"agency": "市纪委监委"}
    unit = order.lead_unit.code if order.lead_unit else ""
    return {"agency": "市纪委监委", "orders": order.number, "unit": unit}


def _new(request: StaffRequest, form: ProposeForm, *, status: int = 200) -> HttpResponse:
    dress(form)
    return render(request, "workbench/referral_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one referral, and take the step that is next."""
    referral = _found(request, key)
    form, status = DecideForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            clean = form.cleaned_data
            try:
                actions.take(
                    key, clean["do"], by=request.actor, note=clean["note"], now=clock.now()
                )
                return redirect("workbench:referral", key=key)
            except Invalid as refusal:
                put_on(form, refusal)
    dress(form)
    found = {
        "referral": referral,
        "form": form,
        "steps": policy.offered(request.actor, referral, STEPS),
        "own": referral.proposed_by_id == request.staff.pk,
        "outside": outside_of(Occasion.REFERRAL, [key])[key],
        "may_tell": referral.standing is ReferralState.SENT,
    }
    return render(request, "workbench/referral.html", found, status=status)


def _found(request: StaffRequest, key: int) -> Referral:
    referral = queries.get(request.actor, key)
    if referral is None:
        raise NotFound("没有找到这份移送")
    return referral


@require_GET
@staff_page(Perm.SUPERVISE)
def evidence(request: StaffRequest, key: int) -> HttpResponse:
    """Show the evidence package, verified at this moment; the reading is logged."""
    return papers.shown(request, _package(request, key))


@require_GET
@staff_page(Perm.SUPERVISE)
def evidence_pdf(request: StaffRequest, key: int) -> HttpResponse:
    """Send the evidence package as PDF; the reading is logged."""
    return papers.sent(_package(request, key), f"evidence-{key}")


def _package(request: StaffRequest, key: int) -> Paper:
    referral, now = _found(request, key), clock.now()
    actions.log_reading(referral, by=request.actor, now=now, address=address_of(request))
    return paper_of(request.actor, referral, queries.evidence(referral), now)


def paper_of(actor: Actor, referral: Referral, found: list[Evidence], now: datetime) -> Paper:
    """Return what the package says; requesters are not named, numbers in texts are masked.

    Source: R-425 (requirements 27, 155; architecture 3).
    """
    broken = [each for each in found if each.broken or each.same is False]
    head = "red" if broken else "green"
    verdict = (
        f"本材料生成时，有 {len(broken)} 件工单的历史记录校验不符，见下文。" if broken
        else f"本材料生成时（{said_moment(now)}），{len(found)} 件工单的历史逐条校验，全部相符。"
    )  # fmt: skip
    tables: list[Table] = []
    for each in found:
        number = numbers.spoken(each.order.number)
        tables.append(
            Table(
                f"{number} 的办理经过",
                ("序号", "时间", "步骤", "办理人", "内容"),
                (10, 34, 26, 34, 66),
                tuple(_event(e) for e in each.events),
            )
        )
        if each.files:
            tables.append(
                Table(
                    f"{number} 的附件",
                    ("名称", "大小", "指纹（SHA-256）"),
                    (50, 20, 100),
                    tuple((f.name, f"{f.size} 字节", f.digest) for f in each.files),
                )
            )
    return Paper(
        title="问责移送证据材料",
        number=referral.number or "待审批",
        facts=(
            ("移送机关", referral.agency),
            ("被移送单位", referral.unit.name),
            ("事项", referral.title),
            ("提出", f"{referral.proposed_by.name} {said_moment(referral.proposed_at)}"),
            ("审批", f"{referral.decided_by.name} {said_moment(referral.decided_at)}"
             if referral.decided_by else "—"),
        ),
        parts=(
            ("事实", tuple(referral.facts.split("\n"))),
            ("依据", (referral.basis,)),
            ("历史记录校验和已采取的措施", tuple(_verified(each) for each in found)),
        ),
        tables=tuple(tables),
        closing=(f"{papers.city_name()} 12345 热线", papers.said_day(now)),
        printed=f"{said_moment(now)} {actor.label}生成",
        back=reverse("workbench:referral", kwargs={"key": referral.pk}),
        back_label="问责移送",
        pdf=reverse("workbench:referral_pdf", kwargs={"key": referral.pk}),
        notice=(head, verdict),
    )  # fmt: skip


def _verified(each: Evidence) -> str:
    state = f"校验不符（{each.broken}）" if each.broken else "校验相符"
    sent = {True: "；与移送时一致", False: "；与移送时不一致", None: ""}[each.same]
    fingerprint = f"，历史 {len(each.events)} 条，指纹 {each.head}"
    earlier = f"，移送时指纹 {each.sent_head}" if each.sent_head else ""
    number = numbers.spoken(each.order.number)
    return f"{number}：{state}{sent}{fingerprint}{earlier}。已采取：{each.tried}。"


def _event(event: Any) -> tuple[str, ...]:
    who = f"{event.actor_label}（{event.unit}）" if event.unit else event.actor_label
    step = ORDER_STEPS.get(event.verb)
    return (
        str(event.seq), said_moment(event.at), step.past if step else event.verb, who,
        masks.in_text(event.note) or "—",
    )  # fmt: skip
