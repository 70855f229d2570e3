"""Questions about flags, meetings and joint cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from huiyin.followup.coordination import policy
from huiyin.followup.coordination.models import (
    AgendaItem,
    Flag,
    FlagFile,
    FlagUnit,
    Invitation,
    JointCase,
    JointEntry,
    JointOrder,
    JointPartner,
    Meeting,
    MeetingTurn,
)
from huiyin.followup.coordination.states import FlagState, JointState, MeetingState
from huiyin.followup.tasks.models import Task
from huiyin.kernel import text
from huiyin.kernel.paging import Page, page
from huiyin.orders.models import WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm

_UNITS = Prefetch("units", FlagUnit.objects.select_related("unit").order_by("pk"))


def flags_listed(
    *, state: str = "", kind: str = "", cursor: str = "", size: int = 50
) -> Page[Flag]:
    """Return one page of the flags, the longest waiting first. Two queries."""
    rows = Flag.objects.select_related("order", "category", "region", "flagged_by")
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return page(rows.prefetch_related(_UNITS), by=("flagged_at", "id"), cursor=cursor, size=size)


def flags_counted() -> dict[FlagState, int]:
    """Return how many flags stand where. One query."""
    found = dict(Flag.objects.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state.value, 0) for state in FlagState}


def flag(key: int) -> Flag | None:
    """Return one flag with its units, files and where it was discussed. Four queries."""
    items = AgendaItem.objects.select_related("meeting").order_by("pk")
    rows = Flag.objects.select_related("order", "category", "region", "flagged_by")
    return rows.prefetch_related(_UNITS, "files", Prefetch("items", items)).filter(pk=key).first()


def waiting_flags() -> list[Flag]:
    """Return the flags that wait for a meeting, the longest waiting first. Two queries."""
    rows = Flag.objects.filter(state=FlagState.WAITING.value).select_related("order")
    return list(rows.prefetch_related(_UNITS).order_by("flagged_at", "pk")[:100])


def flags_of(order: WorkOrder) -> list[Flag]:
    """Return the flags of an order, the latest first, with what meetings decided. Two queries."""
    items = AgendaItem.objects.select_related("meeting").order_by("-pk")
    rows = Flag.objects.filter(order=order).select_related("flagged_by")
    return list(rows.prefetch_related(Prefetch("items", items)).order_by("-pk"))


def file_for(actor: Actor, key: int) -> FlagFile | None:
    """Return a piece of evidence, if ``actor`` coordinates or reads a meeting about it."""
    rows = FlagFile.objects.filter(pk=key)
    if not policy.coordinates(actor):
        seen = Meeting.objects.filter(policy.meetings_of(actor))
        rows = rows.filter(flag__items__meeting__in=seen).distinct()
    return rows.first()


def meetings_listed(
    actor: Actor, *, state: str = "", kind: str = "", cursor: str = "", size: int = 50
) -> Page[Meeting]:
    """Return one page of the meetings that ``actor`` may read, the latest first. At most two."""
    rows = Meeting.objects.filter(policy.meetings_of(actor)).annotate(
        points=Count("items", distinct=True), asked=Count("invitations", distinct=True)
    )
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return page(rows, by=("-held_at", "-id"), cursor=cursor, size=size)


def meeting(actor: Actor, key: int) -> Meeting | None:
    """Return one meeting with agenda, tasks and invitations, if ``actor`` may read it.

    At most eight queries, whatever its size.
    """
    tasks = Task.objects.select_related("unit").order_by("pk")
    items = (
        AgendaItem.objects.select_related(
            "flag__order", "flag__category", "flag__region", "sheet", "ruling__lead"
        )
        .prefetch_related(
            Prefetch("flag__units", FlagUnit.objects.select_related("unit").order_by("pk")),
            "flag__files",
            Prefetch("sheet__tasks", tasks),
        )
        .order_by("pk")
    )
    asked = Invitation.objects.select_related("unit", "answered_by").order_by("pk")
    rows = Meeting.objects.filter(policy.meetings_of(actor)).select_related(
        "planned_by", "ended_by"
    )
    return (
        rows.prefetch_related(Prefetch("items", items), Prefetch("invitations", asked))
        .filter(pk=key)
        .first()
    )


def turns(since: date, most: int = 60) -> list[MeetingTurn]:
    """Return whose turn it is on the weekly meetings from a day on. One query.

    Source: R-585 (requirement 45).
    """
    rows = MeetingTurn.objects.filter(day__gte=since).select_related("staff", "set_by")
    return list(rows.order_by("day")[:most])


def my_turns(actor: Actor, today: date) -> int:
    """Return how often it is this person's turn in the week that begins today. One query."""
    if actor.staff is None or not policy.coordinates(actor):
        return 0
    ahead = MeetingTurn.objects.filter(staff=actor.staff.pk, day__gte=today)
    return ahead.filter(day__lt=today + timedelta(days=7)).count()


