"""Calls and figures over the API: the numbers of the page and of the table."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client

from huiyin.callcentre.calls.actions import CallFacts, SpanFacts, record_whole
from huiyin.callcentre.calls.states import CallOutcome, Direction, SpanKind
from huiyin.callcentre.telephony.models import AgentChange, MarkedCall, Seat, Session
from huiyin.kernel import clock
from huiyin.web.api.tests.asking import Api
from tests.world import at

CAME = at(2, 10)


def take_calls(agent: int) -> None:
    """Store four calls in of 2 March: waits of 3, 20 and 50 seconds, one given up after 30."""
    calls = []
    for n, (wait, outcome) in enumerate(
        [(3, "answered"), (20, "answered"), (50, "request"), (30, "abandoned")]
    ):
        taken = CAME + timedelta(seconds=wait)
        lost = outcome == "abandoned"
        facts = CallFacts(
            Direction.IN, CallOutcome(outcome), CAME, taken if lost else taken + timedelta(60),
            None if lost else taken, number="13900000001", agent=None if lost else agent,
            reference=f"c{n}",
        )  # fmt: skip
        spans = [
            SpanFacts(SpanKind.WAIT, CAME, taken),
            SpanFacts(SpanKind.RING, taken, taken, "053112345"),
        ]
        calls.append((facts, spans))
    record_whole(calls)


@pytest.mark.rule("R-465")
def test_page_table_and_api_tell_the_same(api: Api) -> None:
    take_calls(api.world.people["agent"].pk)
    days = "since=2026-03-01&until=2026-03-02"
    told = api.get(f"/calls/figures?{days}", "supervisor").body
    assert told["within"] == 15
    assert [day["offered"] for day in told["days"]] == [0, 4]
    whole = told["whole"]
    assert (whole["connected"], whole["within_offered"], whole["within_answered"]) == (
        75,
        25,
        33.33,
    )
    assert (whole["abandonment"], whole["mean_wait"]) == (25, 24.3)

    client = Client()
    client.force_login(api.world.people["supervisor"])
    table = client.get(f"/desk/calls/figures.csv?{days}").content.decode("utf-8-sig")
    last = list(csv.reader(io.StringIO(table)))[-1]
    assert last == ["合计", "4", "3", "1", "75.0", "25.0", "33.33", "25.0", "24.3", "0", "0",
                    "0", str(whole["mean_talk"])]  # fmt: skip
    with clock.driven(at(2, 23)):
        page = client.get("/desk/floor").content.decode()
        assert "75.0%" in page
        assert "33.3%" in page
    calls = client.get(f"/desk/calls.csv?{days}").content.decode("utf-8-sig")
    assert calls.count("139****0001") == 4
    assert "13900000001" not in calls
    assert client.get("/desk/calls.csv?since=2026-01-01&until=2026-12-31").status_code == 422


@pytest.mark.rule("R-465")
def test_calls_are_told_to_those_who_may_see_them(api: Api) -> None:
    take_calls(api.world.people["agent"].pk)
    page = api.get("/calls?size=3", "supervisor").body
    assert len(page["calls"]) == 3
    rest = api.get(f"/calls?size=3&cursor={page['next']}", "supervisor").body
    assert len(rest["calls"]) == 1
    first = page["calls"][0]
    assert first["number"] == "139****0001"
    assert [span["kind"] for span in first["spans"]] == ["wait", "ring"]
    assert {span["seat"] for span in first["spans"]} == {""}
    assert len(api.get("/calls?direction=in&since=2026-03-02", "agent").body["calls"]) == 3
    assert api.get("/calls?direction=out", "supervisor").body["calls"] == []
    assert api.get("/calls", "callback").body["calls"] == []
    assert api.get("/calls", "water_handler").status == 403
    assert api.get("/calls/figures?since=2026-03-02&until=2026-03-01", "manager").status == 422


@pytest.mark.rule("R-526")
@pytest.mark.rule("R-528")
def test_marks_and_totals_are_told(api: Api) -> None:
    take_calls(api.world.people["agent"].pk)
    MarkedCall.objects.create(
        key="c1", mark="emotional", marked_by=api.world.people["agent"], marked_at=CAME
    )
    told = api.get("/calls", "supervisor").body["calls"]
    assert sorted(row["marks"] for row in told) == [[], [], [], ["emotional"]]
    totals = api.get("/calls/totals?year=2026", "supervisor").body
    assert [(row["span"], row["offered"]) for row in totals["years"]] == [(2026, 4)]
    assert api.get("/calls/totals?year=2026&since=2027", "supervisor").body["years"] == []
    month = totals["months"][0]
    assert (month["span"], month["answered"], month["repeated"]) == (3, 3, 3)
    assert (month["connected"], month["within_offered"], month["mean_wait"]) == (75, 25, 24.3)
    assert api.get("/calls/totals?year=1", "supervisor").status == 422


@pytest.mark.rule("R-230")
def test_what_agents_did_is_told_as_on_the_page(api: Api) -> None:
    person = api.world.people["agent"]
    take_calls(person.pk)
    seat = Seat.objects.create(extension="8001", kind="answering")
    session = Session.objects.create(
        staff=person, seat=seat, signed_in_at=CAME, since=CAME, state="ready"
    )
    AgentChange.objects.create(session=session, was="busy", to="ready", at=CAME, why="asked")
    with clock.driven(at(2, 23)):
        row = api.get("/calls/agents?day=2026-03-02", "supervisor").body["agents"][0]
    assert (row["name"], row["answered"]) == (person.name, 3)
    assert (
        row["mean_talk"]
        == api.get("/calls/figures?since=2026-03-02&until=2026-03-02", "supervisor").body["whole"][
            "mean_talk"
        ]
    )
    assert api.get("/calls/agents?day=2026-03-02", "agent").status == 403
