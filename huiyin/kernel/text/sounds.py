"""How Chinese text sounds: for what was typed wrongly by sound, and for names by initials."""

from __future__ import annotations

import re

_RETROFLEX = re.compile("^([zcs])h")
_NASAL = re.compile("([aei])ng$")


def sounds(text: str) -> list[str]:
    """Return one sound per Chinese character, without tone; what lies between stays in runs.

    Sounds that speakers and input methods take for one another are one: zh/z, ch/c, sh/s and
    -ang/-an, -eng/-en, -ing/-in.
    """
    from pypinyin import Style, lazy_pinyin

    spoken = lazy_pinyin(text, style=Style.NORMAL)
    return [_NASAL.sub(r"\1n", _RETROFLEX.sub(r"\1", each)) for each in spoken]


def sound(text: str) -> str:
    """Return the sounds of ``text`` as one key; equal keys sound alike."""
    return " ".join(sounds(text))


def initials(text: str) -> str:
    """Return the first letters of the sounds of ``text``; letters and digits as they are.

    "德城区新湖街道" gives "dcqxhjd". Anything else is left out.
    """
    from pypinyin import Style, lazy_pinyin

    found = lazy_pinyin(text, style=Style.FIRST_LETTER)
    return "".join(c for each in found for c in each.lower() if c.isascii() and c.isalnum())
