"""Parameters that are small tables: what is taken and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from huiyin.cities import indicator_tables, tables
from huiyin.orders.states import AuditOutcome

ITEM: dict[str, Any] = {"part": "substance", "code": "S1", "name": "逐项回应", "points": 20}
WORDS: dict[str, Any] = {"part": "wording", "code": "W1", "name": "表述清楚", "points": 20}
SCRIPT: dict[str, Any] = {"kind": "", "category": "", "text": "您好，关于{title}，{unit}已答复。"}
OWN: dict[str, Any] = {
    "code": "Z1", "key": "own_reply_in_time", "name": "限时答复率", "window": "due_on",
    "numerator": {"on_time": 100}, "denominator": {"due": 100}, "text": "文", "source": "本市通报",
}  # fmt: skip


def test_whole_tables_are_taken_as_they_are() -> None:
    for parse, value in (
        (tables.scorecard, [ITEM, WORDS]),
        (tables.scripts, [SCRIPT, SCRIPT | {"kind": "help", "category": "0404"}]),
        (tables.checklists, [{"verb": "reply", "items": ["已联系诉求人"]}]),
        (tables.choices(AuditOutcome), ["close", "return"]),
        (tables.inhabitants, {"": 5_000_000, "county": 600_000}),
        (indicator_tables.own_indicators, [OWN, OWN | {"key": "own_other", "better": "low"}]),
    ):
        assert parse(value) == value


@pytest.mark.parametrize(
    ("parse", "value", "words"),
    [
        (tables.inhabitants, {}, "人数"),
        (tables.inhabitants, {"county": 0}, "正整数"),
        (indicator_tables.own_indicators, [OWN | {"key": "solved"}], "own_"),
        (indicator_tables.own_indicators, [OWN, OWN], "不重复"),
        (indicator_tables.own_indicators, [OWN | {"numerator": {"luck": 100}}], "没有“luck”"),
        (indicator_tables.own_indicators, [OWN | {"numerator": "population"}], "分子"),
        (indicator_tables.own_indicators, [OWN | {"window": "someday"}], "window"),
        (indicator_tables.own_indicators, [OWN | {"better": "more"}], "better"),
        (indicator_tables.own_indicators, [OWN | {"more": 1}], "第 1 行"),
        (indicator_tables.own_indicators, "Z1", "列表"),
        (tables.scorecard, [], "至少一行"),
        (tables.scorecard, [ITEM], "两部分都要有"),
        (tables.scorecard, [ITEM, WORDS | {"code": "S1"}], "不重复"),
        (tables.scorecard, [ITEM, WORDS | {"points": 0}], "1 到 100"),
        (tables.scorecard, [ITEM, WORDS | {"points": True}], "整数"),
        (tables.scorecard, [ITEM, WORDS | {"more": 1}], "第 2 行"),
        (tables.scorecard, [ITEM, WORDS | {"name": ""}], "name"),
        (tables.scorecard, "S1", "列表"),
        (tables.scripts, [SCRIPT, SCRIPT], "写了两次"),
        (tables.scripts, [SCRIPT | {"kind": "x"}], "没有诉求类型"),
        (tables.scripts, [SCRIPT | {"category": "4"}], "2、4 或 6"),
        (tables.scripts, [SCRIPT | {"text": "{phone}"}], "不认识的占位"),
        (tables.scripts, [SCRIPT | {"text": "{title"}], "不认识的占位"),
        (tables.checklists, [{"verb": "fly", "items": ["一"]}], "没有"),
        (tables.checklists, [{"verb": "reply", "items": []}], "1 到 20"),
        (tables.checklists, [{"verb": "reply", "items": [3]}], "文字"),
        (tables.choices(AuditOutcome), ["close", "close"], "写了两次"),
        (tables.choices(AuditOutcome), ["pass"], "不能是“pass”"),
        (tables.choices(AuditOutcome), [], "至少一项"),
    ],
)
def test_wrong_tables_are_refused_in_words(parse, value, words) -> None:
    with pytest.raises(ValueError, match=words):
        parse(value)
