"""Where the pages of this site listen to live events."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port


def address_for(request: HttpRequest) -> str:
    """Return the address of live events for the page asked for, without a slash at its end.

    The set address, else the host of the request at the port of live events; empty when the pages
    are told not to listen.
    """
    if not settings.LIVE_PAGES:
        return ""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL).rstrip("/")
    host, _ = split_domain_port(request.get_host())
    return f"{request.scheme}://{host}:{settings.LIVE_PORT}"


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address, as a security policy names them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
