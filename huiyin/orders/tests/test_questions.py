"""Matters that are asked often and have no article."""

from __future__ import annotations

import pytest

from huiyin.kernel import cached
from huiyin.knowledge.models import Article, KnowledgeTask
from huiyin.orders import actions, jobs, questions
from huiyin.orders.models import WorkOrder
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


@pytest.mark.rule("R-562")
def test_an_article_may_be_written_from_a_closed_order(story: Story) -> None:
    world = story.world
    agent, number = world.actor("agent"), story.created(kind="inquiry", phone="").order.number
    assert questions.example(agent, number) is None
    said = "请带身份证，或拨打 13812345678 预约。"
    actions.answer(story.order.pk, text_=said, by=agent, now=at(2, 10))
    found = questions.example(agent, f"{number[:6]} {number[6:]}")
    assert found is not None
    assert (found.number, found.title, found.category) == (number, story.order.title, "0404")
    assert found.answer.startswith("请带身份证")
    assert "13812345678" not in found.answer
    assert questions.example(world.actor("water_handler"), number) is None
    WorkOrder.objects.update(confidential=True)
    assert questions.example(agent, number) is None


def test_the_answer_of_a_unit_counts_once_it_was_passed(story: Story) -> None:
    story.created().submitted().dispatched().signed().contacted().replied()
    agent, number = story.world.actor("agent"), story.order.number
    WorkOrder.objects.update(closed_at=at(9))
    assert questions.example(agent, number) is None
    story.order.replies.update(passed=True)
    found = questions.example(agent, number)
    assert found is not None
    assert found.answer == story.order.replies.get().public_answer
