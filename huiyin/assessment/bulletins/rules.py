"""Kinds of bulletins, their periods, numbers and words; what an issue needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from huiyin.assessment import rules as assessment
from huiyin.assessment.bulletins.states import (
    Audience,
    BulletinState,
    PartKind,
    Rhythm,
    Scope,
    Step,
)
from huiyin.assessment.rules import decimal
from huiyin.kernel.errors import Invalid, WrongState

LONGEST = {"title": 120, "text": 10_000, "note": 500, "remark": 200}
MOST_CASES, MOST_UNITS, MOST_LEADERS = 20, 100, 20
HUNDRED, LONGEST_DAYS = 100, 400
EARLIEST = date(2001, 1, 1)
_DECEMBER, _MONTHS, _QUARTERS = 12, 3, "一二三四"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of bulletin as the city has it.

    ``automatic``: drafted by the schedule once its period is over and closed. ``public``: everybody
    reads it on the portal once it is issued. ``indicators`` are
    keys of the assessment, none for the usual ones; ``scheme`` and ``template`` say how units are
    ranked and listed.
    """

    code: str
    name: str
    rhythm: Rhythm
    parts: tuple[PartKind, ...]
    scope: Scope = Scope.CITY
    audience: Audience = Audience.CHOSEN
    automatic: bool = False
    public: bool = False
    indicators: tuple[str, ...] = ()
    scheme: str = ""
    template: str = "four_lists"


USUAL = ("completed", "on_time", "returned", "response", "solved", "satisfied")
_P = PartKind
_BODY = (_P.FIGURES, _P.CALLS, _P.GROUPS, _P.HOT)
_UNITS = (*_BODY, _P.RANKING, _P.BEHIND)
_FOUR = ("on_time", "returned", "answered", "satisfied")
# What holds where a city says nothing.
PLAIN_KINDS = (
    Kind("daily", "每日专报", Rhythm.DAY, _BODY),
    Kind("weekly", "周综述", Rhythm.WEEK, _UNITS, audience=Audience.UNITS, automatic=True),
    Kind(
        "monthly", "月通报", Rhythm.MONTH, (*_UNITS, _P.LISTS), audience=Audience.UNITS,
        automatic=True, indicators=_FOUR,
    ),
    Kind(
        "quarterly", "季度讲评", Rhythm.QUARTER, (*_UNITS, _P.LISTS, _P.DISCUSS),
        audience=Audience.UNITS, automatic=True,
    ),
    Kind(
        "yearly", "年度报告", Rhythm.YEAR, (*_UNITS, _P.LISTS, _P.TOTALS),
        audience=Audience.UNITS, automatic=True,
    ),
    Kind("brief", "简报", Rhythm.EVENT, ()),
    Kind("special", "专报", Rhythm.EVENT, ()),
    Kind("submission", "呈阅件", Rhythm.EVENT, ()),
    Kind("typical", "典型案例", Rhythm.EVENT, (), public=True),
    Kind("analysis", "分析报告", Rhythm.EVENT, (_P.FIGURES, _P.GROUPS, _P.HOT)),
    Kind(
        "county", "月通报", Rhythm.MONTH, (_P.FIGURES, _P.GROUPS, _P.HOT, _P.RANKING, _P.BEHIND),
        scope=Scope.COUNTY, audience=Audience.UNITS, indicators=_FOUR,
    ),
)  # fmt: skip


