"""A city's year: stages change nothing, behaviour changes the figures, published words nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pytest
from django.db import transaction

from huiyin.callcentre.calls import queries as calls
from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome
from huiyin.followup.supervision.models import Urging
from huiyin.insight.runs.queries import Compared
from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid
from huiyin.knowledge.models import Parameter
from huiyin.knowledge.states import Kind
from huiyin.orders import queries
from huiyin.orders.models import OrderEvent, WorkOrder
from huiyin.orders.states import Channel, Outcome
from huiyin.simulation import plan as plans
from huiyin.simulation import yearly
from huiyin.simulation.behaviour import DEFAULT, FIGURES, Behaviour, Habitat, Published
from huiyin.simulation.neighbours import LANES, TOGETHER, lane_of
from huiyin.simulation.plan import Plan
from huiyin.simulation.run import simulate
from huiyin.simulation.steady import WHATS, part_of, steady
from tests.world import START, World, at

# One process plays the year that the tests compare, once.
pytestmark = pytest.mark.xdist_group("year")

# Everybody asks by telephone for something that a unit must do, so that a few orders say much.
BUSY = replace(
    DEFAULT, channels={Channel.PHONE: 1.0}, kinds={Kind.HELP: 1.0}, answered={Kind.HELP: 0.25},
    referred=0.0, transferred=0.0, voided=0.0, wrong_unit=0.0, right_returned=0.0, rejected=0.0,
    never_signed=0.0, unread=0.2, reached=1.0, rated=0.0, no_callback=0.0,
    content=dict.fromkeys(Outcome, 0.9),
)  # fmt: skip
PLAN = Plan(days=1, requests=16, other_calls=24, behaviour=BUSY, beat=timedelta(days=1))


def forgetting(work: Callable[[], Any]) -> Any:
    """Do some work and leave the database as it was."""
    with transaction.atomic():
        done = work()
        transaction.set_rollback(True)
    return done


def told(plan: Plan, stages: int = 1) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        found = simulate(plan, stages=stages)
        answer = found.as_json() | {"counts": found.counts}
        return {k: v for k, v in answer.items() if k not in ("seconds", "steps_per_second")}

    answer: dict[str, Any] = forgetting(work)
    return answer


def measured(behaviour: Behaviour, **more: Any) -> Mapping[str, float | None]:
    def work() -> Mapping[str, float | None]:
        found = simulate(replace(PLAN, behaviour=behaviour, **more))
        assert found.refused == {}
        return yearly.values(found.counts, found.measured)

    answer: Mapping[str, float | None] = forgetting(work)
    return answer


@lru_cache
def usually() -> Mapping[str, float | None]:
    """Return what is measured of the busy city; the same whenever it is asked for."""
    return measured(BUSY)


@pytest.fixture
def city(world: World) -> World:
    """Return the small city, which has units called that sleep for four days."""
    for key, value in (("unread_days", 4), ("call_when_overdue", False)):
        Parameter.objects.create(
            key=f"urge.{key}", value=value, valid_from=START, source="test", text=""
        )
    cached.forget_all()
    return world


@pytest.mark.rule("R-173")
@pytest.mark.rule("R-186")
@pytest.mark.usefixtures("city")
def test_the_number_of_stages_changes_nothing_and_the_seed_everything() -> None:
    trouble = replace(BUSY, merged=0.4, again=0.2, extended=0.3, suspended=0.2, agreed=0.7)
    plan = replace(PLAN, behaviour=trouble)
    one, three = (told(plan, stages=n) for n in (1, 3))
    assert one == three
    assert one["refused"] == {}
    assert one["by_close_type"]["merged"] > 0
    other = told(replace(plan, seed=2))
    assert other["digest"] != one["digest"]
    assert one["orders"] == other["orders"] == 16


@pytest.mark.rule("R-173")
def test_cases_that_follow_each_other_share_a_lane_and_every_lane_is_used() -> None:
    lanes = [lane_of(index) for index in range(2 * LANES * TOGETHER)]
    assert lanes[:TOGETHER] == [0] * TOGETHER
    assert lanes[TOGETHER] == 1
    assert {lane: lanes.count(lane) for lane in range(LANES)} == dict.fromkeys(
        range(LANES), 2 * TOGETHER
    )


@pytest.mark.rule("R-187")
@pytest.mark.usefixtures("city")
def test_figures_are_counted_from_what_the_platform_stored() -> None:
    found = simulate(PLAN)
    values = yearly.values(found.counts, found.measured)
    assert set(values) == set(FIGURES)
    assert (values["calls"], values["requests"]) == (40, 16)
    assert values["calls"] == Call.objects.filter(direction="in").count()
    sent = OrderEvent.objects.filter(verb="dispatch").values("order").distinct().count()
    assert values["dispatched"] == sent
    assert values["answered_by_agents"] == 16 - sent
    urged = Urging.objects.exclude(kind="automatic").filter(at__isnull=False)
    assert values["urged"] == urged.values("order").distinct().count() / sent > 0
    on_the_phone = Call.objects.filter(outcome=CallOutcome.REQUEST.value, order__isnull=False)
    assert on_the_phone.count() == WorkOrder.objects.count() == 16
    came = calls.traffic(at(1), found.end)
    assert values["connected"] == came.connected
    assert values["answered_promptly"] == came.prompt / came.answered > 0.8
    assert list(queries.breaks()) == [16]


@pytest.mark.rule("R-187")
@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("change", "figure", "rises"),
    [
        ({"answered": {Kind.HELP: 0.6}}, "answered_on_spot", True),
        ({"replied_late": 0.5}, "on_time", False),
        ({"content": dict.fromkeys(Outcome, 0.4)}, "satisfied", False),
        ({"unread": 0.6}, "urged", True),
    ],
)
def test_a_changed_behaviour_changes_what_is_measured(change, figure, rises) -> None:
    before, after = usually()[figure], measured(replace(BUSY, **change))[figure]
    assert before is not None
    assert after is not None
    assert (after > before + 0.05) if rises else (after < before - 0.05)


@pytest.mark.rule("R-187")
@pytest.mark.usefixtures("city")
def test_what_a_city_published_changes_nothing() -> None:
    found = forgetting(lambda: simulate(PLAN))
    values = yearly.values(found.counts, found.measured)
    honest = yearly.compared(values, [Published("urged", 0.14, "年报")], 1.0)
    tampered = yearly.compared(values, [Published("urged", 0.99, "年报")], 1.0)
    for one, other in zip(honest, tampered, strict=True):
        assert one["measured"] == other["measured"] == values[one["key"]]
    by_key = {row["key"]: Compared(**row) for row in tampered}
    assert by_key["urged"].published == 0.99
    assert by_key["calls"].published is None


@pytest.mark.rule("R-187")
def test_a_smaller_run_is_compared_with_its_part() -> None:
    values = dict.fromkeys(FIGURES, 10.0)
    rows = yearly.compared(
        values, [Published("calls", 100, "年报"), Published("urged", 0.14, "年报")], 0.1
    )
    published = {row["key"]: row["published"] for row in rows if row["published"] is not None}
    assert published == {"calls": 10.0, "urged": 0.14}
    assert {row["key"] for row in rows} == set(FIGURES) == set(yearly.FIGURES)


@pytest.mark.rule("R-188")
@pytest.mark.parametrize("what", WHATS)
def test_shares_are_kept_by_every_stretch_of_cases(what: str) -> None:
    for seed in (1, 2):
        for start in (0, 12_345):
            inside = sum(steady(seed, start + n, what) < 0.075 for n in range(20_000))
            assert abs(inside - 1500) <= 10


@pytest.mark.rule("R-188")
def test_two_shares_do_not_lean_on_each_other() -> None:
    for n, one in enumerate(WHATS):
        for other in WHATS[n + 1 :]:
            both = sum(steady(1, k, one) < 0.5 and steady(1, k, other) < 0.2 for k in range(5000))
            assert abs(both - 500) <= 40, (one, other)


@pytest.mark.parametrize(("die", "part"), [(0.0, "a"), (0.49, "a"), (0.5, "b"), (0.9999, "b")])
def test_a_part_of_shares(die, part) -> None:
    assert part_of(die, {"a": 2, "b": 2}) == part


HABITAT = Habitat(date(2015, 1, 1), requests=1000, calls=3000, behaviour=BUSY)


def test_the_plan_of_a_year() -> None:
    plan = plans.of_year(HABITAT, seed=7, scale=0.1)
    assert (plan.days, plan.total, plan.other_calls, plan.seed) == (365, 100, 200, 7)
    leap = plans.of_year(replace(HABITAT, first=date(2016, 1, 1)), seed=1, scale=1)
    assert leap.days == 366


@pytest.mark.parametrize("scale", [0, -1, 1.5, 0.0001])
def test_a_scale_out_of_bounds_is_refused(scale) -> None:
    with pytest.raises(Invalid, match="规模"):
        plans.of_year(HABITAT, seed=1, scale=scale)
