"""Accounts for demonstrations: named after their role, known to everybody, easy to close."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import check_password as same_password
from django.contrib.auth.hashers import (
    is_password_usable,
    make_password,
)
from django.db import transaction

from huiyin.kernel import bulk
from huiyin.kernel.compare import compare
from huiyin.kernel.errors import Conflict, NotFound
from huiyin.orgs import rules, succession
from huiyin.orgs.models import ApiToken, Staff, Unit
from huiyin.orgs.states import Role, UnitKind


@dataclass(frozen=True, slots=True)
class DemoRow:
    """An account to make: its name, its one role and the code of its unit."""

    username: str
    role: str
    unit: str
    name: str


@transaction.atomic(savepoint=False)
def sync_demo_accounts(rows: Sequence[DemoRow], *, password: str, now: datetime) -> list[Staff]:
    """Let these demonstration accounts exist and be open, all with ``password``.

    The password is hashed once for all of them, and not at all when they have it already, so that
    nobody is signed out. Up to five statements.

    Raises:
        Conflict: one of the names belongs to an account that is not for demonstrations.
        NotFound: one of the units is not in the register.
        NotAllowed: a role does not fit its unit.

    Source: R-17 (handbook domain.md 7.2, point 5: no shared or default accounts).
    """
    units = Unit.objects.filter(code__in={row.unit for row in rows}, active=True).in_bulk(
        field_name="code"
    )
    held = Staff.objects.select_for_update().in_bulk(
        [row.username for row in rows], field_name="username"
    )
    units |= _heirs({row.unit for row in rows} - units.keys())
    for row in rows:
        _check_row(row, units, held.get(row.username))
    hashed = _hash_for(password, list(held.values()))
    new = [
        Staff(username=row.username, unit=units[row.unit], created_at=now)
        for row in rows
        if row.username not in held
    ]
    everyone = held | {staff.username: staff for staff in new}
    wanted = {row.username: _wanted(row, units, hashed) for row in rows}
    found = compare(everyone, wanted, off={})
    kept = [each for each in found.changed if each.pk]
    bulk.add(Staff, new)
    bulk.store(Staff, kept, found.fields)
    for row in rows:
        everyone[row.username].unit = units[row.unit]
    return [everyone[row.username] for row in rows]


def _heirs(codes: Collection[str]) -> dict[str, Unit]:
    """Return who took over from units that ended in a change of the organisation."""
    known = succession.heritages_now() if codes else {}
    rows = Unit.objects.filter(code__in=codes, pk__in=known)
    return {unit.code: succession.heir_among(known, unit) for unit in rows}


def _wanted(row: DemoRow, units: Mapping[str, Unit], hashed: str) -> dict[str, object]:
    return {
        "name": row.name,
        "unit_id": units[row.unit].pk,
        "roles": [row.role],
        "password": hashed,
        "is_active": True,
        "is_demo": True,
        "failed_logins": 0,
        "locked_until": None,
    }


def _check_row(row: DemoRow, units: Mapping[str, Unit], held: Staff | None) -> None:
    """Refuse a row whose unit is missing, whose role does not fit, or whose name is taken.

    An account that ``close_demo_accounts`` closed may be opened again; it is known by its name and
    by having no password. Anybody else's account is never given a demonstration password.
    """
    unit = units.get(row.unit)
    if unit is None:
        raise NotFound(
            f"演示账号 {row.username} 的单位 {row.unit} 不在单位名册里", remedy="请先加载城市配置"
        )
    rules.check_roles([Role(row.role)], UnitKind(unit.kind))
    if held is None or held.is_demo:
        return
    was_demo = not held.is_active and not is_password_usable(held.password)
    if not was_demo or held.name != row.name:
        raise Conflict(
            f"账号 {row.username} 已经有人使用，不能改成演示账号",
            remedy="请在 demo.toml 里换一个账号名",
        )


def _hash_for(password: str, held: Sequence[Staff]) -> str:
    """Return the hash that the accounts have already when it is of ``password``, else a new one."""
    known = {staff.password for staff in held if staff.is_demo}
    if len(known) == 1:
        (only,) = known
        if same_password(password, only):
            return only
    return make_password(password)


@transaction.atomic(savepoint=False)
def close_demo_accounts(*, now: datetime) -> int:
    """Close every demonstration account for good and return how many there were.

    They stay as the ones who acted, but have no password, no live token and no mark of a
    demonstration, so that an installation may go into service. Three statements.

    Source: R-17 (handbook domain.md 7.2, point 5: no shared or default accounts).
    """
    keys = list(Staff.objects.filter(is_demo=True).values_list("pk", flat=True))
    tokens = ApiToken.objects.filter(staff__in=keys, revoked_at__isnull=True)
    tokens.update(revoked_at=now)
    return Staff.objects.filter(pk__in=keys).update(
        is_active=False, is_demo=False, password=make_password(None)
    )
