"""Who is asking: the signed-in member of staff on the request, and the door to staff pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import auth
from django.http import HttpRequest, HttpResponse

from huiyin.kernel.errors import NotFound, NotSignedIn
from huiyin.orders import queries as orders
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor, acting
from huiyin.orgs.models import Staff
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request on which ``staff_page`` has put the acting person."""

    staff: Staff
    actor: Actor


def staff_page(
    *perms: Perm,
) -> Callable[
    [Callable[Concatenate[StaffRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """Let only signed-in staff in who have one of ``perms`` (any staff when none are named).

    Raises:
        NotSignedIn: nobody is signed in, or the account was closed meanwhile.
        NotAllowed: the person has none of the permissions.
    """

    def wrap(
        view: Callable[Concatenate[StaffRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            staff = signed_in(request)
            request.staff, request.actor = staff, acting(staff)  # type: ignore[attr-defined]
            if perms and not set(perms) & staff.perms:
                require(acting(staff), perms[0])
            response = view(request, *args, **kwargs)  # type: ignore[arg-type]
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        guarded.staff_perms = perms  # type: ignore[attr-defined]
        return guarded

    return wrap


def signed_in(request: HttpRequest) -> Staff:
    """Return the signed-in account with its unit. Two queries. Raises NotSignedIn."""
    user: Any = auth.get_user(request)
    if not isinstance(user, Staff) or not user.is_active:
        raise NotSignedIn("登录已过期，请重新登录")
    return user


def order_or_404(request: StaffRequest, number: str) -> WorkOrder:
    """Return the order for its page; what a person may not see does not exist. Raises NotFound."""
    order = orders.get_visible(request.actor, number)
    if order is None:
        raise NotFound("没有找到这件工单", remedy="请核对编号，或确认由本单位承办")
    return order


def address_of(request: HttpRequest) -> str | None:
    """Return the caller's network address for logs and limits."""
    return request.META.get("REMOTE_ADDR")
