"""What every page knows: the city and who is signed in."""

from __future__ import annotations

from typing import Any

from django.db import Error
from django.http import HttpRequest

from huiyin.orgs import queries as orgs
from huiyin.web.live.address import address_for


def page_facts(request: HttpRequest) -> dict[str, Any]:
    """Return the city; on staff pages also who acts and where live events come from.

    No query while remembered.
    """
    try:
        city = orgs.city()
    except Error:  # the page that tells of a fault must not fail for the same reason
        city = None
    staff = getattr(request, "staff", None)
    live = address_for(request) if staff is not None else ""
    return {"city": city, "staff": staff, "live": live}
