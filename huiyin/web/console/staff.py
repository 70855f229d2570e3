"""Accounts: who may do what, new accounts, locks, passwords, tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound, Refused
from huiyin.orgs import actions, queries
from huiyin.orgs.models import Staff, Unit
from huiyin.orgs.queries import StaffFilter
from huiyin.orgs.states import ROLE_LABELS, Perm, Role, UnitKind, roles_for
from huiyin.web.console.forms import (
    PERM_LABELS,
    AccountForm,
    PasswordForm,
    RolesForm,
    StaffFilterForm,
    TeamForm,
    TokenForm,
    WithdrawForm,
)
from huiyin.web.staff import StaffRequest, staff_page

DONE = {
    "roles": "岗位已修改，立即生效。",
    "team": "班组已修改。",
    "signature": "手写签名已撤下；以前签发的回复仍显示当时的签名。",
    "closed": "账号已停用，令牌已一并作废。",
    "opened": "账号已启用。",
    "unlocked": "已解除锁定。",
    "revoked": "令牌已作废。",
}


@require_GET
@staff_page(Perm.STAFF)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of accounts, newest first."""
    now = clock.now()
    form = StaffFilterForm(request.GET)
    fine = form.is_valid()
    asked = form.cleaned_data
    wanted = StaffFilter(
        words=asked.get("q", ""),
        role=Role(asked["role"]) if asked.get("role") else None,
        show=asked.get("show", ""),
    )
    page = queries.staff_listed(wanted, now=now, cursor=request.GET.get("cursor", ""))
    found = {"form": form, "page": page, "now": now}
    return render(request, "console/staff.html", found, status=200 if fine else 422)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.STAFF)
def new(request: StaffRequest) -> HttpResponse:
    """Choose a unit, then make an account with roles that fit it."""
    code = request.GET.get("unit", "")
    unit = queries.unit_shown(code) if code else None
    if unit is None:
        words = request.GET.get("q", "").strip()[:60]
        page = queries.units_listed(words) if words else None
        return render(request, "console/staff_unit.html", {"page": page, "words": words})
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _new_page(request, unit, form, 200)
    if not form.is_valid():
        return _new_page(request, unit, form, 422)
    asked = form.cleaned_data
    try:
        staff, password = actions.open_account(
            by=request.actor,
            unit=unit,
            username=asked["username"],
            name=asked["name"],
            roles=form.chosen(),
            password=asked["password"],
            now=clock.now(),
        )
    except Refused as refusal:
        return _new_page(request, unit, form, form.refuse(refusal))
    secret = "" if asked["password"] else password
    return _page(request, staff.pk, said="账号已新建。", secret=secret)


