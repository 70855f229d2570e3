"""The reply of the lead unit, and what prepares it: listed matters, explanations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from huiyin.kernel import crypto, masks, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.knowledge.states import ClockKind
from huiyin.orders import reply_queries, reply_rules, rules
from huiyin.orders.actions.applying import lapse, withdraw_drafts
from huiyin.orders.actions.files import Accepted, Upload, accept, attach
from huiyin.orders.actions.turn import Turn, begin, clock_for, finish
from huiyin.orders.models import Assignment, Explanation, OrderMatter, Reply, WorkOrder
from huiyin.orders.rules import MatterAnswer, ReplyForm
from huiyin.orders.states import EXPLAIN, LIST_MATTERS, REPLY, Outcome, State
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Signature, Unit
from huiyin.orgs.states import Perm
from huiyin.worktime.calendar import SHANGHAI

LONGEST = {
    "process": 3000,
    "result": 3000,
    "public_answer": 3000,
    "basis": 500,
    "sign_off": 40,
    "enforcement": 80,
}
LONGEST_MATTER = 200
LONGEST_MATTER_RESULT = 1000
MOST_MATTERS = 20
LONGEST_EXPLANATION = 1000


@transaction.atomic
def list_matters(order_id: int, *, by: Actor, matters: Sequence[str], now: datetime) -> WorkOrder:
    """List the matters of an order anew; the reply must then answer each. None clears the list.

    Raises:
        Invalid: too many, too long, or one twice.

    Source: R-142 (requirement 168).
    """
    turn = begin(LIST_MATTERS, order_id, by, now)
    found = [text.clean(each) for each in matters if each.strip()]
    if wrong := _wrong_matters(found):
        raise Invalid(wrong, fields={"matters": wrong})
    OrderMatter.objects.filter(order=turn.order).delete()
    OrderMatter.objects.bulk_create(
        OrderMatter(order=turn.order, seq=seq, text=each) for seq, each in enumerate(found, 1)
    )
    note = "；".join(f"{seq}. {each}" for seq, each in enumerate(found, 1)) or "不再分项"
    return finish(turn, note=note, data={"matters": len(found)})


def _wrong_matters(found: Sequence[str]) -> str:
    if len(found) > MOST_MATTERS:
        return f"最多列 {MOST_MATTERS} 项"
    if any(len(each) > LONGEST_MATTER for each in found):
        return f"每项最多 {LONGEST_MATTER} 个字"
    if len(set(found)) != len(found):
        return "同一事项写了两次"
    return ""


@transaction.atomic
def explain(order_id: int, *, by: Actor, said: str, basis: str, now: datetime) -> WorkOrder:
    """Write down that the unit explained to the citizen why not, and on what basis.

    Raises:
        Invalid: what was said or the basis is missing.

    Source: R-144 (requirement 139: reason, law and policy basis; repeat if needed, 1, 2, 3 times).
    """
    turn = begin(EXPLAIN, order_id, by, now)
    rules.check_note(said, "said", "解释内容")
    rules.check_note(basis, "basis", "政策依据")
    wrong = {
        name: f"最多 {most} 个字"
        for name, value, most in (
            ("said", said, LONGEST_EXPLANATION),
            ("basis", basis, LONGEST["basis"]),
        )
        if len(value) > most
    }
    if wrong:
        raise Invalid("解释内容过长", fields=wrong)
    row = _explain(turn, present(turn.mine).unit, said=said, basis=basis)
    return finish(
        turn,
        note=f"第 {row.nth} 次解释：{row.said}；依据：{row.basis}",
        public_note="承办单位已向您说明情况",
        data={"nth": row.nth},
    )


def _explain(turn: Turn, unit: Unit, *, said: str, basis: str) -> Explanation:
    """Store one more explanation; the order is locked, so the count cannot be taken twice."""
    return Explanation.objects.create(
        order=turn.order,
        nth=Explanation.objects.filter(order=turn.order).count() + 1,
        round=turn.order.round,
        at=turn.now,
        unit=unit,
        by=turn.by.staff,
        said=text.clean(said, lines=True)[:LONGEST_EXPLANATION],
        basis=text.clean(basis)[: LONGEST["basis"]],
    )


@transaction.atomic
def reply(
    order_id: int,
    form: ReplyForm,
    *,
    by: Actor,
    files: Sequence[Upload] = (),
    show_files: bool = False,
    now: datetime,
) -> Reply:
    """Reply for the lead unit: process, result, answer, contact, basis and the named sign-off.

    The audit comes next, or the call-back where the city asks the citizen first.

    Args:
        order_id: the order.
        form: what is reported.
        by: staff of the lead unit.
        files: photos of the result; all are stored with the reply, or nothing is.
        show_files: whether the citizen sees them with the answer.
        now: when.

    Raises:
        Invalid: the form is incomplete or too long.
        TooLarge, WrongType: a file is refused.

    Source: R-51, R-148 (requirements 18, 164, 165, 182).
    """
    accepted = accept(list(files))
    turn = begin(REPLY, order_id, by, now)
    _check_mode(turn)
    lapse(turn)
    if Perm.SIGN_OFF in by.perms:
        withdraw_drafts(turn, "负责人已直接回复")
    row = store(turn, form, accepted, show_files=show_files)
    send_on(turn, row)
    return row


def _check_mode(turn: Turn) -> None:
    """Refuse a direct reply in a unit whose leader signs, unless it is the leader's own.

    Source: R-158 (requirement 197).
    """
    if present(turn.mine).unit_id in orgs.signed_units() and Perm.SIGN_OFF not in turn.by.perms:
        raise NotAllowed("本单位实行签批，回复须由负责人签发", remedy="请用“送签”提交拟稿")


def store(turn: Turn, form: ReplyForm, files: list[Accepted], *, show_files: bool) -> Reply:
    """Check the form and store the reply with its files; the order's state is the caller's.

    Source: R-51, R-140 (requirements 18, 164, 168, 169).
    """
    mine, order, now = present(turn.mine), turn.order, turn.now
    check(turn, form, files=len(files))
    reply_queries.check_called_locally(order, now)
    mine.replied_at = now
    mine.contacted_at = mine.contacted_at or form.contacted_at
    mine.save(update_fields=["replied_at", "contacted_at"])
    row = Reply.objects.create(
        order=order,
        assignment=mine,
        round=order.round,
        at=now,
        by=present(turn.by.staff),
        answers=_told(order, form.answers),
        signature=_signature(turn.by, form.sign_off),
        **columns(form),
    )
    if form.outcome is Outcome.EXPLAINED:
        _explain(turn, mine.unit, said=form.public_answer, basis=form.basis)
    attach(order, files, by=turn.by, reply=row, public=show_files, now=now)
    return row


def _signature(by: Actor, sign_off: str) -> Signature | None:
    """Return the picture to stand beside the name: only one's own, under one's own account.

    Up to one query, and none for who signs nothing.

    Source: R-511 (requirement 106).
    """
    if by.staff is None or Perm.SIGN_OFF not in by.perms or text.clean(sign_off) != by.staff.name:
        return None
    return orgs.signature_of(by.staff)


def check(turn: Turn, form: ReplyForm, *, files: int) -> None:
    """Raise Invalid unless the form holds what the city asks for today."""
    mine: Assignment = present(turn.mine)
    needs = reply_queries.needs_of(turn.order, since=mine.dispatched_at, at=turn.now, files=files)
    reply_rules.check_reply(form, needs, turn.now, turn.now.astimezone(SHANGHAI).date())
    _check_lengths(form)


def columns(form: ReplyForm) -> dict[str, Any]:
    """Return the stored columns of a form: cleaned, the number of the contact sealed."""
    digits = text.phone_digits(form.contact_number)
    return {
        "outcome": form.outcome.value,
        "process": text.clean(form.process, lines=True),
        "result": text.clean(form.result, lines=True),
        "public_answer": text.clean(form.public_answer, lines=True),
        "basis": text.clean(form.basis),
        "planned_on": form.planned_on,
        "enforcement": text.clean(form.enforcement),
        "contacted_at": form.contacted_at,
        "contact_sealed": crypto.seal(digits, "reply.contact") if digits else b"",
        "contact_masked": masks.phone(digits),
        "sign_off": text.clean(form.sign_off),
    }


def send_on(turn: Turn, row: Reply, *, note: str = "") -> WorkOrder:
    """Send a stored reply to the audit, or first to the citizen where the city asks first.

    Source: R-148 (requirement 165: order of call-back and audit).
    """
    order, now = turn.order, turn.now
    first = reply_queries.calls_back_first(now) and reply_queries.is_called_back(order.number, now)
    kind = ClockKind.CALLBACK if first else ClockKind.AUDIT
    clock = clock_for(order, kind, now)
    if first:
        order.answer = row.public_answer
    said = [f"{row.assignment.unit}回复：{Outcome(row.outcome).label}"]
    said += [f"签发人 {row.sign_off}"] if row.sign_off else []
    return finish(
        turn,
        target=State.TO_CALLBACK if first else State.REPLY_REVIEW,
        note="；".join([*said, *([note] if note else [])]),
        public_note="承办单位已回复，请您评价" if first else "承办单位已回复，正在审核",
        data={"reply": row.pk, "outcome": row.outcome, "round": order.round},
        clocks=[clock] if clock else [],
        starts=False,
    )


def _told(order: WorkOrder, answers: Iterable[MatterAnswer]) -> list[dict[str, Any]]:
    """Return the answers as they are kept: with the words of each matter as it stands now."""
    if not (given := list(answers)):
        return []
    words = dict(reply_queries.matters_of(order).values_list("seq", "text"))
    return [
        {
            "seq": each.seq,
            "matter": words[each.seq],
            "outcome": each.outcome.value,
            "label": each.outcome.label,
            "result": text.clean(each.result, lines=True),
        }
        for each in sorted(given, key=lambda each: each.seq)
    ]


def _check_lengths(form: ReplyForm) -> None:
    wrong = {
        name: f"最多 {most} 个字"
        for name, most in LONGEST.items()
        if len(getattr(form, name)) > most
    }
    if any(len(each.result) > LONGEST_MATTER_RESULT for each in form.answers):
        wrong["answers"] = f"每项结果最多 {LONGEST_MATTER_RESULT} 个字"
    if wrong:
        raise Invalid("回复内容过长", fields=wrong)
