"""Answers, catalogue, documents, suggestions and finding on a desk and on a telephone."""

from __future__ import annotations

from datetime import time

import pytest
from playwright.sync_api import Page, expect

from huiyin.dispatch.duplicates import actions as duplicates
from huiyin.kernel import cached
from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.models import Article, CatalogueItem, Document, Duty, KnowledgeTask
from huiyin.knowledge.tests.test_answers import heating, published
from huiyin.orders.actions import texts
from huiyin.orders.models import WorkOrder
from tests.e2e.workbench.conftest import Enter, Tale
from tests.world import START, World, at

pytestmark = [pytest.mark.browser, pytest.mark.pages]
LONG = "居民反映楼内暖气片不热、室温长期不到十六度，报修多次没有人上门，家里有老人和孩子"


def furnished(world: World) -> int:
    """Fill the pages with what is long, old or not decided; return the key of an answer."""
    article = published(world)
    knowledge.revise_answer(
        article.pk, heating(world, body="先看阀门和过滤网，再打电话报修。" * 12),
        by=world.actor("water_handler"), now=at(4),
    )  # fmt: skip
    for n in range(4):
        Article.objects.create(
            code=f"a{n}", kind="answer", title=f"{LONG[: 12 + 9 * n]}怎么办？", body=LONG * 6,
            unit=world.housing, category=world.heating, published_at=at(1),
        )  # fmt: skip
    CatalogueItem.objects.create(
        code="PD1", category=world.heating, matter="供热不达标的督促整改和退费", lead=world.water,
        basis="供热条例第二十三条、第二十四条第二款", assist_codes=["housing"], valid_from=START,
    )  # fmt: skip
    Document.objects.create(
        code="agent-rules", kind="procedure", title="受理规程", roles=["agent"], valid_from=START,
        visibility="staff", body="先问好，再问地点。" * 40, number="德政办发〔2026〕1号",
    )  # fmt: skip
    Duty.objects.create(
        code="Z1", unit=world.water, matter="停水、水管爆裂", phone="05342345678",
        hint="先关入户阀门，用盆接水，不要碰带电的插座。", opens=time(0), closes=time(23, 59),
    )  # fmt: skip
    KnowledgeTask.objects.create(
        kind="gap", words="宠物医院执照在哪里办理", unit=world.water, opened_at=at(2), last_at=at(3)
    )
    cached.forget_all()
    return article.pk


def test_pages_of_the_knowledge_base_fit_every_screen(
    tale: Tale, page: Page, phone: Page, enter: Enter, axe, shot
) -> None:
    key = furnished(tale.world)
    tale.created(LONG[:40]).submitted()
    texts.write(WorkOrder.objects.values_list("pk", flat=True))
    pages = {
        "agent": [
            "/desk/knowledge", "/desk/knowledge?q=暖气不热", f"/desk/knowledge/{key}",
            "/desk/knowledge/catalogue?c=04", "/desk/knowledge/catalogue/PD1",
            "/desk/knowledge/documents", "/desk/knowledge/documents/agent-rules",
            "/desk/knowledge/duty", "/answers", "/answers?q=暖气",
        ],
        "water_handler": [f"/desk/knowledge/{key}", f"/desk/knowledge/{key}/edit"],
        "manager": ["/desk/knowledge/tasks", "/desk/knowledge/documents/new"],
        "dispatcher": [
            "/desk/search?q=暖气 老人", "/desk/search?q=没有的词语&tab=orders",
            "/desk/search?q=暖气&tab=articles", "/desk/search?q=水务&tab=units",
            f"/desk/orders/{tale.order.number}/dispatch",
        ],
    }  # fmt: skip
    for screen, width in ((page, 1440), (phone, 390)):
        for who, paths in pages.items():
            enter(screen, who)
            for number, path in enumerate(paths):
                screen.goto(path)
                wide = screen.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (path, wide)
                axe(screen)
                shot(screen, f"knowledge-{who}-{number}-{width}")


def test_an_agent_takes_what_is_suggested(tale: Tale, page: Page, enter: Enter, axe, shot) -> None:
    """Class, kind, answer and an earlier request by one click each; who may lead is told."""
    furnished(tale.world)
    said = "我家暖气片冰凉，供热不好，老人受不了，请帮忙"
    earlier = tale.created("供热不好", content=said).submitted().dispatched().order
    duplicates.sketch_orders([earlier.pk])
    enter(page, "agent", "/desk/new")
    page.locator("#id_content").fill(f"{said}，已经三天了。")
    units = page.locator("#likely-units")
    expect(units).to_contain_text("市水务局")
    expect(units).to_contain_text("按建议的分类")
    page.locator("#hints .suggestion", has_text="分类").click()
    expect(page.get_by_label("分类")).to_have_value("公共服务/供热")
    expect(units).not_to_contain_text("按建议的分类")
    expect(units).to_contain_text("市水务局")
    page.locator("#hints .suggestion", has_text="类型").click()
    expect(page.get_by_label("求助")).to_be_checked()
    page.locator("#answers").get_by_role("button", name="用这条答复").first.click()
    expect(page.get_by_label("当场答复")).to_be_checked()
    expect(page.get_by_label("答复内容")).not_to_have_value("")
    page.get_by_role("radio", name="转派单").check()
    likely = page.locator("#before")
    expect(likely).to_contain_text("像是同一件事")
    likely.locator("summary").first.click()
    axe(page)
    shot(page, "suggested-1440")
    likely.get_by_role("button", name="登记为它的后续").first.click()
    page.wait_for_url("**/desk/new?taken=*")
    order = WorkOrder.objects.exclude(pk=earlier.pk).get()
    assert (order.state, order.kind) == ("to_dispatch", "help")
    assert order.links.get().other_id == earlier.pk


def test_suggestions_beside_the_form_fit_a_telephone(
    tale: Tale, phone: Page, enter: Enter, axe, shot
) -> None:
    furnished(tale.world)
    enter(phone, "agent", "/desk/new")
    phone.locator("#id_content").fill("家里暖气不热，老人受不了，请帮忙")
    expect(phone.locator("#hints .suggestion").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    axe(phone)
    shot(phone, "hints-390")
