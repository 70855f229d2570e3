"""Who plays in a simulated city: its own staff where there are any, accounts made for it otherwise.

Accounts made here have no password, so nobody can sign in with them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from huiyin.dispatch import queries as dispatch
from huiyin.kernel.errors import Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category, Reason
from huiyin.knowledge.states import ReasonGroup
from huiyin.orders.models import WorkOrder
from huiyin.orgs import actions as orgs
from huiyin.orgs.actors import Actor, acting
from huiyin.orgs.models import Region, Staff, Unit
from huiyin.orgs.queries import sub_units
from huiyin.orgs.states import Role, UnitKind
from huiyin.simulation import queries
from huiyin.simulation.behaviour import Behaviour
from huiyin.worktime.calendar import SHANGHAI

# How many colleagues share one desk of the centre; a void takes two people anyway.
DESKS: dict[Role, int] = {
    Role.AGENT: 6,
    Role.DISPATCHER: 3,
    Role.AUDITOR: 2,
    Role.CALLBACK: 3,
    Role.SUPERVISOR: 2,
    Role.MANAGER: 1,
}
# Where a matter without a catalogue entry goes: mostly to bureaus and townships.
_LIKELY: dict[str, float] = {
    UnitKind.BUREAU.value: 4.0,
    UnitKind.COUNTY_BUREAU.value: 3.0,
    UnitKind.TOWNSHIP.value: 3.0,
    UnitKind.ENTERPRISE.value: 1.0,
}
_UNLIKELY = 0.1


@dataclass(slots=True)
class Cast:
    """The people and places of the loaded city.

    Attributes:
        desks: the centre's staff by role.
        units: units that can be given work, by code.
        categories: the narrowest categories, and how often each is asked about.
        streets: the places that requests are about.
        reasons: reason codes by group.
    """

    desks: dict[Role, list[Actor]]
    units: list[Unit]
    categories: list[Category]
    weights: list[float]
    streets: list[Region]
    reasons: dict[ReasonGroup, Sequence[Reason]]
    _handlers: dict[int, Actor] = field(default_factory=dict)
    _below: dict[int, list[Unit]] = field(default_factory=dict)
    _authorities: dict[int, str] = field(default_factory=dict)
    _days: Sequence[date] = ()  # on which the catalogue changes
    _offers: dict[tuple[int | None, int | None, int], tuple[Unit, Sequence[Unit]] | None] = field(
        default_factory=dict
    )

    def desk(self, role: Role, random: Random) -> Actor:
        """Return one of the centre's people with this role."""
        return random.choice(self.desks[role])

    def handler(self, unit: Unit, now: datetime) -> Actor:
        """Return who handles for ``unit``, made when it has nobody."""
        if unit.pk not in self._handlers:
            found = queries.staff_of(unit, Role.HANDLER)
            staff = found or _account(f"sim-{unit.code}", "承办人（模拟）", unit, Role.HANDLER, now)
            staff.unit = unit
            self._handlers[unit.pk] = acting(staff)
        return self._handlers[unit.pk]

    def meet_everybody(self, now: datetime) -> None:
        """Make the accounts of all units that have none, before several processes act with them."""
        for unit in self.units:
            self.handler(unit, now)

    def below(self, unit: Unit) -> list[Unit]:
        """Return the units to which ``unit`` may pass work down."""
        if unit.pk not in self._below:
            self._below[unit.pk] = list(sub_units(unit))
        return self._below[unit.pk]

    def responsible(
        self, order: WorkOrder, now: datetime, random: Random
    ) -> tuple[Unit, Sequence[Unit]]:
        """Return the lead unit that the dispatch desk is offered first, and those to assist it.

        Where the catalogue says nothing, any likely unit. The desk remembers what it was offered
        for a matter and a place until the catalogue changes.
        """
        since = bisect_right(self._days, now.astimezone(SHANGHAI).date())
        key = (order.category_id, order.region_id, since)
        if key not in self._offers:
            offers = dispatch.suggestions(order, now)[:1]
            self._offers[key] = next(((o.unit, o.assist) for o in offers), None)
        return self._offers[key] or (self.any_unit(random), ())

    def authority(self, category: Category, now: datetime) -> str:
        """Return the name of the authority that an answer on the spot refers to."""
        if category.pk not in self._authorities:
            items = knowledge.responsible_for(category, now.astimezone(SHANGHAI).date())
            leads = (item.lead.name for item in items if item.lead)
            self._authorities[category.pk] = next(leads, "主管部门")
        return self._authorities[category.pk]

    def any_unit(self, random: Random, *, but: Sequence[Unit] = ()) -> Unit:
        """Return any unit that might be given work, except ``but``."""
        left = [u for u in self.units if u not in but]
        return random.choices(left, [_LIKELY.get(u.kind, _UNLIKELY) for u in left])[0]


def gather(behaviour: Behaviour, now: datetime) -> Cast:
    """Return the cast of the loaded city.

    Raises:
        Refused: no city is loaded, or it lacks something that a life needs.
    """
    units = list(queries.units_to_assign())
    categories = queries.narrowest_categories()
    streets = queries.places()
    centre = queries.centre()
    if centre is None or not units or not categories:
        raise Refused("还没有可以模拟的城市", remedy="请先加载城市：huiyin city load 城市名")
    weights = [behaviour.fields.get(c.code[:2], 0.0) for c in categories]
    if not any(weights):
        weights = [1.0] * len(categories)
    return Cast(
        desks={role: _desk(role, number, centre, now) for role, number in DESKS.items()},
        units=units,
        categories=categories,
        weights=_even(categories, weights),
        streets=streets,
        reasons={group: knowledge.reasons(group) for group in ReasonGroup},
        _days=queries.days_of_catalogue(),
    )


def _even(categories: Sequence[Category], weights: Sequence[float]) -> list[float]:
    """Share out each field's weight evenly among its categories."""
    sizes: dict[str, int] = {}
    for category in categories:
        sizes[category.code[:2]] = sizes.get(category.code[:2], 0) + 1
    return [w / sizes[c.code[:2]] for c, w in zip(categories, weights, strict=True)]


def _desk(role: Role, number: int, centre: Unit, now: datetime) -> list[Actor]:
    people = []
    for n in range(1, number + 1):
        username = f"sim-{role.value}-{n}"
        staff = queries.staff_named(username) or _account(
            username, f"{role.label} {n:02d}（模拟）", centre, role, now
        )
        people.append(acting(staff))
    return people


def _account(username: str, name: str, unit: Unit, role: Role, now: datetime) -> Staff:
    return orgs.create_staff(
        username=username, name=name, unit=unit, roles=[role], password=None, now=now
    )
