"""The telephone in the browser: a real Chromium, the real switch, a citizen who calls; by keys."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.telephony.actions import recordings, setup
from huiyin.callcentre.telephony.models import LiveCall, Recording, Session
from huiyin.callcentre.telephony.tests.switch import sip
from huiyin.callcentre.telephony.tests.switch.conftest import CARRIER_AT, CITIZENS_AT, Switch
from huiyin.kernel import clock
from tests.e2e.conftest import ARGUMENTS
from tests.e2e.workbench.conftest import Enter
from tests.ops.installation import until

pytestmark = [pytest.mark.switch, pytest.mark.browser]
SPEAKS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--ignore-certificate-errors",
]
SOON = 60_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a Chromium with a microphone that beeps and trust in the switch's certificate."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "no Chromium here (apt-get install chromium)"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *SPEAKS])
        yield browser
        browser.close()


class Lines:
    """Telephones outside: every one that was started is ended with the test."""

    def __init__(self, folder: Path, target: str) -> None:
        self.folder, self.target = folder, target
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, port: int, scenario: str) -> subprocess.Popen[bytes]:
        self.started.append(sip.Sipp(self.folder, port, self.target).start(scenario, 1))
        return self.started[-1]


@pytest.fixture
def outside(tmp_path: Path, running: Switch) -> Iterator[Lines]:
    """Return telephones outside the centre."""
    lines = Lines(tmp_path, running.sip)
    yield lines
    for process in lines.started:
        process.kill()
        process.wait(10)


@pytest.fixture
def running(tmp_path: Path, live_server: Any, settings: Any) -> Iterator[Switch]:
    """Return a switch to which the pages send their telephones, with a distributor beside it."""
    switch = Switch(tmp_path / "asterisk")
    switch.start()
    settings.PHONE_URL = f"wss://127.0.0.1:{switch.settings.wss_port}/ws"
    settings.ACD_LOOKS = 200
    words = [str(connection.settings_dict["NAME"]), switch.url, str(switch.place.sounds)]
    name = "huiyin.callcentre.telephony.tests.switch.distribute"
    with (tmp_path / "acd.log").open("wb") as log:
        acd = subprocess.Popen([sys.executable, "-m", name, *words], stdout=log, stderr=log)
    yield switch
    for process in (acd, switch.process):
        process.kill()
        process.wait(10)


def press(page: Page, key: str) -> None:
    """Do by the keyboard what has this access key; the browser's own chord is not sent in tests."""
    page.locator(f'[accesskey="{key}"]').press("Enter")


def test_calls_are_taken_in_the_browser_by_keys(
    page: Page, enter: Enter, world: Any, outside: Lines, tmp_path: Path, axe: Any, shot: Any
) -> None:
    page.set_default_timeout(SOON)
    page.set_default_navigation_timeout(SOON)
    setup.seats("8001", kind="answering", address="browser")
    setup.line("out", pool="out", capacity=10)
    enter(page, "agent", "/desk/phone")
    page.get_by_role("button", name="签入").click()
    phone, panel = page.locator("#softphone"), page.locator("#phone")
    expect(phone).to_have_attribute("data-state", "ready", timeout=SOON)
    press(page, "1")
    expect(panel).to_contain_text("空闲", timeout=SOON)
    caller = outside.start(CITIZENS_AT, sip.caller(sip.tone(tmp_path, sip.CITIZEN)))
    expect(phone).to_have_attribute("data-state", "ringing", timeout=SOON)
    expect(panel.locator("[data-softphone-answer]")).to_be_visible(timeout=SOON)
    axe(page)
    shot(page, "softphone-1440")
    press(page, "0")
    expect(phone).to_have_attribute("data-state", "talking", timeout=SOON)
    expect(panel.get_by_role("button", name="保持")).to_be_visible(timeout=SOON)
    page.wait_for_timeout(3000)  # both are heard meanwhile
    for key, then in (("3", "取回"), ("3", "保持"), ("5", "取消静音"), ("6", "静音")):
        press(page, key)
        expect(panel.get_by_role("button", name=then).first).to_be_visible(timeout=SOON)
    other = outside.start(CARRIER_AT, sip.phone(None, talks=1))
    press(page, "8")
    panel.get_by_label("席位号或电话号码").fill("053110000")
    page.keyboard.press("Enter")
    expect(panel).to_contain_text("整理", timeout=SOON)
    expect(phone).to_have_attribute("data-state", "ready", timeout=SOON)
    row = until(Call.objects.first)
    caller.wait(20)
    other.wait(20)
    until(lambda: Recording.objects.filter(call=row, fetched_at__isnull=False).exists())
    key = Recording.objects.get(call=row).pk
    sound = recordings.play(key, "质检", by=world.actor("quality"), now=clock.now())
    assert sip.strength(sound)[sip.CITIZEN] > 200
    assert sip.beside(sound, sip.CITIZEN) > 1000  # the microphone of the agent

    press(page, "1")
    again = outside.start(CITIZENS_AT + 40, sip.caller(None))
    expect(phone).to_have_attribute("data-state", "ringing", timeout=SOON)
    press(page, "0")
    expect(panel.get_by_role("button", name="挂断")).to_be_visible(timeout=SOON)
    press(page, "9")
    expect(phone).to_have_attribute("data-state", "ready", timeout=SOON)
    again.wait(20)
    until(lambda: not LiveCall.objects.exists())
    panel.get_by_role("button", name="签出").click()
    expect(page.get_by_role("button", name="签入")).to_be_visible(timeout=SOON)
    expect(phone).to_have_count(0)
    assert Session.objects.get().signed_out_at is not None
