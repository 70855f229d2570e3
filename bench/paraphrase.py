"""Mechanical paraphrases of a question, all documented, none learned from the set that they judge.

No paraphrased questions are given with the data, so these stand in: what is measured is how well
the right article is found when the wording changes in these ways, which is easier than what people
really say. Each rule changes the text by itself; ``mixed`` applies several of them in turn.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from huiyin.kernel import text

Rule = Callable[[str, random.Random], str]

_POLITE = re.compile(
    "(請問|请问|您好|你好|謝謝|谢谢|我想|想問|想问|是否|該|该|應|应|呢|嗎|吗|啊|吧|的|了)"
)
_CLAUSE = re.compile(r"[，。、；：？！,;:?!\s]+")
_HAN_WORD = re.compile("[\u4e00-\u9fff]+")
# Written for this measurement; deliberately not the table of huiyin.knowledge.synonyms.
_PAIRS = """\
如何=怎样 怎么=咋 怎样=如何 办理=弄 申请=提出 规定=要求 哪些=什么样 什么=啥 多久=要等几天 \
费用=花多少钱 地点=在哪儿 可否=行不行 能否=行不行 是否=有没有 民众=老百姓 民眾=老百姓 \
补助=补的钱 机关=政府部门 提供=给 何时=啥时候 为何=咋会 应备=要带 相关=这方面 处理=解决 \
缴纳=交 查询=查一查 遗失=丢掉 设置=装 取得=拿到 资格=够不够条件 检举=告发
"""
_OTHERWISE = [pair.split("=") for pair in _PAIRS.split()]


def without_politeness(question: str, dice: random.Random) -> str:  # noqa: ARG001
    """Drop words of courtesy and particles."""
    return _POLITE.sub("", question)


def reordered(question: str, dice: random.Random) -> str:  # noqa: ARG001
    """Say the clauses the other way round; a single clause is cut in the middle and turned."""
    parts = [part for part in _CLAUSE.split(question) if part]
    if len(parts) < 2:
        whole = "".join(parts)
        half = len(whole) // 2
        return f"{whole[half:]}，{whole[:half]}"
    return "，".join(reversed(parts))


def otherwise(question: str, dice: random.Random) -> str:  # noqa: ARG001
    """Say it in other words, as people speak."""
    said = text.simplify(question)
    for word, other in _OTHERWISE:
        said = said.replace(word, other)
    return said


def simplified(question: str, dice: random.Random) -> str:  # noqa: ARG001
    """Write it in simplified characters (the articles are in traditional ones)."""
    return text.simplify(question)


def shortened(question: str, dice: random.Random) -> str:
    """Drop the last character of every other long word, as in 使用牌照稅 -> 使用牌照."""
    words = text.words(text.normalise(question))
    return "".join(
        word[:-1] if len(word) > 2 or (len(word) == 2 and dice.random() < 0.15) else word
        for word in words
    )


def told_as_a_story(question: str, dice: random.Random) -> str:
    """Wrap it into what a caller says around it."""
    before = (
        "喂你好我家住在老城区那边，",
        "昨天打过一次电话没人接，",
        "我替我妈问一下，",
        "不好意思打扰了，",
    )
    after = ("，麻烦告诉我一声", "，急着用", "，上次去了没问清楚", "，谢谢你们了")
    return dice.choice(before) + text.simplify(question) + dice.choice(after)


def with_a_gap(question: str, dice: random.Random) -> str:
    """Leave out every sixth character or so, as in hasty typing."""
    return "".join(c for c in question if not _HAN_WORD.match(c) or dice.random() > 0.16)


RULES: tuple[Rule, ...] = (
    without_politeness, reordered, otherwise, simplified, shortened, told_as_a_story, with_a_gap,
)  # fmt: skip


def mixed(question: str, dice: random.Random) -> str:
    """Say it in other words, shorter, the other way round, without courtesy and in a story."""
    for rule in (otherwise, without_politeness, shortened, reordered, told_as_a_story):
        question = rule(question, dice)
    return question
