"""Pages of assessment: ranking, a unit's figures, orders behind them, requests, trial, table."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.world import Story, at


@pytest.fixture
def assessed(story: Story) -> Story:
    story.created().submitted().dispatched().signed().contacted().assessed()
    return story


def client(story: Story, who: str) -> Client:
    made = Client()
    made.force_login(story.world.people[who])
    return made


def text(story: Story, who: str, name: str, **kwargs: object) -> str:
    response = client(story, who).get(reverse(f"workbench:{name}", kwargs=kwargs))
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_a_unit_sees_its_own_row_until_the_round_is_published(assessed: Story) -> None:
    key = assessed.round.pk
    assert "市水务局" in text(assessed, "water_handler", "round", key=key)
    other = text(assessed, "housing_handler", "round", key=key)
    assert "市水务局" not in other
    assert "发布后可看全部名次" in other
    with time_machine.travel(at(4, 12), tick=False):
        centre = client(assessed, "manager")
        for verb in ("freeze", "publish"):
            address = reverse("workbench:round_step", kwargs={"key": key, "verb": verb})
            assert centre.post(address).status_code == 302
        assert centre.post(address).status_code == 409
    assert "市水务局" in text(assessed, "housing_handler", "round", key=key)
    public = Client().get("/assessment").content.decode()
    assert "三月第一旬" in public
    assert assessed.order.number not in public
    assert "王" not in public


def test_a_unit_with_its_figures_leads_to_the_orders(
    assessed: Story, django_assert_max_num_queries
) -> None:
    key = assessed.round.pk
    mine = client(assessed, "water_handler")
    address = reverse("workbench:round_unit", kwargs={"key": key, "code": "water"})
    mine.get(address)
    with django_assert_max_num_queries(9):
        page = mine.get(address).content.decode()
    ranking = reverse("workbench:round", kwargs={"key": key})
    with django_assert_max_num_queries(9):
        assert mine.get(ranking).status_code == 200
    assert "K11 及时签收率" in page
    assert "100.00%" in page
    behind = text(
        assessed, "water_handler", "round_orders", key=key, code="water", indicator="signed",
        side="numerator",
    )  # fmt: skip
    assert assessed.order.number[:6] in behind
    assert assessed.order.title in behind
    stranger = client(assessed, "housing_handler")
    for name, more in (
        ("round_unit", {}),
        ("round_orders", {"indicator": "signed", "side": "numerator"}),
    ):
        address = reverse(f"workbench:{name}", kwargs={"key": key, "code": "water"} | more)
        assert stranger.get(address).status_code == 404
    centre = client(assessed, "supervisor")
    for indicator, side in (("nonsense", "numerator"), ("signed", "middle")):
        address = reverse(
            "workbench:round_orders",
            kwargs={"key": key, "code": "water", "indicator": indicator, "side": side},
        )
        assert centre.get(address).status_code == 404


def test_a_figure_of_the_city_leads_to_the_orders_and_a_county_to_its_units(
    story: Story,
) -> None:
    Story(story.world).on_street()
    assessed = story.created().submitted().dispatched().assessed()
    key = assessed.round.pk
    page = text(assessed, "supervisor", "round", key=key)
    address = reverse(
        "workbench:round_city_orders",
        kwargs={"key": key, "indicator": "completed", "side": "denominator"},
    )
    assert f'href="{address}"' in page
    behind = client(assessed, "supervisor").get(address).content.decode()
    assert "全市 · 分母" in behind
    assert assessed.order.title in behind
    assert client(assessed, "water_leader").get(address).status_code == 403
    county = text(assessed, "county_handler", "round_unit", key=key, code="county")
    assert "所辖单位" in county
    assert reverse("workbench:round_unit", kwargs={"key": key, "code": "township"}) in county


def test_asking_deciding_and_appealing_on_the_page(assessed: Story) -> None:
    key = assessed.round.pk
    address = reverse("workbench:round_requests", kwargs={"key": key})
    mine = client(assessed, "water_handler")
    with time_machine.travel(at(4, 12), tick=False):
        wrong = mine.post(
            address, {"reason": "撤回", "number": assessed.order.number, "proof": "x"}
        )
        assert wrong.status_code == 422
        assert "请选择剔除事由" in wrong.content.decode()
        good = {"reason": "撤回", "number": assessed.order.number, "proof": "录音", "ground": "X12"}
        assert mine.post(address, good).status_code == 302
        assert mine.post(address, good).status_code == 409
        request = assessed.round.requests.get()
        decide = reverse("workbench:round_request", kwargs={"key": request.pk})
        centre = client(assessed, "supervisor")
        assert centre.post(decide, {"do": "maybe"}).status_code == 400
        assert centre.post(decide, {"do": "refuse", "note": "录音不符"}).status_code == 302
        assert mine.post(decide, {"do": "appeal", "note": "另有录音"}).status_code == 302
        assert centre.post(decide, {"do": "agree"}).status_code == 403
        assert client(assessed, "manager").post(decide, {"do": "agree"}).status_code == 302
    assert "同意" in text(assessed, "water_handler", "round_requests", key=key)
    assert "市水务局" not in text(assessed, "housing_handler", "round_requests", key=key)


@pytest.mark.rule("R-275")
def test_a_trial_stores_nothing(assessed: Story) -> None:
    address = reverse("workbench:round_trial", kwargs={"key": assessed.round.pk})
    centre = client(assessed, "supervisor")
    page = centre.get(address, {"weights": "signed=50 contacted=50"}).content.decode()
    assert "市水务局" in page
    assert "100.0000" in page
    for typed in ("signed=50", "nonsense=100", "signed:100"):
        assert centre.get(address, {"weights": typed}).status_code == 422
    assessed.round.refresh_from_db()
    assert assessed.round.rules["scheme"]["weights"]["response"] == 20


def test_opening_correcting_and_the_table(assessed: Story) -> None:
    centre = client(assessed, "manager")
    with time_machine.travel(at(4, 12), tick=False):
        opened = centre.post(
            reverse("workbench:assessment"),
            {"first_day": "2026-03-01", "last_day": "2026-03-31", "scheme": "three-rates",
             "template": "twenty_points"},
        )  # fmt: skip
        assert opened.status_code == 302
        early = centre.post(
            reverse(
                "workbench:round_step", kwargs={"key": assessed.round.pk + 1, "verb": "preview"}
            )
        )
        assert early.status_code == 409
        assert "还没有全部结转" in early.content.decode()
        assert client(assessed, "water_handler").get(opened["Location"]).status_code == 404
        assessed.frozen()
        address = reverse("workbench:round_correct", kwargs={"key": assessed.round.pk})
        assert centre.post(address, {"unit": "water", "points": "0"}).status_code == 422
        good = {"unit": "water", "points": "-0.5", "reason": "漏计一件"}
        assert centre.post(address, good).status_code == 302
    assert "漏计一件" in text(assessed, "water_handler", "round", key=assessed.round.pk)
    assert "漏计一件" not in text(assessed, "housing_handler", "round", key=assessed.round.pk)
    table = text(assessed, "supervisor", "round_table", key=assessed.round.pk)
    head, line = table.lstrip("\ufeff").splitlines()[:2]
    assert head.startswith("单位编码,单位,同类,同类名次,总名次,得分")
    assert line.startswith("water,市水务局,市直部门")


@pytest.mark.rule("R-276")
def test_the_public_reads_names_of_units_alone(assessed: Story) -> None:
    assert "还没有发布的通报" in Client().get("/assessment").content.decode()
