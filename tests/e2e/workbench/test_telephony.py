"""The pages of the telephones in a browser: they fit, and axe is content at both widths."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import APIResponse, Locator, Page, Response, Route, expect

from huiyin.callcentre.calls.actions import CallFacts, record
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.callcentre.telephony.actions import lists, prompts, roster, setup, surge, wishes
from huiyin.callcentre.telephony.models import LeaderDay, LiveCall, MarkedCall, Missed, Session
from huiyin.callcentre.telephony.states import Surge
from huiyin.callcentre.telephony.tests.kept import kept, wav
from huiyin.kernel import cached, clock, crypto
from huiyin.knowledge.models import Tag
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.workbench.conftest import Enter
from tests.world import REQUEST, Story

pytestmark = pytest.mark.browser
NUMBER = REQUEST.phone
HOUR = timedelta(hours=1)
QUIET = "#phone > section:not(.htmx-request)"
MARKS = "[aria-label=标记来电人]"
DESK = (
    "phone", "missed", "calls", "floor", "floor/map", "wall",
    "floor/forecast?calls=200&talk=240&target=80", "floor/roster", "floor/people",
    "calls/totals", "floor/leaders",
)  # fmt: skip


def furnish(story: Story) -> LeaderDay:
    """Put something on every page: a caller who shouts, a surge, a roster, a leader's day."""
    world, now = story.world, clock.now()
    leader, agent = world.actor("supervisor"), world.actor("agent")
    order = story.created().submitted().dispatched().order
    Tag.objects.create(code="storm", group="事件", name="台风")
    cached.forget_all()
    WorkOrder.objects.filter(pk=order.pk).update(
        tags=["storm"], longitude=116.3, latitude=37.4, created_at=now - HOUR
    )
    record([
        CallFacts(
            Direction.IN, CallOutcome.ABANDONED, when, when, number=NUMBER,
            reference=f"{week}-{n}",
        )
        for week, many in ((0, 20), (1, 5))
        for n in range(many)
        for when in [now - timedelta(weeks=week)]
    ])  # fmt: skip
    kept(now - HOUR, agent=agent.staff.pk)
    _seat_and_call(agent, leader, now)
    lists.add_standby("vendor_agent", "13900000001", by=leader, note="住得近")
    lists.add_number(NUMBER, "nuisance", by=leader, now=now, note="每晚打来")
    for act in ("message", "standby", "event_tag"):
        surge.start(act, Surge.RED, by=leader, now=now, tag="storm" if act == "event_tag" else "")
    roster.plan(["agent", "vendor_agent"], (now - HOUR, now + 7 * HOUR), by=leader, now=now)
    roster.plan(["callback"], (now + 9 * HOUR, now + 17 * HOUR), by=leader, now=now)
    prompts.put("notice", wav(), by=leader, now=now, note="新录")
    record([
        CallFacts(
            Direction.IN, CallOutcome.REQUEST, now - HOUR, now, now - HOUR, line="12345-8",
            number=NUMBER, reference="led", order=order.pk,
        )
    ])  # fmt: skip
    return LeaderDay.objects.create(
        leader=world.people["manager"], topic="供热", line="12345-8", begins_at=now - 2 * HOUR,
        ends_at=now + HOUR,
    )  # fmt: skip


def _seat_and_call(agent: Actor, leader: Actor, now: datetime) -> None:
    """Sit two down: one talks to a caller who shouts; another caller waits, one was missed."""
    setup.seats("8001-8003", kind="answering", skills=["general", "foreign"])
    setup.seats("8009", kind="floor")
    setup.line("12345", pool="in", capacity=80)
    setup.line("12345-8", pool="in", capacity=4)
    wishes.sign_in("8001", by=agent, now=now)
    wishes.sign_in("8009", by=leader, now=now)
    Session.objects.filter(seat__extension="8001").update(state="talking", call="c1")
    facts = {
        "number_masked": "138****5678", "number_sealed": crypto.seal(NUMBER, "call.number"),
        "number_key": crypto.lookup(NUMBER, "phone"),
    }  # fmt: skip
    for key, state, seat in (("c1", "talking", "8001"), ("c2", "waiting", "")):
        LiveCall.objects.create(
            key=key, direction="in", state=state, line="12345", skill="general", seat=seat,
            arrived_at=now, waits_since=now, **facts,
        )  # fmt: skip
    MarkedCall.objects.create(
        key="c1", mark="abusive", number_key=facts["number_key"], marked_by=agent.staff,
        marked_at=now,
    )  # fmt: skip
    Missed.objects.create(
        number_sealed=crypto.seal(NUMBER, "missed.number"), number_masked="138****5678",
        number_key=facts["number_key"], first_at=now, last_at=now, urgent=True, care=True,
    )  # fmt: skip


