"""Which dated row applies. Pure: rows are given, nothing is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol, TypeVar

from huiyin.kernel.errors import Invalid


class Dated(Protocol):
    """A row that is valid on the half-open range of days ``[valid_from, valid_to)``."""

    @property
    def valid_from(self) -> date: ...  # noqa: D102
    @property
    def valid_to(self) -> date | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Span:
    """The days ``[valid_from, valid_to)`` of a row."""

    valid_from: date
    valid_to: date | None = None


LONGEST_AHEAD = timedelta(days=2 * 366)


class LimitLike(Dated, Protocol):
    """A limit with its selectors; empty selectors match everything."""

    @property
    def clock(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def case_class(self) -> str: ...  # noqa: D102
    @property
    def category(self) -> str: ...  # noqa: D102
    @property
    def urgency(self) -> str: ...  # noqa: D102
    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def round(self) -> int | None: ...  # noqa: D102


D = TypeVar("D", bound=Dated)
L = TypeVar("L", bound=LimitLike)


class ClassLike(Dated, Protocol):
    """A class of orders with the conditions under which it is given; empty ones match all."""

    @property
    def categories(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def kinds(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def urgencies(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def by_hand(self) -> bool: ...  # noqa: D102


C = TypeVar("C", bound=ClassLike)


@dataclass(frozen=True, slots=True)
class Matter:
    """What of an order decides its limits."""

    kind: str
    category: str
    urgency: str = "normal"
    channel: str = ""
    round: int = 1
    case_class: str = ""


def valid_on(rows: Iterable[D], day: date) -> list[D]:
    """Return the rows valid on ``day``: from ``valid_from``, up to but not on ``valid_to``.

    Source: R-30 (handbook domain.md 2.9, rules with effective dates).
    """
    return [r for r in rows if r.valid_from <= day and (r.valid_to is None or day < r.valid_to)]


def narrowness(regions: Sequence[str], places: Sequence[str]) -> int | None:
    """Return how narrow the place of a row is for what lies in ``places``; None if not there.

    A row without places holds everywhere and is the widest of all, 0.

    Args:
        regions: codes of the places in which the row holds; none means everywhere.
        places: codes of where something lies, from the city to the street; none when not known.

    Source: R-510 (requirement 211; handbook domain.md 1.2 (五), 2.1 art. 11: by territory).
    """
    if not regions:
        return 0
    fitting = (level for level, code in enumerate(places, 1) if code in regions)
    return max(fitting, default=None)


def choose_limit(rows: Iterable[L], clock: str, matter: Matter, day: date) -> L | None:
    """Return the most specific limit of ``clock`` for ``matter`` valid on ``day``; None if none.

    Urgency outweighs class, class outweighs category, category (the longer the better) outweighs
    round, round outweighs kind, kind outweighs channel; among equals the younger row wins.

    Source: R-31 (handbook domain.md 2.7: limits differ by urgency, matter and kind).
    """
    fitting = [r for r in valid_on(rows, day) if r.clock == clock and _fits(r, matter)]
    return max(fitting, key=_weight, default=None)


def _fits(row: LimitLike, matter: Matter) -> bool:
    return (
        row.kind in ("", matter.kind)
        and row.case_class in ("", matter.case_class)
        and matter.category.startswith(row.category)
        and row.urgency in ("", matter.urgency)
        and row.channel in ("", matter.channel)
        and (row.round is None or row.round <= matter.round)
    )


def _weight(row: LimitLike) -> tuple[bool, bool, int, int, bool, bool, date]:
    return (
        bool(row.urgency),
        bool(row.case_class),
        len(row.category),
        row.round or 0,
        bool(row.kind),
        bool(row.channel),
        row.valid_from,
    )


def choose_class(rows: Iterable[C], matter: Matter, day: date) -> C | None:
    """Return the class that a matter falls into by itself on ``day``; None if the city has none.

    Urgency outweighs category (the longer the better), category outweighs kind; among equals the
    younger row wins. Classes that only a person may choose are left out.

    Source: R-165 (requirements 17, 105; handbook domain.md 2.2: levels by urgency and matter).
    """
    fitting = [
        (_class_weight(row, matter), row)
        for row in valid_on(rows, day)
        if not row.by_hand
        and (not row.kinds or matter.kind in row.kinds)
        and (not row.urgencies or matter.urgency in row.urgencies)
        and (not row.categories or any(matter.category.startswith(c) for c in row.categories))
    ]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def _class_weight(row: ClassLike, matter: Matter) -> tuple[bool, int, bool, date]:
    named = [len(c) for c in row.categories if matter.category.startswith(c)]
    return bool(row.urgencies), max(named, default=0), bool(row.kinds), row.valid_from


Key = tuple[str, date]
"""What tells one version of a rule: its code and the day from which it holds."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a version of a rule says, and the first day on which it no longer holds."""

    content: tuple[object, ...]
    valid_to: date | None = None


