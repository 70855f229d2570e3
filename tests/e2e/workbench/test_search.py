"""Finding from anywhere: the box in the head, hits in words, on a desk and on a telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from huiyin.orders.actions import texts
from huiyin.orders.models import WorkOrder
from tests.e2e.workbench.conftest import Enter, Tale

pytestmark = pytest.mark.browser


def test_finding_by_keyboard_and_by_thumb(
    tale: Tale, page: Page, phone: Page, enter: Enter, axe, shot
) -> None:
    tale.created("暖气不热，报修三天").submitted().dispatched()
    tale.created("楼道暖气漏水")
    texts.write(WorkOrder.objects.values_list("pk", flat=True))
    enter(page, "dispatcher")
    page.keyboard.press("/")
    page.keyboard.type("暖气 老人")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/search?q=*")
    expect(page.locator(".found-item")).to_have_count(2)
    expect(page.locator("mark").first).to_have_text("暖气")
    axe(page)
    shot(page, "search-1440")
    page.get_by_role("link", name="单位", exact=True).click()
    expect(page.get_by_role("heading", name="没有找到")).to_be_hidden()
    axe(page)
    enter(phone, "water_handler")
    phone.goto("/desk/search?q=暖气")
    expect(phone.locator(".found-item")).to_have_count(1)
    axe(phone)
    shot(phone, "search-390")
