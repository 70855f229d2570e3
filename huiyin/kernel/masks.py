"""How personal data is shown where it need not be read in full.

Source: R-20 (handbook domain.md 7.2, default masking).
"""

from __future__ import annotations

import re

_PHONE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}-?\d{2})\d{3,4}(\d{2})(?!\d)")


def phone(number: str) -> str:
    """Mask a telephone number: ``138****5678``; a short one keeps its last two digits.

    Source: R-20 (handbook domain.md 7.2).
    """
    digits = number.strip()
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return "****" + digits[-2:] if digits else ""


def name(full: str) -> str:
    """Mask a name: the first character stays, ``张*``.

    Source: R-20 (handbook domain.md 7.2).
    """
    full = full.strip()
    return full[:1] + "*" * min(len(full) - 1, 2) if full else ""


def in_text(text: str) -> str:
    """Mask telephone and identity numbers inside a sentence."""
    text = _IDENTITY.sub(r"\1**********\2", text)
    text = _PHONE.sub(r"\1****\2", text)
    return _LANDLINE.sub(r"\1****\2", text)
