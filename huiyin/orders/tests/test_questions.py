"""Matters that are asked often and have no article."""

from __future__ import annotations

import pytest

from huiyin.kernel import cached
from huiyin.knowledge.models import Article, KnowledgeTask
from huiyin.orders import actions, jobs, questions
from tests.world import Story, at


@pytest.mark.rule("R-361")
def test_inquiries_without_an_article_are_found_until_one_is_written(story: Story) -> None:
    story.city("knowledge.frequent_least", 2)
    agent = story.world.actor("agent")
    for day in (2, 3):
        story.created(now=at(day), kind="inquiry", phone="")
        actions.answer(story.order.pk, text_="请带身份证办理。", by=agent, now=at(day, 10))
    assert questions.asked_without_article(at(3, 9)) == []
    found = questions.asked_without_article(at(4))
    assert [(row.category.code, row.times) for row in found] == [("0404", 2)]
    assert found[0].examples[0] == story.order.number
    assert jobs.suggest_articles(at(4)) == 1
    assert KnowledgeTask.objects.get().times == 2
    assert questions.asked_without_article(at(30, month=4)) == []
    Article.objects.create(
        code="a", kind="answer", title="t", body="b", category=story.world.heating,
        published_at=at(3),
    )  # fmt: skip
    cached.forget_all()
    assert questions.asked_without_article(at(4)) == []
