"""The hotline centre at work: a call, a dispatch, an audit, a call-back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.kernel.models import AccessLog
from huiyin.orders.actions import texts
from huiyin.orders.models import Assignment, WorkOrder
from tests.e2e.workbench.conftest import NUMBER, Enter, Tale

pytestmark = pytest.mark.browser


def test_signing_in(world, page: Page, enter: Enter, axe, shot) -> None:
    page.goto("/desk/sign-in?next=/desk/orders%3Fscope=all")
    axe(page)
    page.get_by_label("账号").fill("dispatcher")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确")
    axe(page)
    shot(page, "sign-in-1440")
    page.get_by_label("密码").fill("Huiyin-2026")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/desk/orders?scope=all")
    page.locator(".desk-me summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/desk/sign-in")


def test_an_agent_takes_a_call_and_sees_what_came_before(
    tale: Tale, page: Page, enter: Enter, axe, shot
) -> None:
    tale.created("上次暖气不热").submitted().dispatched()
    enter(page, "agent")
    page.keyboard.press("n")
    page.wait_for_url("**/desk/new")
    expect(page.get_by_label("来电号码")).to_be_focused()
    axe(page)
    page.get_by_label("来电号码").fill(NUMBER)
    page.keyboard.press("Tab")
    panel = page.locator("#before")
    expect(panel).to_contain_text("上次暖气不热")
    expect(panel).to_contain_text("在办 · 待签收")
    page.get_by_label("称呼").fill("王女士")
    page.get_by_label("诉求内容").fill("幸福小区 3 号楼今天早上停水，没有通知。")
    page.get_by_label("地点").fill("幸福小区 3 号楼")
    page.keyboard.press("Tab")
    expect(panel).to_contain_text("这个地点")
    page.get_by_label("投诉").check()
    page.get_by_label("分类").fill("停水")
    expect(page.get_by_role("option", name="公共服务/供水")).to_be_visible()
    page.keyboard.press("Enter")
    axe(page)
    shot(page, "new-1440")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/new?taken=*")
    order = WorkOrder.objects.exclude(pk=tale.order.pk).get()
    assert (order.state, order.category.code, order.kind) == ("to_dispatch", "0405", "complaint")
    assert order.requester.name_masked == "王**"
    expect(page.get_by_role("status")).to_contain_text("查询码")
    expect(page.get_by_label("来电号码")).to_be_focused()
    expect(page.get_by_label("诉求内容")).to_have_value("")
    axe(page)


@pytest.mark.parametrize(
    ("ending", "fill", "close_type"),
    [
        ("当场答复", lambda page: page.get_by_label("答复内容").fill("供水明早恢复。"), "direct"),
        (
            "告知渠道",
            lambda page: page.get_by_label("原因").select_option(label="应通过诉讼解决"),
            "refused",
        ),
        (
            "转紧急热线",
            lambda page: page.get_by_role("button", name="119").click(),
            "transferred",
        ),
    ],
)
def test_an_agent_ends_a_call_at_once(
    tale: Tale, page: Page, enter: Enter, axe, ending, fill, close_type
) -> None:
    enter(page, "agent", "/desk/new")
    page.get_by_label("诉求内容").fill("想问今天停水什么时候恢复。")
    page.get_by_label("咨询").check()
    page.get_by_label(ending).check()
    fill(page)
    if ending == "告知渠道":
        expect(page.locator("blockquote:visible")).to_contain_text("请按法定渠道办理")
    axe(page)
    page.get_by_role("button", name="完成登记").click()
    page.wait_for_url("**/desk/new?taken=*")
    assert WorkOrder.objects.get().close_type == close_type


def test_a_form_that_is_not_complete_says_what_is_missing(
    tale: Tale, page: Page, enter: Enter, axe
) -> None:
    enter(page, "agent", "/desk/new")
    page.get_by_role("button", name="完成登记").click()
    expect(page.locator("#id_content_error")).to_have_text("请写明诉求内容")
    expect(page.locator("#id_kind_error")).to_have_text("请选择类型")
    axe(page)
    assert not WorkOrder.objects.exists()


def test_a_dispatcher_gives_an_order_out_and_goes_on_to_the_next(
    tale: Tale, page: Page, enter: Enter, axe, shot
) -> None:
    second = Tale(tale.story).created("楼道灯不亮").submitted().order
    tale.created().submitted()
    enter(page, "dispatcher")
    expect(page.locator(".tile", has_text="待派单")).to_contain_text("2")
    axe(page)
    shot(page, "home-1440")
    page.goto(f"/desk/orders/{tale.order.number}")
    axe(page)
    shot(page, "order-1440")
    page.get_by_role("link", name="派单", exact=True).click()
    expect(page.locator("#step")).to_contain_text("提交后的时限")
    expect(page.get_by_label("主办单位")).to_be_focused()
    page.get_by_role("button", name="市水务局，协办 1 个").click()
    expect(page.get_by_label("主办单位")).to_have_value("市水务局")
    expect(page.get_by_role("button", name="去掉市住建局")).to_be_visible()
    page.get_by_label("督办单位").fill("东县")
    expect(page.get_by_role("option", name="东县", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_label("办理要求").fill("请今天上门")
    axe(page)
    shot(page, "dispatch-1440")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("已派单")
    parts = {a.unit.code: a.role for a in Assignment.objects.select_related("unit")}
    assert parts == {"water": "lead", "housing": "assist", "county": "supervise"}
    expect(page.locator(".wait-line")).to_contain_text("等待市水务局签收，剩")
    page.get_by_role("link", name="下一件待派单").click()
    page.wait_for_url(f"**/desk/orders/{second.number}")


def test_a_unit_that_does_not_exist_is_named_beside_the_field(
    tale: Tale, page: Page, enter: Enter, axe
) -> None:
    tale.created().submitted()
    enter(page, "dispatcher", f"/desk/orders/{tale.order.number}/dispatch")
    page.get_by_label("主办单位").fill("外星局")
    page.get_by_label("办理要求").click()
    page.locator("#step .btn-primary").click()
    expect(page.locator("#id_lead_error")).to_contain_text("没有叫“外星局”的单位")
    axe(page)
    assert tale.read().state == "to_dispatch"


def test_two_dispatchers_meet_and_the_second_sees_what_happened(
    tale: Tale, page: Page, enter: Enter, axe, shot
) -> None:
    tale.created().submitted()
    enter(page, "dispatcher", f"/desk/orders/{tale.order.number}")
    page.get_by_text("更多", exact=True).click()
    page.get_by_role("link", name="补充记录").click()
    page.get_by_label("要补充的内容").fill("来电人补充了电话")
    tale.dispatched()
    page.locator("#step .btn-primary").click()
    notice = page.locator(".stale")
    expect(notice).to_contain_text("现为“待签收”")
    expect(page.get_by_label("要补充的内容")).to_have_value("来电人补充了电话")
    axe(page)
    shot(page, "stale-1440")
    page.get_by_role("button", name="仍要补充记录").click()
    expect(page.get_by_role("status")).to_contain_text("已补充记录")


def test_the_list_is_worked_through_by_keyboard(
    tale: Tale, page: Page, enter: Enter, axe, shot
) -> None:
    for n in range(3):
        Tale(tale.story).created(f"第 {n} 件").submitted()
    enter(page, "dispatcher", "/desk/orders")
    axe(page)
    shot(page, "orders-1440")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".is-chosen")).to_contain_text("第 0 件")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("第 1 件")
    expect(page.locator("html.has-js")).to_be_attached()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="查找工单、解答、单位和人员")).to_be_focused()
    texts.write(WorkOrder.objects.values_list("pk", flat=True))
    page.keyboard.type('"第 2 件"')
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/search?q=*")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    axe(page)
    shot(page, "keys-1440")
    page.get_by_label("启用单键操作").uncheck()
    page.get_by_role("button", name="知道了").click()
    page.keyboard.press("/")
    for box in page.get_by_role("searchbox").all():
        expect(box).not_to_be_focused()


def test_more_filters_and_the_exported_table(
    tale: Tale, page: Page, enter: Enter, axe, shot
) -> None:
    tale.held()
    Tale(tale.story).created("别的事").submitted()
    enter(page, "dispatcher", "/desk/orders")
    page.get_by_text("更多条件").click()
    page.get_by_label("承办单位").fill("水务")
    page.get_by_role("option", name="市水务局", exact=False).first.click()
    page.get_by_label("办理中").check()
    axe(page)
    page.locator(".filter-more .btn-primary").click()
    page.wait_for_url("**unit=water**")
    expect(page.locator("[data-row]")).to_have_count(1)
    shot(page, "filter-1440")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出表格").click()
    assert download.value.suggested_filename.startswith("orders-")


def test_an_auditor_reads_the_reply_and_passes_it(
    tale: Tale, page: Page, enter: Enter, axe, shot
) -> None:
    tale.held().contacted().replied()
    enter(page, "auditor")
    page.get_by_role("link", name="办最急的一件").click()
    expect(page.get_by_text("换热站故障已修复")).to_be_visible()
    page.get_by_role("link", name="审核通过").click()
    axe(page)
    shot(page, "audit-1440")
    page.locator("#step .btn-primary").click()
    expect(page.get_by_role("status")).to_contain_text("已审核通过")
    assert tale.read().state == "to_callback"
    axe(page)


def test_a_clerk_calls_back(tale: Tale, page: Page, enter: Enter, axe, shot) -> None:
    tale.to_callback()
    enter(page, "callback")
    page.get_by_role("link", name="开始回访").click()
    axe(page)
    expect(page.get_by_text("您好，这里是测试市12345热线")).to_be_visible()
    expect(page.get_by_text(NUMBER)).to_have_count(0)
    page.get_by_role("button", name="显示号码").click()
    expect(page.get_by_role("link", name=NUMBER)).to_be_visible()
    assert AccessLog.objects.get().purpose == "回访"
    page.get_by_role("group", name="问题解决了吗？").get_by_label("未解决").check()
    page.get_by_label("不满意", exact=True).check()
    page.get_by_label("没有人联系我").check()
    page.get_by_label("诉求人的话").fill("还是不热")
    axe(page)
    shot(page, "call-1440")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("现在没有要打的电话")).to_be_visible()
    axe(page)
    attempt = CallbackAttempt.objects.get()
    assert (attempt.solved, attempt.reasons) == ("no", ["U02"])
    assert (tale.read().state, tale.read().round) == ("in_progress", 2)


def test_a_manager_confirms_a_void(tale: Tale, page: Page, enter: Enter, axe, shot) -> None:
    from huiyin.orders import actions

    tale.created().submitted()
    by = tale.world.actor("dispatcher")
    actions.ask_void(tale.order.pk, by=by, note="重复登记", now=tale.tick())
    enter(page, "manager")
    axe(page)
    shot(page, "home-manager-1440")
    page.locator(".tile", has_text="待确认作废").click()
    page.locator("[data-open-row]").click()
    page.get_by_role("link", name="确认作废").click()
    axe(page)
    page.locator("#step .btn-danger").click()
    expect(page.get_by_role("status")).to_contain_text("已确认作废")
    assert tale.read().state == "void"
    shot(page, "void-1440")
