"""Deadlines: tables of dated cases, with the weekday in the name."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from huiyin.worktime.calendar import CalendarGap, WorkCalendar, WorkHours
from huiyin.worktime.deadline import (
    deadline,
    next_working_moment,
    remaining,
    tone,
    working_days_between,
)
from huiyin.worktime.limits import parse
from huiyin.worktime.tests.support import CITY, NATIONAL, at, utc


def due(start, limit, calendar=NATIONAL):
    return deadline(start, parse(limit), calendar).due_at


@pytest.mark.rule("R-03")
@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        pytest.param("2026-03-02 09:00", "1wd", "2026-03-04", id="monday: through tuesday"),
        pytest.param("2026-03-02 00:00", "1wd", "2026-03-04", id="first instant of the day"),
        pytest.param("2026-03-02 23:59", "1wd", "2026-03-04", id="last minute of the day"),
        pytest.param("2026-03-06 09:00", "1wd", "2026-03-10", id="friday: through monday"),
        pytest.param("2026-03-07 09:00", "1wd", "2026-03-10", id="saturday: through monday"),
        pytest.param("2026-02-13 09:00", "1wd", "2026-02-15", id="friday: worked saturday counts"),
        pytest.param("2026-02-13 09:00", "2wd", "2026-02-25", id="over the spring festival"),
        pytest.param("2026-02-18 09:00", "1wd", "2026-02-25", id="inside the spring festival"),
        pytest.param("2026-02-14 09:00", "1wd", "2026-02-25", id="worked saturday as start"),
        pytest.param("2026-02-26 09:00", "3wd", "2026-03-03", id="worked saturday after it"),
        pytest.param("2025-09-26 09:00", "1wd", "2025-09-29", id="friday: worked sunday counts"),
        pytest.param("2025-09-30 10:00", "5wd", "2025-10-15", id="national day with mid-autumn"),
        pytest.param("2026-12-30 09:00", "3wd", "2027-01-06", id="into provisional 2027"),
    ],
)
def test_working_days(start, limit, end):
    assert due(at(start), limit) == at(f"{end} 00:00")


@pytest.mark.rule("R-03")
@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("2026-03-01 15:59", "2026-03-03", id="sunday 23:59 in shanghai"),
        pytest.param("2026-03-01 16:00", "2026-03-04", id="monday 00:00 in shanghai"),
        pytest.param("2026-03-01 23:30", "2026-03-04", id="monday 07:30 in shanghai"),
    ],
)
def test_the_day_is_the_local_one_whatever_zone_the_start_carries(start, end):
    result = due(utc(start), "1wd")
    assert result == at(f"{end} 00:00")
    assert result.tzinfo is UTC


@pytest.mark.rule("R-01")
def test_the_citys_own_days_move_the_deadline():
    thursday = at("2026-06-11 09:00")
    assert due(thursday, "1wd") == at("2026-06-13 00:00")
    assert due(thursday, "1wd", CITY) == at("2026-06-14 00:00")
    assert "6 月 12 日（本地休息日），6 月 13 日（本地上班日）计入" in (
        deadline(thursday, parse("1wd"), CITY).words
    )


@pytest.mark.rule("R-04")
@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        pytest.param("2026-03-02 09:00", "1d", "2026-03-04", id="through the next day"),
        pytest.param("2026-03-02 09:00", "7d", "2026-03-10", id="a week"),
        pytest.param("2026-02-13 09:00", "7d", "2026-02-21", id="ends inside a holiday: not moved"),
        pytest.param("2026-12-20 09:00", "15d", "2027-01-05", id="into the next year"),
    ],
)
def test_calendar_days(start, limit, end):
    result = deadline(at(start), parse(limit), NATIONAL)
    assert result.due_at == at(f"{end} 00:00")
    assert not result.provisional


@pytest.mark.rule("R-05")
@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        pytest.param("2026-02-13 20:17", "24h", "2026-02-14 20:17", id="hours run at night"),
        pytest.param("2026-02-16 09:00", "2h", "2026-02-16 11:00", id="and on holidays"),
        pytest.param("2026-03-02 23:45", "30m", "2026-03-03 00:15", id="minutes over midnight"),
    ],
)
def test_hours_and_minutes(start, limit, end):
    assert due(at(start), limit) == at(end)


@pytest.mark.rule("R-05")
def test_hours_keep_the_microsecond():
    start = at("2026-03-02 09:00") + timedelta(microseconds=1)
    assert due(start, "24h") == start + timedelta(hours=24)


@pytest.mark.rule("R-05")
def test_hours_are_real_hours_where_clocks_are_changed():
    berlin = WorkCalendar(NATIONAL.tables, zone=ZoneInfo("Europe/Berlin"))
    assert due(utc("2026-03-28 12:00"), "24h", berlin) == utc("2026-03-29 12:00")


@pytest.mark.rule("R-06")
@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        pytest.param("2026-03-02 09:00", "24h", "2026-03-03 09:00", id="in office hours: stays"),
        pytest.param("2026-03-06 20:00", "24h", "2026-03-10 08:30", id="friday evening: monday"),
        pytest.param("2026-03-06 17:30", "2h", "2026-03-09 10:30", id="closing time is outside"),
        pytest.param("2026-03-06 17:29", "2h", "2026-03-06 19:29", id="a minute before is inside"),
        pytest.param("2026-03-02 06:00", "2h", "2026-03-02 10:30", id="early: same morning"),
        pytest.param("2026-03-02 12:15", "2h", "2026-03-02 15:30", id="lunch: same afternoon"),
        pytest.param("2025-09-26 20:00", "24h", "2025-09-29 08:30", id="to a worked sunday"),
        pytest.param("2026-02-14 18:00", "24h", "2026-02-25 08:30", id="over the spring festival"),
        pytest.param("2026-03-06 20:00", "1wd", "2026-03-11 00:00", id="working days from monday"),
        pytest.param("2026-03-06 20:00", "1d", "2026-03-11 00:00", id="calendar days from monday"),
        pytest.param("2026-03-06 20:00", "1wh", "2026-03-09 09:30", id="working hours: no change"),
    ],
)
def test_a_start_outside_working_hours_is_postponed(start, limit, end):
    assert due(at(start), f"{limit} postpone") == at(end)


@pytest.mark.rule("R-06")
def test_next_working_moment_is_in_utc():
    moment = next_working_moment(at("2026-03-06 20:00"), NATIONAL)
    assert (moment, moment.tzinfo) == (at("2026-03-09 08:30"), UTC)


@pytest.mark.rule("R-07")
@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        pytest.param("2026-03-02 09:00", "2wh", "2026-03-02 11:00", id="inside one morning"),
        pytest.param("2026-03-02 11:00", "2wh", "2026-03-02 14:30", id="lunch is not counted"),
        pytest.param("2026-03-02 12:30", "1wh", "2026-03-02 14:30", id="starting at lunch"),
        pytest.param("2026-03-02 13:30", "4wh", "2026-03-02 17:30", id="ends at closing time"),
        pytest.param("2026-03-02 16:30", "2wh", "2026-03-03 09:30", id="over the night"),
        pytest.param("2026-03-06 16:30", "2wh", "2026-03-09 09:30", id="over the weekend"),
        pytest.param("2026-03-07 10:00", "8wh", "2026-03-10 09:00", id="saturday: from monday"),
        pytest.param("2026-02-13 17:00", "4wh", "2026-02-14 12:00", id="to a worked saturday"),
    ],
)
def test_working_hours(start, limit, end):
    assert due(at(start), limit) == at(end)


@pytest.mark.rule("R-07")
def test_office_hours_are_the_citys():
    hours = WorkHours((time(9), time(12)), (time(14), time(18)))
    city = WorkCalendar(NATIONAL.tables, hours)
    assert due(at("2026-03-02 11:00"), "2wh", city) == at("2026-03-02 15:00")


@pytest.mark.rule("R-02")
@pytest.mark.parametrize(
    ("start", "limit", "provisional"),
    [
        ("2026-12-30 09:00", "1wd", False),
        ("2026-12-30 09:00", "2wd", True),
        ("2026-12-31 18:00", "24h", False),
        ("2026-12-31 18:00", "24h postpone", True),
        ("2027-03-01 10:00", "24h", False),
        ("2027-03-01 10:00", "24h postpone", True),
        ("2026-12-31 16:30", "1wh", False),
        ("2026-12-31 16:30", "2wh", True),
    ],
)
def test_a_deadline_is_provisional_if_it_rests_on_an_unpublished_year(start, limit, provisional):
    result = deadline(at(start), parse(limit), NATIONAL)
    assert result.provisional is provisional
    assert ("2027 年放假安排未公布" in result.words) is provisional


@pytest.mark.rule("R-01")
@pytest.mark.parametrize("limit", ["5wd", "40wh", "24h postpone"])
def test_a_calendar_that_does_not_reach_far_enough_gives_no_deadline(limit):
    with pytest.raises(CalendarGap, match="2029"):
        due(at("2028-12-29 18:00"), limit)


def test_limits_that_ask_no_calendar_need_none():
    nowhere = WorkCalendar({})
    assert due(at("2029-01-01 09:00"), "24h", nowhere) == at("2029-01-02 09:00")
    assert due(at("2029-01-01 09:00"), "7d", nowhere) == at("2029-01-09 00:00")


@pytest.mark.parametrize(
    "ask",
    [
        lambda naive: due(naive, "1wd"),
        lambda naive: next_working_moment(naive, NATIONAL),
        lambda naive: working_days_between(naive, at("2026-03-03 09:00"), NATIONAL),
    ],
)
def test_a_naive_moment_is_refused(ask):
    with pytest.raises(ValueError, match="aware"):
        ask(datetime(2026, 3, 2, 9))  # noqa: DTZ001 - naive on purpose


@pytest.mark.parametrize(
    ("start", "limit", "words"),
    [
        (
            "2025-09-30 10:00",
            "5wd",
            "自 9 月 30 日 10:00 起 5 个工作日：跳过 10 月 1–8 日（国庆节、中秋节）、"
            "10 月 12 日（周末），10 月 11 日（调休）计入；至 10 月 14 日 24:00 止",
        ),
        (
            "2026-12-28 10:00",
            "10wd",
            "自 12 月 28 日 10:00 起 10 个工作日：跳过 2027 年 1 月 1–3 日（元旦）、"
            "2027 年 1 月 9–10 日（周末）；至 2027 年 1 月 12 日 24:00 止"
            "（2027 年放假安排未公布，暂按法定节假日推算）",
        ),
        (
            "2026-03-06 20:00",
            "24h postpone",
            "自 3 月 6 日 20:00 起，顺延至 3 月 9 日 08:30 起算 24 小时："
            "跳过 3 月 7–8 日（周末）；至 3 月 10 日 08:30 止",
        ),
        ("2026-03-02 10:00", "1wd", "自 3 月 2 日 10:00 起 1 个工作日，至 3 月 3 日 24:00 止"),
        ("2026-03-02 10:00", "7d", "自 3 月 2 日 10:00 起 7 天，至 3 月 9 日 24:00 止"),
        ("2026-03-02 10:00", "30m", "自 3 月 2 日 10:00 起 30 分钟，至 3 月 2 日 10:30 止"),
        (
            "2026-01-30 10:00",
            "1wd",
            "自 1 月 30 日 10:00 起 1 个工作日：跳过 1 月 31 日–2 月 1 日（周末）；"
            "至 2 月 2 日 24:00 止",
        ),
        (
            "2026-06-01 10:00",
            "30wd",
            "自 6 月 1 日 10:00 起 30 个工作日：跳过 6 月 19–21 日（端午节）、其间 5 个周末；"
            "至 7 月 14 日 24:00 止",
        ),
        (
            "2026-02-13 17:00",
            "4wh",
            "自 2 月 13 日 17:00 起 4 个工作小时：2 月 14 日（调休）计入；至 2 月 14 日 12:00 止",
        ),
    ],
)
def test_the_explanation(start, limit, words):
    assert deadline(at(start), parse(limit), NATIONAL).words == words


@pytest.mark.rule("R-08")
@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=3) - timedelta(microseconds=1), "剩 2 天"),
        (timedelta(days=1), "剩 1 天"),
        (timedelta(hours=23, minutes=59), "剩 23 小时"),
        (timedelta(hours=1), "剩 1 小时"),
        (timedelta(minutes=25, seconds=59), "剩 25 分钟"),
        (timedelta(seconds=59), "剩不到 1 分钟"),
        (timedelta(microseconds=1), "剩不到 1 分钟"),
        (timedelta(0), "刚刚超期"),
        (timedelta(seconds=-59), "刚刚超期"),
        (timedelta(minutes=-1), "超期 1 分钟"),
        (timedelta(hours=-3, minutes=-59), "超期 3 小时"),
        (timedelta(days=-2, hours=-23), "超期 2 天"),
    ],
)
def test_what_is_left(left, words):
    end = utc("2026-03-02 09:00")
    assert remaining(end - left, end) == words


@pytest.mark.rule("R-09")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-02 09:00", "ok"),
        ("2026-03-02 16:59", "ok"),
        ("2026-03-02 17:00", "soon"),
        ("2026-03-02 18:59", "soon"),
        ("2026-03-02 19:00", "late"),
        ("2026-03-09 19:00", "late"),
    ],
)
def test_amber_from_four_fifths_red_from_the_end(now, expected):
    assert tone(at(now), at("2026-03-02 19:00"), at("2026-03-02 09:00")) == expected


@pytest.mark.rule("R-08")
def test_the_last_microsecond_is_in_time_and_the_end_is_late():
    start = at("2026-03-02 09:00")
    end = due(start, "1wd")
    assert tone(end - timedelta(microseconds=1), end, start) == "soon"
    assert tone(end, end, start) == "late"


@pytest.mark.rule("R-03")
@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        pytest.param("2026-03-02 09:00", "2026-03-02 17:00", 0, id="same day"),
        pytest.param("2026-03-02 17:00", "2026-03-03 08:00", 1, id="next morning"),
        pytest.param("2026-03-06 09:00", "2026-03-08 09:00", 0, id="over a weekend"),
        pytest.param("2026-02-13 09:00", "2026-02-24 09:00", 2, id="over the spring festival"),
    ],
)
def test_working_days_between(start, end, days):
    assert working_days_between(at(start), at(end), NATIONAL) == days


def test_working_days_do_not_run_backwards():
    with pytest.raises(ValueError, match="before start"):
        working_days_between(at("2026-03-03 09:00"), at("2026-03-03 08:59"), NATIONAL)
