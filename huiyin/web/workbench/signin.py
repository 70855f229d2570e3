"""Signing in and out of the staff pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.kernel import attempts, clock
from huiyin.kernel.errors import NotAllowed, TooMany
from huiyin.orgs import actions, queries
from huiyin.orgs.models import Staff
from huiyin.web.staff import address_of

HOME = "workbench:home"
WINDOW = timedelta(minutes=10)
# A whole centre may sit behind one address; one account from one address has far fewer tries.
TRIES_OF_ADDRESS, TRIES_OF_ACCOUNT = 300, 20


class SignInForm(forms.Form):
    """Account and password."""

    username = forms.CharField(
        label="账号", max_length=40, error_messages={"required": "请填写账号"}
    )
    password = forms.CharField(
        label="密码",
        max_length=200,
        strip=False,
        error_messages={"required": "请填写密码"},
    )


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form; let in whoever gives the right account and password."""
    form = SignInForm(request.POST or None)
    if request.method == "GET":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        staff = _proved(request, form, clock.now())
    except (NotAllowed, TooMany) as refusal:
        form.add_error(None, refusal.message)
        return _page(request, form, status=refusal.status, facts=refusal.facts)
    auth.login(request, staff)  # makes a new session and a new CSRF secret
    return redirect(_same_site(request, request.POST.get("next", "")))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("workbench:sign_in")


def _proved(request: HttpRequest, form: SignInForm, now: datetime) -> Staff:
    name, address = form.cleaned_data["username"], address_of(request) or "-"
    attempts.count(f"sign-in:{address}", limit=TRIES_OF_ADDRESS, window=WINDOW, now=now)
    attempts.count(f"sign-in:{address}:{name}", limit=TRIES_OF_ACCOUNT, window=WINDOW, now=now)
    return actions.sign_in(name, form.cleaned_data["password"], now=now)


def _same_site(request: HttpRequest, target: str) -> str:
    """Return where to go after signing in: only to a page of this site."""
    if target and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return "/desk/"


def _page(
    request: HttpRequest,
    form: SignInForm,
    *,
    status: int = 200,
    facts: dict[str, Any] | None = None,
) -> HttpResponse:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    password = getattr(settings, "DEMO_PASSWORD", "") if settings.DEMO else ""
    found = {
        "form": form,
        "next": wanted,
        "expired": bool(request.GET.get("next")) and request.GET["next"] != "/desk/",
        "demo": queries.demo_accounts() if settings.DEMO else (),
        "demo_password": password,
    }
    response = render(request, "workbench/sign_in.html", found, status=status)
    if facts and "retry_after" in facts:
        response["Retry-After"] = str(facts["retry_after"])
    return response