def look(page: Page, path: str, axe, shot) -> None:
    name = "tel-" + path.strip("/").partition("?")[0].replace("/", "-")
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide at {size['width']}"
        shot(page, f"{name}-{size['width']}")


@pytest.mark.pages
def test_the_pages_of_the_telephones(story: Story, page: Page, enter: Enter, axe, shot) -> None:
    day = furnish(story)
    enter(page, "supervisor")
    for path in (*DESK, f"floor/leaders/{day.pk}"):
        look(page, f"/desk/{path}", axe, shot)
    page.context.clear_cookies()
    enter(page, "agent")
    look(page, "/desk/phone?mine", axe, lambda shown, name: shot(shown, f"{name}-agent"))
    page.context.clear_cookies()
    enter(page, "administrator")
    for name in ("", "/lists", "/prompts"):
        look(page, f"/console/telephony{name}", axe, shot)


def press_all(page: Page) -> None:
    """Press all marks in one moment, and wait until the panel asked anew after the last answer."""
    marked: list[str] = []

    def last(answer: Response) -> bool:
        if answer.url.endswith("/mark"):
            marked.append(answer.url)
        return len(marked) == 2 and answer.url.endswith("/desk/phone")

    with page.expect_response(last):
        page.evaluate(f"document.querySelectorAll('{MARKS} button').forEach((it) => it.click())")


def marks_of(page: Page) -> Locator:
    return page.locator(MARKS).get_by_role("button")


def in_a_still_moment(page: Page, enter: Enter) -> None:
    """Open the telephone where it is never time for the turn of every few seconds."""
    page.clock.install()
    enter(page, "agent", "/desk/phone")
    page.clock.pause_at(clock.now() + HOUR)
    page.locator(QUIET).wait_for()  # the turn of this hour


def test_what_an_agent_is_typing_outlives_the_refresh_of_the_telephone(
    story: Story, page: Page, enter: Enter
) -> None:
    """The telephone asks for itself anew every few seconds, at every change on the floor, and when
    several of its buttons were pressed one right after another.
    """
    furnish(story)
    in_a_still_moment(page, enter)
    page.locator("#phone-transfer summary").press("Enter")
    number = page.locator("#phone").get_by_label("席位号或电话号码")
    number.fill("0531")
    with page.expect_response("**/desk/phone"):
        page.evaluate("htmx.trigger('#phone > section', 'floor')")
    page.locator(QUIET).wait_for()
    expect(number).to_be_visible()
    expect(number).to_have_value("0531")
    page.keyboard.type("10000")
    expect(number).to_have_value("053110000")
    for shown in (["取消“情绪激动”", "标记“辱骂”"], ["标记“情绪激动”", "取消“辱骂”"]):
        press_all(page)
        expect(marks_of(page)).to_have_text(shown)
    expect(number).to_be_focused()
    page.keyboard.press("Backspace")
    expect(number).to_have_value("05311000")


def test_an_answer_that_comes_late_is_not_the_last_word(
    story: Story, page: Page, enter: Enter
) -> None:
    furnish(story)
    in_a_still_moment(page, enter)
    early: list[tuple[Route, APIResponse]] = []

    def overtaken(route: Route) -> None:
        early.append((route, route.fetch()))
        if len(early) == 2:
            for waiting, answer in reversed(early):
                waiting.fulfill(response=answer)

    page.route("**/mark", overtaken)
    press_all(page)
    expect(marks_of(page)).to_have_text(["取消“情绪激动”", "标记“辱骂”"])


def test_a_button_that_is_being_pressed_stays_under_the_finger(
    story: Story, page: Page, enter: Enter
) -> None:
    furnish(story)
    in_a_still_moment(page, enter)
    asked: list[Route] = []
    page.route("**/desk/phone", lambda route: asked.append(route))
    page.evaluate("htmx.trigger('#phone > section', 'floor')")
    mark = page.get_by_role("button", name="标记“情绪激动”")
    mark.hover()
    page.mouse.down()
    assert len(asked) == 1
    with page.expect_response("**/desk/phone"):
        asked[0].continue_()
    page.unroute("**/desk/phone")
    page.wait_for_function("!document.querySelector('#phone > section.htmx-request')")
    with page.expect_response("**/mark"):
        page.mouse.up()
    expect(page.get_by_role("button", name="取消“情绪激动”")).to_be_visible()
