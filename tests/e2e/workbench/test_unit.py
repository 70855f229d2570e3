"""A unit at work, on a telephone: sign, contact, pass down, report, reply with a photo."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from huiyin.followup.supervision import actions as supervision
from huiyin.insight.facts import actions as facts
from huiyin.orders import actions
from huiyin.orders.models import Attachment, Reply
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.workbench.conftest import Enter, Tale
from tests.world import Story

pytestmark = pytest.mark.browser


def photo() -> dict[str, object]:
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(out, "JPEG", quality=92)
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def press(page: Page, name: str) -> None:
    """Press the primary button of the page within reach of the thumb."""
    button = page.locator(".order-actions .btn-primary")
    expect(button).to_have_text(name)
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] > 600, "the primary button stays at the thumb"
    button.tap()


def test_a_handler_signs_contacts_and_replies_with_a_photo(
    tale: Tale, phone: Page, enter: Enter, axe, shot
) -> None:
    tale.created().submitted().dispatched()
    enter(phone, "water_handler")
    axe(phone)
    shot(phone, "home-390")
    phone.get_by_role("link", name="工单", exact=True).tap()
    phone.wait_for_url("**/desk/orders")
    axe(phone)
    shot(phone, "orders-390")
    phone.get_by_role("link", name="暖气不热").tap()
    phone.wait_for_url(f"**/desk/orders/{tale.order.number}")
    axe(phone)
    press(phone, "签收")
    shot(phone, "sign-390")
    phone.locator("#step .btn-primary").tap()
    expect(phone.get_by_role("status")).to_contain_text("已签收")
    expect(phone.get_by_text("请先联系诉求人并记录")).to_be_visible()
    axe(phone)
    shot(phone, "order-390")
    phone.get_by_text("查看号码和住址").tap()
    phone.get_by_role("button", name="联系诉求人").tap()
    expect(phone.get_by_role("link", name="13812345678")).to_have_attribute(
        "href", "tel:13812345678"
    )
    press(phone, "记录联系")
    phone.get_by_label("联系所用的号码").fill("0534-2345678")
    axe(phone)
    shot(phone, "contact-390")
    phone.locator("#step .btn-primary").tap()
    expect(phone.get_by_role("status")).to_contain_text("已联系诉求人")

    press(phone, "回复")
    expect(phone.get_by_label("联系所用的号码")).to_have_value("0534-2345678")
    phone.get_by_label("给诉求人的答复").fill("您好，换热站已修复，室温已达标。")
    phone.get_by_label("办理过程").fill("上门检修换热站。")
    phone.get_by_label("签发人").fill("李局长")
    camera = phone.locator("input[capture=environment]")
    camera.set_input_files([photo()])
    expect(phone.locator("#previews-camera img")).to_have_count(1)
    sizes = camera.evaluate("field => [...field.files].map(file => file.size)")
    assert sizes[0] < len(photo()["buffer"]), "photos are made smaller before they are sent"
    axe(phone)
    shot(phone, "reply-390")
    phone.locator("#step .btn-primary").tap()
    expect(phone.get_by_role("status")).to_contain_text("已回复办理结果")
    reply = Reply.objects.get()
    assert (reply.outcome, reply.sign_off) == ("solved", "李局长")
    assert Attachment.objects.get().reply == reply
    picture = phone.locator(".files img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)  # noqa: FBT003
    assert picture.evaluate("img => img.naturalWidth") > 0
    axe(phone)


def test_a_unit_passes_its_part_down_and_the_sub_unit_reports(
    tale: Tale, open_page, enter: Enter, axe, shot
) -> None:
    tale.held()
    page = enter(open_page(), "water_leader")
    page.goto(f"/desk/orders/{tale.order.number}")
    page.get_by_role("link", name="下派", exact=True).click()
    page.get_by_label("下属单位").fill("供水")
    expect(page.get_by_role("option", name="供水管理科")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_label("办理要求").fill("先上门测温")
    axe(page)
    page.locator("#step .btn-primary").click()
    expect(page.get_by_role("status")).to_contain_text("已下派到下属单位")
    expect(page.locator(".parts")).to_contain_text("供水管理科")
    shot(page, "passed-down-1440")

    team = open_page(width=390, height=844, is_mobile=True, has_touch=True)
    enter(team, "team_handler")
    expect(team.locator(".tile", has_text="协办和下派")).to_contain_text("1")
    axe(team)
    team.get_by_role("link", name="暖气不热").tap()
    press(team, "签收任务")
    team.locator("#step .btn-primary").tap()
    expect(team.get_by_role("status")).to_be_visible()
    press(team, "报送结果")
    team.get_by_label("办理过程").fill("上门测温")
    team.get_by_label("办理结果").fill("室温 20 度")
    axe(team)
    shot(team, "report-390")
    team.locator("#step .btn-primary").tap()
    expect(team.get_by_role("status")).to_contain_text("报送结果")


def test_a_unit_asks_to_return_and_the_centre_refuses(
    tale: Tale, open_page, enter: Enter, axe
) -> None:
    tale.created().submitted().dispatched()
    unit = enter(open_page(), "water_handler")
    unit.goto(f"/desk/orders/{tale.order.number}/ask_return")
    unit.get_by_label("退单原因").select_option(label="职责不符")
    unit.get_by_label("依据").fill("三定方案")
    unit.get_by_label("建议承办单位").fill("住建")
    expect(unit.get_by_role("option", name="市住建局")).to_be_visible()
    unit.keyboard.press("Enter")
    axe(unit)
    unit.locator("#step .btn-primary").click()
    expect(unit.get_by_role("status")).to_contain_text("已申请退单")
    centre = enter(open_page(), "dispatcher")
    centre.goto(f"/desk/orders/{tale.order.number}")
    expect(centre.locator(".timeline")).to_contain_text("建议由市住建局承办")
    centre.get_by_role("link", name="驳回退单").click()
    centre.get_by_label("驳回理由").fill("供热归口水务局")
    axe(centre)
    centre.locator("#step .btn-primary").click()
    expect(centre.get_by_role("status")).to_contain_text("已驳回退单")
    assert tale.read().state == "to_sign"


@pytest.mark.pages
def test_every_desk_page_fits_a_telephone(tale: Tale, phone: Page, enter: Enter, axe, shot) -> None:
    """Nothing is wider than the screen, for the people of the centre as well; nor on a desk."""
    tale.to_callback()
    number = tale.order.number
    other = Tale(tale.story).created("楼道灯不亮").submitted().order.number
    ruled, called, signed = (Story(tale.world) for _ in range(3))
    signed.created().submitted().dispatched().signed().contacted().signed_by_hand()
    ruled.created().tagged().submitted().dispatched().return_refused().contested().ruled()
    called.on_street().whistled().came_and_told()
    tale.story.filed()
    tale.story.city("urge.unread_days", 1)
    supervision.ask_for_calls(until=tale.tick(1))
    facts.close_days(date(2026, 3, 11), now=tale.tick(1))
    days = "since=2026-03-01&until=2026-03-31"
    pages = {
        "agent": ["/desk/", "/desk/new"],
        "supervisor": [
            "/desk/urging", "/desk/filings", f"/desk/filings/{tale.story.filing.pk}",
            f"/desk/counties?{days}", f"/desk/counties/township/dispatched?{days}",
            f"/desk/whistles?{days}", f"/desk/tags?{days}",
            f"/desk/orders/{called.order.number}/urge",
        ],
        "dispatcher": [f"/desk/orders/{other}/dispatch", "/desk/orders?late=1&unit=water"],
        "callback": [f"/desk/callback/{number}", f"/desk/orders/{number}"],
        "water_leader": ["/desk/signature", f"/desk/orders/{signed.order.number}/sheet"],
        "manager": ["/desk/", f"/desk/orders/{ruled.order.number}/enter_ruling"],
    }  # fmt: skip
    for who, paths in pages.items():
        enter(phone, who)
        for path in paths:
            phone.goto(path)
            wide = phone.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (path, wide)
            axe(phone)
            name = f"{who}-{path.split('?')[0].strip('/').replace('/', '-')}"
            shot(phone, f"{name}-390")
            phone.set_viewport_size(DESKTOP)
            axe(phone)
            shot(phone, f"{name}-1440")
            phone.set_viewport_size(PHONE)


def test_a_page_that_is_not_theirs_says_so_kindly(
    tale: Tale, phone: Page, enter: Enter, axe
) -> None:
    tale.created()
    enter(phone, "water_handler", f"/desk/orders/{tale.order.number}")
    expect(phone.get_by_text("没有找到这件工单")).to_be_visible()
    axe(phone)


def test_notes_of_others_do_not_disturb_the_reader(tale: Tale, phone: Page, enter: Enter) -> None:
    tale.held()
    enter(phone, "water_handler", f"/desk/orders/{tale.order.number}")
    actions.add_note(tale.order.pk, by=tale.world.actor("manager"), note="请尽快", now=tale.tick(5))
    phone.reload()
    expect(phone.locator(".timeline li").last).to_contain_text("请尽快")
