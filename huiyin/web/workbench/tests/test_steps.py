"""Every step through its page: done, filled in wrongly, too late, not allowed, not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from huiyin.orders import actions
from huiyin.orders.actions.beside import FactForm
from huiyin.orders.kinds import FactKind
from huiyin.orders.states import BY_VERB
from huiyin.orgs.states import Perm
from huiyin.web.workbench.steps import FORMS
from huiyin.web.workbench.tests.step_cases import (
    CASES,
    REPLY,
    held,
    take,
    url,
)
from tests.permissions.row import filled
from tests.world import Story, at

Desk = Callable[[str], Client]
WRONG = [(verb, *case[4]) for verb, case in CASES.items() if case[4]]


def test_every_step_that_is_built_has_its_form() -> None:
    elsewhere = {"verify", "create", "close", "redo", "close_unsatisfied", "close_unreached"}
    elsewhere |= {"stay_unsatisfied"}  # recorded with the call-back of a write-off
    by_people = {s.verb for s in BY_VERB.values() if s.built and s.perm is not None}
    assert set(FORMS) == by_people - elsewhere
    assert set(CASES) == set(FORMS)


@pytest.mark.parametrize("verb", CASES)
def test_a_step_is_taken_and_the_page_says_so(story: Story, desk: Desk, verb: str) -> None:
    before, who, fields, after, _ = CASES[verb]
    before(story)
    client = desk(who)
    form = client.get(url(story, verb))
    assert form.status_code == 200
    assert f'action="{url(story, verb)}"' in form.content.decode()
    answer = take(client, story, verb, fields)
    assert answer.status_code == 302, answer.content.decode()
    assert answer.headers["Location"] == f"/desk/orders/{story.order.number}?done={verb}"
    story.order.refresh_from_db()
    assert story.order.state == after
    assert story.verbs()[-1] == verb
    if verb != "confirm_void":
        page = client.get(answer.headers["Location"]).content.decode()
        assert f"已{BY_VERB[verb].past}" in page


@pytest.mark.parametrize(("verb", "field", "words"), WRONG)
def test_a_missing_field_is_named_beside_it_and_nothing_is_done(
    story: Story, desk: Desk, verb: str, field: str, words: str
) -> None:
    before, who, fields, _, _ = CASES[verb]
    before(story)
    steps = story.verbs()
    for headers in ({}, {"HX-Request": "true"}):
        answer = take(desk(who), story, verb, fields | {field: ""}, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'id="id_{field}_error">{words}' in page
        assert ("<html" in page) is not bool(headers)
    assert story.verbs() == steps


@pytest.mark.parametrize("verb", sorted(set(CASES) - {"report_plan", "confirm_plan"}))
def test_a_step_on_an_order_that_has_moved_on_is_409_with_what_happened(
    story: Story, desk: Desk, verb: str
) -> None:
    before, who, fields, _, _ = CASES[verb]
    before(story)
    story.order.refresh_from_db()
    seen = story.order.event_count
    fact = FactForm(FactKind.EXTERNAL, at(4).date(), "来电人补充了门牌号")
    manager = story.world.actor("manager")
    actions.record_fact(story.order.pk, fact, by=manager, now=at(4, 11, 30))
    steps = story.verbs()
    answer = desk(who).post(
        url(story, verb), {"seen": seen} | filled(fields, story), headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "有了新进展" in page
    assert "来电人补充了门牌号" in page
    assert f'href="/desk/orders/{story.order.number}"' in page
    assert story.verbs() == steps
    for name, value in fields.items():
        if name in ("note", "basis", "process", "content", "answer") and value:
            assert value in page, "what was written is kept"


@pytest.mark.parametrize("verb", CASES)
def test_the_second_of_two_presses_is_409(story: Story, desk: Desk, verb: str) -> None:
    before, who, fields, _, _ = CASES[verb]
    before(story)
    story.order.refresh_from_db()
    data = {"seen": story.order.event_count} | filled(fields, story)
    client = desk(who)
    assert client.post(url(story, verb), data).status_code == 302
    steps = story.verbs()
    again = client.post(url(story, verb), data)
    assert again.status_code == 409
    assert story.verbs() == steps


@pytest.mark.parametrize("verb", CASES)
def test_others_are_refused_and_strangers_find_nothing(story: Story, desk: Desk, verb: str) -> None:
    before, _, fields, _, _ = CASES[verb]
    before(story)
    steps = story.verbs()
    if BY_VERB[verb].perm is not Perm.SEE_ALL:  # what the whole centre may do
        watcher = desk("quality")
        assert watcher.get(url(story, verb)).status_code == 403
        assert take(watcher, story, verb, fields).status_code == 403
    streets = story.order.lead_unit_id == story.world.township.pk
    stranger = desk("team_handler" if streets else "township_handler")
    assert stranger.get(url(story, verb)).status_code == 404
    assert take(stranger, story, verb, fields).status_code == 404
    assert desk("administrator").get(url(story, verb)).status_code == 403
    assert story.verbs() == steps


@pytest.mark.parametrize("verb", CASES)
def test_a_lost_session_comes_back_to_the_same_form(story: Story, verb: str) -> None:
    before, _, fields, _, _ = CASES[verb]
    before(story)
    answer = take(Client(), story, verb, fields)
    assert answer.status_code == 302
    back = f"/desk/sign-in?next=%2Fdesk%2Forders%2F{story.order.number}%2F{verb}"
    assert answer.headers["Location"] == back
    page = f"http://testserver/desk/orders/{story.order.number}"
    part = take(
        Client(), story, verb, fields, headers={"HX-Request": "true", "HX-Current-URL": page}
    )
    assert part.status_code == 204
    assert part.headers["HX-Redirect"].startswith("/desk/sign-in?next=http")


def test_a_step_out_of_turn_says_where_the_order_stands(story: Story, desk: Desk) -> None:
    story.created().submitted()
    answer = desk("dispatcher").get(url(story, "grant_return"))
    assert answer.status_code == 409
    assert "现为“待派单”" in answer.content.decode()


def test_a_step_that_is_greyed_out_is_refused_with_the_same_words(story: Story, desk: Desk) -> None:
    held(story)
    answer = take(desk("water_handler"), story, "reply", REPLY)
    assert answer.status_code == 409
    assert "请先联系诉求人并记录" in answer.content.decode()


def test_a_step_that_does_not_exist_is_not_found(story: Story, desk: Desk) -> None:
    story.created()
    for verb in ("create", "archive", "nonsense"):
        assert desk("agent").get(url(story, verb)).status_code == 404
