"""The steps, ledgers and the urging list in a browser: they fit every screen, axe is content."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from huiyin.dispatch.duplicates import actions as duplicates
from huiyin.dispatch.incidents import actions as incidents
from huiyin.dispatch.incidents.tests.test_incidents import DARK, five
from huiyin.followup.supervision import actions as supervision
from huiyin.kernel import cached
from huiyin.knowledge.models import Document, Duty, KnowledgeTask
from huiyin.knowledge.tests.test_answers import published
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.workbench.conftest import Enter
from tests.permissions.row import STEP_CASES
from tests.permissions.thanks import thank
from tests.world import Story, World, at

pytestmark = [pytest.mark.browser, pytest.mark.pages]
# Steps that no other browser test opens, by one of those who may take them.
STEPS = {
    "agent": ("supplement", "tag", "call_through"),
    "dispatcher": ("dispatch", "reassign", "merge", "link", "answer_from_file", "decide_extension"),
    "water_handler": (
        "progress", "ask_return", "ask_extension", "ask_suspension", "ask_termination",
        "ask_write_off",
    ),
    "manager": ("suspend", "refuse_void"),
    "auditor": ("grant_termination",),
    "callback": ("write_off",),
}  # fmt: skip
STORIES = {case.verb: case.story for case in STEP_CASES}


def told(world: World, steps: str) -> Story:
    """Return an order of its own, told as the permission matrix tells it."""
    story = Story(world)
    for name in steps.split("."):
        getattr(story, name)()
    return story


def look(page: Page, path: str, axe, shot, name: str) -> None:
    """Open one page, wide and narrow: it is there, nothing sticks out, axe finds nothing."""
    page.set_viewport_size(DESKTOP)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide at {size['width']}"
        shot(page, f"{name}-{size['width']}")
    axe(page)


@pytest.mark.parametrize("who", STEPS)
def test_the_form_of_every_step(world: World, page: Page, enter: Enter, axe, shot, who) -> None:
    enter(page, who)
    for verb in STEPS[who]:
        order = told(world, STORIES[verb]).order
        look(page, f"/desk/orders/{order.number}/{verb}", axe, shot, f"step-{verb}")


def test_a_whistle_and_a_raised_matter(world: World, page: Page, enter: Enter, axe, shot) -> None:
    called = told(world, "on_street.whistled").order
    raised = told(world, "on_street.raise_asked").order
    for who, order, verb in (
        ("township_handler", called, "whistle"),
        ("housing_handler", called, "report_in"),
        ("county_handler", raised, "answer_raise"),
    ):
        enter(page, who)
        look(page, f"/desk/orders/{order.number}/{verb}", axe, shot, f"step-{verb}")
        page.context.clear_cookies()


def test_the_ledgers_with_something_in_them(
    story: Story, page: Page, enter: Enter, axe, shot
) -> None:
    thank(story)
    filing = story.filed().filing
    story.to_callback().unsatisfied().improved()
    enter(page, "water_handler")
    look(page, "/desk/filings/new", axe, shot, "ledger-filing-new")
    enter(page, "manager")
    for name in ("filings", f"filings/{filing.pk}", "unsatisfied", "commendations", "plans"):
        look(page, f"/desk/{name}", axe, shot, f"ledger-{name.replace('/', '-')}")
    story.city("urge.unread_days", 1)
    late = Story(story.world).created().submitted().dispatched()
    supervision.ask_for_calls(until=at(4))
    look(page, "/desk/urging", axe, shot, "urging")
    look(page, f"/desk/orders/{late.order.number}/urge", axe, shot, "urge")


def test_the_knowledge_base_and_what_is_suggested(
    story: Story, page: Page, enter: Enter, axe, shot
) -> None:
    world, article = story.world, published(story.world)
    Document.objects.create(
        code="fast", kind="rule", title="急办事项办法", body="一、先通知。\n二、再登记。",
        issuer="热线中心", valid_from=at(1).date(),
    )  # fmt: skip
    Duty.objects.create(
        code="ZB1", unit=world.water, matter="停水", phone="053412345", hint="先关阀门。",
        categories=["0404"],
    )  # fmt: skip
    KnowledgeTask.objects.create(
        kind="gap",
        key="x",
        words="宠物医院执照怎么办",
        opened_at=at(2),
        last_at=at(2),
        unit=world.water,
    )
    duplicates.sketch_orders([order.pk for order in five(story)])
    incidents.find(at(2, 10))
    cached.forget_all()
    enter(page, "dispatcher", "/desk/incidents")
    look(page, "/desk/incidents", axe, shot, "incidents")
    enter(page, "agent", "/desk/new")
    page.get_by_label("诉求内容").fill(f"请帮忙，{DARK}")
    expect(page.locator("#hints .chips")).to_contain_text("类型", timeout=30_000)
    expect(page.locator("#before")).to_contain_text("像是同一件事", timeout=30_000)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        shot(page, f"new-suggested-{size['width']}")
    axe(page)
    enter(page, "manager", "/desk/knowledge")
    for name in ("", "/new", f"/{article.pk}", "/catalogue", "/documents", "/documents/new",
                 "/documents/fast", "/duty", "/tasks"):  # fmt: skip
        look(page, f"/desk/knowledge{name}", axe, shot, f"knowledge{name.replace('/', '-')}")
