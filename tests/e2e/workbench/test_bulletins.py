"""The pages of bulletins in a browser: they fit every screen, axe is content."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from huiyin.assessment.bulletins import actions
from huiyin.assessment.bulletins.actions import Drafting
from huiyin.insight.facts import actions as facts
from tests.e2e.workbench.conftest import Enter
from tests.e2e.workbench.test_every_step import look
from tests.world import Story, at

pytestmark = [pytest.mark.browser, pytest.mark.pages]


def test_the_pages_of_bulletins(story: Story, page: Page, enter: Enter, axe, shot) -> None:
    aims = [{"indicator": "answered", "year": 2026, "value": 95}]
    story.city("assessment.targets", aims).to_callback().bulletined().handed_in().given_out()
    facts.close_days(at(31).date(), now=at(1, 2, month=4))
    manager, supervisor = story.world.actor("manager"), story.world.actor("supervisor")
    now = at(1, 8, month=4)
    made = actions.draft(Drafting("quarterly", at(9).date()), by=supervisor, now=now)
    week = actions.draft(Drafting("weekly", at(3).date()), by=supervisor, now=now)
    actions.submit(week.pk, by=supervisor, now=now)
    actions.correct(story.bulletin.pk, by=manager, now=now)
    enter(page, "manager")
    for path in (
        "/desk/bulletins", "/desk/bulletins/new", f"/desk/bulletins/{made.pk}",
        f"/desk/bulletins/{made.pk}/edit", f"/desk/bulletins/{week.pk}",
        f"/desk/bulletins/{made.pk}/orders/0/0/1",
        f"/desk/bulletins/{story.bulletin.pk}",
    ):  # fmt: skip
        name = path.removeprefix("/desk/").replace("/", "-")
        look(page, path, axe, shot, name)
    page.context.clear_cookies()
    enter(page, "water_handler")
    look(page, "/desk/", axe, shot, "bulletins-home")
    look(page, "/desk/bulletins", axe, shot, "bulletins-unit")
    look(page, f"/desk/bulletins/{story.bulletin.pk}", axe, shot, "bulletins-read")
