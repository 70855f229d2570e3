"""What is heard in a message before anything was learned: names, words, places."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from huiyin.dispatch.learning import lexicon, places
from huiyin.dispatch.learning.lexicon import Entry, Lexicon
from huiyin.dispatch.learning.places import EXACT, SHORT, SOUNDS, UNCLEAR
from huiyin.kernel.text import sounds

TREE = Lexicon(
    [
        Entry("04", ("公共服务",)),
        Entry("0404", ("供热", "暖气"), ("供暖不热的督促整改",)),
        Entry("040401", ("室温不达标", "暖气不热")),
        Entry("01", ("城乡建设",)),
        Entry("0105", ("路灯井盖",)),
        Entry("010501", ("路灯不亮", "灯不亮")),
    ]
)


@pytest.mark.rule("R-375")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("家里暖气不热,室温不达标", "040401"),
        ("暖气有问题", "0404"),
        ("村口路灯不亮", "010501"),
        ("供暖不热的督促整改", "0404"),
        ("天气不错", None),
        ("", None),
    ],
)
def test_a_category_is_heard_by_its_names(text, code) -> None:
    match = TREE.match(text)
    assert (match.code if match else None) == code
    assert match is None or 0 < match.probability <= lexicon.MOST_SURE


@pytest.mark.rule("R-375")
@pytest.mark.parametrize(
    ("text", "urgency"),
    [("楼下燃气泄漏了", "emergency"), ("小区停水两天", "urgent"), ("想问社保", None)],
)
def test_urgency_is_heard_by_words(text, urgency) -> None:
    match = lexicon.heard(text, {u.value: w for u, w in lexicon.URGENCY_WORDS.items()})
    assert (match.code if match else None) == urgency


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    level: str


LAND = (
    Place("370000", "测试市", "city"),
    Place("370001", "东县", "county"),
    Place("370002", "西山区", "county"),
    Place("370001001", "新湖街道", "street"),
    Place("370001002", "新华街道", "street"),
    Place("370002001", "新华街道", "street"),
    Place("370002101", "滋镇", "street"),
)


@pytest.mark.rule("R-376")
@pytest.mark.parametrize(
    ("text", "place", "code", "sure"),
    [
        ("新湖街道幸福路", "", "370001001", EXACT),
        ("新湖那边的幸福路", "", "370001001", SHORT),
        ("西山区新华街道", "", "370002001", EXACT),
        ("新华街道停水", "", "370001002", UNCLEAR),
        ("在东县某处", "", "370001", EXACT),
        ("西山那边", "", "370002", SHORT),
        ("滋镇", "", "370002101", EXACT),
        ("路灯不亮", "心湖幸福路", "370001001", SOUNDS),
        ("路灯不亮", "幸福路", None, 0),
    ],
)
def test_a_street_is_named_exactly_short_or_by_sound(text, place, code, sure) -> None:
    found = places.named(text, LAND, sounds(place))
    assert (found.code if found else None) == code
    assert found is None or found.probability == sure
