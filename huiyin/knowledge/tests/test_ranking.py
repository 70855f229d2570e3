"""Which article answers a question, and when nothing is said."""

from __future__ import annotations

import pytest

from huiyin.kernel import cached
from huiyin.knowledge import article_queries
from huiyin.knowledge.models import Article, Parameter
from huiyin.knowledge.ranking import Entry, Index
from tests.world import START, World, at

ENTRIES = (
    Entry(1, ("家里暖气不热怎么办？",), "先看进户阀门是否打开，再打供热企业的电话报修。"),
    Entry(2, ("犬只怎样登记？", "养狗要办证吗"), "带身份证和免疫证明到派出所办理。"),
    Entry(3, ("公租房怎么申请？",), "到街道窗口提交申请表和收入证明。"),
    Entry(4, ("路灯不亮向谁反映？",), "记下灯杆编号，告诉城管部门。"),
    Entry(5, ("怎样补办身份证？",), "身份证丢失的，到户籍所在地派出所补领。"),
)


@pytest.mark.rule("R-351")
@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("您好，请问我家暖气一点也不热该找谁", 1),
        ("暖氣不熱", 1),
        ("养狗怎么上户口登记", 2),
        ("想申请公租房，需要什么条件", 3),
        ("小区门口的路灯坏了不亮", 4),
        ("身份证丢了", 5),
    ],
)
def test_the_right_article_comes_first(asked: str, key: int) -> None:
    found = Index(ENTRIES).ask(asked, least=0.1)
    assert found[0].key == key
    assert found[0].because


@pytest.mark.rule("R-351")
@pytest.mark.parametrize("asked", ["", "？", "今天天气真好", "怎么办", "abc 123"])
def test_nothing_is_said_when_nothing_fits(asked: str) -> None:
    assert Index(ENTRIES).ask(asked, least=0.25) == []


def test_an_empty_set_answers_nothing() -> None:
    assert Index(()).ask("暖气不热") == []


def test_what_is_asked_word_for_word_is_sure() -> None:
    assert Index(ENTRIES).ask("公租房怎么申请？")[0].score > 0.9


def article(code: str, title: str, **changes: object) -> Article:
    values = {"kind": "answer", "body": "答复", "published_at": at(1), "changed_at": at(1)}
    return Article.objects.create(code=code, title=title, **(values | changes))


@pytest.mark.rule("R-351")
def test_a_changed_set_is_read_anew_and_staff_see_more(world: World) -> None:
    article("a", "暖气不热怎么办？")
    inner = article("b", "暖气不热的内部口径", visibility="staff")

    def keys(*, staff: bool, day: int = 2) -> list[str]:
        return [s.article.code for s in article_queries.suggest("暖气不热", at(day), staff=staff)]

    assert keys(staff=False) == ["a"]
    assert keys(staff=True) == ["a", "b"]
    inner.visibility, inner.changed_at = "public", at(2)
    inner.save()
    assert keys(staff=False) == ["a", "b"]
    Article.objects.filter(code="a").update(expires_on="2026-03-05")
    assert keys(staff=False, day=5) == ["b"]


def test_a_city_may_switch_suggestions_off_but_not_the_search(world: World) -> None:
    article("a", "暖气不热怎么办？")
    Parameter.objects.create(
        key="suggest.articles", value=False, valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert article_queries.suggest("暖气不热", at(2), staff=False) == []
    assert len(article_queries.suggest("暖气", at(2), staff=False, always=True)) == 1
