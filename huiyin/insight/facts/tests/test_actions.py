"""Closing days: lines are added, taken back under a later day, never changed."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import InternalError, ProgrammingError, transaction

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.insight.facts import actions, engine, lake, queries
from huiyin.insight.facts.engine import Span, Total
from huiyin.insight.facts.models import FactLine
from huiyin.insight.facts.states import Window
from huiyin.kernel.errors import Conflict, Invalid
from huiyin.orders.states import Satisfaction, Solved
from huiyin.orgs.models import Unit
from tests.world import Story, at

MARCH = date(2026, 3, 1), date(2026, 3, 31)


def asked(story: Story, solved: Solved = Solved.YES) -> None:
    grade = Satisfaction.SATISFIED if solved is Solved.YES else Satisfaction.UNSATISFIED
    callbacks.record_call(
        story.order.pk, Answers(solved, grade), by=story.world.actor("callback"), now=at(5, 9)
    )


def standing() -> list[tuple[int | None, int, int]]:
    lines = queries.standing(list(FactLine.objects.values_list("order_id", flat=True))).values()
    return [(line.unit_id, line.closed, line.solved_yes) for line in lines]


@pytest.mark.rule("R-254")
def test_a_later_day_corrects_and_nothing_is_rewritten(story: Story) -> None:
    story.to_callback()
    actions.close_day(date(2026, 3, 4), now=at(5, 1))
    assert standing() == [(story.world.water.pk, 0, 0)]
    before = list(FactLine.objects.order_by("pk").values())
    asked(story)
    closed = actions.close_day(date(2026, 3, 5), now=at(6, 1))
    assert (closed.lines, closed.corrections) == (2, 1)
    assert list(FactLine.objects.order_by("pk").values())[:1] == before
    assert standing() == [(story.world.water.pk, 1, 1)]
    assert actions.close_day(date(2026, 3, 6), now=at(7, 1)).lines == 0
    assert queries.broken_days() == []
    for statement in (
        lambda: FactLine.objects.update(solved_yes=0),
        lambda: FactLine.objects.all().delete(),
    ):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            statement()


@pytest.mark.rule("R-254")
def test_days_are_closed_in_order_once_and_when_they_are_over(story: Story) -> None:
    story.to_callback()
    with pytest.raises(Invalid, match="还没有过完"):
        actions.close_day(date(2026, 3, 4), now=at(4, 23))
    actions.close_day(date(2026, 3, 4), now=at(5, 1))
    with pytest.raises(Conflict, match="已经结转"):
        actions.close_day(date(2026, 3, 4), now=at(5, 1))
    with pytest.raises(Conflict, match="请先结转 2026-03-05"):
        actions.close_day(date(2026, 3, 6), now=at(8, 1))
    assert [day.day.day for day in actions.close_days(date(2026, 3, 7), now=at(8, 1))] == [5, 6, 7]
    assert queries.first_day() == date(2026, 3, 2)


def test_what_a_unit_says_of_its_own_call_is_no_result(story: Story) -> None:
    """Closing by the unit: an order without call-back of the hotline has no answer."""
    story.to_callback().closed()  # closed without an attempt on record
    actions.close_day(date(2026, 3, 5), now=at(6, 1))
    (line,) = FactLine.objects.all()
    assert (line.closed, line.tried, line.reached, line.solved_yes) == (1, 0, 0, 0)


def test_an_order_that_changes_its_unit(story: Story) -> None:
    from huiyin.orders import actions as orders

    story.created().submitted().dispatched().return_asked()
    actions.close_day(date(2026, 3, 1), now=at(2, 1))
    actions.close_day(date(2026, 3, 2), now=at(3, 1))
    orders.grant_return(story.order.pk, by=story.world.actor("dispatcher"), now=at(3, 9))
    story.dispatched(now=at(3, 10), lead=story.world.housing)
    actions.close_day(date(2026, 3, 3), now=at(4, 1))
    lines = queries.standing([story.order.pk])
    water, housing = (
        lines[story.order.pk, unit.pk, 0] for unit in (story.world.water, story.world.housing)
    )
    assert (water.returned, water.return_granted, water.owed, water.valid) == (1, 1, 0, 0)
    assert (housing.dispatched, housing.owed, housing.valid) == (1, 1, 1)


def line(story: Story, whose: Unit) -> FactLine:
    return queries.standing([story.order.pk])[story.order.pk, whose.pk, 0]


@pytest.mark.rule("R-580")
@pytest.mark.parametrize(
    ("when", "owed", "due"),
    [
        pytest.param(at(2, 12), 0, 0, id="at once: it owes nothing"),
        pytest.param(at(4, 9), 1, 0, id="it had let the limit for signing pass"),
    ],
)
def test_an_order_that_the_hotline_gives_to_another_unit(
    story: Story, when: datetime, owed: int, due: int
) -> None:
    from huiyin.orders import actions as orders

    world = story.created().submitted().dispatched().world
    orders.reassign(
        story.order.pk, by=world.actor("dispatcher"), lead=world.housing, note="实属住建", now=when
    )
    actions.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    water, housing = line(story, world.water), line(story, world.housing)
    assert (water.dispatched, water.owed, water.responded, water.due) == (1, owed, 0, due)
    assert (housing.dispatched, housing.owed, housing.due, housing.on_time) == (1, 1, 1, 0)


@pytest.mark.rule("R-580")
def test_a_termination_that_was_agreed_to_is_not_overdue(story: Story) -> None:
    from huiyin.orders import actions as orders

    story.created().submitted().dispatched().signed().contacted().termination_asked()
    orders.grant_termination(story.order.pk, by=story.world.actor("auditor"), now=at(5, 9))
    actions.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    mine = line(story, story.world.water)
    assert (mine.owed, mine.responded, mine.due, mine.closed) == (1, 1, 0, 1)


@pytest.mark.rule("R-581")
def test_who_raises_an_order_keeps_what_it_owed(story: Story) -> None:
    """Handing a matter up does not undo that it was signed late."""
    from huiyin.orders import actions as orders

    world = story.created().submitted().dispatched(lead=story.world.township).world
    orders.sign(story.order.pk, by=world.actor("township_handler"), now=at(4, 9))
    orders.ask_raise(
        story.order.pk, by=world.actor("township_handler"), to=world.county, basis="管网跨街道",
        tried="已协调两次", now=at(4, 10),
    )  # fmt: skip
    orders.accept_raise(story.order.pk, by=world.actor("county_handler"), now=at(4, 11))
    actions.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    town, county = line(story, world.township), line(story, world.county)
    assert (town.dispatched, town.owed, town.signed, town.due, town.valid) == (1, 1, 0, 0, 0)
    assert (county.dispatched, county.due, county.valid) == (1, 1, 1)


@pytest.mark.rule("R-581")
def test_a_merger_does_not_undo_what_was_late(story: Story) -> None:
    """Signed late by the one unit, merged into another in the middle of the month."""
    from huiyin.orders import actions as orders
    from huiyin.orgs import actions as orgs
    from huiyin.orgs.actions import Terms

    world = story.created().submitted().dispatched().world
    orders.sign(story.order.pk, by=world.actor("water_handler"), now=at(4, 9))
    actions.close_days(date(2026, 3, 4), now=at(5, 1))
    (change,) = orgs.plan_merge(
        [world.water], into=world.housing, terms=Terms(date(2026, 3, 5), "编办〔2026〕3 号"),
        by=world.actor("administrator"), now=at(4, 10),
    )  # fmt: skip
    orders.carry_out(change.pk, now=at(5, 9))
    actions.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    heir = line(story, world.housing)
    assert (heir.dispatched, heir.owed, heir.signed, heir.due) == (1, 1, 0, 1)
    assert {line.unit_id for line in queries.standing([story.order.pk]).values()} == {
        world.housing.pk
    }


@pytest.mark.rule("R-252")
def test_what_was_merged_does_not_hang_in_the_rate_of_completion(story: Story) -> None:
    Story(story.world).created().submitted().with_main().merged()
    story.to_callback().closed()
    actions.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    sums = engine.Database()(
        [Total(name, Window.ACCEPTED, ((name, 1),)) for name in ("valid", "accepted", "closed")],
        Span(*MARCH, as_of=MARCH[1], by=(), shared=False),
    )
    assert sums == [(3, 2, 1)]


TOTALS = [
    Total("solved", Window.CLOSED, (("solved_yes", 100), ("solved_partly", 50))),
    Total("reached", Window.CLOSED, (("reached", 100),)),
    Total("dispatched", Window.DISPATCHED, (("dispatched", 1),)),
]


def test_sums_are_equal_in_the_database_and_in_the_lake(story: Story, settings, tmp_path) -> None:
    settings.LAKE_DIR = tmp_path
    story.to_callback()
    actions.close_day(date(2026, 3, 4), now=at(5, 1))
    asked(story)
    actions.close_days(date(2026, 4, 30), now=at(1, 1, month=5))
    written = actions.write_missing(now=at(1, 2, month=5))
    assert [(m.month.month, m.lines) for m in written] == [(3, 3), (4, 0)]
    span = Span(*MARCH, as_of=date(2026, 3, 31))
    expected = [(story.world.water.pk, 100, 100, 1)]
    stored, stream = engine.Database(), engine.Lake(engine.files_until(date(2026, 3, 31)))
    assert stored(TOTALS, span) == stream(TOTALS, span) == expected
    # As it was known on the fourth, nobody had been called yet.
    early = Span(*MARCH, as_of=date(2026, 3, 4), by=())
    assert stored(TOTALS, early) == stream(TOTALS, early) == [(0, 0, 1)]
    nobody = Span(*MARCH, as_of=date(2026, 3, 31), orders=frozenset())
    assert stored(TOTALS, nobody) == stream(TOTALS, nobody) == []
    first = lake.path_of(date(2026, 3, 1)).read_bytes()
    assert actions.write_month(date(2026, 3, 1), now=at(2, month=5)).digest == written[0].digest
    assert lake.path_of(date(2026, 3, 1)).read_bytes() == first
    lines = queries.lines_in(
        Window.CLOSED, first=MARCH[0], last=MARCH[1], as_of=MARCH[1], units=[story.world.water.pk]
    )
    behind = queries.summed_behind(lines, (("solved_yes", 1),))
    assert [row["order_id"] for row in behind] == [story.order.pk]
