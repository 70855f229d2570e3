"""What a citizen does on a telephone: write, keep the receipt, follow, rate."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.kernel import clock
from huiyin.knowledge.states import Kind
from huiyin.orders.models import Attachment, WorkOrder
from huiyin.orders.numbers import query_code, rating_token
from tests.e2e.portal.city import furnish
from tests.world import Story

pytestmark = pytest.mark.browser
WORDS = "昨天晚上八点，小区门口的路灯不亮了，老人出门看不清路。"


@pytest.fixture
def told(story: Story) -> Story:
    """Return a story in the furnished city."""
    furnish(clock.now() - timedelta(days=1))
    return story


def photo() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#4a6fa5").save(out, "JPEG")
    return {"name": "路灯.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def write(page: Page) -> None:
    page.goto("/submit")
    page.get_by_label("发生了什么").fill(WORDS)
    page.get_by_label("求助").check()
    page.get_by_label("地点").fill("幸福小区东门")
    page.get_by_label("所在街道或乡镇").select_option(label="新湖街道")
    page.get_by_label("电话", exact=True).fill("13812345678")
    page.get_by_label("我已阅读并同意").check()


def open_case(page: Page, order: WorkOrder) -> None:
    page.goto(f"/c/{order.number}")
    page.get_by_label("查询码").fill(query_code(order.number))
    page.get_by_role("button", name="查看").click()
    page.wait_for_url(f"**/case/{order.number}")


def test_a_message_with_a_photo_gets_a_number(told, phone: Page, axe, shot) -> None:
    phone.goto("/")
    axe(phone)
    shot(phone, "home-390")
    phone.get_by_role("link", name="我要反映").first.click()
    axe(phone)
    write(phone)
    phone.get_by_label("选择照片、录音或视频").set_input_files([photo()])
    expect(phone.get_by_role("button", name="去掉 路灯.jpg")).to_be_visible()
    shot(phone, "submit-390")
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("heading", name="已登记，谢谢您")).to_be_visible()
    axe(phone)
    shot(phone, "submitted-390")
    order = WorkOrder.objects.get()
    assert (order.content, order.place, order.kind) == (WORDS, "幸福小区东门", Kind.HELP)
    assert order.region.name == "新湖街道"
    assert Attachment.objects.get().order == order
    shown = re.sub(r"\s", "", phone.locator("#number").inner_text())
    assert (shown, phone.locator("#code").inner_text()) == (order.number, query_code(order.number))
    phone.reload()
    expect(phone.locator("#number")).to_be_visible()
    assert WorkOrder.objects.count() == 1
    phone.get_by_role("button", name="看这件诉求").click()
    expect(phone.get_by_role("heading", name="已登记，等待受理")).to_be_visible()
    picture = phone.get_by_role("img", name="路灯.jpg")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 640)
    axe(phone)


def test_a_draft_survives_a_reload_and_is_forgotten_when_sent(told, phone: Page) -> None:
    write(phone)
    key = phone.locator("input[name=key]").input_value()
    phone.reload()
    expect(phone.get_by_label("发生了什么")).to_have_value(WORDS)
    expect(phone.get_by_label("求助")).to_be_checked()
    expect(phone.get_by_label("电话", exact=True)).to_have_value("13812345678")
    expect(phone.get_by_text("已恢复您上次没写完的内容")).to_be_visible()
    assert phone.locator("input[name=key]").input_value() == key
    phone.get_by_label("我已阅读并同意").check()
    phone.get_by_role("button", name="提交").click()
    phone.wait_for_url("**/submitted")
    phone.goto("/submit")
    expect(phone.get_by_label("发生了什么")).to_have_value("")
    assert WorkOrder.objects.count() == 1


def test_a_lost_signal_keeps_the_words(told, phone: Page) -> None:
    write(phone)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_text("现在没有网络")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_text("现在没有网络")).to_be_hidden()
    phone.get_by_role("button", name="提交").click()
    phone.wait_for_url("**/submitted")
    assert WorkOrder.objects.count() == 1


def test_clicking_twice_makes_one_case(told, phone: Page) -> None:
    write(phone)
    phone.get_by_role("button", name="提交").dblclick()
    phone.wait_for_url("**/submitted")
    assert WorkOrder.objects.count() == 1


def test_a_report_is_confidential_by_itself(told, phone: Page) -> None:
    phone.goto("/submit")
    phone.get_by_role("radio", name="举报").check()
    expect(phone.get_by_label("请对办理单位保密")).to_be_checked()
    expect(phone.get_by_text("举报已自动保密")).to_be_visible()


def test_the_position_is_sent_only_when_asked_for(told, open_page) -> None:
    page = open_page(
        390, 844, geolocation={"latitude": 37.4341, "longitude": 116.3594},
        permissions=["geolocation"],
    )  # fmt: skip
    write(page)
    page.get_by_role("button", name="附上我现在的位置").click()
    expect(page.get_by_text("已附上位置")).to_be_visible()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/submitted")
    order = WorkOrder.objects.get()
    assert (order.longitude, order.latitude) == (116.3594, 37.4341)


def test_what_is_wrong_stands_beside_the_field(told, phone: Page, axe, shot) -> None:
    phone.goto("/submit")
    phone.get_by_label("发生了什么").fill("路灯")
    phone.get_by_label("地点").fill("东门")
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("#summary")).to_be_focused()
    expect(phone.locator("#content-error")).to_contain_text("至少 5 个字")
    expect(phone.locator("#kind-error")).to_contain_text("请选一种")
    expect(phone.locator("#agreed-error")).to_contain_text("请先阅读并同意")
    expect(phone.get_by_label("地点")).to_have_value("东门")
    axe(phone)
    shot(phone, "submit-errors-390")
    assert not WorkOrder.objects.exists()


def test_following_and_rating_a_case(told, phone: Page, axe, shot) -> None:
    order = told.to_callback().order
    open_case(phone, order)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("等待您的评价")
    expect(phone.get_by_text(order.answer)).to_be_visible()
    axe(phone)
    shot(phone, "case-390")
    phone.get_by_label("部分解决").check()
    expect(phone.get_by_text("哪里不满意")).to_be_visible()
    phone.get_by_label("已解决", exact=True).check()
    phone.get_by_label("非常满意").check()
    expect(phone.get_by_text("哪里不满意")).to_be_hidden()
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
    axe(phone)
    shot(phone, "rated-390")
    order.refresh_from_db()
    assert (order.state, order.satisfaction) == ("closed", "very_satisfied")


def test_not_satisfied_by_the_link_of_the_message(told, phone: Page, axe, shot) -> None:
    order = told.to_callback().order
    phone.goto(f"/rate/{order.number}/{rating_token(order.number, 1)}")
    axe(phone)
    phone.get_by_label("未解决", exact=True).check()
    phone.get_by_label("不满意", exact=True).check()
    phone.get_by_label("没有人联系我").check()
    phone.get_by_label("还想说的话").fill("没有人来过。")
    shot(phone, "rate-390")
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("请单位重新办理")).to_be_visible()
    shot(phone, "rated-again-390")
    order.refresh_from_db()
    assert (order.state, order.round) == ("in_progress", 2)
    assert CallbackAttempt.objects.get().reasons == ["U04"]
    open_case(phone, order)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("办理中")
    shot(phone, "case-round-two-390")
    axe(phone)


def test_large_letters_change_sizes_and_come_back(told, phone: Page, axe, shot) -> None:
    phone.goto("/submit")
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    height = "document.querySelector('#send').offsetHeight"
    small, low = phone.evaluate(size), phone.evaluate(height)
    phone.get_by_role("link", name="大字版").click()
    expect(phone.get_by_role("link", name="标准字")).to_be_visible()
    assert phone.url.endswith("/submit")
    phone.wait_for_load_state()  # links are there before the style sheet is
    assert phone.evaluate(size) >= 1.3 * small
    assert phone.evaluate(height) > low
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    for address, name in (
        ("/", "home"),
        ("/submit", "submit"),
        ("/case", "ask"),
        ("/about", "about"),
    ):
        phone.goto(address)
        assert phone.evaluate(wide), address
        axe(phone)
        shot(phone, f"large-{name}-390")
    open_case(phone, told.to_callback().order)
    assert phone.evaluate(wide)
    axe(phone)
    shot(phone, "large-case-390")
    phone.get_by_role("link", name="标准字").click()
    expect(phone.get_by_role("link", name="大字版")).to_be_visible()
    phone.wait_for_load_state()
    assert phone.evaluate(size) == small


def test_everything_works_without_scripts(told, open_page, shot) -> None:
    page = open_page(390, 844, java_script_enabled=False)
    write(page)
    page.get_by_label("选择照片、录音或视频").set_input_files([photo()])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "no-script-submit-390")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/submitted")
    assert Attachment.objects.count() == 1
    page.get_by_role("button", name="看这件诉求").click()
    assert page.locator("h1").inner_text() == "已登记，等待受理"
    open_case(page, told.to_callback().order)
    page.get_by_label("已解决", exact=True).check()
    page.get_by_label("满意", exact=True).check()
    page.get_by_role("button", name="提交评价").click()
    assert page.locator("h1").inner_text() == "谢谢您的评价"
    page.get_by_role("link", name="大字版").click()
    assert page.locator("html.large").count() == 1


def test_the_first_page_is_light_and_loads_nothing_foreign(told, phone: Page) -> None:
    sizes: dict[str, int] = {}
    phone.on("response", lambda r: sizes.update({r.url: len(r.body())}))
    phone.goto("/", wait_until="networkidle")
    assert sizes
    # Uncompressed and with the mark; compressed it is about a quarter of this.
    assert sum(sizes.values()) < 100_000, sizes


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.pages
def test_every_page_reads_well(told, open_page, axe, shot, width: int) -> None:
    page = open_page(width, 844 if width < 1000 else 900)
    order = told.to_callback().order
    addresses = {
        "home": "/",
        "submit": "/submit",
        "ask": f"/case?number={order.number}",
        "news": "/news",
        "news-item": "/news/news-0",
        "answers": "/answers",
        "answer-item": "/answers/answer-0",
        "about": "/about",
        "rate": f"/rate/{order.number}/{rating_token(order.number, 1)}",
        "refused": "/nothing-here",
    }
    for name, address in addresses.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        axe(page)
        shot(page, f"{name}-{width}")
    open_case(page, order)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe(page)
    shot(page, f"case-{width}")


def test_the_keyboard_alone_is_enough(told, page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".way.first")).to_be_focused()


def test_touch_targets_are_large_enough(told, phone: Page) -> None:
    phone.goto("/submit")
    small = phone.evaluate(
        """[...document.querySelectorAll(".button, .choice, .check, .field > select, .menu a," +
           " .field > input, .letters, .brand")]
           .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)
           .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_a_report_shows_nothing_of_its_author(told, phone: Page, axe, shot) -> None:
    words = "某店卖过期食品，我电话13812345678。"
    order = told.created(kind=Kind.REPORT, content=words).order
    open_case(phone, order)
    expect(phone.get_by_text("这件诉求已保密")).to_be_visible()
    text = phone.locator("body").inner_text()
    for secret in ("王小明", "13812345678", "幸福小区"):
        assert secret not in text
    axe(phone)
    shot(phone, "case-report-390")


@pytest.mark.pages
def test_a_merged_case_and_its_supplement_fit_every_screen(
    told, page: Page, phone: Page, axe, shot
) -> None:
    order = told.created().submitted().with_main().merged().order
    main = Story(told.world).created(now=clock.now()).order
    for screen, width in ((page, 1440), (phone, 390)):
        for name, each in (("merged", order), ("open", main)):
            open_case(screen, each)
            screen.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            assert screen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            axe(screen)
            shot(screen, f"case-{name}-{width}")
            screen.get_by_role("button", name="看完了，退出").click()
