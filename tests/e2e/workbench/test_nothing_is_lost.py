"""Nothing is lost: reloads, lost sessions, double clicks, browsers without script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from huiyin.kernel import clock
from huiyin.orders.models import WorkOrder
from tests.e2e.conftest import OpenPage
from tests.e2e.workbench.conftest import Enter, Tale

pytestmark = pytest.mark.browser


def test_a_half_written_call_survives_a_reload_and_is_gone_after_sending(
    tale: Tale, page: Page, enter: Enter
) -> None:
    page.clock.install()
    enter(page, "agent", "/desk/new")
    page.get_by_label("诉求内容").fill("楼道路灯不亮，已经半个月了。")
    page.get_by_label("求助").check()
    page.get_by_label("分类").fill("供热")
    expect(page.get_by_role("option", name="公共服务/供热")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_label("当场答复").check()
    page.clock.pause_at(clock.now() + timedelta(minutes=1))  # the last words in the last moment
    page.get_by_label("答复内容").press_sequentially("已记下，明天修。")
    page.reload()
    page.clock.resume()
    expect(page.get_by_text("已恢复上次没有提交的内容")).to_be_visible()
    expect(page.get_by_label("诉求内容")).to_have_value("楼道路灯不亮，已经半个月了。")
    expect(page.get_by_label("分类")).to_have_value("公共服务/供热")
    expect(page.get_by_label("答复内容")).to_have_value("已记下，明天修。")
    page.get_by_role("button", name="完成登记").click()
    page.wait_for_url("**/desk/new?taken=*")
    assert WorkOrder.objects.get().category.code == "0404"
    page.goto("/desk/new")
    expect(page.get_by_label("诉求内容")).to_have_value("")


def test_of_two_steps_pressed_in_one_moment_the_last_is_shown(
    tale: Tale, page: Page, enter: Enter
) -> None:
    tale.held()
    enter(page, "water_handler", f"/desk/orders/{tale.order.number}")
    late: list[Route] = []
    ended: list[str] = []
    page.route("**/ask_extension", lambda route: late.append(route))
    page.on("requestfinished", lambda asked: ended.append(asked.url))
    page.on("requestfailed", lambda asked: ended.append(asked.url))
    page.evaluate(
        "for (const verb of ['contact', 'ask_extension'])"
        " document.querySelector(`.order-actions [hx-get$='/${verb}']`).click()"
    )
    for _ in range(200):
        if late and any(url.endswith("/contact") for url in ended):
            break
        page.wait_for_timeout(50)
    late[0].continue_()
    expect(page.locator("#step-title")).to_have_text("申请延期")


def test_a_lost_session_comes_back_to_the_form_with_the_words(
    tale: Tale, page: Page, enter: Enter, axe
) -> None:
    from django.contrib.sessions.models import Session

    tale.held()
    enter(page, "water_handler", f"/desk/orders/{tale.order.number}/contact")
    page.get_by_label("联系所用的号码").fill("0534-2345678")
    page.get_by_label("说了什么").fill("约定明天上门")
    Session.objects.all().delete()
    page.locator("#step .btn-primary").click()
    page.wait_for_url("**/desk/sign-in?next=*")
    expect(page.get_by_text("请先登录")).to_be_visible()
    axe(page)
    page.get_by_label("账号").fill("water_handler")
    page.get_by_label("密码").fill("Huiyin-2026")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"**/desk/orders/{tale.order.number}/contact")
    expect(page.get_by_label("说了什么")).to_have_value("约定明天上门")
    page.locator("#step .btn-primary").click()
    expect(page.get_by_role("status")).to_contain_text("已联系诉求人")


def test_what_one_person_wrote_is_not_shown_to_the_next_at_the_same_desk(
    tale: Tale, page: Page, enter: Enter
) -> None:
    enter(page, "agent", "/desk/new")
    page.get_by_label("诉求内容").fill("只给我自己看的草稿")
    page.locator(".desk-me summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/desk/sign-in")
    assert page.evaluate("Object.keys(localStorage).filter(k => k.includes('draft'))") == []
    enter(page, "vendor_agent", "/desk/new")
    expect(page.get_by_label("诉求内容")).to_have_value("")


def test_a_part_that_comes_while_signing_out_leads_nowhere(
    tale: Tale, page: Page, enter: Enter
) -> None:
    from django.contrib.sessions.models import Session

    parts: list[Route] = []
    leaving: list[Route] = []
    enter(page, "agent", "/desk/new")
    page.route(lambda _: True, lambda route: _hold(route, parts, leaving))
    with page.expect_request(lambda request: "hx-request" in request.headers):
        page.get_by_label("诉求内容").fill("楼道路灯不亮，已经半个月了。")
    page.locator(".desk-me summary").click()
    with page.expect_request("**/desk/sign-out"):
        page.get_by_role("button", name="退出登录").click(no_wait_after=True)
    Session.objects.all().delete()
    with page.expect_response(lambda answer: "hx-redirect" in answer.headers):
        parts[-1].continue_()
    leaving[0].continue_()
    page.wait_for_url("**/desk/sign-in")
    assert page.evaluate("Object.keys(localStorage).filter(k => k.includes('draft'))") == []


def _hold(route: Route, parts: list[Route], leaving: list[Route]) -> None:
    if "hx-request" in route.request.headers:
        parts.append(route)
    elif route.request.url.endswith("/sign-out"):
        leaving.append(route)
    else:
        route.continue_()


def test_two_clicks_make_one_case(tale: Tale, page: Page, enter: Enter) -> None:
    enter(page, "agent", "/desk/new")
    page.get_by_label("诉求内容").fill("想问今天停水什么时候恢复。")
    page.get_by_label("咨询").check()
    page.get_by_label("当场答复").check()
    page.get_by_label("答复内容").fill("明早恢复。")
    page.get_by_role("button", name="完成登记").dblclick()
    page.wait_for_url("**/desk/new?taken=*")
    assert WorkOrder.objects.count() == 1


def test_the_desk_works_without_script(tale: Tale, open_page, enter: Enter, shot) -> None:
    page = enter(open_page(java_script_enabled=False), "agent")
    page.goto("/desk/new")
    page.get_by_label("来电号码").fill("13812345678")
    page.get_by_label("诉求内容").fill("幸福小区停水没有通知。")
    page.get_by_role("button", name="查这个号码和地点以前的诉求").click()
    expect(page.locator("#before")).to_contain_text("没有记录")
    page.get_by_label("投诉").check()
    page.get_by_label("分类").select_option("0404")
    page.get_by_role("button", name="完成登记").click()
    page.wait_for_url("**/desk/new?taken=*")
    order = WorkOrder.objects.get()
    page.goto("/desk/")
    enter(page, "dispatcher", f"/desk/orders/{order.number}")
    page.get_by_role("link", name="派单", exact=True).click()
    page.get_by_label("主办单位").fill("水务局")
    page.locator("#step .btn-primary").click()
    expect(page.locator("#id_lead_error")).to_contain_text("是不是：市水务局")
    page.get_by_label("主办单位").fill("市水务局")
    page.get_by_role("textbox", name="协办单位").fill("市住建局、东县")
    page.locator("#step .btn-primary").click()
    page.wait_for_url("**?done=dispatch")
    expect(page.get_by_role("status")).to_contain_text("已派单")
    page.get_by_text("查看号码和住址").click()
    page.get_by_role("button", name="核实").click()
    expect(page.get_by_role("link", name="13812345678")).to_be_visible()
    shot(page, "no-script-1440")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_part_that_is_refused_can_be_read(
    tale: Tale, open_page: OpenPage, enter: Enter, axe, shot, width: int
) -> None:
    page = open_page(width=width)
    enter(page, "agent", "/desk/")
    page.evaluate("htmx.ajax('GET', '/desk/orders/26039999999999', '#main')")
    expect(page.get_by_role("alert")).to_contain_text("没有找到")
    axe(page)
    shot(page, f"refused-part-{width}")
