"""What every page knows: the city and who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from huiyin.orgs import queries as orgs


def page_facts(request: HttpRequest) -> dict[str, Any]:
    """Return the city, and the acting person on staff pages. No query while remembered."""
    return {"city": orgs.city(), "staff": getattr(request, "staff", None)}
