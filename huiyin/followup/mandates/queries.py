"""Questions about supervision orders: kinds, ledger, one with its history, what was tried."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from huiyin.followup.mandates import policy, rules
from huiyin.followup.mandates.models import (
    CheckIn,
    Mandate,
    MandateEvent,
    MandateFile,
    MandateOrder,
    Team,
)
from huiyin.followup.mandates.rules import MandateKind, Method, Share
from huiyin.followup.mandates.states import OPEN, MandateState
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.rules import Matter
from huiyin.knowledge.states import ClockKind
from huiyin.orders import numbers
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import visible_to
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Staff, Unit
from huiyin.orgs.states import PERMS, Perm
from huiyin.worktime import deadline as worktime
from huiyin.worktime import limits

_OPEN = sorted(state.value for state in OPEN)
PLAIN_LIMIT = "3wd"

_TRIED = """
    select o.id,
        (select count(*) from supervision_urging u
            where u.order_id = o.id and u.at is not null and u.kind = 'automatic'),
        (select count(*) from supervision_urging u
            where u.order_id = o.id and u.at is not null and u.kind = 'telephone'),
        (select count(*) from supervision_urging u
            where u.order_id = o.id and u.at is not null and u.kind = 'written')
            + (select count(*) from supervision_letterline n join supervision_letter t
            on t.id = n.letter_id where n.order_id = o.id and t.by_id is null),
        o.round - 1,
        (select count(*) from orders_dispute d where d.order_id = o.id),
        (select count(*) from orders_application a where a.order_id = o.id and a.kind = 'return'),
        (select count(*) from mandates_mandateorder l join mandates_mandate m
            on m.id = l.mandate_id
            where l.order_id = o.id and m.state not in ('draft', 'dropped'))
    from orders_workorder o where o.id = any(%s)
