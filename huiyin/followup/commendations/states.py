"""In which form thanks come."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """The form of a commendation 表扬形式."""

    BANNER = "banner"
    LETTER = "letter"
    CALL = "call"
    MESSAGE = "message"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LABELS[self]


LABELS = {
    Form.BANNER: "锦旗",
    Form.LETTER: "感谢信",
    Form.CALL: "来电感谢",
    Form.MESSAGE: "留言感谢",
}
