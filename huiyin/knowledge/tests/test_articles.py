"""News and answers: drafts, publishing, withdrawing."""

from __future__ import annotations

import pytest

from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge import actions, queries
from huiyin.knowledge.actions import ArticleText
from huiyin.knowledge.models import Article
from huiyin.knowledge.states import ArticleKind
from tests.world import World, at

pytestmark = pytest.mark.rule("R-33")
NEWS = ArticleText(ArticleKind.NEWS, "供暖专席开通", "请拨打热线。\n\n\n\n早八点起。")


def test_a_draft_is_published_changed_and_withdrawn(world: World) -> None:
    by = world.actor("manager")
    article = actions.create_article(NEWS, by=by)
    assert list(queries.published(ArticleKind.NEWS, at(9))) == []
    actions.publish_article(article.pk, by=by, now=at(3))
    assert list(queries.published(ArticleKind.NEWS, at(3))) == [article]
    with pytest.raises(WrongState):
        actions.publish_article(article.pk, by=by, now=at(4))
    changed = ArticleText(ArticleKind.NEWS, "供暖专席已开通", "照旧。", unit=world.water)
    actions.edit_article(article.pk, changed, by=by)
    shown = queries.published(ArticleKind.NEWS, at(9)).get()
    assert (shown.title, shown.unit, shown.published_at) == ("供暖专席已开通", world.water, at(3))
    actions.withdraw_article(article.pk, by=by)
    assert list(queries.published(ArticleKind.NEWS, at(9))) == []
    assert queries.article_by_key(article.pk) == article
    with pytest.raises(WrongState):
        actions.withdraw_article(article.pk, by=by)


def test_white_space_is_tidied(world: World) -> None:
    article = actions.create_article(NEWS, by=world.actor("administrator"))
    assert article.body == "请拨打热线。\n\n早八点起。"


def test_an_empty_body_is_a_draft_only(world: World) -> None:
    by = world.actor("manager")
    empty = ArticleText(ArticleKind.NEWS, "怎样报修")
    article = actions.create_article(empty, by=by)
    with pytest.raises(Invalid):
        actions.publish_article(article.pk, by=by, now=at(3))
    full = actions.create_article(NEWS, by=by)
    actions.publish_article(full.pk, by=by, now=at(3))
    with pytest.raises(Invalid):
        actions.edit_article(full.pk, empty, by=by)
    assert Article.objects.get(pk=full.pk).title == NEWS.title


@pytest.mark.parametrize(("title", "body"), [(" ", "x"), ("x" * 101, "x"), ("x", "x" * 10_001)])
def test_a_text_of_wrong_form_is_refused(world: World, title: str, body: str) -> None:
    with pytest.raises(Invalid):
        actions.create_article(
            ArticleText(ArticleKind.NEWS, title, body), by=world.actor("manager")
        )


def test_others_may_not_and_unknown_is_not_found(world: World) -> None:
    article = actions.create_article(NEWS, by=world.actor("manager"))
    agent = world.actor("agent")
    for step in (
        lambda: actions.create_article(NEWS, by=agent),
        lambda: actions.edit_article(article.pk, NEWS, by=agent),
        lambda: actions.publish_article(article.pk, by=agent, now=at(3)),
        lambda: actions.withdraw_article(article.pk, by=agent),
    ):
        with pytest.raises(NotAllowed):
            step()
    with pytest.raises(NotFound):
        actions.withdraw_article(0, by=world.actor("manager"))


def test_answers_are_no_news(world: World) -> None:
    with pytest.raises(Invalid):
        actions.create_article(
            ArticleText(ArticleKind.ANSWER, "怎样报修", "打电话"), by=world.actor("manager")
        )
