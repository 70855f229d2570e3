"""Answers: drafts, review by the owner unit, versions, dates, and what must be refused."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge import actions, article_queries, policy
from huiyin.knowledge.actions import AnswerText, ArticleRow, DocumentText
from huiyin.knowledge.article_states import DocumentKind, TaskKind, VersionState, Visibility
from huiyin.knowledge.models import Article, KnowledgeTask
from huiyin.knowledge.states import ArticleKind
from tests.world import World, at


def heating(world: World, **changes: object) -> AnswerText:
    values: dict[str, object] = {
        "title": "暖气不热怎么办？", "body": "先看阀门，再打电话报修。", "category": world.heating,
        "unit": world.water, "review_on": date(2026, 9, 1),
    }  # fmt: skip
    return AnswerText(**(values | changes))  # type: ignore[arg-type]


def published(world: World, **changes: object) -> Article:
    version = actions.write_answer(
        heating(world, **changes), by=world.actor("water_handler"), now=at(2)
    )
    key = version.article_id
    actions.take_step(key, "submit", by=world.actor("water_handler"), now=at(2, 10))
    return actions.take_step(key, "publish", by=world.actor("water_leader"), now=at(3))


@pytest.mark.rule("R-353")
def test_a_unit_writes_its_leader_publishes_and_every_version_is_kept(world: World) -> None:
    article = published(world)
    assert list(article_queries.in_force(at(4), staff=False)) == [article]
    handler, leader = world.actor("water_handler"), world.actor("water_leader")
    actions.revise_answer(
        article.pk, heating(world, body="先看阀门和过滤网。"), by=handler, now=at(4)
    )
    assert article_queries.in_force(at(4), staff=False).get().body == "先看阀门，再打电话报修。"
    actions.take_step(article.pk, "submit", by=handler, now=at(4, 10))
    with pytest.raises(WrongState):
        actions.revise_answer(article.pk, heating(world), by=handler, now=at(4, 11))
    with pytest.raises(Invalid):
        actions.take_step(article.pk, "send_back", by=leader, now=at(4, 12))
    actions.take_step(article.pk, "send_back", by=leader, note="写明电话", now=at(4, 12))
    actions.revise_answer(
        article.pk, heating(world, body="先看过滤网，再打 12345。"), by=handler, now=at(4, 13)
    )
    actions.take_step(article.pk, "submit", by=handler, now=at(4, 14))
    actions.take_step(article.pk, "publish", by=leader, now=at(5))
    assert article_queries.in_force(at(5), staff=False).get().body == "先看过滤网，再打 12345。"
    states = {v.number: v.standing for v in article_queries.versions_of(article)}
    assert states == {1: VersionState.REPLACED, 2: VersionState.PUBLISHED}
    verbs = [event.verb for event in reversed(article_queries.events_of(article))]
    assert verbs == [
        "write", "submit", "publish", "write", "submit", "send_back", "edit", "submit", "replace",
        "publish",
    ]  # fmt: skip
    actions.take_step(article.pk, "withdraw", by=leader, note="政策废止", now=at(6))
    assert not article_queries.in_force(at(6), staff=True).exists()


@pytest.mark.rule("R-353")
def test_who_wrote_it_does_not_review_it(world: World) -> None:
    leader = world.actor("water_leader")
    version = actions.write_answer(heating(world), by=leader, now=at(2))
    actions.take_step(version.article_id, "submit", by=leader, now=at(2))
    with pytest.raises(NotAllowed, match="不能这样办理"):
        actions.take_step(version.article_id, "publish", by=leader, now=at(2))
    assert [s.verb for s in policy.steps_for(leader, version)] == ["edit", "submit", "drop"]


@pytest.mark.rule("R-352")
def test_a_unit_writes_what_is_its_own_and_the_centre_everything(world: World) -> None:
    for who, may in (("water_handler", True), ("housing_handler", False), ("agent", False)):
        assert policy.may_write(world.actor(who), world.water) is may, who
    assert policy.may_write(world.actor("water_handler"), world.water_team)
    assert policy.may_write(world.actor("manager"), world.water)
    assert not policy.may_review(world.actor("manager"), world.water)
    assert not policy.may_review(world.actor("water_handler"), world.water)
    assert policy.may_review(world.actor("manager"), None)
    with pytest.raises(NotAllowed):
        actions.write_answer(heating(world), by=world.actor("agent"), now=at(2))
    article = published(world)
    with pytest.raises(NotAllowed):
        actions.revise_answer(
            article.pk, heating(world), by=world.actor("housing_handler"), now=at(4)
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"title": " "},
        {"title": "字" * 101},
        {"body": "字" * 10_001},
        {"wordings": ("问",) * 21},
        {"expires_on": date(2026, 3, 2)},
        {"source": "nothing"},
    ],
)
def test_a_text_of_wrong_form_is_refused(world: World, changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        actions.write_answer(heating(world, **changes), by=world.actor("manager"), now=at(2))
    assert not Article.objects.exists()


def test_unknown_steps_and_old_pages_are_refused(world: World) -> None:
    article, leader = published(world), world.actor("water_leader")
    with pytest.raises(NotFound):
        actions.take_step(0, "confirm", by=leader, now=at(4))
    with pytest.raises(NotFound):
        actions.take_step(article.pk, "replace ", by=leader, now=at(4))
    with pytest.raises(NotAllowed):
        actions.take_step(article.pk, "replace", by=leader, now=at(4))
    with pytest.raises(WrongState):
        actions.take_step(article.pk, "publish", by=leader, now=at(4))
    with pytest.raises(Conflict):
        actions.take_step(article.pk, "confirm", by=leader, number=7, now=at(4))


def test_a_draft_without_an_answer_is_not_published(world: World) -> None:
    version = actions.write_answer(heating(world, body=""), by=world.actor("manager"), now=at(2))
    actions.take_step(version.article_id, "submit", by=world.actor("manager"), now=at(2))
    with pytest.raises(Invalid):
        actions.take_step(version.article_id, "publish", by=world.actor("water_leader"), now=at(2))


def test_the_log_is_append_only(world: World) -> None:
    article = published(world)
    for sql in ("update knowledge_articleevent set by = 'x'", "delete from knowledge_articleevent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert len(article_queries.events_of(article)) == 3


def test_what_only_staff_may_read_is_not_shown_to_citizens(world: World) -> None:
    article = published(world, visibility=Visibility.STAFF)
    assert not article_queries.in_force(at(4), staff=False).exists()
    assert article_queries.in_force(at(4), staff=True).get() == article


@pytest.mark.rule("R-354")
def test_the_last_day_ends_an_answer_and_a_near_review_date_is_a_task(world: World) -> None:
    article = published(world, expires_on=date(2026, 4, 1), review_on=date(2026, 3, 20))
    day = date(2026, 3, 5)
    assert actions.look_after_dates(today=day, now=at(5)) == 0
    assert actions.look_after_dates(today=date(2026, 3, 6), now=at(6)) == 1
    assert actions.look_after_dates(today=date(2026, 3, 6), now=at(6)) == 1
    task = KnowledgeTask.objects.get()
    assert (task.kind, task.unit, task.article, task.times) == (
        TaskKind.REVIEW_DUE, world.water, article, 1,
    )  # fmt: skip
    actions.take_step(article.pk, "confirm", by=world.actor("water_leader"), now=at(6))
    article.refresh_from_db()
    assert article.review_on == date(2026, 4, 6)  # a month at the least
    assert actions.expire_answers(today=date(2026, 3, 31), now=at(31)) == 0
    assert actions.expire_answers(today=date(2026, 4, 1), now=at(1, month=4)) == 1
    assert actions.expire_answers(today=date(2026, 4, 1), now=at(1, month=4)) == 0
    assert article_queries.events_of(article)[0].verb == "expire"


@pytest.mark.rule("R-357")
def test_documents_have_versions_and_a_changed_one_calls_for_a_look_at_its_answers(
    world: World,
) -> None:
    by = world.actor("manager")
    text = DocumentText("heat", DocumentKind.POLICY, "供热办法", "第一条", date(2025, 1, 1))
    first = actions.add_document(text, by=by)
    article = published(world, source="heat", clause="第一条")
    assert actions.look_after_dates(today=date(2026, 3, 4), now=at(4)) == 0
    with pytest.raises(Conflict):
        actions.add_document(text, by=by)
    with pytest.raises(NotAllowed):
        actions.add_document(text, by=world.actor("water_leader"))
    newer = DocumentText("heat", DocumentKind.POLICY, "供热办法", "第一条（新）", date(2026, 3, 5))
    actions.add_document(newer, by=by)
    first.refresh_from_db()
    assert first.valid_to == date(2026, 3, 5)
    held = article_queries.document_on("heat", date(2026, 3, 4))
    assert held == first
    assert len(article_queries.document_versions("heat")) == 2
    assert actions.look_after_dates(today=date(2026, 3, 5), now=at(5)) == 1
    task = KnowledgeTask.objects.get()
    assert (task.kind, task.article) == (TaskKind.SOURCE_CHANGED, article)


def test_a_load_makes_versions_and_takes_down_what_is_gone(world: World) -> None:
    row = ArticleRow("q1", ArticleKind.ANSWER, "问", "答", at(1), demo=True, unit="water")
    actions.sync_articles([row], now=at(1))
    actions.sync_articles([row], now=at(2))
    article = Article.objects.get()
    assert [v.number for v in article_queries.versions_of(article)] == [1]
    changed = ArticleRow("q1", ArticleKind.ANSWER, "问", "新答", at(1), demo=True, unit="water")
    actions.sync_articles([changed], now=at(3))
    actions.sync_articles([], now=at(4))
    states = {v.number: v.standing for v in article_queries.versions_of(article)}
    assert states == {1: VersionState.REPLACED, 2: VersionState.WITHDRAWN}
    assert [e.verb for e in article_queries.events_of(article)] == ["withdraw", "load", "load"]
