"""Supervision orders over the API."""

from __future__ import annotations

import pytest

from huiyin.web.api.tests.asking import Api
from tests.world import Story, World, at

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R-412")
def test_a_supervision_order_is_written_answered_and_cancelled(world: World) -> None:
    number = Story(world).created().submitted().dispatched().order.number
    api = Api(world, at(3, 9))
    body = {
        "kind": "internal", "title": "暖气不热", "demands": "请尽快办理。", "unit": "water",
        "orders": [number],
    }  # fmt: skip
    made = api.post("/mandates", body, "supervisor")
    assert (made.status, made.body["state"]) == (201, "draft")
    assert api.post("/mandates", body | {"kind": "talk"}, "supervisor").status == 422
    assert api.post("/mandates", body, "agent").status == 403
    path = f"/mandates/{made.body['id']}"
    assert api.get(path, "water_handler").status == 404

    def step(verb: str, who: str, note: str = "", **more: object) -> tuple[int, str]:
        told = api.post(f"{path}/steps", {"verb": verb, "note": note, **more}, who)
        return told.status, str(told.body.get("state", ""))

    assert step("issue", "supervisor") == (200, "to_sign")
    assert step("sign", "water_handler") == (200, "in_progress")
    assert step("reply", "water_handler")[0] == 422
    later = "2026-03-20T17:00:00+08:00"
    assert step("ask_extension", "water_handler", "等配件", until=later)[0] == 200
    assert step("grant_extension", "manager")[0] == 200
    assert step("act", "supervisor", "已协调", method="meeting")[0] == 200
    assert step("reply", "water_handler", "已修复") == (200, "to_review")
    assert step("cancel", "water_handler", "好了")[0] == 403
    assert step("cancel", "manager", "已解决") == (200, "done")
    assert step("cancel", "manager", "已解决")[0] == 409
    listed = api.get("/mandates?show=all&unit=water", "water_handler").body["mandates"]
    assert [(m["number"], m["orders"][0]["tried"]) for m in listed] == [
        ("督〔2026〕1号", "督办 1 次")
    ]
    assert api.get("/mandates?show=loud", "manager").status == 422


@pytest.mark.rule("R-422")
def test_what_went_up_is_told_and_answered(world: World) -> None:
    story = Story(world).created().submitted().dispatched().risen()
    api = Api(world, at(4, 10))
    (row,) = api.get("/escalations", "water_leader").body["escalations"]
    assert (row["order"], row["level"], row["to"]) == (story.order.number, 1, ["unit_head"])
    assert api.get("/escalations", "housing_handler").body["escalations"] == []
    path = f"/escalations/{row['id']}/answer"
    assert api.post(path, {"said": "今天签收"}, "housing_handler").status == 404
    assert api.post(path, {"said": ""}, "water_leader").status == 422
    assert api.post(path, {"said": "今天签收"}, "water_leader").body["said"] == "今天签收"
    assert api.post(path, {"said": "今天签收"}, "manager").status == 409