"""


def kinds(now: datetime) -> tuple[MandateKind, ...]:
    """Return the kinds of supervision orders of the city. No query while remembered."""
    return rules.kinds_of(knowledge.parameter("mandate.kinds", now, default=()))


def kind(code: str, now: datetime) -> MandateKind | None:
    """Return one kind by its code. No query while remembered."""
    return next((each for each in kinds(now) if each.code == code), None)


def methods(now: datetime) -> tuple[Method, ...]:
    """Return the methods of supervision of the city. No query while remembered."""
    return rules.methods_of(knowledge.parameter("mandate.methods", now, default=()))


def reply_by(of: MandateKind, now: datetime) -> datetime:
    """Return until when a supervision order of a kind that is issued now is to be answered.

    The kind's own limit, else the city's limit for supervision, else three working days.

    Source: R-411 (handbook domain.md 5: due).
    """
    general = knowledge.limit_for(ClockKind.SUPERVISION, Matter("", "", "", ""), now)
    written = of.limit or (general.limit if general else PLAIN_LIMIT)
    return worktime.deadline(now, limits.parse(written), orgs.calendar()).due_at


def check_by(days: int, now: datetime) -> datetime:
    """Return when the next regular look is due, ``days`` working days from now."""
    return worktime.deadline(now, limits.parse(f"{days}wd"), orgs.calendar()).due_at


@dataclass(frozen=True, slots=True)
class Tried:
    """What was already tried about one order, as counts."""

    reminders: int = 0
    calls: int = 0
    notices: int = 0
    rounds: int = 0
    disputes: int = 0
    returns: int = 0
    mandates: int = 0

    @property
    def line(self) -> str:
        """Return it in words; what never happened is left out."""
        said = (
            (self.reminders, "提醒"), (self.calls, "电话催办"), (self.notices, "书面催办"),
            (self.rounds, "重办"), (self.returns, "申请退单"), (self.disputes, "会商"),
            (self.mandates, "督办"),
        )  # fmt: skip
        return "，".join(f"{what} {count} 次" for count, what in said if count) or "还没有催过"


Told = tuple[WorkOrder, Tried]


@dataclass(frozen=True, slots=True)
class MandateFilter:
    """What the ledger is narrowed to; ``show`` is open, late, review, checks or all."""

    show: str = "open"
    state: str = ""
    kind: str = ""
    unit: Unit | None = None
    team: int | None = None
    words: str = ""


def _seen(actor: Actor) -> QuerySet[Mandate]:
    rows = Mandate.objects.filter(policy.visible_to(actor))
    return rows.select_related("unit", "supervising", "team", "made_by", "issued_by", "signed_by")


def _shown(show: str, now: datetime) -> Q:
    if show == "open":
        return ~Q(state__in=["done", "dropped", "withdrawn"])
    if show == "late":
        return Q(state__in=["to_sign", "in_progress"], due_at__lte=now)
    if show == "review":
        return Q(state=MandateState.TO_REVIEW.value) | Q(extend_until__isnull=False)
    if show == "checks":
        waiting = CheckIn.objects.filter(
            mandate=OuterRef("pk"), done_at__isnull=True, due_at__lte=now
        )
        return Q(Exists(waiting), state__in=_OPEN)
    return Q()


def _narrowed(actor: Actor, wanted: MandateFilter, now: datetime) -> QuerySet[Mandate]:
    rows = _seen(actor).filter(_shown(wanted.show, now))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.unit:
        rows = rows.filter(unit__path__startswith=wanted.unit.path)
    if wanted.team:
        rows = rows.filter(team=wanted.team)
    for word in wanted.words.split()[:5]:
        of_order = MandateOrder.objects.filter(mandate=OuterRef("pk"))
        of_order = of_order.filter(order__number=numbers.read(word) or "-")
        named = Q(title__icontains=word) | Q(number__icontains=word)
        rows = rows.filter(named | Q(unit__name__icontains=word) | Q(Exists(of_order)))
    return rows.annotate(about=Count("lines"))


def listed(
    actor: Actor, wanted: MandateFilter, *, now: datetime, cursor: str = "", size: int = 50
) -> Page[Mandate]:
    """Return one page of the ledger, newest first; each row knows how many orders. One query."""
    return page(_narrowed(actor, wanted, now), by=("-id",), cursor=cursor, size=size)


def _lines(actor: Actor) -> QuerySet[MandateOrder]:
    """Return the orders of supervision orders as far as ``actor`` may see them."""
    seen = WorkOrder.objects.filter(visible_to(actor))
    rows = MandateOrder.objects.filter(order__in=seen)
    return rows.select_related("order__lead_unit").order_by("pk")


def fill(actor: Actor, rows: Sequence[Mandate]) -> list[tuple[Mandate, list[Told]]]:
    """Return each row of the ledger with its orders and what was tried about them. Two queries.

    Source: R-416 (requirement 153: the ledger shows what was already tried).
    """
    found = list(_lines(actor).filter(mandate__in=[row.pk for row in rows]))
    known = tried([line.order_id for line in found])
    held: dict[int, list[Told]] = {}
    for line in found:
        held.setdefault(line.mandate_id, []).append((line.order, known[line.order_id]))
    return [(row, held.get(row.pk, [])) for row in rows]


def supervisors() -> QuerySet[Staff]:
    """Return the people who may be in a supervision team, by name. One query."""
    roles = [role.value for role, perms in PERMS.items() if Perm.SUPERVISE in perms]
    rows = Staff.objects.filter(is_active=True, roles__overlap=roles)
    return rows.order_by("name", "pk")


def get_visible(actor: Actor, key: int) -> Mandate | None:
    """Return one with history, orders, files and check-ins, if ``actor`` may see it. Five queries.

    The orders are those that this person may see.
    """
    rows = _seen(actor).prefetch_related(
        Prefetch("events", MandateEvent.objects.select_related("by", "unit").order_by("seq")),
        Prefetch("lines", _lines(actor)),
        Prefetch("files", MandateFile.objects.order_by("pk")),
        Prefetch("checks", CheckIn.objects.select_related("by").order_by("pk")),
    )
    return rows.filter(pk=key).first()


def file_for(actor: Actor, key: int) -> MandateFile | None:
    """Return one file of a supervision order that ``actor`` may see. One query."""
    visible = Mandate.objects.filter(policy.visible_to(actor))
    return MandateFile.objects.filter(pk=key, mandate__in=visible).first()


def tried(orders: Sequence[int]) -> dict[int, Tried]:
    """Return what was tried about each of these orders. One query.

    Source: R-416 (requirement 153: the ledger shows what was already tried).
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRIED, [list(orders)])
        return {key: Tried(*counts) for key, *counts in cursor.fetchall()}


