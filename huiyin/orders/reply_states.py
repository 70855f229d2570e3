"""Words of what prepares and follows a reply: drafts inside a unit, telling by the hotline."""

from __future__ import annotations

from enum import StrEnum


class DraftState(StrEnum):
    """Where the draft of a reply stands inside a unit."""

    WAITING = "waiting"
    SIGNED = "signed"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"waiting": "待签发", "signed": "已签发", "returned": "已退回"}[self.value]


class Told(StrEnum):
    """How the hotline told the citizen the answer."""

    PHONE = "phone"
    SMS = "sms"
    WEB = "web"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"phone": "电话告知", "sms": "短信告知", "web": "网上查看"}[self.value]
