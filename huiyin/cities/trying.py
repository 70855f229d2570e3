"""Trying a changed rules.toml on past orders: reads the file and the orders, writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from huiyin.cities import profile as profiles
from huiyin.cities import rows
from huiyin.cities.profile import Problem, Profile, ProfileError
from huiyin.cities.trial import PastClock, Replay, Trial, replay
from huiyin.kernel.errors import Conflict, Invalid
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge import rules
from huiyin.knowledge.rules import Key, Version
from huiyin.orders import past
from huiyin.orders.actions.turn import matter_of
from huiyin.orders.models import Clock, WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.worktime.calendar import SHANGHAI

LONGEST = timedelta(days=3 * 366)
LARGEST = 512 * 1024
CENTRE = "热线中心"
NO_CATEGORY = "未分类"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the first and last day, the day of the changed rules, how many examples."""

    first: date
    last: date
    as_of: date | None = None
    examples: int = 20


@dataclass(frozen=True, slots=True)
class Differences:
    """How a file differs from the rows in force: rows by name, and what a load would refuse."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    from_day: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: city, window, differences of the file, and what came of the replay."""

    city: str
    file: str
    asked: Asked
    as_of: date | None
    differences: Differences
    trial: Trial = field(hash=False)


def try_file(
    file: Path,
    asked: Asked,
    *,
    now: datetime,
    city: str = "",
    progress: Callable[[int], None] | None = None,
) -> Found:
    """Replay the orders of a window against a changed rules.toml; nothing is written.

    Args:
        file: the changed rules.toml.
        asked: the window and the day from which the changed rules are meant to hold; without a
            day, the latest day on which the file differs from the rows in force.
        now: the present moment.
        city: the profile that the database is expected to serve; empty for whichever it does.
        progress: is told how many orders have been replayed.

    Raises:
        ProfileError: the file has mistakes; each is named with its line.
        Conflict: the database serves another city or none.
        Invalid: the window is empty, in the future or too long.

    Source: R-195 (handbook domain.md 2.9: rules with effective dates; 4.3 timers).
    """
    _check_window(asked, now)
    served = _profile_of(city)
    _check_size(file)
    found = profiles.read(profiles.path_of(served), rules=file)
    with _only_reading():
        differences = _differences(found, file.name, now.astimezone(SHANGHAI).date())
        as_of = asked.as_of or differences.from_day
        by = Replay(
            knowledge.limit_rules(),
            rows.limits(found),
            calendar=orgs.calendar(),
            as_of=as_of,
            now=now,
        )
        trial = replay(_clocks(asked, progress), by, examples=asked.examples)
    return Found(found.city.name, file.name, asked, as_of, differences, trial)


