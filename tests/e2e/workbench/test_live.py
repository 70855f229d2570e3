"""What somebody else does shows on a page that stands open, from a real live process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from huiyin.callcentre.telephony.actions import setup, wishes
from huiyin.callcentre.telephony.models import LiveCall, Session
from huiyin.kernel import clock, notify, outbox
from huiyin.web.live.tests import listening
from huiyin.web.live.tests.listening import Live
from tests.e2e.workbench.conftest import Enter, Tale
from tests.world import Story

pytestmark = pytest.mark.browser


@pytest.fixture
def live(live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Live]:
    """Return a live process to which the pages of the live server listen."""
    served = urlsplit(live_server.url)
    with listening.process(tmp_path, host=served.hostname or "", pages=served.port or 0) as running:
        # By the same name as the pages, or the browser would not send the cookie.
        running.url = f"http://{served.hostname}:{urlsplit(running.url).port}"
        settings.LIVE_PAGES, settings.LIVE_URL = True, running.url
        yield running


@pytest.fixture
def listener(page: Page, live: Live) -> Page:
    """Return a page that may reach the live process as well as the live server."""
    page.context.route(lambda url: url.startswith(live.url), lambda route: route.continue_())
    return page


def test_what_others_do_shows_on_pages_that_stand_open(
    tale: Tale, listener: Page, live: Live, enter: Enter, axe, shot
) -> None:
    """One story, for the process takes seconds to start: the start page, then an open order."""
    tale.created()
    with listener.expect_response(f"{live.url}/events"):
        enter(listener, "manager")
    count = listener.locator("[data-count=draft]")
    expect(count).to_have_text("1")
    Tale(tale.story).created("又一件")
    outbox.drain()
    expect(count).to_have_text("2")
    expect(listener.locator("#news")).to_contain_text("待办有变化")
    shot(listener, "live-home-1440")

    tale.submitted()
    enter(listener, "dispatcher", "/desk/sign-in")
    with listener.expect_request(f"{live.url}/events"):
        listener.goto(f"/desk/orders/{tale.order.number}")
    news = listener.locator("#news")
    expect(news).to_be_hidden()
    tale.dispatched()
    outbox.drain()
    expect(news).to_contain_text("这件工单有新进展")
    axe(listener)
    shot(listener, "live-order-1440")
    news.get_by_role("link", name="刷新").click()
    expect(listener.locator(".order-tags")).to_contain_text("待签收")
    expect(listener.locator("#news")).to_be_hidden()


@pytest.mark.rule("R-610")
def test_the_telephone_beside_a_form_hears_of_its_call_at_once(
    story: Story, listener: Page, live: Live, enter: Enter
) -> None:
    """It comes after the page, which until then has nothing to listen for."""
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=story.world.actor("agent"), now=clock.now())
    Session.objects.update(state="ready")
    with listener.expect_response(f"{live.url}/events"):
        enter(listener, "agent", "/desk/new")
    expect(listener.locator("#phone h2")).to_contain_text("空闲")
    Session.objects.update(state="ringing", call="c1")
    LiveCall.objects.create(
        key="c1", direction="in", state="ringing", line="12345", skill="general", seat="8001",
        arrived_at=clock.now(), number_masked="138****0000", number_key=b"", number_sealed=b"",
    )  # fmt: skip
    with listener.expect_request("**/desk/phone"):
        notify.tell(wishes.FLOOR, "8001")
    expect(listener.locator("#phone h2")).to_contain_text("振铃")
