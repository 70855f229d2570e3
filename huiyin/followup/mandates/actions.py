"""Everything that is done with supervision orders and their teams; each under the row's lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from huiyin.followup.mandates import policy, queries, rules
from huiyin.followup.mandates.models import (
    CheckIn,
    Mandate,
    MandateEvent,
    MandateFile,
    MandateOrder,
    Team,
)
from huiyin.followup.mandates.rules import MandateKind
from huiyin.followup.mandates.states import (
    ACT,
    ASK_EXTENSION,
    CANCEL,
    CHECK_IN,
    DRAFT,
    DROP,
    GRANT_EXTENSION,
    ISSUE,
    MISS_CHECK,
    OVERDUE,
    REFUSE_EXTENSION,
    REPLY,
    REVISE,
    SEND_BACK,
    SIGN,
    WITHDRAW,
    MandateState,
    MandateStep,
    Origin,
)
from huiyin.followup.supervision.actions import next_number
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Conflict, Invalid, NotFound, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.orders import actions as orders
from huiyin.orders import numbers
from huiyin.orders.actions.files import Upload, accept, keep
from huiyin.orders.actions.timing import moment
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import OPEN
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import Staff, Unit
from huiyin.orgs.states import Perm

MOST_EXTENSIONS = 1
BATCH = 500
MOST_MEMBERS = 100


@dataclass(frozen=True, slots=True)
class MandateForm:
    """What a supervisor fills in; ``due_at`` is left out for the limit of the kind."""

    kind: str = ""
    title: str = ""
    demands: str = ""
    unit: Unit | None = None
    orders: Sequence[str] = ()
    due_at: datetime | None = None
    supervising: Unit | None = None
    team: int | None = None


@dataclass(slots=True)
class Turn:
    """A step that was begun: the locked supervision order, who acts, and when."""

    step: MandateStep
    mandate: Mandate
    by: Actor
    now: datetime


@transaction.atomic
def draft(form: MandateForm, *, by: Actor, now: datetime) -> Mandate:
    """Write a supervision order; nobody but the supervisors sees it until it is issued.

    Without a team the one is taken that looks after the unit or the orders' categories; without a
    supervising unit the one that the first order names.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: kind, subject, demands, unit or orders are missing or wrong.

    Source: R-411, R-414 (requirements 13, 151; handbook domain.md 5).
    """
    policy.require_supervisor(by)
    mandate = Mandate(
        state=MandateState.DRAFT.value,
        origin=Origin.PERSON.value,
        made_at=now,
        made_by=by.staff,
    )
    found = _fill(mandate, form, now)
    mandate.save()
    _set_orders(mandate, found)
    return _finish(Turn(DRAFT, mandate, by, now))


@transaction.atomic
def revise(key: int, form: MandateForm, *, by: Actor, now: datetime) -> Mandate:
    """Change what was not issued yet; whatever ``draft`` refuses is refused.

    Source: R-411 (requirement 151).
    """
    turn = _begin(REVISE, key, by, now)
    found = _fill(turn.mandate, form, now)
    _set_orders(turn.mandate, found)
    return _finish(turn)


@transaction.atomic
def draft_by_rule(
    order: WorkOrder, *, kind: MandateKind, unit: Unit, why: str, now: datetime
) -> Mandate:
    """Let the ladder draft a supervision order about one order; a person issues or drops it.

    Source: R-411 (handbook domain.md 2.8: supervision ladder).
    """
    team = queries.team_of(unit, [order.category.code] if order.category else [])
    mandate = Mandate.objects.create(
        state=MandateState.DRAFT.value,
        origin=Origin.LADDER.value,
        kind=kind.code,
        kind_name=kind.name,
        why=why[:300],
        title=f"关于“{order.title}”的督办"[: rules.LONGEST_TITLE],
        demands=f"{why}。请查明原因，依法依规办理，并按时书面反馈办理结果。"[
            : rules.LONGEST_DEMANDS
        ],
        unit=unit,
        supervising=_supervising(order),
        team=team,
        check_days=kind.check_days,
        made_at=now,
    )
    _set_orders(mandate, [order])
    return _finish(Turn(DRAFT, mandate, SYSTEM, now), note=why)


def _fill(mandate: Mandate, form: MandateForm, now: datetime) -> list[WorkOrder]:
    """Put the form into the row and return the orders. Raises Invalid."""
    kind, title = queries.kind(form.kind, now), text.clean(form.title)
    demands = text.clean(form.demands, lines=True)
    words = rules.Text(title, demands, form.due_at, len(form.orders))
    rules.check_text(words, now)
    if kind is None:
        raise Invalid("请选择督办类型", fields={"kind": "请选择督办类型"})
    if form.unit is None:
        raise Invalid("请选择被督办单位", fields={"unit": "请选择被督办单位"})
    found = _orders(form.orders, form.unit)
    mandate.kind, mandate.kind_name, mandate.check_days = kind.code, kind.name, kind.check_days
    mandate.title, mandate.demands, mandate.due_at = title, demands, form.due_at
    mandate.unit = form.unit
    mandate.supervising = form.supervising or _supervising(found[0])
    mandate.team = _team(form, found)
    return found


def _team(form: MandateForm, found: Sequence[WorkOrder]) -> Team | None:
    if form.team:
        chosen = queries.team(form.team)
        if chosen is None or not chosen.active:
            raise Invalid("没有这个督办组", fields={"team": "请重新选择督办组"})
        return chosen
    codes = [order.category.code for order in found if order.category]
    return queries.team_of(present(form.unit), codes)


def _orders(typed: Sequence[str], unit: Unit) -> list[WorkOrder]:
    """Return the orders with these numbers, each one that the unit or one below has a part in."""
    wanted = list(dict.fromkeys(numbers.read(each) or each for each in typed if each.strip()))
    if not wanted:
        raise Invalid("请填写要督办的工单", fields={"orders": "请填写工单编号"})
    rows = WorkOrder.objects.select_related("category").filter(number__in=wanted).order_by("pk")
    found = list(rows)
    missing = set(wanted) - {order.number for order in found}
    if missing:
        words = f"没有这些工单：{'、'.join(sorted(missing))[:100]}"
        raise Invalid(words, fields={"orders": words})
    held = set(
        Assignment.objects.filter(order__in=found, unit__path__startswith=unit.path).values_list(
            "order", flat=True
        )
    )
    others = [order.number for order in found if order.pk not in held]
    if others:
        words = f"{unit}没有承办这些工单：{'、'.join(others)[:100]}"
        raise Invalid(words, fields={"orders": words})
    return found


def _supervising(order: WorkOrder) -> Unit | None:
    part = (
        Assignment.objects.select_related("unit")
        .filter(order=order, role="supervise", ended_at__isnull=True)
        .order_by("pk")
        .first()
    )
    return part.unit if part else None


def _set_orders(mandate: Mandate, found: Sequence[WorkOrder]) -> None:
    kept = {order.pk for order in found}
    MandateOrder.objects.filter(mandate=mandate).exclude(order__in=kept).delete()
    MandateOrder.objects.bulk_create(
        (MandateOrder(mandate=mandate, order=order) for order in found), ignore_conflicts=True
    )


@transaction.atomic
def issue(key: int, *, by: Actor, now: datetime) -> Mandate:
    """Issue a draft: it gets its number and due time, the unit sees it, the orders tell of it.

    Raises:
        Invalid: its due time has passed meanwhile.
        WrongState: it was issued or dropped.

    Source: R-411, R-417 (requirements 22, 151; handbook domain.md 5).
    """
    turn = _begin(ISSUE, key, by, now)
    mandate = turn.mandate
    kind = queries.kind(mandate.kind, now) or rules.PLAIN_KINDS[0]
    mandate.due_at = mandate.due_at or queries.reply_by(kind, now)
    if mandate.due_at <= now:
        raise Invalid("反馈时限已过，请先修改", fields={"due_at": "反馈时限应晚于现在"})
    mandate.number = next_number(kind.series, now)
    mandate.issued_at, mandate.issued_by = now, by.staff
    if mandate.check_days:
        CheckIn.objects.create(mandate=mandate, due_at=queries.check_by(mandate.check_days, now))
    _tell_orders(turn, f"{mandate.kind_name}单 {mandate.number}：{mandate.title}，"
                       f"要求{mandate.unit}在 {moment(mandate.due_at)} 前反馈")  # fmt: skip
    return _finish(turn, data={"number": mandate.number, "due_at": mandate.due_at.isoformat()})


@transaction.atomic
def sign(key: int, *, by: Actor, now: datetime) -> Mandate:
    """Sign for a supervision order as the unit that it is addressed to.

    Source: R-412 (requirement 153).
    """
    turn = _begin(SIGN, key, by, now)
    turn.mandate.signed_at, turn.mandate.signed_by = now, by.staff
    return _finish(turn)


@transaction.atomic
def reply(
    key: int, *, by: Actor, note: str, files: Sequence[Upload] = (), now: datetime
) -> Mandate:
    """Answer a supervision order; an extension that was still asked for falls away.

    Source: R-412 (requirement 153; handbook domain.md 5: feedback).
    """
    turn = _begin(REPLY, key, by, now)
    turn.mandate.replied_at, turn.mandate.extend_until = now, None
    return _finish(turn, note=note, files=files)


@transaction.atomic
def ask_extension(
    key: int, *, by: Actor, note: str, until: datetime | None, now: datetime
) -> Mandate:
    """Ask for a later due time, before the present one has passed.

    Raises:
        TooLate: the due time has passed.
        Refused: one was asked already, or as many were granted as the city allows.

    Source: R-413 (handbook domain.md 2.8).
    """
    turn = _begin(ASK_EXTENSION, key, by, now)
    mandate = turn.mandate
    most = int(knowledge.parameter("mandate.max_extensions", now, default=MOST_EXTENSIONS))
    if mandate.extend_until is not None:
        raise Refused("已申请延期，等待审批")
    if mandate.extensions >= most:
        raise Refused(f"督办单最多延期 {most} 次", remedy="请按时反馈，未办完的写明进展和计划")
    mandate.extend_until = rules.check_extension(until, present(mandate.due_at), now)
    return _finish(turn, note=note, data={"until": mandate.extend_until.isoformat()})


@transaction.atomic
def grant_extension(key: int, *, by: Actor, note: str = "", now: datetime) -> Mandate:
    """Agree with an extension: the due time moves.

    Source: R-413 (handbook domain.md 2.8: approval).
    """
    turn = _begin(GRANT_EXTENSION, key, by, now)
    mandate = turn.mandate
    until = _asked(mandate)
    before, mandate.due_at = present(mandate.due_at), until
    mandate.extensions += 1
    mandate.extend_until = mandate.late_at = None
    return _finish(turn, note=note, data={"from": before.isoformat(), "until": until.isoformat()})


@transaction.atomic
def refuse_extension(key: int, *, by: Actor, note: str, now: datetime) -> Mandate:
    """Refuse an extension: the due time stays.

    Source: R-413 (handbook domain.md 2.8).
    """
    turn = _begin(REFUSE_EXTENSION, key, by, now)
    _asked(turn.mandate)
    turn.mandate.extend_until = None
    return _finish(turn, note=note)


def _asked(mandate: Mandate) -> datetime:
    if mandate.extend_until is None:
        raise Refused("没有待审批的延期申请")
    return mandate.extend_until


@transaction.atomic
def send_back(
    key: int, *, by: Actor, note: str, until: datetime | None = None, now: datetime
) -> Mandate:
    """Send an answer back: the unit answers again until a new due time, by default the kind's.

    Source: R-412 (requirement 153).
    """
    turn = _begin(SEND_BACK, key, by, now)
    mandate = turn.mandate
    kind = queries.kind(mandate.kind, now) or rules.PLAIN_KINDS[0]
    if until is not None and until <= now:
        raise Invalid("新的时限应晚于现在", fields={"until": "应晚于现在"})
    mandate.due_at, mandate.late_at = until or queries.reply_by(kind, now), None
    mandate.sent_back += 1
    return _finish(turn, note=note, data={"due_at": mandate.due_at.isoformat()})


@transaction.atomic
def cancel(key: int, *, by: Actor, note: str, now: datetime) -> Mandate:
    """Accept the answer and cancel the supervision order 销号, with the reason.

    Source: R-412 (requirement 153: cancel on completion).
    """
    turn = _begin(CANCEL, key, by, now)
    _tell_orders(turn, f"督办单 {turn.mandate.number} 销号：{text.clean(note)}")
    return _end(turn, note)


@transaction.atomic
def withdraw(key: int, *, by: Actor, note: str, now: datetime) -> Mandate:
    """Withdraw what was issued: it was wrong, or the matter is settled otherwise.

    Source: R-412 (requirement 153).
    """
    turn = _begin(WITHDRAW, key, by, now)
    _tell_orders(turn, f"督办单 {turn.mandate.number} 撤回：{text.clean(note)}")
    return _end(turn, note)


@transaction.atomic
def drop(key: int, *, by: Actor, note: str, now: datetime) -> Mandate:
    """Decide not to issue a draft, with the reason; it stays in the ledger.

    Source: R-412 (requirement 153).
    """
    return _end(_begin(DROP, key, by, now), note)


def _end(turn: Turn, note: str) -> Mandate:
    mandate = turn.mandate
    mandate.ended_at, mandate.end_reason = turn.now, text.clean(note)[: rules.LONGEST_NOTE]
    mandate.extend_until = None
    return _finish(turn, note=note)


@transaction.atomic
def act(
    key: int,
    *,
    by: Actor,
    method: str,
    note: str,
    files: Sequence[Upload] = (),
    now: datetime,
) -> Mandate:
    """Record a measure of the city's catalogue with what came of it, minutes as files.

    Raises:
        Invalid: the city does not know the method.

    Source: R-415 (requirement 14: meeting, joint enforcement, review visit, media).
    """
    turn = _begin(ACT, key, by, now)
    known = next((each for each in queries.methods(now) if each.code == method), None)
    if known is None:
        raise Invalid("请选择督办措施", fields={"method": "请选择督办措施"})
    data = {"method": known.code, "name": known.name}
    return _finish(turn, note=note, data=data, files=files)


@transaction.atomic
def check_in(key: int, *, by: Actor, note: str, now: datetime) -> Mandate:
    """Write down a regular look at the unit; the next one is due after the kind's days.

    Source: R-417 (requirement 22).
    """
    turn = _begin(CHECK_IN, key, by, now)
    mandate, said = turn.mandate, text.clean(note, lines=True)
    rules.check_note(CHECK_IN, said)
    CheckIn.objects.filter(mandate=mandate, done_at__isnull=True).update(
        done_at=now, by=by.staff, said=said
    )
    if mandate.check_days:
        CheckIn.objects.create(mandate=mandate, due_at=queries.check_by(mandate.check_days, now))
    return _finish(turn, note=note)


def miss_checks(*, until: datetime, limit: int = BATCH) -> int:
    """Mark the check-ins whose day is over; each is told once, in the history; how many.

    Safe late, twice or in parallel: each is marked in the transaction of its line.

    Source: R-417 (requirement 22: overdue escalation).
    """
    return sum(_miss(key, until) for key in queries.to_check(until, limit))


@transaction.atomic
def _miss(key: int, now: datetime) -> bool:
    mandate = Mandate.objects.select_for_update(of=("self",)).get(checks__pk=key)
    late = CheckIn.objects.filter(pk=key, done_at__isnull=True, missed_at__isnull=True)
    if mandate.state not in MISS_CHECK.sources or not late.update(missed_at=now):
        return False
    who = mandate.supervising or mandate.team or "督办组"
    _finish(Turn(MISS_CHECK, mandate, SYSTEM, now), note=f"{who}未按期检查")
    return True


def record_late(*, until: datetime, limit: int = BATCH) -> int:
    """Write one line for each supervision order whose reply is overdue; how many.

    Safe late, twice or in parallel: each is marked in the transaction of its line.

    Source: R-412 (requirement 153).
    """
    return sum(_late(key, until) for key in queries.to_answer_late(until, limit))


@transaction.atomic
def _late(key: int, now: datetime) -> bool:
    mandate = Mandate.objects.select_for_update(of=("self",)).get(pk=key)
    due = mandate.due_at
    if mandate.state not in OVERDUE.sources or mandate.late_at or due is None or due > now:
        return False
    mandate.late_at = now
    _finish(Turn(OVERDUE, mandate, SYSTEM, now), data={"due_at": due.isoformat()})
    return True


@transaction.atomic
def set_team(
    key: int | None,
    *,
    name: str,
    members: Collection[Staff],
    units: Collection[Unit],
    categories: Collection[str],
    active: bool = True,
    by: Actor,
) -> Team:
    """Make a supervision team or change one: its people and what it looks after.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: no name, a member who does not supervise, or an unknown category.
        Conflict: another team has this name.

    Source: R-414 (requirement 13).
    """
    policy.require_supervisor(by)
    team = _team_row(key)
    team.name, team.active = text.clean(name), active
    wrong: dict[str, str] = {}
    if not 2 <= len(team.name) <= 40:
        wrong["name"] = "请填写名称，2–40 个字"
    strangers = [each.name for each in members if Perm.SUPERVISE not in each.perms]
    if strangers:
        wrong["members"] = f"{'、'.join(strangers)[:60]}不是督办人员"
    if len(members) > MOST_MEMBERS:
        wrong["members"] = f"最多 {MOST_MEMBERS} 人"
    unknown = [code for code in categories if knowledge.category(code) is None]
    if unknown:
        wrong["categories"] = f"没有分类 {'、'.join(unknown)[:60]}"
    if wrong:
        raise Invalid("督办组没有填好：" + "；".join(wrong.values()), fields=wrong)
    if Team.objects.filter(name=team.name).exclude(pk=team.pk).exists():
        raise Conflict(f"已有叫“{team.name}”的督办组", remedy="请换一个名称")
    team.categories = sorted(categories)
    team.save()
    team.members.set(members)
    team.units.set(units)
    return team


def _team_row(key: int | None) -> Team:
    if key is None:
        return Team()
    found = Team.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound("没有这个督办组")
    return found


def _begin(step: MandateStep, key: int, by: Actor, now: datetime) -> Turn:
    """Lock the row, then check its state and the actor's right. Raises NotFound as well."""
    rows = Mandate.objects.select_for_update(of=("self",))
    mandate = rows.select_related("unit", "supervising", "team").filter(pk=key).first()
    if mandate is None:
        raise NotFound("没有这张督办单")
    policy.require_step(by, step, mandate)
    rules.check_step(step, mandate.standing, mandate.standing.label)
    return Turn(step, mandate, by, now)