@dataclass(slots=True)
class Plan:
    """What must be done to the held versions, and which wishes are refused and why."""

    add: list[Key] = field(default_factory=list)
    replace: list[Key] = field(default_factory=list)
    end: dict[Key, date] = field(default_factory=dict)
    drop: list[Key] = field(default_factory=list)
    refused: list[tuple[Key, str]] = field(default_factory=list)
    same: int = 0


def succession(
    held: Mapping[Key, Version], wanted: Mapping[Key, Version], *, today: date, in_use: bool
) -> Plan:
    """Return how the held versions become the wanted ones without rewriting the past.

    A version that holds since today or earlier is never changed but in its end, and that not
    before today. Versions that are no longer wanted end when their successor begins, else with
    today; those that would only have begun later are dropped. A code that is held gets no version
    for days gone by. Days are those of the city, ranges are half-open.

    Args:
        held: the versions that are stored.
        wanted: the versions that shall be.
        today: the present local day.
        in_use: whether there is any order; while there is none, everything may be replaced.

    Source: R-32 (handbook domain.md 2.9, rules with effective dates).
    """
    plan = Plan()
    codes = {code for code, _ in held}
    for key, version in wanted.items():
        if key not in held:
            is_late = in_use and key[0] in codes and key[1] < today
            if is_late:
                plan.refused.append((key, "生效日期已经过去；请写今天或以后的日期"))
            else:
                plan.add.append(key)
        elif held[key] == version:
            plan.same += 1
        else:
            _plan_change(plan, key, held[key], version, today if in_use else None)
    for key in held.keys() - wanted.keys():
        _plan_absent(plan, key, held[key], wanted, today if in_use else None)
    return plan


def _plan_change(plan: Plan, key: Key, old: Version, new: Version, today: date | None) -> None:
    """Plan one version that is held and wanted, but not alike."""
    if today is None or key[1] > today:
        plan.replace.append(key)
    elif old.content != new.content:
        plan.refused.append((key, "已经生效，不能改写；请新增一行并写上生效日期"))
    elif _end(old, today) != _end(new, today):
        plan.refused.append(
            (key, "失效日期只能是今天或以后，已经失效的不能恢复；请新增一行并写上生效日期")
        )
    elif new.valid_to is None:
        plan.replace.append(key)
    else:
        plan.end[key] = new.valid_to


def _plan_absent(
    plan: Plan, key: Key, old: Version, wanted: Mapping[Key, Version], today: date | None
) -> None:
    """Plan one version that is held and no longer wanted."""
    code, begins = key
    if today is None or begins > today:
        plan.drop.append(key)
        return
    later = [day for other, day in wanted if other == code and day > begins and day >= today]
    until = min(later, default=today + timedelta(days=1))
    if old.valid_to is None or old.valid_to > until:
        plan.end[key] = until


def _end(version: Version, today: date) -> date:
    """Return up to which day, today at the latest, a version has held."""
    return min(version.valid_to or today, today)


def check_follows(held: Span | None, wanted: Span, today: date) -> None:
    """Refuse a new version that begins in the past, not after the one it follows, or never holds.

    Raises:
        Invalid: names the field.

    Source: R-390 (handbook domain.md 2.9, rules with effective dates).
    """
    _check_end_after_begin(wanted)
    if wanted.valid_from < today:
        raise Invalid("生效日期不能早于今天", fields={"valid_from": "不能早于今天"})
    if wanted.valid_from > today + LONGEST_AHEAD:
        raise Invalid("生效日期太远", fields={"valid_from": "最多提前两年"})
    if held is not None and wanted.valid_from <= held.valid_from:
        raise Invalid(
            "现行的一版不能改写，请写更晚的生效日期",
            fields={"valid_from": f"须晚于 {held.valid_from:%Y-%m-%d}"},
        )


def check_end(held: Span, wanted: Span, today: date) -> None:
    """Refuse an end of a version that lies in the past, or that changes nothing.

    Raises:
        Invalid: names the field.

    Source: R-390 (handbook domain.md 2.9, rules with effective dates).
    """
    _check_end_after_begin(wanted)
    if wanted.valid_to == held.valid_to:
        raise Invalid("目录里已经是这样", fields={"valid_to": "没有变化"})
    if held.valid_to is not None and held.valid_to <= today:
        raise Invalid("这一条已经失效，请写新的生效日期", fields={"valid_from": "须晚于失效日期"})
    if wanted.valid_to is not None and wanted.valid_to < today:
        raise Invalid("失效日期不能早于今天", fields={"valid_to": "不能早于今天"})


def _check_end_after_begin(wanted: Span) -> None:
    if wanted.valid_to is not None and wanted.valid_to <= wanted.valid_from:
        raise Invalid("失效日期须晚于生效日期", fields={"valid_to": "须晚于生效日期"})
