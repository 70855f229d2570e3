"""Rules about people and units. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.orgs.states import Role, UnitKind, roles_for

SHORTEST_PASSWORD = 10
KINDS_OF_CHARACTERS = 3
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