def suggested_units(flags: Iterable[Flag]) -> list[Unit]:
    """Return the units that flagged cases are about: named ones and leads of orders. One query."""
    rows = list(flags)
    orders = [row.order_id for row in rows if row.order_id]
    keys = [row.pk for row in rows]
    leads = WorkOrder.objects.filter(pk__in=orders, lead_unit__isnull=False).values("lead_unit")
    named = FlagUnit.objects.filter(flag__in=keys).values("unit")
    return list(Unit.objects.filter(Q(pk__in=leads) | Q(pk__in=named), active=True).order_by("pk"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What of coordination waits for a person: invitations to answer, cases to bring to a table."""

    invitations: int
    flags: int


def waiting(actor: Actor) -> Asked:
    """Return what waits for ``actor``. One query or none."""
    if policy.is_office(actor):
        return Asked(0, Flag.objects.filter(state=FlagState.WAITING.value).count())
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Asked(0, 0)
    return Asked(unanswered(actor.unit).count(), 0)


def unanswered(unit: Unit) -> QuerySet[Invitation]:
    """Return the invitations that a unit has not answered to meetings still ahead."""
    return Invitation.objects.filter(
        unit=unit, coming="", sent_at__isnull=False, meeting__state=MeetingState.CALLED.value
    )


def joint_listed(
    actor: Actor, *, state: str = "", words: str = "", cursor: str = "", size: int = 50
) -> Page[JointCase]:
    """Return one page of the joint cases that ``actor`` may read, newest first. At most two."""
    rows = JointCase.objects.filter(policy.joint_of(actor)).select_related("lead")
    rows = rows.annotate(held=Count("orders", distinct=True))
    if state in set(JointState):
        rows = rows.filter(state=state)
    for word in text.clean(words).split()[:5]:
        rows = rows.filter(title__icontains=word)
    return page(rows, by=("-id",), cursor=cursor, size=size)


def joint(actor: Actor, key: int) -> JointCase | None:
    """Return one joint case with all that its page shows, if ``actor`` may read it.

    At most six queries.
    """
    partners = JointPartner.objects.select_related("unit").order_by("pk")
    orders = JointOrder.objects.select_related("order__lead_unit").order_by("pk")
    entries = JointEntry.objects.select_related("by", "unit").order_by("-pk")
    tasks = Task.objects.select_related("unit").order_by("due_at", "pk")
    rows = JointCase.objects.filter(policy.joint_of(actor)).select_related(
        "lead", "opened_by", "closed_by", "sheet"
    )
    return (
        rows.prefetch_related(
            Prefetch("partners", partners),
            Prefetch("orders", orders),
            Prefetch("entries", entries),
            Prefetch("sheet__tasks", tasks),
        )
        .filter(pk=key)
        .first()
    )


def is_member(actor: Actor, case: JointCase) -> bool:
    """Tell whether ``actor`` writes in the log: the office, or a unit of the working group."""
    if policy.is_office(actor):
        return True
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return False
    mine = orgs.subtree_ids(actor.unit.path)
    return case.lead_id in mine or any(each.unit_id in mine for each in case.partners.all())


def joint_of_order(order: WorkOrder) -> JointCase | None:
    """Return the joint case of an order. One query."""
    rows = JointCase.objects.select_related("lead").filter(orders__order=order)
    return rows.first()
