"""How shapes are described: fields in Chinese for the OpenAPI document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import AwareDatetime, ConfigDict, Field

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Ge(EARLIEST), Le(LATEST)]
"""A moment as it is sent: ISO 8601 with its zone, within a century."""


def said(about: str, **more: Any) -> Any:
    """Return the description of a field."""
    return Field(description=about, **more)


def shape(about: str) -> ConfigDict:
    """Return the description of an answer."""
    return ConfigDict(json_schema_extra={"description": about})


def asked(about: str, example: dict[str, Any] | None = None) -> ConfigDict:
    """Return the description of what may be sent; unknown fields are refused, not ignored."""
    extra: dict[str, Any] = {"description": about}
    if example is not None:
        extra["examples"] = [example]
    return ConfigDict(extra="forbid", json_schema_extra=extra)