@contextmanager
def _only_reading() -> Iterator[None]:
    """Let PostgreSQL itself refuse any write inside."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction read only")
        yield


def _check_window(asked: Asked, now: datetime) -> None:
    today = now.astimezone(SHANGHAI).date()
    if asked.last < asked.first:
        raise Invalid("起止日期颠倒了", fields={"last": "须不早于开始日期"})
    if asked.first > today:
        raise Invalid("这段日子还没有到，没有可试算的工单", fields={"first": "须不晚于今天"})
    if asked.last - asked.first > LONGEST:
        raise Invalid("一次最多试算三年的工单", fields={"last": "离开始日期太远"})


def _profile_of(city: str) -> str:
    held = orgs.city()
    if held is None:
        raise Conflict("数据库里还没有城市", remedy="请先执行 huiyin city load")
    if city and city != held.profile:
        raise Conflict(
            f"这个数据库是{held.name}（{held.profile}），不是 {city}",
            remedy=f"请用 --city {held.profile}，或换用 {city} 的数据库",
        )
    return held.profile


def _check_size(file: Path) -> None:
    if file.is_file() and file.stat().st_size > LARGEST:
        raise ProfileError([Problem(file.name, 0, f"文件超过 {LARGEST // 1024} KB")])


def _clocks(asked: Asked, progress: Callable[[int], None] | None) -> Iterator[list[PastClock]]:
    for count, order in enumerate(past.orders_between(asked.first, asked.last), start=1):
        matter = matter_of(order)
        yield [_past_clock(order, clock, matter) for clock in order.clocks.all()]
        if progress and count % 1000 == 0:
            progress(count)


def _past_clock(order: WorkOrder, clock: Clock, matter: rules.Matter) -> PastClock:
    part = clock.assignment
    of_round = part.round if part else past.round_of(order, clock.started_at)
    return PastClock(
        order=order.number,
        kind=clock.kind,
        matter=replace(matter, round=of_round),
        unit=str(part.unit) if part else CENTRE,
        category=order.category.full_name if order.category else NO_CATEGORY,
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        words=clock.words,
        length=(clock.rule.limit, clock.rule.postpone) if clock.rule else None,
    )


def _differences(found: Profile, file: str, today: date) -> Differences:
    """Compare the file with the rows in force, limits and parameters alike."""
    limits = {(row.code, row.valid_from): row for row in rows.limits(found)}
    held = {(row.code, row.valid_from): row for row in knowledge.limit_rules()}
    names = [name for name in asdict(next(iter(limits.values()))) if name not in _DATES]
    old = {key: _version(row, names) for key, row in held.items()}
    new = {key: _version(row, names) for key, row in limits.items()}
    plan = rules.succession(old, new, today=today, in_use=True)
    changed = [key for key in old.keys() & new.keys() if old[key] != new[key]]
    days = [key[1] for key in changed if old[key].content != new[key].content]
    days += [key[1] for key in new.keys() - old.keys()]
    days += [day for key in changed if (day := new[key].valid_to) is not None]
    lines = {(row.code, row.valid_from): row.line for row in found.limits}
    return Differences(
        added=_names(new.keys() - old.keys()),
        changed=_names(changed),
        removed=_names(old.keys() - new.keys()),
        parameters=_parameters(found),
        refused=tuple(
            str(Problem(file, lines.get(key, 0), f"{key[0]} {why}")) for key, why in plan.refused
        ),
        from_day=max(days, default=None),
    )


_DATES = ("code", "valid_from", "valid_to")


def _version(row: Any, names: Sequence[str]) -> Version:
    return Version(tuple(getattr(row, name) for name in names), row.valid_to)


def _parameters(found: Profile) -> tuple[str, ...]:
    """Name the parameters that the file says otherwise: they move no deadline of the past."""
    wanted = {(row.key, row.valid_from): row for row in rows.parameters(found)}
    held = {(row.key, row.valid_from): row for row in knowledge.parameters()}
    changed = [
        key
        for key in wanted.keys() & held.keys()
        if (wanted[key].value, wanted[key].valid_to) != (held[key].value, held[key].valid_to)
    ]
    return _names({*changed, *(wanted.keys() ^ held.keys())})


def _names(keys: Iterable[Key]) -> tuple[str, ...]:
    return tuple(f"{code}（{day:%Y-%m-%d} 起）" for code, day in sorted(keys))


@dataclass(frozen=True, slots=True)
class InForce:
    """The limits and parameters that hold on a day, the city, and where they were read."""

    city: str
    origin: str
    at: str
    limits: list[dict[str, Any]]
    parameters: list[dict[str, Any]]


def in_force(city: str, day: date) -> InForce:
    """Return the limits and parameters that hold on a day.

    Those of the database when it serves that city, else those of the shipped profile.

    Raises:
        ProfileError: there is no such profile, or it has mistakes.
        Conflict: no city is named and the database has none.
    """
    held = orgs.city()
    if held is not None and city in ("", held.profile):
        limits: Iterable[Any] = knowledge.limit_rules()
        parameters: Iterable[Any] = knowledge.parameters()
        name, origin = held.name, "数据库"
    elif city:
        found = profiles.read(profiles.path_of(city))
        limits, parameters = rows.limits(found), rows.parameters(found)
        name, origin = found.city.name, f"城市配置 {city}"
    else:
        raise Conflict("数据库里还没有城市", remedy="请用 --city 指定，或先执行 huiyin city load")
    return InForce(
        name,
        origin,
        day.isoformat(),
        [_told(row, _LIMIT) for row in _sorted(rules.valid_on(limits, day), "clock")],
        [_told(row, _PARAMETER) for row in _sorted(rules.valid_on(parameters, day), "key")],
    )


_LIMIT = (
    "code", "clock", "kind", "category", "case_class", "urgency", "channel", "round", "limit",
    "postpone", "valid_from", "valid_to", "source", "text",
)  # fmt: skip
_PARAMETER = ("key", "value", "valid_from", "valid_to", "source", "text")


def _sorted(rows_: Iterable[Any], first: str) -> list[Any]:
    return sorted(rows_, key=lambda row: (getattr(row, first), getattr(row, "code", "")))


def _told(row: Any, names: Sequence[str]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in names}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in told.items()}
