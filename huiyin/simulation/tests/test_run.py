"""Whole runs on real PostgreSQL: the same seed gives the same city, and the history is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from huiyin.kernel.errors import Invalid, Refused
from huiyin.knowledge.states import Kind
from huiyin.orders import actions, queries
from huiyin.orders.models import OrderEvent, WorkOrder
from huiyin.orders.states import Channel, CloseType, Outcome
from huiyin.orgs.models import Staff
from huiyin.simulation import taking_in
from huiyin.simulation.behaviour import DEFAULT, LIVELY
from huiyin.simulation.case import Case
from huiyin.simulation.plan import Plan
from huiyin.simulation.run import simulate
from tests.world import World, at

TINY = Plan(days=2, per_day=8, behaviour=LIVELY)


def forgetting(work: Callable[[], Any]) -> Any:
    """Do some work and leave the database as it was; only sequences have moved on."""
    with transaction.atomic():
        done = work()
        transaction.set_rollback(True)
    return done


def answer_of(plan: Plan) -> dict[str, Any]:
    answer = forgetting(lambda: simulate(plan)).as_json()
    return {name: answer[name] for name in answer if name not in ("seconds", "steps_per_second")}


@pytest.mark.usefixtures("world")
def test_the_same_seed_gives_the_same_answer_and_another_seed_another() -> None:
    first, again, other = (answer_of(p) for p in (TINY, TINY, replace(TINY, seed=2)))
    assert first == again
    assert first["digest"] != other["digest"]
    assert first["refused"] == other["refused"] == {}
    assert first["orders"] == 16


@pytest.mark.usefixtures("world")
def test_nothing_is_simulated_while_messages_would_reach_people(settings) -> None:
    settings.SMS_URL = "http://sms.example.cn/send"
    with pytest.raises(Refused, match="短信网关会把模拟的消息发给真人"):
        simulate(TINY)
    assert not WorkOrder.objects.exists()


@pytest.mark.usefixtures("world")
def test_a_run_leaves_a_whole_history_and_counts_what_is_stored() -> None:
    found = simulate(TINY)
    assert list(queries.breaks()) == [16]
    assert found.steps == OrderEvent.objects.count()
    assert sum(found.by_state.values()) == WorkOrder.objects.count() == found.orders == 16
    assert set(found.by_state) <= {"closed", "unsat", "void", "to_sign"}
    assert found.seconds > 0


@pytest.mark.usefixtures("world")
def test_a_run_that_is_stopped_leaves_orders_open_and_nothing_in_the_future() -> None:
    until = at(3, 12)
    found = simulate(replace(TINY, until=until))
    assert found.end == until
    assert not OrderEvent.objects.filter(at__gt=until).exists()
    assert not WorkOrder.objects.filter(created_at__gte=until).exists()


def test_accounts_that_it_makes_cannot_be_used_to_sign_in(world: World) -> None:
    before = set(Staff.objects.values_list("pk", flat=True))
    simulate(TINY)
    made = Staff.objects.exclude(pk__in=before)
    assert made.exists()
    assert not any(staff.has_usable_password() or staff.is_demo for staff in made)
    assert {s.unit for s in made} >= {world.centre}


@pytest.mark.usefixtures("world")
def test_a_second_run_in_the_same_database_takes_the_same_people() -> None:
    simulate(TINY)
    before = Staff.objects.count()
    found = simulate(replace(TINY, seed=1, mark="again"))
    assert Staff.objects.count() - before <= 2  # units that the first run never came to
    assert found.refused == {}
    assert list(queries.breaks()) == [32]


@pytest.mark.usefixtures("world")
def test_every_acknowledged_step_is_in_the_journal_once(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    simulate(replace(TINY, journal=path))
    lines = [line.split() for line in path.read_text().splitlines()]
    assert len({(number, seq) for number, seq, _ in lines}) == len(lines)
    stored = {
        (e.order.number, str(e.seq), e.verb) for e in OrderEvent.objects.select_related("order")
    }
    assert {tuple(line) for line in lines} <= stored
    # What is not in it was done by the platform itself, in the same transaction or by a job.
    told = {(number, seq) for number, seq, _ in lines}
    assert {verb for number, seq, verb in stored if (number, seq) not in told} <= {
        "overdue",
        "redo",
    }


def test_somebody_else_may_take_a_case_over(world: World, monkeypatch) -> None:
    """In a shared database a refused step is counted and the case is left alone."""
    original = taking_in.arrive

    def arrive_and_be_answered(town, case: Case, now) -> None:
        original(town, case, now)
        actions.answer(case.key, by=world.actor("agent"), text_="已经答复。", now=now)

    monkeypatch.setattr(taking_in, "arrive", arrive_and_be_answered)
    found = simulate(replace(TINY, days=1, per_day=3))
    assert sum(found.refused.values()) == 3
    assert all(name.endswith("WrongState") for name in found.refused)
    assert found.by_close_type == {"direct": 3}


def test_real_messages_are_said_by_citizens(world: World, tmp_path: Path) -> None:  # noqa: ARG001
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages/labelled_raw.csv").write_text(
        "row,title,time,detail,label\n1,路灯,,路灯坏了三天没有人修,城乡建设\n", encoding="utf-8"
    )
    simulate(replace(TINY, days=1, per_day=3, data=tmp_path))
    assert set(WorkOrder.objects.values_list("title", flat=True)) == {"路灯"}


def test_without_a_city_it_says_what_is_missing(db) -> None:  # noqa: ARG001
    with pytest.raises(Refused, match="城市") as refusal:
        simulate(TINY)
    assert "city load" in refusal.value.remedy


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("name", "value"), [("days", 0), ("days", 9999), ("per_day", 0)])
def test_a_plan_without_bounds_is_refused(name: str, value: int) -> None:
    with pytest.raises(Invalid, match="1–"):
        simulate(replace(TINY, **{name: value}))


@pytest.mark.slow
@pytest.mark.usefixtures("world")
def test_every_close_type_that_is_built_can_be_reached() -> None:
    """With more trouble than a real city has, a few hundred orders end in every way there is."""
    trouble = replace(
        LIVELY,
        channels={Channel.PHONE: 0.6, Channel.WEB: 0.4},
        anonymous=0.2,
        answered={kind: 0.2 for kind in Kind},
        referred=0.08,
        transferred=0.05,
        voided=0.08,
        reached=0.5,
        outcomes={outcome: 0.2 for outcome in Outcome},
        content={outcome: 0.5 for outcome in Outcome},
        stubborn=0.5,
        merged=0.3,
        again=0.2,
        filed=0.6,
        terminated=0.1,
        suspended=0.1,
        extended=0.1,
        conferred=0.1,
        contested=0.6,
        right_returned=0.2,
        improved=0.9,
    )
    found = simulate(Plan(days=20, per_day=15, behaviour=trouble, beat=timedelta(hours=6)))
    assert set(found.by_close_type) == {each.value for each in CloseType}
    assert found.refused == {}
    assert list(queries.breaks()) == [300]


@pytest.mark.slow
@pytest.mark.usefixtures("world")
def test_the_platform_records_what_the_city_intended() -> None:
    """Counted from rows, the rates lie near the shares by which people acted."""
    found = simulate(Plan(days=5, per_day=200, behaviour=DEFAULT))
    for name, aim in found.intended.items():
        rate = found.measured[name].rate
        assert rate is not None
        assert rate == pytest.approx(aim, abs=0.06), name
    bounds = {"redo_rate": (0.04, 0.14), "solved_rate": (0.75, 0.97), "satisfied_rate": (0.71, 1)}
    for name, (low, high) in bounds.items():
        rate = found.measured[name].rate
        assert rate is not None
        assert low <= rate <= high, name
