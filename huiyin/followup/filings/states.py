"""Where a filing stands."""

from __future__ import annotations

from enum import StrEnum


class FilingState(StrEnum):
    """From the application to its end 备案状态; only ``valid`` answers orders."""

    APPLIED = "applied"
    VALID = "valid"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LABELS[self][0]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return LABELS[self][1]


LABELS = {
    FilingState.APPLIED: ("待审核", "amber"),
    FilingState.VALID: ("有效", "green"),
    FilingState.REFUSED: ("未同意", "grey"),
    FilingState.EXPIRED: ("已到期", "grey"),
    FilingState.CANCELLED: ("已撤销", "grey"),
}
