"""Call tests and people outside the units over the API."""

from __future__ import annotations

import pytest

from huiyin.callcentre.telephony.tests.kept import kept
from huiyin.followup.outside import actions as outside
from huiyin.followup.outside.actions import ContactForm
from huiyin.followup.outside.states import Agency
from huiyin.web.api.tests.asking import Api
from tests.world import Story, World, at

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R-506")
@pytest.mark.rule("R-507")
def test_calls_are_drawn_once_and_judged(
    world: World, settings, tmp_path, django_assert_max_num_queries
) -> None:
    settings.RECORDINGS_DIR = tmp_path
    api = Api(world, at(4, 12))
    days = {"since": "2026-03-02", "until": "2026-03-03", "calls": 2}
    assert api.post("/calls/tests", days, "quality").status == 409
    for n in range(3):
        kept(at(3, 9 + n), agent=world.people["agent"].pk, reference=f"r{n}")
    for status in (201, 200):
        made = api.post("/calls/tests", days, "quality", key="k")
        assert made.status == status
    test = made.body["test"]
    assert (test["drawn"], test["heard"], test["agent"]) == (2, 0, "")
    assert "1390000" not in made.content.decode()
    for wrong in ({"agent": "nobody"}, {"calls": 0}, {"until": "2026-03-09"}):
        assert api.post("/calls/tests", days | wrong, "quality").status == 422
    assert api.post("/calls/tests", days, "agent").status == 403
    path = f"/calls/tests/{test['id']}"
    first = made.body["calls"][0]["id"]
    judged = f"{path}/calls/{first}"
    assert api.post(judged, {"verdict": "bad"}, "quality").status == 422
    told = api.post(judged, {"verdict": "bad", "faults": ["answer"]}, "quality")
    assert (told.status, told.body["test"]["heard"]) == (200, 1)
    assert (told.body["calls"][0]["verdict"], told.body["calls"][1]["verdict"]) == ("bad", None)
    assert api.post(judged, {"verdict": "good"}, "supervisor").status == 409
    assert api.post(f"{path}/calls/999999", {"verdict": "good"}, "quality").status == 404
    api.get("/calls/tests", "quality")
    with django_assert_max_num_queries(8):
        (row,) = api.get("/calls/tests", "quality").body["tests"]
    assert (row["drawn"], row["heard"]) == (2, 1)
    assert api.get("/calls/tests/999999", "quality").status == 404


@pytest.mark.rule("R-503")
@pytest.mark.rule("R-504")
def test_somebody_outside_is_told_by_a_number(world: World) -> None:
    story = Story(world).city("risk.tags", ["elderly"]).created().tagged().submitted().dispatched()
    form = ContactForm(Agency.PETITION, "市信访局", "赵科长", "接访科科长", "13900001234")
    contact = outside.keep(None, form, by=world.actor("supervisor"), now=at(2))
    api = Api(world, at(4, 12))
    (row,) = api.get("/outside/contacts?agency=petition", "supervisor").body["contacts"]
    assert (row["name"], row["phone"]) == ("赵科长", "139****1234")
    assert api.get("/outside/contacts?agency=media", "administrator").body["contacts"] == []
    assert api.get("/outside/contacts", "water_leader").status == 403
    body = {"contact": contact.pk, "occasion": "risk", "subject": story.order.pk}
    assert api.post("/outside/notices", body, "administrator").status == 403
    for status in (201, 200):
        told = api.post("/outside/notices", body, "supervisor", key="k")
        assert told.status == status
    assert told.body["occasion"] == "risk"
    assert "暖气" not in told.content.decode()
    assert api.post("/outside/notices", body, "supervisor").status == 409
    assert api.post("/outside/notices", body | {"subject": 999_999}, "supervisor").status == 404
    assert api.post("/outside/notices", body | {"contact": 999_999}, "supervisor").status == 404
