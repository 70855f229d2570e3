"""What a visitor's browser is trusted with: signed, short-lived cookies; nothing is stored here.

* the visitor: a random name under which idempotency keys are unique;
* the receipt: which number was made just now, so that a reload makes nothing new;
* the grant: which case was opened with its code, for half an hour.

The query code itself never stands in an address or a cookie.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

VISITOR, RECEIPT, GRANT = "huiyin_visitor", "huiyin_receipt", "huiyin_case"
_HALF_AN_HOUR = timedelta(minutes=30)
_DAY = timedelta(days=1)
_MOST_CASES = 5


def visitor(request: HttpRequest) -> str:
    """Return the visitor's random name; a new one when the browser has none that we signed."""
    return str(_read(request, VISITOR, _DAY) or secrets.token_hex(16))


def keep_visitor(response: HttpResponse, name: str) -> None:
    """Let the browser keep its name for a day."""
    _write(response, VISITOR, name, _DAY, "/submit")


def receipt(request: HttpRequest) -> str:
    """Return the number that this browser has just been given; empty when none or too old."""
    return str(_read(request, RECEIPT, _HALF_AN_HOUR) or "")


def give_receipt(response: HttpResponse, number: str) -> None:
    """Let the browser show the receipt of ``number`` for half an hour."""
    _write(response, RECEIPT, number, _HALF_AN_HOUR, "/submitted")


def opened(request: HttpRequest, now: datetime) -> dict[str, float]:
    """Return the cases that this browser has opened with their codes, and until when each is."""
    kept = _read(request, GRANT, _HALF_AN_HOUR)
    if not isinstance(kept, dict):
        return {}
    return {number: until for number, until in kept.items() if until > now.timestamp()}


def open_case(request: HttpRequest, response: HttpResponse, number: str, now: datetime) -> None:
    """Open one case for half an hour, beside at most four others."""
    others = [(n, u) for n, u in opened(request, now).items() if n != number]
    until = (now + _HALF_AN_HOUR).timestamp()
    kept = dict([*others[-(_MOST_CASES - 1) :], (number, until)])
    _write(response, GRANT, kept, _HALF_AN_HOUR, "/case")


def close_cases(response: HttpResponse) -> None:
    """Forget every opened case and receipt: for computers that others use as well."""
    response.delete_cookie(GRANT, path="/case")
    response.delete_cookie(RECEIPT, path="/submitted")


def _read(request: HttpRequest, name: str, age: timedelta) -> Any:
    try:
        return signing.loads(request.COOKIES.get(name, ""), salt=name, max_age=age)
    except signing.BadSignature:
        return None


def _write(response: HttpResponse, name: str, value: Any, age: timedelta, path: str) -> None:
    response.set_cookie(
        name,
        signing.dumps(value, salt=name),
        max_age=age,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
