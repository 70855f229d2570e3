"""A small city with fixed values for tests, and the story of one order in it."""

from tests.world.places import (
    LIMITS,
    PARAMETERS,
    PASSWORD,
    REQUEST,
    START,
    World,
    at,
    build,
    person,
    reply_form,
    scrawl,
    unit,
    units,
)
from tests.world.story import Story

__all__ = [
    "LIMITS",
    "PARAMETERS",
    "PASSWORD",
    "REQUEST",
    "START",
    "Story",
    "World",
    "at",
    "build",
    "person",
    "reply_form",
    "scrawl",
    "unit",
    "units",
]
