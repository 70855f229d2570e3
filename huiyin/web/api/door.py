"""Who is asking the API: the holder of a token, or the person signed in on our own pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from huiyin.kernel import clock
from huiyin.kernel.errors import NotAllowed, NotSignedIn
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor, acting
from huiyin.orgs.models import ApiToken
from huiyin.orgs.states import Perm
from huiyin.web.api import rate
from huiyin.web.staff import signed_in

LONGEST_TOKEN = 100
_PERMS = frozenset(perm.value for perm in Perm)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: ``source`` names the token or account in idempotency keys, limits and raw forms."""

    actor: Actor
    source: str
    token: ApiToken | None = None


class ApiRequest(HttpRequest):
    """A request on which the door has put the caller."""

    auth: Caller


class BearerToken(AuthBase):
    """``Authorization: Bearer hy_...``: acts as the token's account, within the token's scopes."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = (
        "系统接入令牌，由管理员签发，只显示一次。"
        "权限为账号权限与令牌范围的交集；停用后 5 秒内失效。"
    )

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return the caller; None without the header.

        Raises:
            NotSignedIn: the token is unknown, ended or revoked.
            TooMany: it was used too often.
        """
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        scheme, _, value = header.partition(" ")
        token = value.strip()
        if scheme.lower() != "bearer" or not token.startswith("hy_"):
            raise NotSignedIn("令牌无效", remedy="请使用 Authorization: Bearer hy_…")
        held = orgs.staff_by_token(token, clock.now()) if len(token) <= LONGEST_TOKEN else None
        if held is None:
            raise NotSignedIn("令牌无效、已过期或已停用", remedy="请向系统管理员申请新的令牌")
        source = f"token:{held.pk}"
        rate.count(source)
        scopes = frozenset(Perm(scope) for scope in held.scopes if scope in _PERMS)
        return Caller(acting(held.staff, scopes=scopes), source, held)


class SessionCookie(AuthBase):
    """The session of our own pages; what changes something also needs the CSRF token."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "登录后的会话，供本平台页面使用；POST 还须带 X-CSRFToken。"

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return the caller; None without a session. Raises NotAllowed without the CSRF token."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        staff = signed_in(request)
        if check_csrf(request) is not None:
            raise NotAllowed("缺少 CSRF 令牌", remedy="请刷新页面后重试，或使用系统接入令牌")
        source = f"staff:{staff.pk}"
        rate.count(source)
        return Caller(acting(staff), source)


DOORS: list[Any] = [BearerToken(), SessionCookie()]
