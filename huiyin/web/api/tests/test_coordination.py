"""Tasks, meetings, joint cases and instructions over the API."""

from __future__ import annotations

import pytest

from huiyin.kernel.models import AccessLog
from huiyin.web.api.tests.asking import Api
from tests.world import Story, World, at

pytestmark = pytest.mark.django_db


def test_a_task_is_reported_and_decided(world: World) -> None:
    Story(world).instructed()
    api = Api(world, at(4, 9))
    (row,) = api.get("/tasks?state=open&unit=water", "water_handler").body["tasks"]
    assert (row["due_on"], row["late"], row["origin"]) == ("2026-03-09", False, "instruction")
    path = f"/tasks/{row['id']}"
    assert api.get(path, "housing_handler").status == 404
    assert api.post(f"{path}/decision", {"do": "confirm"}, "supervisor").status == 409
    told = api.post(f"{path}/report", {"said": "已经恢复供热"}, "water_handler")
    assert (told.status, told.body["task"]["state"]) == (200, "reported")
    assert api.post(f"{path}/decision", {"do": "send_back"}, "supervisor").status == 422
    told = api.post(f"{path}/decision", {"do": "confirm"}, "supervisor")
    assert [line["verb"] for line in told.body["lines"]] == ["give", "report", "confirm"]
    assert api.get("/tasks?nonsense=1", "supervisor").status == 422


def test_a_case_is_flagged_and_a_meeting_answered(world: World) -> None:
    story = Story(world).created().submitted().dispatched()
    api = Api(world, at(4, 9))
    body = {"kind": "case", "order": story.order.number, "reason": "管网分界不清"}
    assert api.post("/flags", body, "agent").status == 403
    assert api.post("/flags", body | {"order": "1"}, "dispatcher").status == 404
    assert api.post("/flags", body, "dispatcher").status == 201
    assert api.post("/flags", body, "dispatcher").status == 409
    other = Story(world).created().submitted().dispatched().met()
    path = f"/meetings/{other.meeting.pk}"
    told = api.post(f"{path}/answer", {"coming": "yes", "attendee": "张科长"}, "water_handler")
    assert told.body["invitations"][0]["attendee"] == "张科长"
    assert told.body["points"][0]["order"] == other.order.number
    assert api.post(f"{path}/answer", {"coming": "no"}, "water_handler").status == 422
    assert api.get(path, "township_handler").status == 404
    assert len(api.get("/meetings", "supervisor").body["meetings"]) == 1


def test_instructions_and_joint_cases_are_told_to_those_concerned(world: World) -> None:
    story = Story(world).instructed().joined_forces()
    api = Api(world, at(4, 9))
    (row,) = api.get("/instructions", "water_handler").body["instructions"]
    assert (row["leader"], row["late"]) == ("王市长", False)
    assert api.get(f"/instructions/{row['id']}", "housing_handler").status == 404
    assert not AccessLog.objects.exists()
    told = api.get(f"/instructions/{row['id']}", "water_handler").body
    assert (told["words"], told["tasks"][0]["unit"]["code"]) == ("请尽快办理", "water")
    assert AccessLog.objects.get().subject == f"instruction:{row['number']}"
    body = {
        "leader": "李副市长", "office": "副市长", "given_on": "2026-03-04",
        "reply_by": "2026-03-09",
        "order": Story(world).created().order.number, "words": "请督办", "confidential": True,
        "tasks": [{"unit": "housing", "what": "更换楼内管道", "due_on": "2026-03-08"}],
    }  # fmt: skip
    made = api.post("/instructions", body, "manager")
    assert (made.status, made.body["confidential"], made.body["late"]) == (201, True, False)
    assert len(api.get("/instructions", "dispatcher").body["instructions"]) == 1
    assert api.post("/instructions", body | {"tasks": [], "words": ""}, "manager").status == 422
    assert api.post("/instructions", body | {"order": "1"}, "manager").status == 404
    assert api.get("/joint-cases", "township_handler").body["cases"] == []
    path = f"/joint-cases/{story.joint.pk}/log"
    assert api.post(path, {"said": "看了三栋楼"}, "housing_handler").status == 201
    assert api.post(path, {"said": "看了三栋楼"}, "township_handler").status == 404


@pytest.mark.rule("R-500")
def test_a_repeated_call_makes_one(world: World) -> None:
    story = Story(world).created().submitted().dispatched().joined_forces()
    api = Api(world, at(4, 9))
    number = story.order.number
    instruction = {
        "leader": "李副市长", "office": "副市长", "given_on": "2026-03-04",
        "reply_by": "2026-03-09", "title": "专报", "words": "请督办",
    }  # fmt: skip
    mandate = {
        "kind": "internal", "title": "暖气不热", "demands": "请查明原因。", "unit": "water",
        "orders": [number],
    }  # fmt: skip
    flag = {"kind": "case", "order": number, "reason": "管网分界不清"}
    log = f"/joint-cases/{story.joint.pk}/log"
    for path, body in (
        ("/instructions", instruction), ("/mandates", mandate), ("/flags", flag),
        (log, {"said": "看了三栋楼"}),
    ):  # fmt: skip
        first = api.post(path, body, "supervisor", key=f"key {path}")
        again = api.post(path, body, "supervisor", key=f"key {path}")
        assert (first.status, again.status) == (201, 200), path
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.body == first.body
        other = api.post(path, body | {"extra": "x"}, "supervisor", key=f"key {path}")
        assert other.status == 422
    changed = instruction | {"words": "请尽快"}
    assert api.post("/instructions", changed, "supervisor", key="key /instructions").status == 409
    (mandate_told,) = api.get("/mandates", "supervisor").body["mandates"]
    steps = f"/mandates/{mandate_told['id']}/steps"
    for _ in range(2):
        told = api.post(steps, {"verb": "issue"}, "supervisor", key="issue")
        assert (told.status, told.body["state"]) == (200, "to_sign")
    assert len(told.body["events"]) == 2
    (row,) = api.get("/flags?state=waiting", "dispatcher").body["flags"]
    assert row["order"] == number
    assert api.get("/flags", "water_handler").status == 403
    assert api.get("/flags?nonsense=1", "dispatcher").status == 422
    whole = api.get(f"/joint-cases/{story.joint.pk}", "housing_handler").body
    assert [line["said"] for line in whole["log"]] == ["看了三栋楼"]
    assert whole["partners"][0]["unit"]["code"] == "housing"
    assert api.get(f"/joint-cases/{story.joint.pk}", "township_handler").status == 404
