"""Rounds of assessment in a browser, for those who run them, a unit and the public."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from huiyin.assessment import actions
from huiyin.assessment.actions import Asking, Opening
from huiyin.assessment.models import Round
from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.insight.facts import actions as facts
from huiyin.knowledge.models import ScoringScheme
from huiyin.orders.states import Satisfaction, Solved
from tests.e2e.workbench.conftest import Enter
from tests.e2e.workbench.test_every_step import look
from tests.world import START, Story, at

pytestmark = [pytest.mark.browser, pytest.mark.pages]
TEN_DAYS = Opening(date(2026, 3, 1), date(2026, 3, 10), "three-rates", title="三月上旬三率")


@pytest.fixture
def shown(story: Story) -> Round:
    """Return a round that is shown to the units, with a request of one."""
    ScoringScheme.objects.create(
        code="three-rates", name="三率", weights={"response": 20, "solved": 40, "satisfied": 40},
        least_valid=1, valid_from=START, source="t", text="t",
    )  # fmt: skip
    world = story.world
    for solved, grade in (
        (Solved.YES, Satisfaction.SATISFIED), (Solved.NO, Satisfaction.UNSATISFIED),
    ):  # fmt: skip
        told = Story(world).to_callback()
        answers = Answers(solved, grade, reasons=() if solved is Solved.YES else ("U02",))
        callbacks.record_call(told.order.pk, answers, by=world.actor("callback"), now=at(5, 9))
    facts.close_days(TEN_DAYS.last_day, now=at(11, 10))
    supervisor = world.actor("supervisor")
    made = actions.open_round(TEN_DAYS, by=supervisor, now=at(11, 10))
    actions.preview(made.pk, by=supervisor, now=at(11, 10))
    actions.ask(
        made.pk,
        Asking("诉求人已撤诉", proof="电话录音", number=told.order.number, ground="X01"),
        by=world.actor("water_leader"),
        now=at(11, 11),
    )
    return made


def test_a_round_is_read_and_published(
    shown: Round, story: Story, page: Page, enter: Enter, axe, shot
) -> None:
    enter(page, "manager")
    for name in (
        "", "/trial", "/requests", "/units/water", "/units/water/returned/denominator",
        "/units/water/volume/numerator",
    ):  # fmt: skip
        look(
            page, f"/desk/assessment/{shown.pk}{name}", axe, shot, f"round{name.replace('/', '-')}"
        )
    look(page, "/desk/assessment", axe, shot, "rounds")
    page.context.clear_cookies()
    enter(page, "water_leader", f"/desk/assessment/{shown.pk}/units/water")
    page.get_by_role("link", name="1").first.click()
    expect(page.get_by_role("main")).to_contain_text("暖气不热")
    manager = story.world.actor("manager")
    (request,) = shown.requests.all()
    actions.decide(request.pk, by=manager, agreed=False, note="没有撤诉记录", now=at(12))
    actions.freeze(shown.pk, by=manager, now=at(12))
    actions.publish(shown.pk, by=manager, now=at(12))
    page.context.clear_cookies()
    look(page, "/assessment", axe, shot, "public-rounds")
    look(page, f"/assessment?round={shown.pk}", axe, shot, "public-round")
