"""Pages of changes of the organisation: plan, see what it would move, cancel."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client

from huiyin.kernel import cached
from huiyin.knowledge.models import CatalogueItem
from huiyin.orders import actions as orders
from huiyin.orgs.models import Region, UnitChange
from tests.world import START, Story, World, at

NEW = "/console/units/changes/new?kind="
GIVEN = {"effective": "2026-03-10", "basis": "市委编办〔2026〕3 号", "staff": "move"}
SPLIT = {"unit": "water", "successor": "county"}


@pytest.fixture(autouse=True)
def _on_the_fourth():
    with time_machine.travel(at(4, 12), tick=False):
        yield


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    client.force_login(world.people["administrator"])
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("rename", {"unit": "water", "name": "市水利局"}, "新名称市水利局"),
        ("merge", {"unit": "市水务局", "successor": "housing"}, "承接单位市住建局"),
        (
            "split",
            {"unit": "water", "parts": "0404 - county\n- 370000 东关镇", "successor": "housing"},
            "其余市住建局",
        ),
    ],
)
def test_a_change_is_planned_and_cancelled(boss: Client, kind, given, said) -> None:
    assert boss.get(NEW + kind).status_code == 200
    answer = boss.post(NEW + kind, GIVEN | given)
    assert answer.status_code == 302, words(answer)
    page = boss.get(answer["Location"])
    assert "到生效日由系统自动执行" in words(page)
    assert said in words(page).replace(" ", "")
    key = UnitChange.objects.get().pk
    cancelled = boss.post(f"/console/units/changes/{key}/cancel", follow=True)
    assert "已取消，什么也没有改变" in words(cancelled)
    assert boss.post(f"/console/units/changes/{key}/cancel").status_code == 409
    assert "市水务局" in words(boss.get("/console/units/changes?show=cancelled"))
    assert "还没有机构调整" in words(boss.get("/console/units/changes?show=planned"))


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("rename", {"unit": "nobody", "name": "市水利局"}, "没有在用的单位叫“nobody”"),
        ("rename", {"unit": "water", "name": "市住建局"}, "名称重复"),
        (
            "rename",
            {"unit": "water", "name": "市水利局", "effective": "2026-03-03"},
            "不能早于今天",
        ),
        ("rename", {"unit": "water", "name": "市水利局", "basis": "x"}, "请写明文件名称或文号"),
        ("merge", {"unit": "", "successor": "housing"}, "请填写并入的单位"),
        ("merge", {"unit": "water", "successor": "water-team"}, "请选择本单位以外的单位"),
        ("merge", {"unit": "water", "successor": "housing", "staff": "keep"}, "没有这个选项"),
        ("split", SPLIT | {"parts": "04"}, "看不懂"),
        (
            "split",
            {"unit": "water", "parts": "99 - county", "successor": "county"},
            "没有编码为 99",
        ),
        (
            "split",
            {"unit": "water", "parts": "- 99 county", "successor": "county"},
            "没有编码为 99",
        ),
        (
            "split",
            {"unit": "water", "parts": "- - county", "successor": "county"},
            "编码由数字组成",
        ),
    ],
)
def test_a_wrong_plan_is_told_at_its_field(boss: Client, kind, given, message) -> None:
    answer = boss.post(NEW + kind, GIVEN | given)
    assert answer.status_code == 422
    assert message in words(answer)
    assert not UnitChange.objects.exists()


def test_the_preview_tells_what_moves_where(world: World, boss: Client, story: Story) -> None:
    Region.objects.create(code="370001", name="东区", level="county")
    CatalogueItem.objects.create(
        code="PD1", category=world.heating, matter="供热不达标", lead=world.water, valid_from=START
    )
    story.created().submitted().dispatched()
    cached.forget_all()
    given = {"unit": "water", "parts": "04 - county", "successor": "housing"}
    page = boss.post(NEW + "split", GIVEN | given, follow=True)
    said = words(page)
    assert "在办工单 1 件（主办 1 件）划转到东县" in said
    assert "在用账号 2 个，下属单位 1 个" in said
    assert "供热不达标" in said
    assert story.order.number not in said  # an administrator sees no orders
    boss.force_login(world.people["manager"])
    seen = words(boss.get(page.request["PATH_INFO"]))
    assert story.order.number in seen
    assert "取消这项调整" not in seen


@pytest.mark.rule("R-393")
def test_a_split_names_orders_one_by_one(world: World, boss: Client, story: Story) -> None:
    number = story.created().submitted().dispatched().order.number
    given = GIVEN | {"unit": "water", "successor": "housing", "listed": "看不懂 county"}
    assert "看不懂" in words(boss.post(NEW + "split", given))
    given["listed"] = "26030200000014 county"
    assert "不是在办的" in words(boss.post(NEW + "split", given))
    given["listed"] = f"{number[:6]} {number[6:]}，东县\n"
    said = words(boss.post(NEW + "split", given, follow=True))
    assert "点名的工单 1 件" in said
    assert "在办工单 1 件（主办 1 件）划转到东县" in said


def test_a_unit_shows_its_past(world: World, boss: Client) -> None:
    boss.post(NEW + "rename", GIVEN | {"unit": "water", "name": "市水利局"})
    orders.carry_out(UnitChange.objects.get().pk, now=at(10))
    said = words(boss.get("/console/units/water"))
    assert "2026年3月10日以前叫市水务局" in said
    assert "2026年3月10日更名为市水利局" in said


@pytest.mark.rule("R-201")
def test_a_change_whose_day_has_come_is_carried_out_by_hand(world: World, boss: Client) -> None:
    boss.post(
        NEW + "rename", GIVEN | {"unit": "water", "name": "市水利局", "short_name": "市水利局"}
    )
    page = f"/console/units/changes/{UnitChange.objects.get().pk}"
    early = boss.post(f"{page}/carry-out")
    assert early.status_code == 409
    assert "才生效" in words(early)
    UnitChange.objects.update(effective=at(1).date())
    assert "现在执行" in words(boss.get(page))
    done = boss.post(f"{page}/carry-out")
    assert done.status_code == 302
    assert "已执行" in words(boss.get(done.headers["Location"]))
    world.water.refresh_from_db()
    assert (world.water.short_name, world.water.pinyin) == ("市水利局", "sslj")
    assert boss.post("/console/units/changes/999999/carry-out").status_code == 404


def test_a_list_costs_the_same_with_many_changes(
    world: World, boss: Client, django_assert_num_queries
) -> None:
    def plan(n: int) -> None:
        UnitChange.objects.create(
            kind="rename", unit=world.water, name=f"名{n}", effective=at(9).date(), basis="t",
            planned_at=at(2), planned_by="t", state="cancelled",
        )  # fmt: skip

    plan(0)
    boss.get("/console/units/changes")
    for n in range(60):
        plan(n + 1)
    with django_assert_num_queries(5):
        page = boss.get("/console/units/changes")
    assert "下一页" in words(page)


def test_a_change_that_is_not_there_is_said(boss: Client) -> None:
    assert boss.get("/console/units/changes/1").status_code == 404
    assert boss.post("/console/units/changes/1/cancel").status_code == 404
