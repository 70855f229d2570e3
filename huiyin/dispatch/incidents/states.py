"""Where a suggestion of a group incident stands."""

from __future__ import annotations

from enum import StrEnum


class IncidentState(StrEnum):
    """What has been decided."""

    OPEN = "open"
    GROUPED = "grouped"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _LABELS[self]


_LABELS = {
    IncidentState.OPEN: "待确认",
    IncidentState.GROUPED: "已并成一件",
    IncidentState.DISMISSED: "不是一件事",
}
