"""Media follow-ups: written down, published, ended once."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.followup.media import actions, queries, rules
from huiyin.followup.media.models import MediaCase, Publication
from huiyin.followup.media.states import MediaForm
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.races import at_once
from tests.world import Story, at, build

pytestmark = pytest.mark.django_db
SHOWN = {"on": date(2026, 3, 4), "outlet": "德州晚报", "title": "暖气热了"}


def followed(story: Story, **changes: object) -> MediaCase:
    number = story.created().submitted().dispatched().order.number
    values: dict[str, object] = {
        "form": MediaForm.TELEVISION, "outlet": "市电视台", "title": "暖气不热",
        "on": date(2026, 3, 4), "unit": story.world.water, "orders": [number],
    }  # fmt: skip
    entry = actions.Entry(**(values | changes))  # type: ignore[arg-type]
    return actions.add(entry, by=story.world.actor("supervisor"), now=at(4, 9))


@pytest.mark.rule("R-426")
@pytest.mark.rule("R-427")
def test_a_matter_is_followed_published_and_ended(story: Story) -> None:
    case, by = followed(story), story.world.actor("manager")
    actions.publish(case.pk, by=by, link="https://example.org/1", now=at(4, 12), **SHOWN)
    case = actions.end(case.pk, by=by, result="换热站已修复", now=at(5, 9))
    assert (case.state, case.result) == ("ended", "换热站已修复")
    actions.publish(case.pk, by=by, now=at(6, 9), **SHOWN)
    assert [p.link for p in queries.published(by)] == ["", "https://example.org/1"]
    seen = queries.get_visible(story.world.actor("water_handler"), case.pk)
    assert seen is not None
    assert [order.number for order in seen.orders.all()] == [story.order.number]
    assert queries.get_visible(story.world.actor("housing_handler"), case.pk) is None
    for form, count in (("television", 1), ("radio", 0)):
        assert len(queries.listed(by, queries.MediaFilter("ended", form)).rows) == count
    with pytest.raises(WrongState):
        actions.end(case.pk, by=by, result="再来一次", now=at(6))


@pytest.mark.rule("R-426")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"), ({"outlet": "报"}, "outlet"), ({"about": "很" * 1001}, "about"),
        ({"on": None}, "on"), ({"on": date(2026, 3, 5)}, "on"), ({"unit": None}, "unit"),
        ({"orders": ["26030200000000"]}, "orders"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(story: Story, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        followed(story, **changes)
    assert set(refused.value.facts["fields"]) == {field}


@pytest.mark.rule("R-426")
@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "example.org", "http://", "https://[", "ftp://example.org"]
)
def test_only_addresses_of_the_web(link) -> None:
    rules.check_link("")
    rules.check_link("http://example.org/a")
    with pytest.raises(Invalid):
        rules.check_link(link)


@pytest.mark.rule("R-427")
def test_who_may_not_and_what_is_not_there(story: Story) -> None:
    case = followed(story)
    agent, manager = story.world.actor("agent"), story.world.actor("manager")
    with pytest.raises(NotAllowed):
        actions.end(case.pk, by=agent, result="已修复", now=at(5))
    with pytest.raises(NotAllowed):
        actions.publish(case.pk, by=agent, now=at(5), **SHOWN)
    with pytest.raises(NotAllowed):
        actions.add(actions.Entry(MediaForm.WEB), by=agent, now=at(5))
    with pytest.raises(NotFound):
        actions.end(0, by=manager, result="已修复", now=at(5))
    with pytest.raises(Invalid):
        actions.end(case.pk, by=manager, result="", now=at(5))
    assert not Publication.objects.exists()


@pytest.mark.rule("R-427")
def test_two_at_once_end_it_once(transactional_db) -> None:
    story = Story(build())
    case = followed(story)

    def end(result: str):
        by = story.world.actor("manager")
        return lambda: actions.end(case.pk, by=by, result=result, now=at(5))

    runs = at_once(end("已修复"), end("已约谈"))
    assert [type(run.error) for run in runs if run.error] == [WrongState]