def of_order(actor: Actor, order: WorkOrder) -> list[Mandate]:
    """Return the supervision orders about an order that ``actor`` may see, newest first."""
    rows = _seen(actor).filter(lines__order=order)
    return list(rows.order_by("-pk"))


def waiting(actor: Actor, now: datetime) -> dict[str, int]:
    """Return how many wait for this person: to sign, to answer, to review, to check. One query.

    A unit signs and answers its own; supervisors review, decide extensions and issue drafts.
    """
    unit = actor.unit
    if Perm.SUPERVISE in actor.perms:
        due = CheckIn.objects.filter(mandate=OuterRef("pk"), done_at__isnull=True, due_at__lte=now)
        counted = {
            "drafts": Count("pk", filter=Q(state=MandateState.DRAFT.value)),
            "review": Count("pk", filter=_shown("review", now)),
            "late": Count("pk", filter=_shown("late", now)),
            "checks": Count("pk", filter=Q(Exists(due)) & Q(state__in=_OPEN)),
        }
        return Mandate.objects.exclude(state__in=["done", "dropped", "withdrawn"]).aggregate(
            **counted
        )
    if unit is None or Perm.HANDLE not in actor.perms:
        return {}
    due = CheckIn.objects.filter(mandate=OuterRef("pk"), done_at__isnull=True, due_at__lte=now)
    own = Q(unit=unit)
    return Mandate.objects.filter(Q(unit=unit) | Q(supervising=unit), state__in=_OPEN).aggregate(
        to_sign=Count("pk", filter=own & Q(state=MandateState.TO_SIGN.value)),
        to_answer=Count("pk", filter=own & Q(state=MandateState.IN_PROGRESS.value)),
        checks=Count("pk", filter=Q(supervising=unit) & Q(Exists(due))),
    )


def teams() -> QuerySet[Team]:
    """Return the teams in use with members and shares, by name. Three queries."""
    rows = Team.objects.filter(active=True).prefetch_related("members", "units")
    return rows.order_by("name")


def every_team() -> QuerySet[Team]:
    """Return all teams with members and shares, those in use first. Three queries."""
    return Team.objects.prefetch_related("members", "units").order_by("-active", "name")


def team(key: int) -> Team | None:
    """Return one team. Three queries."""
    return every_team().filter(pk=key).first()


def team_of(unit: Unit, categories: Collection[str]) -> Team | None:
    """Return the team that looks after a unit or these categories. Three queries.

    Source: R-414 (requirement 13).
    """
    found = {each.pk: each for each in teams()}
    shares = [
        Share(each.pk, [u.path for u in each.units.all()], each.categories)
        for each in found.values()
    ]
    key = rules.team_for(shares, path=unit.path, categories=categories)
    return found.get(key) if key else None


def to_check(until: datetime, limit: int) -> list[int]:
    """Return the check-ins whose day is over and that nobody was told of yet. One query."""
    rows = CheckIn.objects.filter(
        due_at__lte=until, done_at__isnull=True, missed_at__isnull=True, mandate__state__in=_OPEN
    )
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def to_answer_late(until: datetime, limit: int) -> list[int]:
    """Return the supervision orders whose reply is newly overdue. One query."""
    rows = Mandate.objects.filter(
        state__in=["to_sign", "in_progress"], due_at__lte=until, late_at__isnull=True
    )
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
