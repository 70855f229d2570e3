"""Pages of the console: they open, cost the same with many rows, and refuse with words."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import MessageState
from huiyin.channels.messaging.tests.support import message
from huiyin.kernel import access, cached, clock
from huiyin.kernel.models import JobRun, OutboxRow
from huiyin.knowledge.models import Article, CatalogueItem, LimitRule, Parameter
from huiyin.orgs.models import CalendarYear, Staff, UnitContact
from huiyin.orgs.states import Role
from tests.world import World, at, person, unit


@pytest.fixture(autouse=True)
def _on_the_fourth():
    with time_machine.travel(at(4, 12), tick=False):
        yield


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    client.force_login(world.people["administrator"])
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def many_messages(world: World, n: int) -> None:
    message(f"many:{n}", state=MessageState.GIVEN_UP.value, next_attempt_at=None)


def many_staff(world: World, n: int) -> None:
    person(f"hand{n}", world.water, Role.HANDLER)


def many_units(world: World, n: int) -> None:
    unit(f"bureau-{n}", f"第{n}水务站", "bureau", world.housing)


def many_articles(world: World, n: int) -> None:
    Article.objects.create(
        code=f"n{n}", kind="news", title=f"动态{n}", body="x", published_at=at(2), unit=world.water,
        category=world.heating,
    )  # fmt: skip


def many_readings(world: World, n: int) -> None:
    access.record(
        reader=f"staff:{world.people['agent'].pk}", subject=f"order:{n}", fields=["phone"],
        purpose="回访核实", now=at(3),
    )  # fmt: skip


def many_events(world: World, n: int) -> None:
    OutboxRow.objects.create(
        consumer="messaging", topic="order.create", payload={}, created_at=at(3),
        available_at=at(3), attempts=n % 2, last_error="坏了" if n % 2 else "",
    )  # fmt: skip


def many_matters(world: World, n: int) -> None:
    CatalogueItem.objects.create(
        code=f"PD{n:03}", category=world.heating, matter=f"事项{n}", lead=world.water,
        valid_from=date(2026, 1, 1),
    )  # fmt: skip


def many_limits(world: World, n: int) -> None:
    LimitRule.objects.create(
        code=f"more{n}", clock="finish", category="0404", limit="7d", postpone=True,
        valid_from=date(2020, 1, 1), source="t", text="t",
    )  # fmt: skip


LISTS = [
    ("/console/", many_events),
    ("/console/health", many_events),
    ("/console/messages", many_messages),
    ("/console/staff", many_staff),
    ("/console/staff/new?q=水务", many_units),
    ("/console/units", many_units),
    ("/console/units?q=水务", many_units),
    ("/console/units/water", many_staff),
    ("/console/units/housing/below", many_units),
    ("/console/rules", many_limits),
    ("/console/rules/catalogue", many_matters),
    ("/console/news", many_articles),
    ("/console/access-log", many_readings),
    ("/console/access-log?reader=agent", many_readings),
]


@pytest.mark.parametrize(("url", "add"), LISTS, ids=[url for url, _ in LISTS])
def test_a_list_costs_the_same_with_many_rows(world: World, boss: Client, url, add) -> None:
    def cost() -> int:
        cached.forget_all()
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert boss.get(url).status_code == 200
        return len(found)

    add(world, 0)
    one = cost()
    for n in range(1, 61):
        add(world, n)
    assert cost() == one


@pytest.mark.parametrize(
    ("url", "add", "mark"),
    [
        ("/console/messages", many_messages, r'/console/messages/(\d+)"'),
        ("/console/staff?role=handler", many_staff, r'/console/staff/(\d+)"'),
        ("/console/news", many_articles, r'/console/news/(\d+)"'),
        ("/console/rules/catalogue", many_matters, r">(PD\d+)<"),
        ("/console/units?q=水务站", many_units, r'/console/units/(bureau-\d+)"'),
    ],
)
def test_paging_shows_every_row_once(world: World, boss: Client, url, add, mark) -> None:
    for n in range(120):
        add(world, n)
    seen: list[str] = []
    address: str | None = url
    while address:
        page = boss.get(address).content.decode()
        seen += re.findall(mark, page)
        after = re.search(r'href="(\?[^"]*cursor=[^"]+)">下一页', page)
        address = url.split("?")[0] + after[1].replace("&amp;", "&") if after else None
    assert len(seen) == len(set(seen))
    assert len(seen) >= 120


def test_the_overview_says_what_needs_somebody(world: World, boss: Client, story) -> None:
    story.created()
    Staff.objects.filter(username="quality").update(is_demo=True)
    OutboxRow.objects.all().delete()
    many_events(world, 1)
    many_messages(world, 1)
    began = clock.now() - timedelta(minutes=11)
    JobRun.objects.create(name="y", scheduled_for=began, started_at=began, ended_at=began)
    page = words(boss.get("/console/"))
    for said in ("事件没有按时处理", "定时任务没有按时完成", "1 条消息已放弃", "有 1 个演示账号"):
        assert said in page
    assert "2027 年工作日历" in page
    assert "暂定" in page
    assert "在办工单" not in page
    boss.force_login(world.people["manager"])
    page = words(boss.get("/console/"))
    assert "在办工单" in page
    assert '/desk/orders?state=draft">待受理 <b>1</b>' in page


def test_a_message_that_was_lost_is_sent_again(world: World, boss: Client) -> None:
    lost = message(state=MessageState.GIVEN_UP.value, next_attempt_at=None, last_error="号码停机")
    page = words(boss.get(f"/console/messages/{lost.pk}"))
    assert "查询码******" in page
    assert "123456" not in page
    assert "13812345678" not in page
    answer = boss.post(f"/console/messages/{lost.pk}/retry")
    assert answer.headers["Location"] == f"/console/messages/{lost.pk}?retried"
    assert Message.objects.get(pk=lost.pk).state == MessageState.QUEUED
    assert "重新排队" in words(boss.get(answer.headers["Location"]))
    assert boss.post(f"/console/messages/{lost.pk}/retry").status_code == 409
    assert boss.get("/console/messages/0").status_code == 404


def test_messages_are_narrowed_and_wrong_filters_named(world: World, boss: Client) -> None:
    message("a", body_masked="甲", state=MessageState.LOGGED.value, next_attempt_at=None)
    message("b", body_masked="乙", medium="email")
    assert "乙" not in words(boss.get("/console/messages?state=logged"))
    assert "甲" not in words(boss.get("/console/messages?medium=email"))
    wrong = boss.get("/console/messages?since=gestern&state=nonsense")
    assert wrong.status_code == 422
    assert "日期格式不对" in words(wrong)
    assert boss.get("/console/messages?cursor=abc").status_code == 400
    assert "registered" in words(boss.get("/console/messages/templates"))


def test_a_contact_is_named_and_the_change_shown(world: World, boss: Client) -> None:
    empty = boss.post("/console/units/water", {"title": " ", "phone": "call me"})
    assert empty.status_code == 422
    assert "请填写职务" in words(empty)
    assert "请填写电话号码" in words(empty)
    given = {"title": "办公室主任", "name": "张三", "phone": "13900001111"}
    assert boss.post("/console/units/water", given).status_code == 302
    page = words(boss.get("/console/units/water?named"))
    assert "139****1111" in page
    assert "13900001111" not in page
    assert UnitContact.objects.get().name == "张三"
    boss.force_login(world.people["manager"])
    assert "更换联络员" not in words(boss.get("/console/units/water"))
    assert boss.post("/console/units/water", given).status_code == 403
    assert boss.get("/console/units/nowhere").status_code == 404


def test_an_account_is_made_in_its_unit(world: World, boss: Client) -> None:
    page = words(boss.get("/console/staff/new?unit=water"))
    assert "承办人" in page
    assert "市直部门的人员不能担任：受理员、派单员" in page
    url = "/console/staff/new?unit=water"
    empty = boss.post(url, {})
    assert empty.status_code == 422
    assert "请填写姓名" in words(empty)
    given = {"username": "zhang.san", "name": "张三", "roles": ["dispatcher"]}
    refused = boss.post(url, given)
    assert refused.status_code == 403
    assert "市直部门的人员不能担任派单员" in words(refused)
    made = boss.post(url, given | {"roles": ["handler"]})
    secret = re.search(r'id="secret">([^<]+)<', made.content.decode())
    assert secret
    assert made.headers["Cache-Control"] == "no-store"
    staff = Staff.objects.get(username="zhang.san")
    assert staff.check_password(secret[1])
    again = boss.post(url, given | {"roles": ["handler"]})
    assert again.status_code == 422
    assert "账号已存在" in words(again)


def test_an_account_is_changed_step_by_step(world: World, boss: Client) -> None:
    agent = world.people["agent"]
    home = f"/console/staff/{agent.pk}"
    assert boss.post(f"{home}/roles", {"roles": []}).status_code == 422
    assert boss.post(f"{home}/roles", {"roles": ["quality"]}).status_code == 302
    assert boss.post(f"{home}/password", {"password": "weak"}).status_code == 422
    assert "只显示这一次" in words(boss.post(f"{home}/password", {}))
    assert boss.post(f"{home}/tokens", {"name": "平台", "days": "30"}).status_code == 422
    granted = boss.post(
        f"{home}/tokens", {"name": "平台", "days": "30", "scopes": ["quality.check"]}
    )
    assert re.search(r'id="token">hy_[^<]+<', granted.content.decode())
    token = agent.tokens.get()
    assert boss.post(f"/console/tokens/{token.pk}/revoke").status_code == 302
    for step in ("close", "reopen", "unlock"):
        assert boss.post(f"{home}/{step}").status_code == 302
    page = words(boss.get(home))
    for trace in (
        "岗位由“受理员”改为“质检员”",
        "重置密码",
        "签发接口令牌",
        "作废接口令牌",
        "停用",
        "启用",
    ):
        assert trace in page
    assert "hy_" not in page


def test_ones_own_account_offers_neither_roles_nor_closing(world: World, boss: Client) -> None:
    home = f"/console/staff/{world.people['administrator'].pk}"
    page = words(boss.get(home))
    assert "不能修改自己的岗位" in page
    assert "停用账号" not in page
    assert boss.post(f"{home}/roles", {"roles": ["manager"]}).status_code == 403
    assert boss.post(f"{home}/close").status_code == 403


def test_rules_are_shown_as_of_a_day(world: World, boss: Client) -> None:
    Parameter.objects.create(
        key="old.one", value=[1, True], valid_from=date(2020, 1, 1), valid_to=date(2025, 1, 1),
        source="旧文件", text="旧规定",
    )  # fmt: skip
    today = words(boss.get("/console/rules"))
    assert "2026年3月4日有效的时限" in today
    assert "已失效和尚未生效的（1 行）" in today
    then = words(boss.get("/console/rules?as_of=2024-06-01"))
    assert "这一天没有有效的时限" in then
    assert "1、是" in then
    assert boss.get("/console/rules?as_of=x").status_code == 422
    assert "退单" in words(boss.get("/console/rules/reasons"))


def test_a_year_is_loaded(world: World, boss: Client) -> None:
    given = {
        "year": "2027",
        "source": "国办发明电",
        "closed": "2027-01-01 元旦\n2027-10-01 至 2027-10-07 国庆节",
        "opened": "2027-10-09",
    }
    wrong = boss.post("/console/calendar", given | {"closed": "国庆放假", "opened": "2027-10-08"})
    assert wrong.status_code == 422
    assert "看不懂" in words(wrong)
    weekday = boss.post("/console/calendar", given | {"opened": "2027-10-08"})
    assert weekday.status_code == 422
    assert "不是周末" in words(weekday)
    assert boss.post("/console/calendar", given | {"year": "1999"}).status_code == 422
    assert CalendarYear.objects.count() == 0
    done = boss.post("/console/calendar", given)
    assert done.headers["Location"] == "/console/calendar?loaded=2027"
    row = CalendarYear.objects.get()
    assert len(row.closed) == 6
    assert row.names["2027-10-02"] == "国庆节"
    page = words(boss.get("/console/calendar"))
    assert "10月1日至10月7日，7 天" in page
    assert "由administrator载入" in page
    boss.force_login(world.people["manager"])
    assert "载入一年" not in words(boss.get("/console/calendar"))
    assert boss.post("/console/calendar", given).status_code == 403


def test_news_is_written_looked_at_published_and_withdrawn(world: World, boss: Client) -> None:
    given = {"kind": "news", "title": "供暖专席", "body": "第一段\n\n第二段<b>", "unit": "市水务局"}
    look = boss.post("/console/news/new", given | {"preview": "1"})
    assert "预览，还没有保存" in words(look)
    assert "第二段&lt;b&gt;" in words(look)
    assert Article.objects.count() == 0
    wrong = boss.post("/console/news/new", given | {"title": "", "unit": "没有的局"})
    assert wrong.status_code == 422
    assert "没有这个单位" in words(wrong)
    saved = boss.post("/console/news/new", given)
    home = saved.headers["Location"].split("?")[0]
    assert boss.post(f"{home}/publish").status_code == 302
    assert Article.objects.get().published_at == at(4, 12)
    assert "撤下" in words(boss.get(home))
    assert boss.post(home, given | {"body": ""}).status_code == 422
    assert boss.post(f"{home}/publish").status_code == 409
    assert boss.post(f"{home}/withdraw").status_code == 302
    assert "草稿" in words(boss.get("/console/news?show=draft&kind=news"))
    assert boss.get("/console/news/0").status_code == 404


def test_readings_name_reader_and_purpose(world: World, boss: Client, story) -> None:
    number = story.created().order.number
    access.record(
        reader=f"staff:{world.people['callback'].pk}", subject=f"order:{number}",
        fields=["name", "phone"], purpose="回访", now=at(3), address="10.0.0.8",
    )  # fmt: skip
    many_readings(world, 7)
    page = words(boss.get("/console/access-log?reader=callback"))
    for said in ("callback（市热线中心）", "姓名、电话", "回访", "10.0.0.8", number):
        assert said in page
    assert "回访核实" not in page
    spaced = f"{number[:6]} {number[6:]}"
    assert "10.0.0.8" in words(boss.get("/console/access-log", {"subject": spaced}))
    assert "没有符合条件" in words(boss.get("/console/access-log?until=2026-03-02"))
    assert "没有符合条件" in words(boss.get("/console/access-log?reader=nobody"))


def test_forms_need_their_token(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.people["administrator"])
    agent = world.people["agent"]
    assert strict.post(f"/console/staff/{agent.pk}/close").status_code == 403
    agent.refresh_from_db()
    assert agent.is_active
