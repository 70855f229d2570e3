"""Lists and the start page: who sees which orders, in which order, at what cost."""

from __future__ import annotations

import csv
import io

import pytest

from huiyin.orders import actions
from huiyin.orders.actions import texts
from huiyin.web.workbench.lists import harmless
from tests.world import Story, at


def text(answer) -> str:
    return answer.content.decode()


def titles(page: str) -> list[str]:
    return [part.split("</a>")[0] for part in page.split("data-open-row>")[1:]]


def several(story: Story) -> Story:
    """Make four orders in different states."""
    world = story.world
    Story(world).created(title="等受理", now=at(4, 11, 50))
    Story(world).created(title="等派单", now=at(4, 11), kind="inquiry").submitted()
    Story(world).created(title="已派水务", place="东关镇路口").submitted().dispatched(at(3, 10))
    story.created(title="已超期", now=at(2, 9)).submitted().dispatched(at(2, 10))
    return story


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["等派单", "已超期", "等受理", "已派水务"]),
        ("sort=new", ["已超期", "已派水务", "等派单", "等受理"]),
        ("state=draft", ["等受理"]),
        ("state=draft&state=to_dispatch", ["等派单", "等受理"]),
        ("q=水务", ["已派水务"]),
        ("q=东关镇", ["已派水务"]),
        ("q=東關鎮&scope=all&sort=new", ["已派水务"]),
        ("q=东关镇&state=draft", []),
        ("q=？", []),
        ("kind=inquiry", ["等派单"]),
        ("channel=web", []),
        ("unit=water", ["已超期", "已派水务"]),
        ("unit=市水务局", ["已超期", "已派水务"]),
        ("category=04", ["等派单", "已超期", "等受理", "已派水务"]),
        ("late=1", ["等派单", "已超期"]),
        ("phone=138-1234-5678&sort=new", ["已超期", "已派水务", "等派单", "等受理"]),
        ("phone=13900000000", []),
        ("since=2026-03-04", ["等派单", "等受理"]),
        ("until=2026-03-03", ["已超期", "已派水务"]),
        ("scope=done", []),
        ("queue=to_dispatch", ["等派单"]),
    ],
)
def test_a_list_is_an_address(story: Story, desk, query: str, found: list[str]) -> None:
    several(story)
    list(texts.rebuild())
    page = text(desk("dispatcher").get(f"/desk/orders?{query}"))
    assert titles(page) == found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=tomorrow", "日期格式不对"),
        ("unit=外星局", "没有这个单位"),
        ("category=99", "没有这个分类"),
    ],
)
def test_a_wrong_filter_says_so_beside_the_field(world, desk, query: str, words: str) -> None:
    answer = desk("dispatcher").get(f"/desk/orders?{query}")
    assert answer.status_code == 422
    assert words in text(answer)


def test_a_number_typed_in_full_opens_its_order(story: Story, desk) -> None:
    story.created()
    number = story.order.number
    for typed in (number, f"{number[:6]} {number[6:13]} {number[13:]}"):
        answer = desk("agent").get("/desk/orders", {"q": typed})
        assert answer.headers["Location"] == f"/desk/orders/{number}"


def test_the_due_time_is_words_with_the_instant_behind(story: Story, desk) -> None:
    several(story)
    page = text(desk("dispatcher").get("/desk/orders"))
    cell = page.split('class="row-due due late" title="3月3日 24:00">')[1].split("</span>\n")[0]
    assert "<svg" in cell, "colour alone says nothing"
    assert cell.endswith("超期 12 小时")


def test_pages_follow_one_another_without_gap_or_repeat(story: Story, desk) -> None:
    for n in range(60):
        Story(story.world).created(title=f"第{n}件", now=at(2, 9, n % 50))
    list(texts.rebuild())
    client = desk("agent")
    first = text(client.get("/desk/orders?q=第"))
    assert "60</span> 件" in first
    Story(story.world).created(title="第插队件", now=at(1, 9))
    link = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = text(client.get(f"/desk/orders{link}"))
    assert len(titles(first)) == 50
    assert len(titles(second)) == 10
    assert len(set(titles(first) + titles(second))) == 60
    assert "回到第一页" in second


def test_a_made_up_cursor_is_refused(world, desk) -> None:
    assert desk("agent").get("/desk/orders?cursor=xxx").status_code == 400


@pytest.mark.rule("R-60")
def test_a_unit_lists_its_own_and_its_sub_units_orders_only(story: Story, desk) -> None:
    several(story)
    assert titles(text(desk("water_handler").get("/desk/orders"))) == ["已超期", "已派水务"]
    assert titles(text(desk("housing_handler").get("/desk/orders"))) == []
    assert desk("administrator").get("/desk/orders").status_code == 403


