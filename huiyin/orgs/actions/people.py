"""Accounts, signing in, tokens, and the person whom a unit names."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password as same_password
from django.db import transaction

from huiyin.kernel import crypto, masks
from huiyin.kernel.errors import Invalid, NotAllowed, TooMany
from huiyin.orgs import policy, rules
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import ApiToken, ContactChange, Staff, Unit, UnitContact
from huiyin.orgs.states import Perm, Role, UnitKind

LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=30)


@transaction.atomic
def create_staff(
    *,
    username: str,
    name: str,
    unit: Unit,
    roles: Sequence[Role],
    password: str | None,
    now: datetime,
    demo: bool = False,
) -> Staff:
    """Make an account. Callers with a person behind them check ``Perm.STAFF`` first.

    With None as password nobody can sign in with it.

    Raises:
        NotAllowed: a role does not fit the unit's kind.
        Invalid: the password is too weak, or the account name is taken.
    """
    rules.check_roles(roles, UnitKind(unit.kind))
    if password is not None and not demo:
        rules.check_password(password, username)
    if Staff.objects.filter(username=username).exists():
        raise Invalid(f"账号 {username} 已存在", fields={"username": "账号已存在"})
    staff = Staff(
        username=username, name=name, unit=unit, roles=list(roles), is_demo=demo, created_at=now
    )
    staff.set_password(password)
    staff.save()
    return staff


def sign_in(username: str, password: str, *, now: datetime) -> Staff:
    """Return the account whose name and password these are.

    Five failures lock an account for half an hour. Unknown accounts cost the same time and say
    the same, so that names cannot be guessed.

    Raises:
        NotAllowed: name or password is wrong, or the account is closed.
        TooMany: the account is locked.

    Source: R-12 (handbook domain.md 7.2, point 2).
    """
    staff = Staff.objects.select_related("unit").filter(username=username).first()
    if staff is None or not staff.is_active:
        Staff().set_password(password)
        raise NotAllowed("账号或密码不正确")
    if staff.locked_until and staff.locked_until > now:
        raise TooMany("密码多次输错，账号已锁定，请 30 分钟后再试或联系管理员", retry_after=1800)
    if not same_password(password, staff.password):
        _count_failure(staff.pk, now)
        raise NotAllowed("账号或密码不正确")
    if staff.failed_logins or staff.locked_until:
        Staff.objects.filter(pk=staff.pk).update(failed_logins=0, locked_until=None)
    return staff


@transaction.atomic
def _count_failure(staff_id: int, now: datetime) -> None:
    staff = Staff.objects.select_for_update().get(pk=staff_id)
    staff.failed_logins += 1
    if staff.failed_logins >= LOCK_AFTER:
        staff.failed_logins, staff.locked_until = 0, now + LOCK_FOR
    staff.save(update_fields=["failed_logins", "locked_until"])


@transaction.atomic
def set_password(staff: Staff, password: str) -> None:
    """Give an account a new password; it is unlocked, and its open sessions end by themselves.

    Raises:
        Invalid: the password is too weak.
    """
    rules.check_password(password, staff.username)
    staff.set_password(password)
    staff.failed_logins, staff.locked_until = 0, None
    staff.save(update_fields=["password", "failed_logins", "locked_until"])


def unlock(staff: Staff) -> bool:
    """Lift the lock after wrong passwords; tell whether there was anything to lift."""
    locked = bool(staff.failed_logins or staff.locked_until)
    Staff.objects.filter(pk=staff.pk).update(failed_logins=0, locked_until=None)
    return locked


@transaction.atomic
def issue_token(
    *, staff: Staff, name: str, scopes: Sequence[Perm], now: datetime, days: int | None = 365
) -> str:
    """Make a token for another system and return it; it is shown once and never stored.

    Raises:
        NotAllowed: a scope lies outside the account's own permissions.
    """
    if not set(scopes) <= staff.perms:
        raise NotAllowed("令牌的权限不能超出账号本身的权限")
    token = f"hy_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(
        name=name,
        staff=staff,
        digest=crypto.keyed_digest(token.encode(), "api-token"),
        scopes=[str(scope) for scope in scopes],
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    return token


@transaction.atomic
def name_contact(
    unit: Unit, *, by: Actor, title: str, name: str = "", phone: str = "", now: datetime
) -> UnitContact:
    """Name the person whom a unit appoints for the hotline; the change is kept.

    Raises:
        Invalid: neither title nor name is given.

    Source: R-13 (requirement 133).
    """
    if by.staff and Perm.STAFF not in by.perms and by.unit != unit:
        policy.require(by, Perm.STAFF)
    if not title.strip():
        raise Invalid("请填写联络员职务", fields={"title": "必填"})
    contact = UnitContact.objects.select_for_update().filter(unit=unit).first()
    before = f"{contact.title} {contact.name} {contact.phone_masked}".strip() if contact else ""
    contact = contact or UnitContact(unit=unit)
    contact.title, contact.name, contact.changed_at = title.strip(), name.strip(), now
    contact.phone_sealed = crypto.seal(phone, "contact.phone")
    contact.phone_masked = masks.phone(phone)
    after = f"{contact.title} {contact.name} {contact.phone_masked}".strip()
    if after != before:
        contact.save()
        ContactChange.objects.create(unit=unit, at=now, by=by.label, before=before, after=after)
    return contact
