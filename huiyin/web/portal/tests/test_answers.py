"""Answers in the portal: asked for, offered while writing, judged; what is inner stays inside."""

from __future__ import annotations

import pytest
from django.test import Client

from huiyin.knowledge.models import Article, ArticleUse, KnowledgeTask
from huiyin.knowledge.tests.test_answers import published
from huiyin.web import tries
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def heating(world: World) -> Article:
    return published(world)


def page(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-351")
def test_a_question_finds_its_answer(heating: Article, client: Client) -> None:
    assert heating.title in page(client.get("/answers?q=暖氣不熱"))
    assert not KnowledgeTask.objects.exists()
    assert "我们记下了这个问题" in page(client.get("/answers?q=宠物医院执照13812345678"))
    assert KnowledgeTask.objects.get().words == "宠物医院执照…"


@pytest.mark.rule("R-351")
def test_an_answer_is_offered_while_somebody_writes(heating: Article, client: Client) -> None:
    offered = page(client.post("/submit/answers", {"content": "我家暖气不热已经三天了"}))
    assert heating.title in offered
    assert f"/answers/{heating.code}/opinion" in offered
    assert page(client.post("/submit/answers", {"content": "天气真好"})).strip() == ""
    assert client.get("/submit/answers").status_code == 405


@pytest.mark.rule("R-359")
def test_a_reader_says_whether_it_helped(heating: Article, client: Client) -> None:
    url = f"/answers/{heating.code}/opinion"
    answer = client.post(url, {"kind": "right"})
    assert "很高兴帮到您" in page(client.get(answer.headers["Location"]))
    client.post(url, {"kind": "wrong", "note": "电话不对"})
    assert sorted(ArticleUse.objects.values_list("kind", "by_staff")) == [
        ("right", False), ("wrong", False),
    ]  # fmt: skip
    assert client.post(url, {"kind": "used"}).status_code == 400
    assert client.post("/answers/none/opinion", {"kind": "right"}).status_code == 404


def test_what_is_for_staff_is_nowhere_in_the_portal(world: World, client: Client) -> None:
    article = published(world)
    Article.objects.update(visibility="staff")
    assert client.get(f"/answers/{article.code}").status_code == 404
    assert article.title not in page(client.get("/answers"))
    assert article.title not in page(client.get("/answers?q=暖气不热"))
    assert client.post(f"/answers/{article.code}/opinion", {"kind": "right"}).status_code == 404


def test_opinions_are_counted(
    heating: Article, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "OPINIONS_PER_ADDRESS", 1)
    url = f"/answers/{heating.code}/opinion"
    assert client.post(url, {"kind": "right"}).status_code == 302
    assert client.post(url, {"kind": "right"}).status_code == 429
