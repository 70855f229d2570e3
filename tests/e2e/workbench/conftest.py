"""People at their desks: signed in by the page itself, in the small city, now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from huiyin.kernel import cached, clock
from huiyin.knowledge.models import CatalogueItem, Category, Parameter, Reason
from huiyin.orders import actions
from huiyin.orders.models import WorkOrder
from tests.world import REQUEST, START, Story, World, reply_form

Enter = Callable[..., Page]
NUMBER = "13812345678"


@pytest.fixture
def enter(world: World, sign_in: Callable[[Page, Any], None]) -> Enter:
    """Return ``enter(page, name, path)``: that person, signed in, opens a page, at first the start.

    Signing in by the page itself is what ``test_nothing_is_lost`` tries.
    """

    def signed_in(page: Page, name: str, path: str = "/desk/") -> Page:
        sign_in(page, world.people[name])
        page.goto(path)
        return page

    return signed_in


@pytest.fixture
def tale(story: Story) -> Tale:
    """Return a teller of orders that happened in the last hours."""
    furnish(story)
    return Tale(story)


def furnish(story: Story) -> None:
    """Add what the pages choose from."""
    water = Category.objects.create(
        code="0405", name="供水", full_name="公共服务/供水", aliases="停水;漏水",
        parent=Category.objects.get(code="04"),
    )  # fmt: skip
    for category in (story.world.heating, water):
        CatalogueItem.objects.create(
            code=category.code, category=category, matter=category.name, lead=story.world.water,
            assist_codes=["housing"], valid_from=START,
        )  # fmt: skip
    Reason.objects.create(group="unsatisfied", code="U02", name="没有人联系我")
    Parameter.objects.create(
        key="redo.automatic", value=True, valid_from=START, source="test", text="test"
    )
    cached.forget_all()


class Tale:
    """One order told up to a step, ending a moment ago."""

    def __init__(self, story: Story) -> None:
        self.story, self.world = story, story.world
        self.now = clock.now() - timedelta(hours=6)
        self.order: WorkOrder

    def tick(self, minutes: int = 20) -> datetime:
        self.now += timedelta(minutes=minutes)
        return self.now

    def created(self, title: str = "暖气不热", **changes: object) -> Tale:
        from dataclasses import replace

        request = replace(REQUEST, category=self.world.heating, title=title, **changes)  # type: ignore[arg-type]
        self.order = actions.create(request, by=self.world.actor("agent"), now=self.tick())
        return self

    def submitted(self) -> Tale:
        actions.submit(self.order.pk, by=self.world.actor("agent"), now=self.tick())
        return self

    def dispatched(self) -> Tale:
        by = self.world.actor("dispatcher")
        actions.dispatch(self.order.pk, by=by, lead=self.world.water, now=self.tick())
        return self

    def signed(self) -> Tale:
        actions.sign(self.order.pk, by=self.world.actor("water_handler"), now=self.tick())
        return self

    def contacted(self) -> Tale:
        by = self.world.actor("water_handler")
        actions.contact(self.order.pk, by=by, at=self.tick(), number="053412345", now=self.tick())
        return self

    def replied(self) -> Tale:
        by = self.world.actor("water_handler")
        form = reply_form(contacted_at=self.now)
        actions.reply(self.order.pk, form, by=by, now=self.tick())
        return self

    def audited(self) -> Tale:
        actions.pass_audit(self.order.pk, by=self.world.actor("auditor"), now=self.tick())
        return self

    def held(self) -> Tale:
        return self.created().submitted().dispatched().signed()

    def to_callback(self) -> Tale:
        return self.held().contacted().replied().audited()

    def read(self) -> WorkOrder:
        self.order.refresh_from_db()
        return self.order
