"""What people say in a simulated city: our own small sentences, or real messages if there are any.

The sentences stand in ``words.toml``. Real messages are read at run time from the folder of data
that the operator names, and are never kept anywhere but in the database of that run.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from huiyin.kernel import text
from huiyin.kernel.errors import Refused
from huiyin.knowledge.models import Category
from huiyin.knowledge.states import Kind
from huiyin.orders.states import Outcome

_FILE = Path(__file__).with_name("words.toml")
_MESSAGES = "messages/labelled_raw.csv"
_LONGEST_TITLE = 80
_LONGEST_TEXT = 5000


@dataclass(frozen=True, slots=True)
class Said:
    """What one citizen says."""

    title: str
    content: str


@lru_cache(maxsize=1)
def _bank() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=512)
def _theme(code: str) -> dict[str, Any]:
    """Return the theme whose code is the longest beginning of ``code``."""
    fitting = [
        (len(start), theme)
        for theme in _bank()["theme"]
        for start in theme["codes"]
        if code.startswith(start)
    ]
    found: dict[str, Any] = max(fitting, key=lambda pair: pair[0])[1]
    return found


def place_name(random: Random, street: str) -> str:
    """Return a place in ``street``: an estate with a building, or a spot everybody knows."""
    if random.random() < 0.6:
        building = f"{random.randint(1, 28)} 号楼"
        return f"{street}{random.choice(_bank()['estates'])} {building}"
    return f"{street}{random.choice(_bank()['spots'])}"


def person_name(random: Random) -> str:
    """Return a name that many people have."""
    bank = _bank()
    return f"{random.choice(bank['surnames'])}{random.choice(bank['given'])}"


def request(random: Random, kind: Kind, category: Category, place: str) -> Said:
    """Return title and text of a request of this kind and category about ``place``."""
    figures = {
        "place": place,
        "matter": category.name,
        "days": random.randint(2, 12),
        "times": random.randint(2, 5),
        "hour": random.randint(9, 11),
        "money": random.randint(3, 90) * 100,
    }
    if kind in (Kind.SUGGESTION, Kind.PRAISE, Kind.OTHER):
        bank = _bank()[kind.value]
        title, said = str(bank["title"]), str(random.choice(bank["texts"]))
    else:
        theme = _theme(category.code)
        title, said = random.choice(theme["ask" if kind is Kind.INQUIRY else "tell"])
    return Said(title.format(**figures)[:_LONGEST_TITLE], said.format(**figures))


def staff(random: Random, what: str, **slots: object) -> str:
    """Return a sentence that staff say on this occasion."""
    sentence: str = random.choice(_bank()["staff"][what])
    return sentence.format(**slots)


def outcome(random: Random, result: Outcome) -> str:
    """Return a sentence for the result that a unit reports."""
    sentence: str = random.choice(_bank()["outcomes"][result.value])
    return sentence


class RealMessages:
    """Real messages by the name of their first-level class.

    Args:
        folder: the data folder (``HUIYIN_DATA``).

    Raises:
        Refused: the file is missing or is not the one expected.
    """

    def __init__(self, folder: Path) -> None:
        self._by_label: dict[str, list[Said]] = {}
        try:
            with (folder / _MESSAGES).open(encoding="utf-8-sig", newline="") as file:
                self._read(csv.DictReader(file))
        except (OSError, KeyError, UnicodeDecodeError) as error:
            raise Refused(
                f"读不了 {folder / _MESSAGES}", remedy="请核对 HUIYIN_DATA，或不设置它"
            ) from error

    def _read(self, rows: Iterable[dict[str, str]]) -> None:
        for row in rows:
            content = text.clean(row["detail"], lines=True)[:_LONGEST_TEXT]
            title = text.clean(row["title"])[:_LONGEST_TITLE] or text.shorten(content, 30)
            if len(content) >= 5:
                self._by_label.setdefault(row["label"], []).append(Said(title, content))

    def labels(self) -> list[str]:
        """Return the classes, in order."""
        return sorted(self._by_label)

    def pick(self, random: Random, label: str) -> Said:
        """Return one message of a class."""
        return random.choice(self._by_label[label])


def nearest(label: str, names: Sequence[str]) -> int:
    """Return the index of the name that has most characters in common with ``label``."""
    return max(range(len(names)), key=lambda n: (len(set(label) & set(names[n])), -n))
