"""Reference data, the workflow as data, and what the platform says of itself."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from huiyin.orders.states import STEPS, State
from huiyin.orgs.actions import SplitTerm, Terms, plan_rename, plan_split
from huiyin.web.api.tests.asking import Api, document
from tests.world import Story, at, unit


def test_categories_and_regions(api: Api) -> None:
    told = api.get("/categories").body["categories"]
    assert [(c["code"], c["parent"], c["level"]) for c in told] == [
        ("04", "", 1),
        ("0404", "04", 2),
    ]
    assert told[1]["full_name"] == "公共服务/供热"
    assert api.get("/regions").body["regions"] == [
        {"code": "370000", "name": "测试市", "level": "city", "parent": "", "served_from": None}
    ]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("q=水务", ["water"]),
        ("q=市 局", ["water", "housing"]),
        ("below=water", ["water", "water-team"]),
        ("below=county&q=镇", ["township"]),
        ("q=不存在", []),
    ],
)
def test_units_are_found(api: Api, query, codes) -> None:
    assert [u["code"] for u in api.get(f"/units?{query}").body["units"]] == codes


def test_units_follow_page_by_page_and_cost_the_same(api: Api, django_assert_num_queries) -> None:
    for n in range(30):
        unit(f"bureau-{n}", f"第{n}局", "bureau")
    api.get("/me")
    seen, cursor = [], ""
    while True:
        with django_assert_num_queries(1):
            told = api.get(f"/units?size=10&cursor={cursor}").body
        seen += [u["code"] for u in told["units"]]
        cursor = told["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 37
    centre = next(u for u in api.get("/units").body["units"] if u["code"] == "centre")
    assert not centre["assignable"]


@pytest.mark.parametrize("query", ["below=nowhere", "size=0", "unknown=1"])
def test_a_wrong_unit_filter_is_named(api: Api, query) -> None:
    assert api.get(f"/units?{query}").status == 422


def test_changes_of_units_are_told(api: Api, django_assert_num_queries) -> None:
    world, terms = api.world, Terms(at(9).date(), "编办〔2026〕3 号")
    by = world.actor("administrator")
    plan_rename(world.housing, name="市住房局", terms=terms, by=by, now=at(2))
    plan_split(
        world.water, [SplitTerm(world.county, "04")], rest=world.housing, terms=terms, by=by,
        now=at(2),
    )  # fmt: skip
    api.get("/me")
    with django_assert_num_queries(2):
        split, renamed = api.get("/units/changes").body["changes"]
    [part] = split["parts"]
    assert part == {"category": "04", "region": "", "numbers": [], "successor": "county"}
    assert (renamed["unit"], renamed["name"], renamed["state"]) == (
        "housing",
        "市住房局",
        "planned",
    )
    assert api.get("/units/changes?state=done").body == {"changes": [], "next": ""}
    assert api.get("/units/changes?state=soon").status == 422


def test_reasons_of_a_group(api: Api) -> None:
    told = api.get("/reasons?group=return").body
    assert (told["group"], [r["code"] for r in told["reasons"]]) == ("return", ["T01"])
    assert "只能是" in api.get("/reasons?group=unknown").body["fields"]["group"]
    assert api.get("/reasons").body["fields"] == {"group": "必填"}


def test_limits_with_their_source(api: Api) -> None:
    told = api.get("/limits").body["limits"]
    assert {"finish", "finish.round2", "sign"} <= {row["code"] for row in told}
    assert told[0]["valid_from"] == "2026-01-01"


def test_the_workflow_is_the_table(api: Api) -> None:
    told = api.get("/workflow").body
    assert [s["code"] for s in told["states"]] == [s.value for s in State]
    assert [s["verb"] for s in told["steps"]] == [s.verb for s in STEPS]
    paths = document()["paths"]
    for step in told["steps"]:
        assert step["address"] == "" or "post" in paths[step["address"]]


def test_open_orders_are_counted_by_state(api: Api) -> None:
    Story(api.world).created()
    Story(api.world).created().submitted().dispatched()
    Story(api.world).to_callback().closed()
    told = api.get("/counts").body
    assert told["total"] == 2
    assert [(s["state"], s["count"]) for s in told["states"]] == [("draft", 1), ("to_sign", 1)]
    assert api.get("/counts", "housing_handler").body == {"total": 0, "states": []}


def test_health_and_the_way_in_need_no_token(api: Api) -> None:
    told = api.get("/health", None)
    assert (told.status, told.body["status"]) == (200, "ok")
    assert api.get("/", None).body["openapi"] == "/api/v1/openapi.json"


def test_health_says_when_the_database_is_away(api: Api, monkeypatch) -> None:
    from django.db.backends.utils import CursorWrapper

    def away(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", away)
        told = api.get("/health", None)
    assert (told.status, told.code) == (503, "unavailable")
    assert told.headers["Retry-After"] == "10"