@require_GET
@staff_page(Perm.STAFF)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show an account with everything that can be done to it."""
    return _page(request, key, said=DONE.get(request.GET.get("done", ""), ""))


@require_POST
@staff_page(Perm.STAFF)
def roles(request: StaffRequest, key: int) -> HttpResponse:
    """Change the roles."""
    form = RolesForm(request.POST)
    if not form.is_valid():
        return _page(request, key, roles_form=form, status=422)
    try:
        actions.set_roles(key, form.chosen(), by=request.actor, now=clock.now())
    except Refused as refusal:
        return _page(request, key, roles_form=form, status=form.refuse(refusal))
    return _back(key, "roles")


@require_POST
@staff_page(Perm.STAFF)
def team(request: StaffRequest, key: int) -> HttpResponse:
    """Put the account into a team."""
    form = TeamForm(request.POST)
    if not form.is_valid():
        return _page(request, key, team_form=form, status=422)
    actions.set_team(key, form.cleaned_data["team"], by=request.actor, now=clock.now())
    return _back(key, "team")


@require_POST
@staff_page(Perm.STAFF)
def signature(request: StaffRequest, key: int) -> HttpResponse:
    """Withdraw the picture of the signature."""
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, key, withdraw_form=form, status=422)
    try:
        actions.withdraw_signature(
            key, why=form.cleaned_data["why"], by=request.actor, now=clock.now()
        )
    except Refused as refusal:
        return _page(request, key, withdraw_form=form, status=form.refuse(refusal))
    return _back(key, "signature")


@require_POST
@staff_page(Perm.STAFF)
def close(request: StaffRequest, key: int) -> HttpResponse:
    """Close the account."""
    return _step(request, key, actions.close_account, "closed")


@require_POST
@staff_page(Perm.STAFF)
def reopen(request: StaffRequest, key: int) -> HttpResponse:
    """Open the account again."""
    return _step(request, key, actions.reopen_account, "opened")


@require_POST
@staff_page(Perm.STAFF)
def unlock(request: StaffRequest, key: int) -> HttpResponse:
    """Lift the lock."""
    return _step(request, key, actions.unlock_account, "unlocked")


@require_POST
@staff_page(Perm.STAFF)
def password(request: StaffRequest, key: int) -> HttpResponse:
    """Set a new password; one that was made up is shown once."""
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _page(request, key, password_form=form, status=422)
    given = form.cleaned_data["password"]
    try:
        made = actions.reset_password(key, given, by=request.actor, now=clock.now())
    except Refused as refusal:
        return _page(request, key, password_form=form, status=form.refuse(refusal))
    return _page(request, key, said="密码已重置，原来的登录已失效。", secret="" if given else made)


@require_POST
@staff_page(Perm.STAFF)
def grant(request: StaffRequest, key: int) -> HttpResponse:
    """Issue a token and show it once."""
    form = TokenForm(request.POST, perms=_account(key).perms)
    if not form.is_valid():
        return _page(request, key, token_form=form, status=422)
    asked = form.cleaned_data
    try:
        token = actions.grant_token(
            key,
            by=request.actor,
            name=asked["name"],
            scopes=form.chosen(),
            days=asked["days"],
            now=clock.now(),
        )
    except Refused as refusal:
        return _page(request, key, token_form=form, status=form.refuse(refusal))
    return _page(request, key, said="令牌已签发。", token=token)


@require_POST
@staff_page(Perm.STAFF)
def revoke(request: StaffRequest, key: int) -> HttpResponse:
    """End a token."""
    token = actions.revoke_token(key, by=request.actor, now=clock.now())
    return _back(token.staff_id, "revoked")


def _step(request: StaffRequest, key: int, act: Callable[..., Staff], done: str) -> HttpResponse:
    act(key, by=request.actor, now=clock.now())
    return _back(key, done)


def _back(key: int, done: str) -> HttpResponse:
    response = redirect("console:account", key=key)
    response["Location"] += f"?done={done}"
    return response


def _account(key: int) -> Staff:
    staff = queries.staff_by_key(key)
    if staff is None:
        raise NotFound("没有这个账号", remedy="请从账号列表重新进入")
    return staff


def _new_page(request: StaffRequest, unit: Unit, form: AccountForm, status: int) -> HttpResponse:
    chosen = set(form["roles"].value() or ())
    found = {"unit": unit, "form": form} | _role_facts(UnitKind(unit.kind), chosen)
    return render(request, "console/staff_new.html", found, status=status)


def _page(request: StaffRequest, key: int, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show the account with forms that were refused, words on what was done, or a secret."""
    now = clock.now()
    staff = _account(key)
    roles_form: RolesForm | None = more.get("roles_form")
    chosen = set(roles_form["roles"].value() or ()) if roles_form else set(staff.roles)
    token_form = more.get("token_form") or TokenForm(perms=staff.perms)
    found = {
        "account": staff,
        "password_form": PasswordForm(),
        "team_form": TeamForm(initial={"team": staff.team}),
        "withdraw_form": WithdrawForm(),
        "signature": queries.signature_of(staff) if Perm.SIGN_OFF in staff.perms else None,
        "changes": queries.account_changes(staff)[:100],
        "tokens": _tokens(staff, now),
        "is_self": staff.pk == request.staff.pk,
        "is_locked": bool(staff.locked_until and staff.locked_until > now),
        "perms": [PERM_LABELS[perm] for perm in sorted(staff.perms)],
        **_role_facts(UnitKind(staff.unit.kind), chosen),
        **more,
        "token_form": token_form,
        "scopes_chosen": set(token_form["scopes"].value() or ()),
    }
    return render(request, "console/account.html", found, status=status)


def _tokens(staff: Staff, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "row": token,
            "scopes": "、".join(PERM_LABELS[Perm(scope)] for scope in token.scopes),
            "ended": bool(token.expires_at and token.expires_at <= now),
        }
        for token in queries.tokens_of(staff)
    ]


def _role_facts(kind: UnitKind, chosen: set[str]) -> dict[str, Any]:
    """Return the roles that fit such a unit, ticked or not, and those that do not."""
    fit = roles_for(kind)
    return {
        "kind_label": kind.label,
        "role_choices": [
            (role.value, label, role.value in chosen)
            for role, label in ROLE_LABELS.items()
            if role in fit
        ],
        "roles_refused": "、".join(label for role, label in ROLE_LABELS.items() if role not in fit),
    }