def test_a_list_costs_the_same_with_one_row_and_with_fifty(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    clients = [desk("dispatcher"), desk("water_handler")]

    def costs() -> list[int]:
        found = []
        for client in clients:
            for path in ("/desk/orders", "/desk/orders?sort=new&scope=all", "/desk/"):
                client.get(path)
                with django_assert_max_num_queries(26) as done:
                    client.get(path)
                found.append(len(done.captured_queries))
        return found

    Story(story.world).created().submitted().dispatched(at(3, 10))
    Story(story.world).created().submitted()
    before = costs()
    for _ in range(50):
        Story(story.world).created().submitted().dispatched(at(3, 10))
        Story(story.world).created().submitted()
    assert costs() == before


def test_the_table_for_spreadsheets_is_masked_whole_and_harmless(story: Story, desk) -> None:
    several(story)
    Story(story.world).created(title="=HYPERLINK(13812345678)", now=at(4, 11, 55))
    answer = desk("dispatcher").get("/desk/orders.csv")
    raw = b"".join(answer.streaming_content).decode()
    assert raw.startswith("\ufeff")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment; filename=" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(raw[1:])))
    assert [r["标题"] for r in rows][:2] == ["等派单", "已超期"]
    assert rows[1]["诉求人"] == "王** 138****5678"
    assert rows[1]["剩余"] == "超期 12 小时"
    assert rows[3]["标题"] == "'=HYPERLINK(138****5678)"
    assert "13812345678" not in raw


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("路灯不亮") == "路灯不亮"


@pytest.mark.parametrize("who", ["agent", "vendor_agent", "quality", "administrator"])
def test_those_who_only_take_calls_or_listen_carry_no_lists_away(world, desk, who) -> None:
    assert desk(who).get("/desk/orders.csv").status_code == 403
    assert "导出表格" not in text(desk(who).get("/desk/orders"))


def test_the_start_page_shows_each_role_its_queues(story: Story, desk) -> None:
    several(story)
    told = {
        "agent": ["待受理"],
        "dispatcher": ["待派单", "退单待审", "待重派", "待审查", "已超期"],
        "auditor": ["待审核"],
        "callback": ["待回访"],
        "water_handler": ["已超期", "今天到期", "待签收", "办理中", "协办和下派"],
        "manager": ["待审查", "待确认作废", "已超期", "在办工单停在哪一步"],
        "supervisor": ["已超期", "在办工单停在哪一步"],
        "quality": ["在办工单停在哪一步"],
        "administrator": ["您的岗位没有待办工单"],
    }
    for who, labels in told.items():
        page = text(desk(who).get("/desk/"))
        for label in labels:
            assert label in page, (who, label)


def test_counts_lead_to_lists_of_as_many(story: Story, desk) -> None:
    several(story)
    story.signed()
    client = desk("water_handler")
    page = text(client.get("/desk/"))
    for tile in page.split('class="tile')[1:]:
        if 'href="' not in tile or "tile-count" not in tile:
            continue
        url = tile.split('href="')[1].split('"')[0]
        count = tile.split('tile-count num">')[1].split("<")[0]
        assert len(titles(text(client.get(url)))) == int(count), url


def test_tasks_show_the_sub_units_own_due_time(story: Story, desk) -> None:
    several(story)
    story.signed()
    actions.pass_down(
        story.order.pk, by=story.world.actor("water_handler"), unit=story.world.water_team,
        due_at=at(4, 18), now=at(2, 15),
    )  # fmt: skip
    page = text(desk("team_handler").get("/desk/orders?queue=tasks"))
    assert titles(page) == ["已超期"]
    assert "剩 6 小时" in page
    assert "等待本单位签收任务" in page


def test_next_goes_to_the_most_pressing_and_not_back_to_the_last(story: Story, desk) -> None:
    world = story.world
    first = Story(world).created(now=at(2, 9)).submitted().order
    second = Story(world).created(now=at(2, 9)).submitted().order
    client = desk("dispatcher")
    url = "/desk/next/to_dispatch"
    assert client.get(url).headers["Location"] == f"/desk/orders/{first.number}"
    after = client.get(f"{url}?after={first.number}").headers["Location"]
    assert after == f"/desk/orders/{second.number}"
    assert client.get("/desk/next/to_sign").headers["Location"] == "/desk/"
    assert client.get("/desk/next/returns").headers["Location"] == "/desk/"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("水务", ["water", "water-team"]),
        ("东县 东关", ["township"]),
        ("township", ["township"]),
        ("热线", []),
    ],
)
def test_units_are_found_by_name_code_and_the_one_above(world, desk, typed, found) -> None:
    client = desk("dispatcher")
    rows = client.get("/desk/units", {"q": typed, "as": "json"}).json()["units"]
    assert [row["value"] for row in rows] == found
    assert client.get("/desk/units", {"q": typed}).status_code == 200
    assert desk("administrator").get("/desk/units").status_code == 403
