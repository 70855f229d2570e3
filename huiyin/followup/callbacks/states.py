"""How a citizen is asked."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """How an attempt was made 回访方式."""

    PHONE = "phone"
    SMS = "sms"
    WEB = "web"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"phone": "电话回访", "sms": "短信回访", "web": "网上评价"}[self.value]
