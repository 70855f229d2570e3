"""Classes of orders and merged lines over the API: given, told, filtered, counted."""

from __future__ import annotations

import pytest

from huiyin.kernel import cached
from huiyin.knowledge.models import CaseClass, Line
from huiyin.web.api.tests.asking import Api
from tests.world import START


@pytest.fixture
def city(api: Api) -> Api:
    """Return the API of a city with two classes and one merged line."""
    for code, by_hand in (("A", False), ("C", True)):
        CaseClass.objects.create(
            code=code, name=f"{code} 类", standard="当日办", checklist=["拍照"], by_hand=by_hand,
            source="测试", valid_from=START,
        )  # fmt: skip
    Line.objects.create(
        code="care",
        name="养老热线",
        mode="dual",
        number="96000",
        owner=api.world.water,
        since=START,
    )
    cached.forget_all()
    return api


@pytest.mark.rule("R-165", "R-166")
def test_the_registers_are_told(city: Api) -> None:
    classes = city.get("/classes").body["classes"]
    assert [(each["code"], each["by_hand"], each["checklist"]) for each in classes] == [
        ("A", False, ["拍照"]), ("C", True, ["拍照"]),
    ]  # fmt: skip
    (line,) = city.get("/lines").body["lines"]
    assert (line["code"], line["mode_label"], line["owner"]) == ("care", "双号并行", "water")


@pytest.mark.rule("R-165")
def test_an_order_gets_its_class_when_it_is_submitted_or_by_hand(city: Api) -> None:
    number = city.create().body["number"]
    assert city.get(f"/orders/{number}").body["case_class"] is None
    city.step(number, "submit", "agent")
    assert city.get(f"/orders/{number}").body["case_class"] == {"code": "A", "name": "A 类"}
    city.step(number, "dispatch", "dispatcher", {"lead": "water", "case_class": "C"})
    assert city.get(f"/orders/{number}").body["case_class"] == {"code": "C", "name": "C 类"}


@pytest.mark.rule("R-166")
def test_a_line_is_given_kept_by_an_edit_filtered_and_counted(city: Api) -> None:
    number = city.create(line="care", case_class="C").body["number"]
    city.create()
    city.step(number, "edit", "agent", {"place": "幸福小区 4 号楼"})
    told = city.get(f"/orders/{number}").body
    assert told["line"] == {"code": "care", "name": "养老热线"}
    assert told["case_class"] == {"code": "C", "name": "C 类"}
    for wanted in ("line=care", "case_class=C"):
        assert [o["number"] for o in city.get(f"/orders?{wanted}").body["orders"]] == [number]
    figures = city.get("/lines/figures?since=2026-03-01&until=2026-03-31", "supervisor").body
    assert [(each["code"], each["orders"], each["open"]) for each in figures["lines"]] == [
        ("care", 1, 1)
    ]


@pytest.mark.parametrize("field", ["line", "case_class"])
def test_a_code_that_does_not_exist_is_refused(city: Api, field: str) -> None:
    told = city.create(**{field: "no-such"})
    assert told.status == 422
    assert field in told.body["fields"]


def test_a_period_that_ends_before_it_begins_is_refused(city: Api) -> None:
    told = city.get("/lines/figures?since=2026-03-02&until=2026-03-01", "supervisor")
    assert told.status == 422
    assert city.get("/lines/figures?since=2026-03-01&until=2026-03-02", "agent").status == 403


@pytest.mark.rule("R-165", "R-166")
def test_a_list_costs_no_more_for_classes_and_lines(city: Api, django_assert_num_queries) -> None:
    for _ in range(3):
        city.create(line="care", case_class="C")
    city.get("/orders")
    with django_assert_num_queries(1):
        city.get("/orders")