def kinds_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Kind, ...]:
    """Return the kinds that the rows of the profile name; the usual ones when there are none.

    Source: R-491 (requirements 24, 58, 109, 110; handbook domain.md 6.1).
    """
    found = []
    for row in rows:
        plain = {
            key: row[key] for key in ("automatic", "public", "scheme", "template") if key in row
        }
        found.append(
            Kind(
                code=str(row["code"]),
                name=str(row["name"]),
                rhythm=Rhythm(row["rhythm"]),
                parts=tuple(PartKind(each) for each in row["parts"]),
                scope=Scope(row.get("scope", "city")),
                audience=Audience(row.get("audience", "chosen")),
                indicators=tuple(row.get("indicators", ())),
                **plain,
            )
        )
    return tuple(found) or PLAIN_KINDS


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included."""

    first: date
    last: date


def period_with(rhythm: Rhythm, day: date) -> Period:
    """Return the day, week (Monday to Sunday), month, quarter or year that holds a day.

    Source: R-491 (requirement 24; handbook domain.md 6.1).
    """
    if rhythm is Rhythm.WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(first, first + timedelta(days=6))
    if rhythm is Rhythm.MONTH:
        return _months(day.year, day.month, 1)
    if rhythm is Rhythm.QUARTER:
        return _months(day.year, (day.month - 1) // _MONTHS * _MONTHS + 1, _MONTHS)
    if rhythm is Rhythm.YEAR:
        return _months(day.year, 1, _DECEMBER)
    return Period(day, day)


def _months(year: int, month: int, count: int) -> Period:
    after = month + count - 1
    last = date(year + 1, 1, 1) if after == _DECEMBER else date(year, after + 1, 1)
    return Period(date(year, month, 1), last - timedelta(days=1))


def period_asked(
    rhythm: Rhythm, first: date | None, last: date | None, *, today: date
) -> Period | str:
    """Return the days that somebody asks for, or what is wrong with them.

    Source: R-491 (requirement 24; handbook domain.md 6.1).
    """
    if first is None:
        return "请填写从哪天到哪天" if rhythm is Rhythm.EVENT else "请填写期间内的任意一天"
    if first < EARLIEST or first >= today:
        return "日期太早" if first < EARLIEST else "这一期间还没有结束"
    if rhythm is not Rhythm.EVENT:
        period = period_with(rhythm, first)
    elif last is None or last < first or (last - first).days > LONGEST_DAYS:
        return f"请填写从哪天到哪天，最长 {LONGEST_DAYS} 天"
    else:
        period = Period(first, last)
    return period if period.last < today else "这一期间还没有结束"


def over_before(rhythm: Rhythm, day: date) -> Period:
    """Return the last whole period that was over when a day began.

    Source: R-498 (requirements 24, 110).
    """
    return period_with(rhythm, period_with(rhythm, day).first - timedelta(days=1))


def before(rhythm: Rhythm, period: Period) -> Period:
    """Return the period just before: of the same rhythm, else of as many days.

    Source: R-494 (handbook domain.md 6.1: month-on-month).
    """
    eve = period.first - timedelta(days=1)
    if rhythm is Rhythm.EVENT:
        return Period(eve - (period.last - period.first), eve)
    return period_with(rhythm, eve)


def year_before(period: Period) -> Period:
    """Return the same days of the year before; a whole month or year stays whole.

    Source: R-494 (handbook domain.md 6.1: year-on-year).
    """
    return Period(*assessment.year_before(period.first, period.last))


def said_period(rhythm: Rhythm, period: Period | None) -> str:
    """Return a period in words: ``2026年3月``, ``2026年第一季度``, ``2026年3月2日至8日``."""
    if period is None:
        return ""
    first, last = period.first, period.last
    if rhythm is Rhythm.YEAR:
        return f"{first.year}年"
    if rhythm is Rhythm.QUARTER:
        return f"{first.year}年第{_QUARTERS[(first.month - 1) // _MONTHS]}季度"
    if rhythm is Rhythm.MONTH:
        return f"{first.year}年{first.month}月"
    begin = f"{first.year}年{first.month}月{first.day}日"
    if first == last:
        return begin
    year = "" if first.year == last.year else f"{last.year}年"
    return f"{begin}至{year}{last.month}月{last.day}日"


def number(name: str, year: int, nth: int, total: int) -> str:
    """Return the number of an issue: ``月通报2026年第5期（总第74期）``.

    Source: R-495 (requirement 110; handbook domain.md 6.1: 年第X期(总第Y期)).
    """
    return f"{name}{year}年第{nth}期（总第{total}期）"


def moved_points(now: Fraction | None, then: Fraction | None, *, times: int = 1) -> str:
    """Return by how much a rate changed, in points; a plain number where it is none.

    Source: R-494 (handbook domain.md 3.3 K29, 6.1).
    """
    if now is None or then is None:
        return "—"
    share = times == 1
    size = decimal(abs(now - then) * (HUNDRED if share else 1))
    if now == then or not size.strip("0."):
        return "持平"
    return f"{'升' if now > then else '降'} {size}{' 个百分点' if share else ''}"


def moved_count(now: int, then: int) -> str:
    """Return by how many per cent a count changed; in words where nothing was before.

    Source: R-494 (handbook domain.md 3.3 K29, 6.1).
    """
    if now == then:
        return "持平"
    if not then:
        return "上期没有"
    size = decimal(Fraction(abs(now - then), then) * HUNDRED)
    return f"{'增' if now > then else '减'} {size}%"


def share(part: int, whole: int) -> str:
    """Return a part of a whole in per cent; a dash without a whole."""
    return f"{decimal(Fraction(part, whole) * HUNDRED)}%" if whole else "—"


def check_step(state: BulletinState, step: Step) -> None:
    """Refuse a step that a bulletin does not allow where it stands.

    Raises:
        WrongState: says where it stands, and what is done instead.

    Source: R-495 (handbook domain.md 6.1: 拟稿-核稿-签发; frozen snapshot per issue).
    """
    if state not in step.sources:
        remedy = "已签发的不能改动；确有差错的，出一期更正" if state is BulletinState.ISSUED else ""
        raise WrongState(
            f"现为“{state.label}”，不能{step.label}", remedy=remedy or "请刷新页面查看",
            state=state.value,
        )  # fmt: skip


def check_whole(*, text: str, tables: int, cases: int, audience: Audience, named: int) -> None:
    """Refuse to hand in what says nothing, or goes to nobody.

    Raises:
        Invalid: names what is missing.

    Source: R-495 (handbook domain.md 6.1).
    """
    wrong = {}
    if not (text or tables or cases):
        wrong["text"] = "请写正文，或列入工单"
    if audience is Audience.CHOSEN and not named:
        wrong["units"] = "请选择发给哪些单位或领导"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
