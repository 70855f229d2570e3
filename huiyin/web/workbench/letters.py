"""Reminder letters 工作提醒函: written to many units at a time, read by the units, printed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.supervision import actions, policy, queries
from huiyin.followup.supervision.actions import LONGEST_SIGNER
from huiyin.followup.supervision.models import Letter
from huiyin.followup.supervision.states import FOR_LETTERS, REASON_LABELS, UrgeReason
from huiyin.kernel import clock, masks
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orders import numbers
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench import papers
from huiyin.web.workbench.forms import UnitField, dress, note_field
from huiyin.web.workbench.once import made_before, made_once
from huiyin.web.workbench.papers import Paper, Table, said_moment, said_until
from huiyin.web.workbench.steps import put_on

_REASONS = [(reason.value, REASON_LABELS[reason]) for reason in FOR_LETTERS]
GRAVE = [UrgeReason.OVERDUE.value, UrgeReason.UNREAD.value]


class LetterFilter(forms.Form):
    """Which slow orders are meant."""

    reasons = forms.MultipleChoiceField(
        label="提醒哪些工单", choices=_REASONS, required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请重新选择"},
    )  # fmt: skip
    below = UnitField(label="只看这个单位及其下级", required=False)


class SendForm(forms.Form):
    """To whom, and who signs."""

    use_required_attribute = False

    units = forms.TypedMultipleChoiceField(
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "列表有变化，请重新选择单位"},
    )  # fmt: skip
    signed_by = forms.CharField(label="签发人", max_length=LONGEST_SIGNER, required=False)
    remark = note_field("附言（可不填）", required=False)


class AnswerForm(forms.Form):
    """What the unit arranges."""

    use_required_attribute = False

    said = note_field("办理安排", required=False, hint="怎样安排、何时办完")


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of letters, newest first. One query beside the session."""
    found = {
        "page": queries.letters(request.actor, cursor=request.GET.get("cursor", "")),
        "supervises": Perm.SUPERVISE in request.actor.perms,
        "done": request.GET.get("done", "")[:6],
    }
    return render(request, "workbench/letters.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def new(request: StaffRequest) -> HttpResponse:
    """Choose from the units with slow orders and send each its letter. Three queries."""
    now = clock.now()
    asked = LetterFilter(request.GET)
    clean = asked.cleaned_data if asked.is_valid() else {}
    reasons = clean.get("reasons") or GRAVE
    below = next(iter(clean.get("below", [])), None)
    rows = _rows(queries.slow_parts(now, reasons=reasons, below=below))
    form = SendForm(request.POST if request.method == "POST" else None, initial=_signer(request))
    form.fields["units"].choices = [(unit.pk, str(unit)) for unit, _ in rows]  # type: ignore[attr-defined]
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sent = made_once(request, lambda: _send(request, form, reasons, now), now=now)
                return redirect(f"{reverse('workbench:letters')}?done={sent}")
            except Invalid as refusal:
                put_on(form, refusal)
        elif (before := made_before(request)) is not None:
            return redirect(f"{reverse('workbench:letters')}?done={before}")
    asked = LetterFilter({"reasons": reasons, "below": below.code if below else ""})
    dress(asked)
    dress(form)
    found = {"rows": rows, "form": form, "asked": asked, "chosen": form["units"].value() or []}
    return render(request, "workbench/letter_new.html", found, status=status)


def _send(request: StaffRequest, form: SendForm, reasons: list[str], now: datetime) -> int:
    wanted = [UrgeReason(each) for each in reasons]
    written = actions.send_letters(**form.cleaned_data, reasons=wanted, by=request.actor, now=now)
    return len(written)


def _signer(request: StaffRequest) -> dict[str, str]:
    return {"signed_by": request.staff.name}


def _rows(parts: list[queries.Named]) -> list[tuple[Unit, list[tuple[str, int]]]]:
    """Return each unit with how many orders for which reason, the most first. One query."""
    counted: dict[int, Counter[str]] = {}
    for part in parts:
        counted.setdefault(part.unit, Counter())[part.reason] += 1
    units = {unit.pk: unit for unit in orgs.units_with_keys(counted)}
    order = sorted(counted, key=lambda key: (-counted[key].total(), units[key].name))
    return [
        (units[key], [(label, counted[key][value]) for value, label in _REASONS]) for key in order
    ]


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show a letter, and take the unit's answer.

    The first opening by each of the unit's people is its read receipt.
    """
    letter, now = _found(request, key), clock.now()
    form, status = AnswerForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.answer_letter(key, by=request.actor, now=now, **form.cleaned_data)
                return redirect("workbench:letter", key=key)
            except Invalid as refusal:
                put_on(form, refusal)
    if actions.read_letter(letter, by=request.actor, now=now):
        letter = _found(request, key)
    dress(form)
    facts = {
        "paper": paper_of(request.actor, letter, now),
        "letter": letter,
        "form": form,
        "may_answer": policy.may_answer_letter(request.actor, letter),
    }
    return render(request, "workbench/letter.html", facts, status=status)


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def pdf(request: StaffRequest, key: int) -> HttpResponse:
    """Send a letter as PDF; it counts as reading it."""
    letter, now = _found(request, key), clock.now()
    actions.read_letter(letter, by=request.actor, now=now)
    return papers.sent(paper_of(request.actor, letter, now), f"letter-{key}")


def _found(request: StaffRequest, key: int) -> Letter:
    found = queries.letter(request.actor, key)
    if found is None:
        raise NotFound("没有找到这份提醒函")
    return found


def paper_of(actor: Actor, letter: Letter, now: datetime) -> Paper:
    """Return what a letter says: every slow order with its reason and due time.

    Source: R-418, R-419 (handbook domain.md 5: 工作提醒函).
    """
    lines = list(letter.lines.all())
    counted = Counter(line.reason for line in lines)
    said = "，".join(f"{label} {counted[value]} 件" for value, label in _REASONS if counted[value])
    rows = tuple(
        (
            str(n), numbers.spoken(line.order.number), masks.in_text(line.order.title),
            line.get_reason_display(), said_until(line.due_at),
        )
        for n, line in enumerate(lines, 1)
    )  # fmt: skip
    parts: list[Any] = [
        ("", (f"{letter.unit.name}：", f"截至 {said_moment(letter.at)}，贵单位有 {len(lines)} 件"
                                     f"工单需要抓紧：{said}。请逐件安排办理，按时签收和回复。")),
    ]  # fmt: skip
    if letter.remark:
        parts.append(("附言", (letter.remark,)))
    return Paper(
        title="工作提醒函",
        number=letter.number,
        facts=(),
        parts=tuple(parts),
        tables=(
            Table("工单", ("序号", "编号", "标题", "情况", "时限"), (10, 38, 60, 24, 38), rows),
        ),
        closing=(
            f"{papers.city_name()} 12345 热线",
            f"签发人：{letter.signed_by}",
            papers.said_day(letter.at),
        ),
        printed=f"{said_moment(now)} {actor.label}打印",
        back=reverse("workbench:letters"),
        back_label="工作提醒函",
        pdf=reverse("workbench:letter_pdf", kwargs={"key": letter.pk}),
    )
