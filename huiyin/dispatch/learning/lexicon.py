"""What a city can suggest before it has learned anything: its own names, aliases and catalogue.

And the few words by which kind and urgency are heard in any city. Weak, and said to be so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from huiyin.knowledge.states import Kind, Urgency

MOST_SURE = 0.75
"""The highest probability that mere matching of words is given."""
SURE_OF_ONE = 0.6
_PARTS = re.compile(r"[;；、，,（）()/的和与及或\s]+")
_SHORTEST = 2
_OWN, _OF_CATALOGUE = 1.0, 0.4

KIND_WORDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.INQUIRY: ("咨询", "请问", "想问", "怎么办理", "如何办理", "什么材料", "怎样申请"),
        Kind.HELP: ("求助", "请帮", "帮忙", "请协调", "来修", "维修", "尽快解决"),
        Kind.COMPLAINT: ("投诉", "不作为", "态度差", "推诿", "乱收费", "扰民", "不合理"),
        Kind.REPORT: ("举报", "违法", "无证经营", "偷税", "受贿"),
        Kind.SUGGESTION: ("建议", "能否增设", "希望增设", "提个意见"),
        Kind.PRAISE: ("表扬", "点赞", "锦旗", "非常感谢"),
    }
)
URGENCY_WORDS: Mapping[Urgency, tuple[str, ...]] = MappingProxyType(
    {
        Urgency.EMERGENCY: (
            "着火", "失火", "火灾", "爆炸", "燃气泄漏", "煤气泄漏", "天然气泄漏", "触电", "电线掉",
            "坍塌", "倒塌", "被困", "困人", "溺水", "中毒", "晕倒", "轻生", "跳楼", "持刀",
        ),
        Urgency.URGENT: (
            "停水", "停电", "断电", "漏电", "爆管", "管道破裂", "井盖丢失", "没有井盖", "高空坠物",
            "污水倒灌", "断气", "老人没药", "积水很深",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """What the words of a message match: a code, how surely, and the words."""

    code: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A category with the words that name it, and those of the catalogue's matters."""

    code: str
    names: tuple[str, ...]
    matters: tuple[str, ...] = ()


class Lexicon:
    """Words of a city's categories; a word that names many says little of each."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._weights: dict[str, dict[str, float]] = {}
        for entry in entries:
            for weight, texts in ((_OWN, entry.names), (_OF_CATALOGUE, entry.matters)):
                for word in _words(texts):
                    held = self._weights.setdefault(word, {})
                    held[entry.code] = max(weight, held.get(entry.code, 0.0))

    def match(self, text: str) -> Match | None:
        """Return the category whose words a spelt text holds; None when it holds none.

        A deeper category that matches wins over the one above it.

        Source: R-375 (requirement 211; a new city starts from its names and catalogue).
        """
        points: Counter[str] = Counter()
        heard: dict[str, list[str]] = {}
        for word, held in self._weights.items():
            if word in text:
                for code, weight in held.items():
                    points[code] += weight * len(word) / len(held)  # type: ignore[assignment]
                    heard.setdefault(code, []).append(word)
        if not points:
            return None
        whole = {c: sum(p for d, p in points.items() if c.startswith(d)) for c in points}
        ranked = sorted(whole, key=lambda code: (-whole[code], -len(code), code))
        best = ranked[0]
        rival = max((whole[c] for c in ranked if not _related(c, best)), default=0.0)
        share = whole[best] / (whole[best] + rival)
        words = sorted(heard[best], key=lambda word: (-len(word), word))[:3]
        return Match(best, min(MOST_SURE, SURE_OF_ONE * share + 0.03 * len(words)), tuple(words))


def heard(text: str, words: Mapping[str, Iterable[str]]) -> Match | None:
    """Return what the first list of words that a text holds stands for; the longer list wins.

    Source: R-375 (requirement 211; handbook domain.md 3.4: kinds).
    """
    found = {code: [word for word in each if word in text] for code, each in words.items()}
    best = max(found, key=lambda code: len(found[code]), default=None)
    if best is None or not found[best]:
        return None
    alone = sum(bool(each) for each in found.values()) == 1
    sure = SURE_OF_ONE + (0.1 if alone else 0.0) + 0.05 * min(1, len(found[best]) - 1)
    return Match(best, min(MOST_SURE, sure), tuple(found[best][:3]))


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def parts(text: str) -> list[str]:
    """Return the words that a list or a heading is made of.

    Source: R-375 (requirement 211; names, aliases and notes are lists of words).
    """
    return [word for word in _PARTS.split(text.lower()) if len(word) >= _SHORTEST]


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in parts(text)}
