"""What a supervision order needs, its number, which team looks after it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from huiyin.followup.mandates.states import MandateStep
from huiyin.kernel.errors import Invalid, TooLate, WrongState

LONGEST_TITLE, LONGEST_NOTE, LONGEST_DEMANDS = 80, 1000, 2000
SHORTEST = 5
MOST_ORDERS = 200


@dataclass(frozen=True, slots=True)
class MandateKind:
    """A kind of supervision order as the city names it.

    ``series`` is the word in its numbers, ``limit`` the time for the reply (empty for the general
    limit of the city), ``check_days`` how often the checker looks at it, 0 for never.
    """

    code: str
    name: str
    series: str = "督"
    limit: str = ""
    check_days: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """A way of pressing a matter: coordination meeting, joint enforcement, visit, media."""

    code: str
    name: str


# What holds where a city says nothing.
PLAIN_KINDS = (MandateKind("internal", "内部督办", "督"),)
PLAIN_METHODS = (
    Method("meeting", "协调会"), Method("joint", "联合执法"), Method("site", "现场督查"),
    Method("talk", "约谈"), Method("revisit", "回头看"), Method("media", "媒体监督"),
)  # fmt: skip


def kinds_of(rows: Iterable[Mapping[str, Any]]) -> tuple[MandateKind, ...]:
    """Return the kinds that the rows of the profile name; the plain one when there are none.

    Source: R-410 (requirements 151, 190: kinds are data of the city).
    """
    return tuple(MandateKind(**row) for row in rows) or PLAIN_KINDS


def methods_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Method, ...]:
    """Return the methods that the rows of the profile name; the usual ones when there are none.

    Source: R-415 (requirement 14).
    """
    return tuple(Method(**row) for row in rows) or PLAIN_METHODS


@dataclass(frozen=True, slots=True)
class Text:
    """What is asked of the unit, in words."""

    title: str
    demands: str
    due_at: datetime | None
    orders: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


def check_text(text: Text, now: datetime) -> None:
    """Refuse a supervision order without subject or demands, or due in the past.

    Raises:
        Invalid: names every wrong field.

    Source: R-411 (handbook domain.md 5: item, unit, demand, due).
    """
    wrong: dict[str, str] = {}
    if not 2 <= len(text.title) <= LONGEST_TITLE:
        wrong["title"] = f"请写明事项，2–{LONGEST_TITLE} 个字"
    if not SHORTEST <= len(text.demands) <= LONGEST_DEMANDS:
        wrong["demands"] = f"请写明要求，{SHORTEST}–{LONGEST_DEMANDS} 个字"
    if text.due_at is not None and text.due_at <= now:
        wrong["due_at"] = "反馈时限应晚于现在"
    if text.orders > MOST_ORDERS:
        wrong["orders"] = f"一张督办单最多 {MOST_ORDERS} 件工单"
    if wrong:
        raise Invalid("督办单没有填好：" + "；".join(wrong.values()), fields=wrong)


def check_step(step: MandateStep, state: str, label: str) -> None:
    """Refuse a step that cannot be taken from where the supervision order stands.

    Raises:
        WrongState: says where it stands.

    Source: R-412 (requirement 153).
    """
    if state not in step.sources:
        raise WrongState(
            f"督办单现为“{label}”，不能{step.label}", remedy="请刷新页面查看最新进展", state=state
        )


def check_note(step: MandateStep, note: str) -> None:
    """Refuse a step without the words that it needs.

    Raises:
        Invalid: names the field.

    Source: R-412 (requirement 153: cancel on completion with reason).
    """
    least = 2 if step.needed else 0
    if step.note and not least <= len(note) <= LONGEST_NOTE:
        raise Invalid(
            f"请写明{step.note}", fields={"note": f"请写明{step.note}，2–{LONGEST_NOTE} 个字"}
        )


def check_extension(until: datetime | None, due_at: datetime, now: datetime) -> datetime:
    """Return until when an extension is asked: after the due time, asked before it has passed.

    Raises:
        TooLate: the due time has passed.
        Invalid: the new time is missing or not later.

    Source: R-413 (handbook domain.md 2.8: extension before expiry, new date).
    """
    if now >= due_at:
        raise TooLate("反馈时限已过，不能申请延期", remedy="请尽快反馈，并在反馈中说明")
    if until is None or until <= due_at:
        raise Invalid("新的时限应晚于原时限", fields={"until": "请填写晚于原时限的时间"})
    return until


@dataclass(frozen=True, slots=True)
class Share:
    """What a team looks after: units with all below them by path, and categories by code."""

    team: int
    paths: Sequence[str] = ()
    categories: Sequence[str] = ()


def team_for(shares: Iterable[Share], *, path: str, categories: Iterable[str]) -> int | None:
    """Return the team that looks after a unit or, where none does, after a category.

    The nearest unit above wins, then the longest category.

    Source: R-414 (requirement 13).
    """
    codes = tuple(categories)
    rows = list(shares)
    by_unit = [(len(p), s.team) for s in rows for p in s.paths if path.startswith(p)]
    by_class = [
        (len(c), s.team) for s in rows for c in s.categories if any(k.startswith(c) for k in codes)
    ]
    found = by_unit or by_class
    return max(found)[1] if found else None
