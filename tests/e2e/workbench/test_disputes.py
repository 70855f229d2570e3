"""A dispute at the desk: the centre reads both sides and rules."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from huiyin.orders.models import Assignment
from tests.e2e.workbench.conftest import Enter
from tests.world import Story

pytestmark = pytest.mark.browser


def test_a_contested_order_is_ruled(story: Story, page: Page, enter: Enter, axe, shot) -> None:
    story.created().submitted().dispatched().return_refused().contested()
    enter(page, "manager")
    expect(page.get_by_role("main")).to_contain_text("争议会商")
    page.goto(f"/desk/orders/{story.order.number}/rule")
    main = page.get_by_role("main")
    expect(main).to_contain_text("市水务局提出异议")
    expect(main).to_contain_text("不应由本单位承办")
    axe(page)
    shot(page, "rule-1440")
    page.set_viewport_size({"width": 390, "height": 844})
    axe(page)
    shot(page, "rule-390")
    page.get_by_role("button", name="市住建局").click()
    page.get_by_label("裁定依据").fill("三定方案第四条")
    page.get_by_role("button", name="裁定").last.click()
    page.wait_for_url("**?done=rule")
    expect(main).to_contain_text("三定方案第四条")
    expect(main).to_contain_text("不得再退")
    page.set_viewport_size({"width": 1440, "height": 900})
    axe(page)
    shot(page, "ruled-1440")
    part = Assignment.objects.select_related("unit").get(ended_at=None)
    assert (part.unit.code, part.no_return) == ("housing", True)
