"""Security headers of every answer: what a page may load, where it may send, who may frame it.

There are no inline scripts or styles anywhere, so the policy needs neither nonces nor exceptions.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from huiyin.web.live.address import address_for, origin_of

_ONLY_OURS = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{name} {value}" for name, value in _ONLY_OURS.items())
# The microphone stays open to ourselves for the agents' telephone; the camera is only ever used
# through a file field, which needs no permission.
PERMISSIONS = "geolocation=(self), microphone=(self), camera=(), payment=(), usb=()"


def policy_of(request: HttpRequest, *more: str) -> str:
    """Return the policy; staff pages may also hear live events, which have a port of their own.

    ``more`` are origins to which this page alone may connect.
    """
    if getattr(request, "staff", None) is None:
        return POLICY
    origins = [origin for origin in (origin_of(address_for(request)), *more) if origin]
    return f"{POLICY}; connect-src 'self' {' '.join(origins)}" if origins else POLICY


class SecurityHeaders:
    """Add the headers; a view that has set one of its own keeps it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy_of(request))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
