"""What every page knows: the city and who is signed in."""

from __future__ import annotations

from typing import Any

from django.db import Error
from django.http import HttpRequest

from huiyin.orgs import queries as orgs


def page_facts(request: HttpRequest) -> dict[str, Any]:
    """Return the city, and the acting person on staff pages. No query while remembered."""
    try:
        city = orgs.city()
    except Error:  # the page that tells of a fault must not fail for the same reason
        city = None
    return {"city": city, "staff": getattr(request, "staff", None)}
