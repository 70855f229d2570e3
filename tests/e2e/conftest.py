"""A real Chromium in front of the real server, shared by the browser tests of every area.

Needs Chromium (``apt-get install chromium``). Without it the tests are skipped with that reason,
and fail instead when ``HUIYIN_REQUIRE_BROWSER=1``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds: what a page does is tested here, not how busy the machine is
OpenPage = Callable[..., Page]


def _unavailable(reason: str) -> None:
    if os.environ.get("HUIYIN_REQUIRE_BROWSER") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a running Chromium.

    It lives as long as one test module: the synchronous Playwright keeps an event loop running in
    this thread, which other modules' tests must not meet. For the same reason Django is told that
    its queries may run here.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        _unavailable("no Chromium here (apt-get install chromium)")
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[OpenPage]:
    """Return a function that opens a page in a fresh browser profile.

    ``open_page(width=..., height=..., **options)`` takes the options of ``Browser.new_context``.
    Addresses are relative to the live server; requests to anywhere else are refused. At the end
    the test fails when a page had a script error, broke the security policy or went elsewhere.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(width: int = 1440, height: int = 900, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        context.route(lambda url: not _is_ours(url, live_server.url), _refuse(complaints))
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.on("requestfailed", lambda request: complaints.extend(_lost(request)))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _is_ours(url: str, server: str) -> bool:
    return url.startswith((server, "data:", "blob:", "about:"))


def _refuse(complaints: list[str]) -> Callable[[Any], None]:
    def refuse(route: Any) -> None:
        complaints.append(f"foreign address: {route.request.url}")
        route.abort()

    return refuse


def _complaint(message: Any) -> list[str]:
    """Return the console's error; answers such as 404 or 422 are not errors of the page.

    Nor is htmx's word that a part was not loaded: a newer one replaced it, or ``_lost`` tells why,
    and leaving is no fault.
    """
    known = ("Failed to load resource", "htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
    if message.type != "error" or message.text.startswith(known):
        return []
    return [f"console: {message.text}"]


def _lost(request: Any) -> list[str]:
    """Return a part that did not come, unless the page was left while it was on its way.

    A signal is lost only where a test takes it away (``set_offline``).
    """
    wanted = ("net::ERR_ABORTED", "net::ERR_INTERNET_DISCONNECTED")
    if request.resource_type not in ("xhr", "fetch") or request.failure in wanted:
        return []
    return [f"lost: {request.url} {request.failure}"]


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Return a page of a desk: 1440 by 900."""
    return open_page(**DESKTOP)


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """Return a page on a telephone: 390 by 844, with touch."""
    return open_page(**PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, Any], None]:
    """Return ``sign_in(page, staff)``: the page's browser is then signed in as that person."""

    def as_person(page: Page, staff: Any) -> None:
        from django.conf import settings
        from django.test import Client

        client = Client()  # a session of its own: another page may be somebody else's
        client.force_login(staff)
        cookie = {
            "name": settings.SESSION_COOKIE_NAME,
            "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
            "url": live_server.url,
        }
        page.context.add_cookies([cookie])

    return as_person


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Return ``axe(page)``: fails when axe-core finds something serious or critical."""
    if not AXE.is_file():
        _unavailable("no axe-core here (make setup)")
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        page.evaluate(source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        grave = [
            f"{v['id']} ({v['impact']}): {v['help']}: {[n['html'][:120] for n in v['nodes'][:3]]}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert grave == [], f"{page.url}: {grave}"

    return check


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Return ``shot(page, name)``: saves a picture to the folder ``HUIYIN_SHOTS`` if it is set."""
    folder = os.environ.get("HUIYIN_SHOTS")

    def save(page: Page, name: str) -> None:
        if folder:
            target = Path(folder) / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target, full_page=True)

    return save
