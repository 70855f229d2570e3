"""Texts that are alike, their sketches, and what differs."""

from __future__ import annotations

import pytest

from huiyin.kernel import likeness
from huiyin.kernel.likeness import compared, fingerprint, folded, pairs, sketch

ROAD = "人民路与育才街交叉口的路灯坏了三盏，晚上漆黑一片，学生放学很不安全，请尽快维修。"


def alike(one: str, other: str) -> float:
    return likeness.likeness(pairs(folded(one)), pairs(folded(other)))


def test_spelling_and_punctuation_do_not_count() -> None:
    other = "人民路與育才街交叉口的路燈壞了三盞 晚上漆黑一片\n學生放學很不安全 請儘快維修！"
    assert folded(ROAD) == folded(other)
    assert fingerprint(folded(ROAD)) == fingerprint(folded(other)) != 0
    assert alike(ROAD, other) == 1


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        (ROAD + "已经反映过两次，一直没有人来修，希望重视。", 0.85, 1),
        ("育才街和人民路路口路灯坏了，晚上漆黑，孩子放学不安全。", 0.35, 0.85),
        ("锦绣家园三号楼暖气不热，家里有老人，请供热公司上门测温。", 0, 0.1),
        ("请尽快维修。", 0, 0.2),
        ("", 0, 0),
    ],
)
def test_how_alike(other: str, least: float, most: float) -> None:
    assert least <= alike(ROAD, other) <= most
    assert alike(ROAD, other) == alike(other, ROAD)


def test_sketches_share_hashes_as_texts_share_words() -> None:
    whole = sketch(folded(ROAD))
    longer = sketch(folded(ROAD + "已经反映过两次，一直没有人来修，希望重视。"))
    other = sketch(folded("锦绣家园三号楼暖气不热，家里有老人，请供热公司上门测温。"))
    assert len(whole) == likeness.SKETCH
    assert whole == sorted(set(whole))
    assert all(-(2**31) <= value < 2**31 for value in whole)
    assert len(set(whole) & set(longer)) >= 8
    assert not set(whole) & set(other)
    assert sketch("") == []
    assert len(sketch("路灯")) == 1
    assert fingerprint("") == 0


def test_passages_give_back_both_texts_and_mark_what_differs() -> None:
    one, other = "幸福小区三号楼暖气不热", "幸福小区五号楼暖气不热，已两天"
    left, right = compared(one, other)
    assert "".join(part.text for part in left) == one
    assert "".join(part.text for part in right) == other
    assert [part.text for part in left if part.same] == ["幸福小区", "号楼暖气不热"]
    assert [part.text for part in right if not part.same] == ["五", "，已两天"]
    assert all(a.same != b.same for a, b in zip(right, right[1:], strict=False))
    assert compared("", "") == ([], [])
