"""Who listens: found by session cookie or token, and what they may hear. Django, in a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http.cookies import CookieError, SimpleCookie
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest

from huiyin.kernel import clock
from huiyin.orders import queries as orders
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import acting
from huiyin.orgs.models import Staff
from huiyin.orgs.states import Perm
from huiyin.web.live.nudges import Nudge

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Audience:
    """A group that hears the same: everything, or what concerns the units below one path."""

    path: str | None

    def hears(self, nudge: Nudge) -> bool:
        """Tell whether this group may see the order."""
        if self.path is None:
            return True
        return any(path.startswith(self.path) for path in nudge.paths or ())


@dataclass(frozen=True, slots=True)
class Proof:
    """What a listener showed: a session key or a token."""

    session: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Listener:
    """A signed-in account and the group it belongs to; None if it may see no orders."""

    account: int
    audience: Audience | None


def released(body: Callable[P, R]) -> Callable[P, R]:
    """Give the thread's database connection back after each call."""

    @wraps(body)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return body(*args, **kwargs)
        finally:
            connection.close()

    return wrapped


def proof_in(headers: list[tuple[bytes, bytes]]) -> Proof:
    """Return what the request shows; both fields are empty when it shows nothing."""
    found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
    scheme, _, token = found.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Proof(token=token.strip()[:200])
    try:
        cookies = SimpleCookie(found.get("cookie", ""))
    except CookieError:
        return Proof()
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return Proof(session=morsel.value if morsel else "")


@released
def listener(proof: Proof) -> Listener | None:
    """Return who showed ``proof``; None if it is worth nothing, or no longer. Two queries."""
    if proof.token:
        return _by_token(proof.token)
    return _by_session(proof.session) if proof.session else None


def _by_token(token: str) -> Listener | None:
    row = orgs.staff_by_token(token, clock.now())
    if row is None:
        return None
    scopes = {Perm(scope) for scope in row.scopes} & row.staff.perms
    return Listener(row.staff.pk, _audience(row.staff, scopes))


def _by_session(key: str) -> Listener | None:
    request = HttpRequest()
    request.session = SessionStore(key)
    user = auth.get_user(request)
    if not isinstance(user, Staff) or not user.is_active:
        return None
    return Listener(user.pk, _audience(user, user.perms))


def _audience(staff: Staff, perms: frozenset[Perm] | set[Perm]) -> Audience | None:
    """Return the group of a person; the same rule as ``orders.policy.visible_to``."""
    if Perm.SEE_ALL in perms:
        return Audience(None)
    return Audience(staff.unit.path) if Perm.HANDLE in perms else None


@released
def counts(account: int) -> dict[str, int]:
    """Return the open orders by state that the account may see. Two queries."""
    staff = orgs.staff_by_key(account)
    if staff is None:
        return {}
    return {state.value: n for state, n in orders.open_by_state(acting(staff)).items()}
