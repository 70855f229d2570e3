"""Turns at the weekly meeting of the grid: laid out by the calendar, exchanged with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.followup.coordination import actions, queries, rules
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from huiyin.orgs import queries as orgs
from tests.world import World, at

MONDAY = date(2026, 3, 2)


@pytest.mark.django_db
@pytest.mark.rule("R-585")
@pytest.mark.parametrize(
    ("first", "weeks", "days"),
    [
        pytest.param(MONDAY, 2, [MONDAY, date(2026, 3, 9)], id="every seventh day"),
        pytest.param(
            date(2026, 3, 30), 2, [date(2026, 3, 30), date(2026, 4, 7)],
            id="Monday 6 April is the holiday of Qingming: the day after",
        ),
        pytest.param(
            date(2026, 9, 28), 2, [date(2026, 9, 28), date(2026, 10, 8)],
            id="the week of the National Day: its first working day",
        ),
        pytest.param(date(2026, 3, 7), 1, [], id="a Saturday, and no working day left that week"),
    ],
)  # fmt: skip
def test_the_days_of_the_meeting(world: World, first: date, weeks: int, days: list[date]) -> None:
    assert rules.turn_days(first, weeks, orgs.calendar()) == days


@pytest.mark.django_db
@pytest.mark.rule("R-585")
def test_turns_are_laid_out_and_exchanged(world: World) -> None:
    office, people = world.actor("supervisor"), world.people
    two = [people["dispatcher"], people["manager"]]
    actions.lay_out(MONDAY, 3, two, by=office, now=at(1))

    def names() -> list[tuple[int, str]]:
        return [(turn.day.day, turn.staff.username) for turn in queries.turns(MONDAY)]

    assert names() == [(2, "dispatcher"), (9, "manager"), (16, "dispatcher")]
    assert queries.my_turns(world.actor("manager"), MONDAY) == 0
    assert queries.my_turns(world.actor("manager"), date(2026, 3, 3)) == 1
    assert queries.my_turns(world.actor("water_handler"), MONDAY) == 0
    changed = actions.exchange(
        date(2026, 3, 9), people["supervisor"], "出差", by=office, now=at(4)
    )  # fmt: skip
    assert (changed.staff.username, changed.note) == ("supervisor", "出差")
    actions.lay_out(date(2026, 3, 16), 1, [people["manager"]], by=office, now=at(4))
    assert names() == [(2, "dispatcher"), (9, "supervisor"), (16, "manager")]
    with pytest.raises(Conflict, match="已经过去"):
        actions.exchange(MONDAY, people["manager"], "出差", by=office, now=at(4))
    with pytest.raises(Invalid, match="换班原因"):
        actions.exchange(date(2026, 3, 9), people["manager"], " ", by=office, now=at(4))
    with pytest.raises(NotFound):
        actions.exchange(date(2026, 3, 10), people["manager"], "出差", by=office, now=at(4))
    for wrong in ((None, 3, two), (MONDAY, 0, two), (date(2026, 3, 9), 3, [])):
        with pytest.raises(Invalid):
            actions.lay_out(*wrong, by=office, now=at(4))
    with pytest.raises(NotAllowed):
        actions.lay_out(date(2026, 3, 9), 3, two, by=world.actor("dispatcher"), now=at(4))
