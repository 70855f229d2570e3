"""Finding group incidents, making one order of them, or saying that they are none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from huiyin.dispatch.incidents import queries, rules
from huiyin.dispatch.incidents.models import Incident, IncidentOrder
from huiyin.dispatch.incidents.rules import Voice
from huiyin.dispatch.incidents.states import IncidentState
from huiyin.kernel import likeness
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from huiyin.orders import actions as orders
from huiyin.orders.kinds import LinkKind
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import OPEN, State
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm

_BEFORE = (State.DRAFT, State.REVIEW)


@transaction.atomic
def find(now: datetime) -> int:
    """Put the like requests of the last hours before the dispatcher; return how many are new.

    Source: R-204 (requirement 69; handbook domain.md 4.3 并单).
    """
    if not queries.is_on(now):
        return 0
    found = {order.pk: order for order in queries.latest(now)}
    voices = [_voice(order) for order in found.values()]
    made = 0
    for keys in rules.clusters(voices, least=queries.least(now)):
        members = [found[key] for key in keys]
        incident = queries.open_incident_of(members) or _new(members, now)
        made += incident.found_at == now
        incident.last_at = max(incident.last_at, members[-1].created_at)
        incident.save()
        IncidentOrder.objects.bulk_create(
            [IncidentOrder(incident=incident, order=order) for order in members],
            ignore_conflicts=True,
        )
    return made


def _voice(order: WorkOrder) -> Voice:
    pairs = likeness.pairs(likeness.folded(order.content))
    return Voice(order.pk, order.place_key, order.region_id, order.category_id, pairs)


def _new(members: list[WorkOrder], now: datetime) -> Incident:
    first = members[0]
    return Incident(
        title=first.title, place=first.place, region=first.region, category=first.category,
        found_at=now, first_at=first.created_at, last_at=first.created_at,
    )  # fmt: skip


@transaction.atomic
def group(key: int, *, members: Collection[int], by: Actor, now: datetime) -> WorkOrder:
    """Make one group order of the requests of an incident; return its main order.

    The main order is the one that holds others already, else the first that was sent on. Those
    that wait for dispatch are merged into it; those that a unit has already, or that are still
    being taken down, are linked.

    Args:
        key: the incident.
        members: keys of the orders that are one event; the others stay as they are.
        by: the dispatcher.
        now: when.

    Raises:
        NotFound: there is no such incident.
        NotAllowed: the actor may not dispatch.
        Conflict: it was decided meanwhile.
        Invalid: fewer than two orders that can be put together.

    Source: R-205 (requirement 69: merged handling with notify-all).
    """
    incident = _open(key, by)
    wanted = incident.members.filter(order__in=members).values_list("order_id", flat=True)
    rows = WorkOrder.objects.filter(pk__in=list(wanted)).order_by("pk")
    there = [order for order in rows if order.standing in OPEN]
    heads = [order for order in there if order.standing not in _BEFORE]
    if len(there) < 2 or not heads:
        raise Invalid("请至少选择两件在办的工单", fields={"members": "请至少选择两件在办的工单"})
    main = max(heads, key=lambda order: (order.merged_count, -order.pk))
    for order in there:
        if order.pk != main.pk:
            _put_together(order, main, by=by, now=now)
    _decide(incident, IncidentState.GROUPED, by=by, now=now, main=main)
    return main


def _put_together(order: WorkOrder, main: WorkOrder, *, by: Actor, now: datetime) -> None:
    note = "群体诉求"
    if order.standing is State.TO_DISPATCH and not order.merged_count:
        orders.merge(order.pk, by=by, main=main.pk, note=note, now=now)
        return
    try:
        with transaction.atomic():
            orders.link(order.pk, by=by, other=main.pk, kind=LinkKind.RELATED, note=note, now=now)
    except Conflict:
        return


@transaction.atomic
def dismiss(key: int, *, note: str, by: Actor, now: datetime) -> Incident:
    """Say that the requests of an incident are not one event; they are not suggested again.

    Raises:
        NotFound: there is no such incident.
        NotAllowed: the actor may not dispatch.
        Conflict: it was decided meanwhile.

    Source: R-205 (requirement 69).
    """
    incident = _open(key, by)
    _decide(incident, IncidentState.DISMISSED, by=by, now=now, note=note)
    return incident


def _open(key: int, by: Actor) -> Incident:
    if Perm.DISPATCH not in by.perms:
        raise NotAllowed("只有派单员可以处理群体诉求")
    incident = Incident.objects.select_for_update().filter(pk=key).first()
    if incident is None:
        raise NotFound("没有这条群体诉求提示")
    if incident.state != IncidentState.OPEN:
        raise Conflict(f"这条提示已经处理：{IncidentState(incident.state).label}")
    return incident


def _decide(
    incident: Incident,
    state: IncidentState,
    *,
    by: Actor,
    now: datetime,
    main: WorkOrder | None = None,
    note: str = "",
) -> None:
    incident.state, incident.main, incident.note = state.value, main, note.strip()[:500]
    incident.decided_at, incident.decided_by = now, by.staff
    incident.save()
