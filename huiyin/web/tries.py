"""How often a visitor may try: submissions, query codes, rating links. Counted in the database.

Pages and API count together, so nobody gains tries by taking the other door.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.http import HttpRequest

from huiyin.kernel import attempts, crypto, text
from huiyin.web.staff import address_of

_HOUR, _QUARTER = timedelta(hours=1), timedelta(minutes=15)
# Whole districts share one address behind a carrier, so an address may do more than a number.
SUBMISSIONS_PER_ADDRESS = 60
SUBMISSIONS_PER_PHONE = 10
CODES_PER_ADDRESS = 60
CODES_PER_NUMBER = 10
RATINGS_PER_NUMBER = 10
SUPPLEMENTS_PER_NUMBER = 6
QUESTIONS_PER_ADDRESS = 600
OPINIONS_PER_ADDRESS = 60


def submission(request: HttpRequest, phone: str, now: datetime) -> None:
    """Count a submission per address and per telephone number. Raises TooMany."""
    _count(f"portal.submit:{network_of(request)}", SUBMISSIONS_PER_ADDRESS, _HOUR, now)
    if digits := text.phone_digits(phone):
        key = crypto.lookup(digits, "phone").hex()
        _count(f"portal.submit:{key}", SUBMISSIONS_PER_PHONE, _HOUR, now)


def code(request: HttpRequest, number: str, now: datetime) -> None:
    """Count a try to open a case, whether or not there is such a number. Raises TooMany."""
    _count(f"portal.code:{network_of(request)}", CODES_PER_ADDRESS, _QUARTER, now)
    _count(f"portal.code:{number}", CODES_PER_NUMBER, _QUARTER, now)


def supplement(request: HttpRequest, number: str, now: datetime) -> None:
    """Count what a citizen adds to a case. Raises TooMany."""
    _count(f"portal.more:{network_of(request)}", SUBMISSIONS_PER_ADDRESS, _HOUR, now)
    _count(f"portal.more:{number[:20]}", SUPPLEMENTS_PER_NUMBER, _HOUR, now)


def rating(request: HttpRequest, number: str, now: datetime) -> None:
    """Count a wrong rating link or a rating. Raises TooMany."""
    _count(f"portal.rate:{network_of(request)}", CODES_PER_ADDRESS, _QUARTER, now)
    _count(f"portal.rate:{number[:20]}", RATINGS_PER_NUMBER, _QUARTER, now)


def question(request: HttpRequest, now: datetime) -> None:
    """Count a search for an answer, or a suggestion while somebody writes. Raises TooMany."""
    _count(f"portal.question:{network_of(request)}", QUESTIONS_PER_ADDRESS, _HOUR, now)


def opinion(request: HttpRequest, now: datetime) -> None:
    """Count what is said of an answer. Raises TooMany."""
    _count(f"portal.opinion:{network_of(request)}", OPINIONS_PER_ADDRESS, _HOUR, now)


def network_of(request: HttpRequest) -> str:
    """Return the address that is counted: of IPv6 the /64 that one household is given."""
    raw = address_of(request) or "unknown"
    try:
        address = ip_address(raw)
    except ValueError:
        return raw[:60]
    if isinstance(address, IPv6Address):
        return address.exploded[:19]
    return str(address)


def _count(scope: str, limit: int, window: timedelta, now: datetime) -> None:
    attempts.count(scope, limit=limit, window=window, now=now)