def _finish(
    turn: Turn,
    *,
    note: str = "",
    data: dict[str, Any] | None = None,
    files: Sequence[Upload] = (),
) -> Mandate:
    """Move the state, write the line of history, keep the files."""
    mandate, step, words = turn.mandate, turn.step, text.clean(note, lines=True)
    if turn.by is not SYSTEM:
        rules.check_note(step, words)
    accepted = accept(list(files))
    if step.target is not None:
        mandate.state = step.target.value
    mandate.event_count += 1
    mandate.save()
    MandateEvent.objects.create(
        mandate=mandate,
        seq=mandate.event_count,
        verb=step.verb,
        at=turn.now,
        by=turn.by.staff,
        unit=turn.by.unit,
        note=words,
        data=data or {},
    )
    MandateFile.objects.bulk_create(
        MandateFile(
            mandate=mandate, seq=mandate.event_count, name=each.name, media_type=each.media_type,
            size=len(each.content), digest=keep(each),
        )
        for each in accepted
    )  # fmt: skip
    return mandate


def _tell_orders(turn: Turn, words: str) -> None:
    """Write a line into the history of each order that is still open, in the order of their keys.

    Source: R-416 (requirement 153).
    """
    rows = WorkOrder.objects.filter(mandate_lines__mandate=turn.mandate).order_by("pk")
    for order in rows:
        if order.standing in OPEN:
            orders.add_note(order.pk, by=turn.by, note=words, now=turn.now)
