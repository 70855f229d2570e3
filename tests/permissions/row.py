"""The form of a row of the permission matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.world import Story

Facts = dict[str, Any]


def _nothing(story: Story) -> Facts:
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """Who may ask for one URL with one method.

    Attributes:
        name: URL name with its namespace, such as ``workbench:order``.
        allowed: names of people of ``tests.world`` who may; everybody else is refused.
        method: GET or POST.
        story: steps of ``Story`` before the request, such as ``created.submitted``.
        kwargs: makes the URL's arguments from the story.
        data: makes the posted fields from the story.
        refused: what others get: 403 (knows of it, may not) or 404 (does not exist for them).
        refused_for: exceptions to ``refused`` by name.
        public: anybody may, signed in or not.
        api: asked with a token instead of a session; signed-out answers are 401 instead of 302.
    """

    name: str
    allowed: frozenset[str] = frozenset()
    method: str = "GET"
    story: str = ""
    kwargs: Callable[[Story], Facts] = field(default=_nothing)
    data: Callable[[Story], Facts] = field(default=_nothing)
    refused: int = 403
    refused_for: dict[str, int] = field(default_factory=dict)
    public: bool = False
    api: bool = False


CENTRE = frozenset(
    {
        "agent",
        "vendor_agent",
        "dispatcher",
        "auditor",
        "callback",
        "supervisor",
        "quality",
        "manager",
    }
)
UNITS = frozenset(
    {
        "water_handler",
        "water_leader",
        "team_handler",
        "housing_handler",
        "township_handler",
        "county_handler",
    }
)
EVERYBODY = CENTRE | UNITS | {"administrator"}
