"""Two reviewers at one answer at the same moment."""

from __future__ import annotations

from huiyin.kernel.errors import WrongState
from huiyin.knowledge import actions, article_queries
from huiyin.knowledge.actions import AnswerText
from tests.races import at_once
from tests.world import World, at


def test_an_answer_is_published_once(standing_world: World) -> None:
    world = standing_world
    by, leader = world.actor("manager"), world.actor("water_leader")
    text = AnswerText("停水怎么办？", "看公告。", unit=world.water)
    article = actions.write_answer(text, by=by, now=at(2)).article
    actions.take_step(article.pk, "submit", by=by, now=at(2))

    def publish() -> object:
        return actions.take_step(article.pk, "publish", by=leader, now=at(3))

    runners = at_once(publish, publish)
    lost = [each.error for each in runners if each.error]
    assert [type(error) for error in lost] == [WrongState]
    verbs = [event.verb for event in article_queries.events_of(article)]
    assert verbs == ["publish", "submit", "write"]
