"""Rules about people and units. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar

from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.orgs.states import Role, UnitKind, roles_for

SHORTEST_PASSWORD = 10
SHORTEST_BASIS = 4
LONGEST_AHEAD = timedelta(days=2 * 366)
KINDS_OF_CHARACTERS = 3
SATURDAY = 5
MOST_TOLD = 5
_KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")


def check_roles(roles: Iterable[Role], kind: UnitKind) -> None:
    """Refuse roles that staff of such a unit may not hold.

    A vendor answers calls and nothing else; deciding, supervising and judging stay with the
    government's own staff; units handle and never audit their own answers.

    Raises:
        NotAllowed: one of the roles does not fit the kind.

    Source: R-10 (requirements 2, 12, 141; handbook domain.md 1.2 clause 3).
    """
    wrong = [role for role in roles if role not in roles_for(kind)]
    if wrong:
        names = "、".join(role.label for role in wrong)
        raise NotAllowed(
            f"{kind.label}的人员不能担任{names}",
            remedy="受理可以外包，派单、审核、督办须由热线中心人员担任",
        )


def wrong_days(year: int, closed: Iterable[date], opened: Iterable[date]) -> list[str]:
    """Say what is wrong with the table of a year; empty when nothing is.

    Weekend days are free without being named; a table that names them would hide that one of them
    was worked, and a day that is both closed and opened is neither.

    Source: R-14 (architecture 5; handbook domain.md 1.4).
    """
    closed, opened = sorted(set(closed)), sorted(set(opened))
    faults = (
        (f"不属于 {year} 年", [d for d in (*closed, *opened) if d.year != year]),
        ("本来就是周末，不用写成放假", [d for d in closed if d.weekday() >= SATURDAY]),
        ("不是周末，不用写成调休上班", [d for d in opened if d.weekday() < SATURDAY]),
        ("既放假又上班", [d for d in closed if d in opened]),
    )
    return [
        "、".join(f"{d:%Y-%m-%d}" for d in days[:MOST_TOLD]) + " " + why
        for why, days in faults
        if days
    ]


def check_password(password: str, username: str) -> None:
    """Refuse a password that is short, of too few kinds of characters, or the user's name.

    Raises:
        Invalid: says what is missing.

    Source: R-11 (handbook domain.md 7.2: ten characters, three kinds).
    """
    kinds = sum(bool(re.search(kind, password)) for kind in _KINDS)
    if len(password) < SHORTEST_PASSWORD or kinds < KINDS_OF_CHARACTERS:
        raise Invalid(
            "密码至少 10 位，含大写、小写、数字、符号中的三种",
            fields={"password": "密码太弱"},
        )
    if username.lower() in password.lower():
        raise Invalid("密码不能包含账号", fields={"password": "密码不能包含账号"})


class SplitLike(Protocol):
    """A row of a split: whose codes of matter and place it covers, or which orders by number."""

    @property
    def category(self) -> str: ...  # noqa: D102
    @property
    def region(self) -> str: ...  # noqa: D102
    @property
    def numbers(self) -> Sequence[str]: ...  # noqa: D102


S = TypeVar("S", bound=SplitLike)


def heir(rows: Iterable[S], category: str, region: str, number: str = "") -> S | None:
    """Return the row of a split that covers a matter at a place; None when the rest does.

    A list that names the order wins, then the narrower matter, then the narrower place.

    Source: R-199, R-393 (requirement 126; handbook domain.md 1.2 (五): by duty and territory).
    """
    rows = list(rows)
    if number and (named := next((row for row in rows if number in row.numbers), None)):
        return named
    fitting = (
        row
        for row in rows
        if not row.numbers and category.startswith(row.category) and region.startswith(row.region)
    )
    return max(fitting, key=lambda row: (len(row.category), len(row.region)), default=None)


def check_change(*, effective: date, today: date, kinds: Iterable[UnitKind], basis: str) -> None:
    """Refuse a change of a unit that lies in the past, has no basis, or touches the centre.

    Raises:
        Invalid: names the fields.

    Source: R-197 (requirements 126, 132: register of units).
    """
    wrong = {}
    if effective < today:
        wrong["effective"] = "生效日期不能早于今天，过去的事不能改写"
    if effective > today + LONGEST_AHEAD:
        wrong["effective"] = "生效日期太远，最多提前两年"
    if len(basis.strip()) < SHORTEST_BASIS:
        wrong["basis"] = "请写明文件名称或文号"
    if any(kind in (UnitKind.CENTRE, UnitKind.VENDOR) for kind in kinds):
        wrong["unit"] = "热线中心和外包服务商不承办工单，不能这样调整"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def paths(parents: Mapping[int, int | None]) -> dict[int, tuple[str, int]]:
    """Return the path ("/1/17/") and the depth of every unit, given each one's parent.

    Raises:
        ValueError: a unit stands below itself, or below one that is not given.
    """
    found: dict[int, tuple[str, int]] = {}
    for key in parents:
        chain: list[int] = []
        above: int | None = key
        while above is not None and above not in found:
            if above in chain or above not in parents:
                raise ValueError(f"unit {key} has no way to the top")
            chain.append(above)
            above = parents[above]
        path, depth = found[above] if above is not None else ("/", -1)
        for step in reversed(chain):
            path, depth = f"{path}{step}/", depth + 1
            found[step] = path, depth
    return found
