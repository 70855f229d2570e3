"""What holds for every deadline, tried on generated starts and limits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.worktime.calendar import SATURDAY
from huiyin.worktime.deadline import deadline, next_working_moment, working_days_between
from huiyin.worktime.limits import Limit, LimitUnit, parse
from huiyin.worktime.tests.support import CITY, NATIONAL

STARTS = st.datetimes(
    datetime.fromisoformat("2024-01-02"),
    datetime.fromisoformat("2027-12-31"),
    timezones=st.just(UTC),
)
CALENDARS = st.sampled_from([NATIONAL, CITY])
AMOUNTS = st.integers(1, 60)
LIMITS = st.builds(Limit, AMOUNTS, st.sampled_from(LimitUnit), st.booleans())


# No time limit for one example: a busy machine is not a wrong deadline.
untimed = settings(deadline=None)


def local_day(moment, calendar):
    return moment.astimezone(calendar.zone).date()


@untimed
@given(STARTS, LIMITS, CALENDARS)
def test_the_end_is_after_the_start(start, limit, calendar):
    assert deadline(start, limit, calendar).due_at > start


@untimed
@given(STARTS, st.timedeltas(timedelta(0), timedelta(days=20)), LIMITS, CALENDARS)
def test_starting_later_never_ends_earlier(start, later, limit, calendar):
    first = deadline(start, limit, calendar)
    assert deadline(start + later, limit, calendar).due_at >= first.due_at


@untimed
@given(STARTS, LIMITS, CALENDARS)
def test_a_greater_amount_ends_later(start, limit, calendar):
    more = Limit(limit.amount + 1, limit.unit, limit.postpone)
    assert deadline(start, more, calendar).due_at > deadline(start, limit, calendar).due_at


@pytest.mark.rule("R-03")
@untimed
@given(STARTS, AMOUNTS, CALENDARS)
def test_as_many_working_days_pass_as_were_allowed(start, amount, calendar):
    end = deadline(start, Limit(amount, LimitUnit.WORKING_DAYS), calendar).due_at
    last_moment = end - timedelta(microseconds=1)
    assert working_days_between(start, last_moment, calendar) == amount
    assert calendar.is_working(local_day(last_moment, calendar))


@pytest.mark.rule("R-03")
@untimed
@given(STARTS, AMOUNTS, CALENDARS)
def test_a_worked_weekend_day_is_always_counted_and_said(start, amount, calendar):
    result = deadline(start, Limit(amount, LimitUnit.WORKING_DAYS), calendar)
    day, last = local_day(start, calendar), local_day(result.due_at, calendar) - timedelta(days=1)
    while day < last:
        day += timedelta(days=1)
        if day.weekday() >= SATURDAY and calendar.is_working(day):
            assert f"{day.month} 月 {day.day} 日（" in result.words
            assert result.words.count("计入") == 1


@pytest.mark.rule("R-06")
@untimed
@given(STARTS, CALENDARS)
def test_a_postponed_start_is_inside_office_hours_and_stays_there(start, calendar):
    moment = next_working_moment(start, calendar)
    local = moment.astimezone(calendar.zone)
    assert moment >= start
    assert calendar.is_working(local.date())
    assert any(opens <= local.time() < closes for opens, closes in calendar.hours.spans)
    assert next_working_moment(moment, calendar) == moment


@untimed
@given(LIMITS)
def test_a_limit_is_read_as_it_was_written(limit):
    assert parse(str(limit)) == limit
