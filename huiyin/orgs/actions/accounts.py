"""What an administrator does to accounts: open, close, roles, lock, password, tokens.

Each function checks ``Perm.STAFF`` and leaves a row in ``AccountChange``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from huiyin.kernel import text
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.orgs import policy, rules
from huiyin.orgs.actions.people import create_staff, issue_token
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import AccountChange, ApiToken, Staff, Unit
from huiyin.orgs.states import Perm, Role, UnitKind

LONGEST_TOKEN_LIFE = 3 * 365
LONGEST_TEAM = 20
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")
# Without characters that are taken for one another when read out.
_LETTERS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789")
_GENERATED_LENGTH = 14


def open_account(
    *,
    by: Actor,
    unit: Unit,
    username: str,
    name: str,
    roles: Sequence[Role],
    password: str = "",
    now: datetime,
) -> tuple[Staff, str]:
    """Make an account in a unit; return it and its password, made up here when none is given.

    Raises:
        NotAllowed: the actor does not look after accounts, or a role does not fit the unit's kind.
        Invalid: a field is missing, the account name is taken, or the password is too weak.
        WrongState: the unit is closed.

    Source: R-18 (handbook domain.md 7.2).
    """
    policy.require(by, Perm.STAFF)
    if not unit.active:
        raise WrongState(f"{unit}已停用，不能新建账号")
    username, name = text.clean(username), text.clean(name)
    _check_names(username, name)
    _check_some(roles)
    password = password or _made_up(username)
    try:
        with transaction.atomic():
            staff = create_staff(
                username=username, name=name, unit=unit, roles=roles, password=password, now=now
            )
            _note(staff, by, now, f"新建账号，岗位：{staff.role_labels}")
    except IntegrityError as error:
        raise Invalid(f"账号 {username} 已存在", fields={"username": "账号已存在"}) from error
    return staff, password


@transaction.atomic
def set_roles(staff_id: int, roles: Collection[Role], *, by: Actor, now: datetime) -> Staff:
    """Give an account exactly these roles; they hold from the next request on.

    Raises:
        NotAllowed: not an administrator, one's own account, or a role does not fit the unit's kind.
        Invalid: no role is given.

    Source: R-18 (handbook domain.md 7.2).
    """
    staff = _locked(staff_id, by)
    _check_other(staff, by, "不能修改自己的岗位")
    _check_some(roles)
    wanted = [role for role in Role if role in roles]
    rules.check_roles(wanted, UnitKind(staff.unit.kind))
    before, staff.roles = staff.role_labels, [role.value for role in wanted]
    if staff.role_labels != before:
        staff.save(update_fields=["roles"])
        _note(staff, by, now, f"岗位由“{before}”改为“{staff.role_labels}”")
    return staff


@transaction.atomic
def set_team(staff_id: int, team: str, *, by: Actor, now: datetime) -> Staff:
    """Put an account into a team of its unit, or into none with an empty name.

    Raises:
        NotAllowed: not an administrator.
        Invalid: the name is too long.

    Source: R-211 (requirement 208: a leader checks the orders of the own team).
    """
    staff = _locked(staff_id, by)
    name = text.clean(team)
    if len(name) > LONGEST_TEAM:
        raise Invalid("班组名称太长", fields={"team": f"最多 {LONGEST_TEAM} 个字"})
    if name != staff.team:
        _note(staff, by, now, f"班组由“{staff.team or '无'}”改为“{name or '无'}”")
        staff.team = name
        staff.save(update_fields=["team"])
    return staff


@transaction.atomic
def close_account(staff_id: int, *, by: Actor, now: datetime) -> Staff:
    """Close an account: its sessions and tokens end at once.

    Raises:
        NotAllowed: not an administrator, or one's own account.

    Source: R-18 (handbook domain.md 7.2).
    """
    staff = _locked(staff_id, by)
    _check_other(staff, by, "不能停用自己的账号")
    if staff.is_active:
        staff.is_active = False
        staff.save(update_fields=["is_active"])
        ApiToken.objects.filter(staff=staff, revoked_at__isnull=True).update(revoked_at=now)
        _note(staff, by, now, "停用")
    return staff


@transaction.atomic
def reopen_account(staff_id: int, *, by: Actor, now: datetime) -> Staff:
    """Open a closed account again. Its tokens stay revoked.

    Raises:
        NotAllowed: not an administrator, or a demonstration account.

    Source: R-18 (handbook domain.md 7.2).
    """
    staff = _locked(staff_id, by)
    if staff.is_demo:
        raise NotAllowed("演示账号的密码是公开的，不能重新启用", remedy="请新建账号")
    if not staff.is_active:
        staff.is_active = True
        staff.save(update_fields=["is_active"])
        _note(staff, by, now, "启用")
    return staff


@transaction.atomic
def unlock_account(staff_id: int, *, by: Actor, now: datetime) -> Staff:
    """Lift the lock that wrong passwords have brought about.

    Source: R-18 (handbook domain.md 7.2).
    """
    staff = _locked(staff_id, by)
    if staff.failed_logins or staff.locked_until:
        staff.failed_logins, staff.locked_until = 0, None
        staff.save(update_fields=["failed_logins", "locked_until"])
        _note(staff, by, now, "解除锁定")
    return staff


@transaction.atomic
def reset_password(staff_id: int, password: str = "", *, by: Actor, now: datetime) -> str:
    """Give an account a new password and return it; made up here when none is given.

    Its open sessions end by themselves and it is unlocked.

    Raises:
        Invalid: the password is too weak.
        NotAllowed: not an administrator, or a demonstration account.

    Source: R-18 (handbook domain.md 7.2).
    """
    staff = _locked(staff_id, by)
    if staff.is_demo:
        raise NotAllowed("演示账号的密码由演示配置决定，不能修改", remedy="请新建账号")
    password = password or _made_up(staff.username)
    rules.check_password(password, staff.username)
    staff.set_password(password)
    staff.failed_logins, staff.locked_until = 0, None
    staff.save(update_fields=["password", "failed_logins", "locked_until"])
    _note(staff, by, now, "重置密码")
    return password


@transaction.atomic
def grant_token(
    staff_id: int, *, by: Actor, name: str, scopes: Sequence[Perm], days: int, now: datetime
) -> str:
    """Make a token by which another system acts as this account; it is shown once.

    Raises:
        Invalid: name or scopes are missing, or it would live too long.
        NotAllowed: a scope lies outside the account's permissions, or a demonstration account.
        WrongState: the account is closed.

    Source: R-18 (handbook domain.md 7.2).
    """
    staff = _locked(staff_id, by)
    name = text.clean(name)[:60]
    faults = {
        "name": "" if name else "请填写对接系统的名称",
        "scopes": "" if scopes else "请至少选择一项权限",
        "days": "" if 1 <= days <= LONGEST_TOKEN_LIFE else "有效期为 1 天到 3 年",
    }
    if found := {field: words for field, words in faults.items() if words}:
        raise Invalid("令牌信息填写有误", fields=found)
    if not staff.is_active:
        raise WrongState("账号已停用，不能签发令牌", remedy="请先启用账号")
    if staff.is_demo:
        raise NotAllowed("演示账号不能签发令牌", remedy="请为对接系统新建账号")
    token = issue_token(staff=staff, name=name, scopes=scopes, now=now, days=days)
    _note(staff, by, now, f"签发接口令牌“{name}”，{days} 天")
    return token


@transaction.atomic
def revoke_token(token_id: int, *, by: Actor, now: datetime) -> ApiToken:
    """End a token; a token that has ended stays as it is.

    Raises:
        NotAllowed: not an administrator.
        NotFound: there is no such token.

    Source: R-18 (handbook domain.md 7.2).
    """
    policy.require(by, Perm.STAFF)
    token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if token is None:
        raise NotFound("没有这个令牌")
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        _note(token.staff, by, now, f"作废接口令牌“{token.name}”")
    return token


def _locked(staff_id: int, by: Actor) -> Staff:
    """Return the account, its row locked, if the actor looks after accounts."""
    policy.require(by, Perm.STAFF)
    rows = Staff.objects.select_for_update(of=("self",)).select_related("unit")
    staff = rows.filter(pk=staff_id).first()
    if staff is None:
        raise NotFound("没有这个账号")
    return staff


def _note(staff: Staff, by: Actor, now: datetime, what: str) -> None:
    AccountChange.objects.create(staff=staff, at=now, by=by.label, what=what[:200])


def _check_other(staff: Staff, by: Actor, refusal: str) -> None:
    if by.staff is not None and by.staff.pk == staff.pk:
        raise NotAllowed(refusal, remedy="请由另一位系统管理员办理")


def _check_some(roles: Collection[Role]) -> None:
    if not roles:
        raise Invalid("请至少选择一个岗位", fields={"roles": "请至少选择一个岗位"})


def _check_names(username: str, name: str) -> None:
    faults = {}
    if not _USERNAME.fullmatch(username):
        faults["username"] = "2 至 40 位，用字母、数字、点、横线，以字母或数字开头"
    if not 2 <= len(name) <= 40:
        faults["name"] = "请填写姓名，2 至 40 个字"
    if faults:
        raise Invalid("账号信息填写有误", fields=faults)


def _made_up(username: str) -> str:
    """Return a password that satisfies the rule and can be read out."""
    while True:
        one_of_each = [secrets.choice(letters) for letters in _LETTERS]
        rest = [secrets.choice("".join(_LETTERS)) for _ in range(_GENERATED_LENGTH - 3)]
        chars = one_of_each + rest
        secrets.SystemRandom().shuffle(chars)
        password = "".join(chars)
        if username.lower() not in password.lower():
            return password
