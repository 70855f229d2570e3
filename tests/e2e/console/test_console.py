"""The console in a real browser: every page, wide and narrow, and one errand without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import MessageState
from huiyin.channels.messaging.tests.support import message
from huiyin.dispatch.learning.models import ModelVersion
from huiyin.dispatch.learning.tests.messages import model_version
from huiyin.kernel import access, clock
from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.actions import ArticleText, Verdict
from huiyin.knowledge.models import Article, LimitRule
from huiyin.knowledge.queries import trials
from huiyin.knowledge.states import ArticleKind, TrialState, WordingKind
from huiyin.orgs import actions as orgs
from huiyin.orgs.actions import SplitTerm, Terms
from huiyin.orgs.models import Staff, UnitChange
from huiyin.orgs.states import Perm
from huiyin.web.console.tests.test_trials import RESULT
from huiyin.worktime.calendar import SHANGHAI
from tests.e2e.conftest import DESKTOP, PHONE, OpenPage
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN_ALL = "document.querySelectorAll('details.more').forEach(each => { each.open = true })"
KINDS = ("rename", "merge", "split")
SignIn = Callable[[Page, Staff], None]


@pytest.fixture
def furnished(transactional_db, world: World) -> World:
    """Return the small city with something on every page."""
    now, admin = clock.now(), world.actor("administrator")
    for n, state in enumerate(MessageState):
        waits = state in (MessageState.QUEUED, MessageState.SENDING, MessageState.FAILED)
        message(
            f"shown:{n}", state=state.value, created_at=now,
            next_attempt_at=now + timedelta(hours=1) if waits else None,
            last_error="网关没有应答" if state is MessageState.GIVEN_UP else "",
        )  # fmt: skip
    orgs.name_contact(world.water, by=admin, title="办公室主任", name="张三", now=now)
    agent = world.people["agent"]
    orgs.grant_token(agent.pk, by=admin, name="城管平台", scopes=[Perm.INTAKE], days=30, now=now)
    text = ArticleText(ArticleKind.NEWS, "供暖专席开通", "请拨打热线。", category=world.heating)
    knowledge.create_article(text, by=admin)
    access.record(
        reader=f"staff:{agent.pk}", subject="order:26030200000017", fields=["name", "phone"],
        purpose="回访核实", now=now, address="10.0.0.8",
    )  # fmt: skip
    model_version()
    terms = Terms(clock.now().astimezone(SHANGHAI).date(), "市委编办发〔2026〕3 号")
    orgs.plan_split(
        world.water, [SplitTerm(world.county, "04")], rest=world.housing, terms=terms, by=admin,
        now=now,
    )  # fmt: skip
    knowledge.ask_wording(
        WordingKind.LIMIT, LimitRule.objects.get(code="review").pk, words="受理后两小时内审查",
        source="条例第十五条", reason="错字", by=world.actor("manager"), now=now,
    )  # fmt: skip
    for verdict in (Verdict(TrialState.DONE, result=RESULT), Verdict(TrialState.REFUSED, ("x",))):
        knowledge.ask_trial("x", first=now.date(), last=now.date(), as_of=None, by=admin, now=now)
        knowledge.answer_next(lambda _, found=verdict: found, now=now)
    return world


def pages_of(world: World) -> list[tuple[str, str]]:
    letter = Message.objects.get(state=MessageState.GIVEN_UP.value)
    return [
        ("overview", "/console/"),
        ("health", "/console/health"),
        ("messages", "/console/messages"),
        ("message", f"/console/messages/{letter.pk}"),
        ("templates", "/console/messages/templates"),
        ("units", "/console/units"),
        ("units-found", "/console/units?q=水务"),
        ("unit", "/console/units/water"),
        ("staff", "/console/staff"),
        ("staff-new-unit", "/console/staff/new?q=市"),
        ("staff-new", "/console/staff/new?unit=water"),
        ("account", f"/console/staff/{world.people['agent'].pk}"),
        ("account-self", f"/console/staff/{world.people['administrator'].pk}"),
        ("rules", "/console/rules"),
        ("catalogue", "/console/rules/catalogue"),
        ("reasons", "/console/rules/reasons"),
        ("trials", "/console/rules/trials"),
        ("wordings", "/console/rules/wordings"),
        ("wording", f"/console/rules/wordings/limit/{LimitRule.objects.get(code='finish').pk}"),
        *((f"trial-{t.state}", f"/console/rules/trials/{t.pk}") for t in trials()),
        ("changes", "/console/units/changes"),
        *((f"change-{k}", f"/console/units/changes/new?kind={k}") for k in KINDS),
        ("change", f"/console/units/changes/{UnitChange.objects.get().pk}"),
        ("classes", "/console/rules/classes"),
        ("calendar", "/console/calendar"),
        ("news", "/console/news"),
        ("news-new", "/console/news/new"),
        ("article", f"/console/news/{Article.objects.order_by('pk')[0].pk}"),
        ("access-log", "/console/access-log"),
        ("models", "/console/models"),
        ("thresholds", "/console/models/thresholds?manual=10&wrong=40"),
        ("model", f"/console/models/{ModelVersion.objects.get().pk}"),
        ("routes", "/console/routes"),
        ("assistant", "/console/assistant"),
    ]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["wide", "narrow"])
@pytest.mark.pages
def test_every_page_is_sound(
    open_page: OpenPage, furnished: World, sign_in: SignIn, axe, shot, size
) -> None:
    page = open_page(**size)
    sign_in(page, furnished.people["administrator"])
    for name, url in pages_of(furnished):
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, url
        page.evaluate(OPEN_ALL)
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{url} is {wide} px too wide"
        shot(page, f"{name}-{size['width']}")


def test_the_tree_opens_level_by_level(page: Page, furnished: World, sign_in: SignIn) -> None:
    sign_in(page, furnished.people["administrator"])
    page.goto("/console/units")
    page.get_by_text("市水务局", exact=True).click()
    page.get_by_role("link", name="供水管理科").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("供水管理科")


def test_an_account_is_made_and_gets_its_password_once(
    page: Page, furnished: World, sign_in: SignIn
) -> None:
    sign_in(page, furnished.people["administrator"])
    page.goto("/console/units/water")
    page.get_by_role("link", name="新建账号").click()
    page.get_by_label("姓名").fill("李四")
    page.get_by_label("账号").fill("li.si")
    page.get_by_role("button", name="新建账号").click()
    expect(page.get_by_text("请至少选择一个岗位")).to_be_visible()
    page.get_by_label("承办人").check()
    page.get_by_role("button", name="新建账号").click()
    secret = page.locator("#secret").inner_text()
    assert Staff.objects.get(username="li.si").check_password(secret)


def test_a_draft_is_looked_at_and_published(page: Page, furnished: World, sign_in: SignIn) -> None:
    sign_in(page, furnished.people["manager"])
    page.goto("/console/news/new")
    page.get_by_label("标题").fill("夜间也有人接听")
    page.get_by_label("正文").fill("全天有人值守。")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("预览，还没有保存")).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="发布已保存的内容").click()
    expect(page.get_by_role("status")).to_contain_text("已发布")
    assert Article.objects.filter(title="夜间也有人接听", published_at__isnull=False).exists()
