"""Which media follow a matter, and where it stands."""

from __future__ import annotations

from enum import StrEnum


class MediaForm(StrEnum):
    """媒体形式."""

    NEWSPAPER = "newspaper"
    TELEVISION = "television"
    RADIO = "radio"
    WEB = "web"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return FORMS[self]


FORMS = {
    MediaForm.NEWSPAPER: "报纸",
    MediaForm.TELEVISION: "电视",
    MediaForm.RADIO: "广播",
    MediaForm.WEB: "网络媒体",
}


class MediaState(StrEnum):
    """Followed, or ended with a result 跟踪状态."""

    OPEN = "open"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"open": "跟踪中", "ended": "已有结果"}[self.value]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return {"open": "amber", "ended": "green"}[self.value]
