"""Letters, referrals, media follow-ups and orders at risk over the API."""

from __future__ import annotations

import pytest

from huiyin.followup.media import actions as media
from huiyin.followup.media.states import MediaForm
from huiyin.followup.supervision.models import LetterRead
from huiyin.web.api.tests.asking import Api
from tests.world import Story, World, at

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R-501")
def test_a_unit_reads_a_letter_and_answers_once(
    world: World, django_assert_max_num_queries
) -> None:
    story = Story(world).created().submitted().dispatched().lettered()
    api = Api(world, at(10, 12))
    with django_assert_max_num_queries(9):
        (row,) = api.get("/letters", "supervisor").body["letters"]
    assert (row["read"], row["automatic"], row["answered_at"]) == (False, False, None)
    path = f"/letters/{row['id']}"
    assert api.get(path, "housing_handler").status == 404
    api.get(path, "supervisor")
    assert not LetterRead.objects.exists(), "only the unit's own reading is a receipt"
    told = api.get(path, "water_handler").body
    assert told["lines"][0]["order"] == story.order.number
    assert (told["lines"][0]["reason"], told["letter"]["read"]) == ("overdue", True)
    assert api.post(f"{path}/answer", {"said": ""}, "water_handler").status == 422
    assert api.post(f"{path}/answer", {"said": "马上办"}, "supervisor").status == 403
    body = {"said": "已安排，周五前全部回复"}
    for status in ("200", "200"):
        told = api.post(f"{path}/answer", body, "water_leader", key="a")
        assert (str(told.status), told.body["letter"]["answer"]) == (status, body["said"])
    assert api.post(f"{path}/answer", body, "water_handler").status == 409
    assert api.get("/letters?nonsense=1", "supervisor").status == 422


def test_referrals_are_told_to_supervisors_alone(world: World) -> None:
    story = Story(world).created().submitted().dispatched().referred()
    api = Api(world, at(4, 12))
    (row,) = api.get("/referrals?state=proposed", "manager").body["referrals"]
    assert (row["unit"]["code"], row["decided_at"], row["number"]) == ("water", None, "")
    whole = api.get(f"/referrals/{row['id']}", "supervisor").body
    assert whole["orders"] == [
        {"order": story.order.number, "events": 0, "head": "", "whole": None}
    ]
    for who in ("water_leader", "dispatcher"):
        assert api.get("/referrals", who).status == 403
        assert api.get(f"/referrals/{row['id']}", who).status == 403
    assert api.get("/referrals/99999", "supervisor").status == 404
    assert api.get("/referrals?state=nonsense", "supervisor").status == 422


def test_what_media_follow(world: World) -> None:
    story = Story(world).created().submitted().dispatched()
    by = world.actor("supervisor")
    entry = media.Entry(
        MediaForm.NEWSPAPER, "市晚报", "暖气不热", at(3).date(), world.water,
        orders=[story.order.number],
    )  # fmt: skip
    case = media.add(entry, by=by, now=at(3))
    media.publish(case.pk, by=by, on=at(4).date(), outlet="市晚报", title="三号楼的暖气", now=at(4))
    api = Api(world, at(4, 12))
    (row,) = api.get("/media-cases?state=open&form=newspaper", "water_handler").body["cases"]
    whole = api.get(f"/media-cases/{row['id']}", "water_handler").body
    assert whole["publications"][0]["title"] == "三号楼的暖气"
    assert whole["orders"] == [story.order.number]
    assert api.get("/media-cases", "housing_handler").body["cases"] == []
    assert api.get(f"/media-cases/{row['id']}", "housing_handler").status == 404


def test_orders_at_risk_with_whom_to_call(world: World, django_assert_max_num_queries) -> None:
    story = Story(world).city("risk.tags", ["elderly"]).created().tagged().submitted().dispatched()
    api = Api(world, at(4, 12))
    with django_assert_max_num_queries(12):
        (row,) = api.get("/risks", "supervisor").body["orders"]
    assert (row["order"], row["unit"]["code"]) == (story.order.number, "water")
    assert row["risks"][0]["code"] == "elderly"
    assert row["tried"] == "还没有催过"
    assert api.get("/risks?tag=nonsense", "supervisor").status == 422
    assert api.get("/risks", "water_leader").status == 403


@pytest.mark.rule("R-500")
def test_what_the_office_begins_is_begun_once(world: World) -> None:
    story = Story(world).created().submitted().dispatched()
    story.order.assignments.update(due_at=at(3))
    api, number = Api(world, at(4, 12)), story.order.number
    begun: dict[str, dict[str, object]] = {
        "/letters": {"units": ["water"], "reasons": ["overdue"], "signed_by": "王主任"},
        "/referrals": {
            "title": "久拖不办", "agency": "市纪委监委", "unit": "water", "basis": "追究办法",
            "facts": "三月二日派单，多次催办，至今没有签收，也没有联系诉求人。",
            "orders": [number],
        },
        "/media-cases": {
            "form": "web", "outlet": "晚报", "title": "供热", "on": "2026-03-03", "unit": "water",
            "orders": [number],
        },
        "/meetings": {
            "title": "网格周例会", "kind": "weekly", "held_at": "2026-03-06T09:00:00+08:00",
            "place": "三楼", "chair": "主任", "units": ["water"],
        },
        "/joint-cases": {
            "title": "供热改造", "goal": "完成管网改造", "lead": "water", "partners": ["housing"],
            "orders": [number],
        },
    }  # fmt: skip
    for path, body in begun.items():
        told = [api.post(path, body, "supervisor", key="k" + path) for _ in range(2)]
        assert [answer.status for answer in told] == [201, 200], (path, told[0].body)
        assert told[0].body == told[1].body
        (listed,) = (
            value for value in api.get(path, "supervisor").body.values() if isinstance(value, list)
        )
        assert len(listed) == 1, path
        assert api.post(path, body, "water_leader").status == 403
    unread = begun["/letters"] | {"reasons": ["at_due"]}
    assert api.post("/letters", unread, "supervisor").status == 422
    assert api.post("/letters", begun["/letters"] | {"units": ["x"]}, "supervisor").status == 422


@pytest.mark.rule("R-505")
def test_returns_and_their_figures(world: World) -> None:
    story = Story(world).created().submitted().dispatched().return_refused()
    api, march = Api(world, at(4, 12)), "since=2026-03-01&until=2026-03-31"
    (row,) = api.get(f"/returns?{march}&unit=water", "supervisor").body["returns"]
    assert (row["order"], row["outcome"]) == (story.order.number, "refused")
    assert row["suggested"]["code"] == "housing"
    told = api.get(f"/returns/figures?{march}", "water_leader").body
    (share,) = told["units"]
    assert (share["code"], share["asked"], share["refused"], share["given"]) == ("water", 1, 1, 1)
    assert told["reasons"][0]["asked"] == told["categories"][0]["asked"] == 1
    assert api.get(f"/returns?{march}&reason=none", "manager").body["returns"] == []
    turned = "since=2026-03-09&until=2026-03-01"
    for path in ("/returns", "/returns/figures"):
        assert api.get(f"{path}?{turned}", "manager").status == 422
        assert api.get(f"{path}?{march}", "dispatcher").status == 403
