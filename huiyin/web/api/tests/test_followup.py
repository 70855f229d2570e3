"""Filings, the unsatisfied and commendations over the API."""

from __future__ import annotations

from tests.world import Story


def test_a_filing_is_reviewed_read_and_cancelled(api) -> None:
    story = Story(api.world).applied()
    path = f"/filings/{story.filing.pk}"
    assert api.get(path, "water_handler").body["state"] == "applied"
    assert api.get(path, "housing_handler").status == 404
    assert api.post(f"{path}/review", {"agreed": False}, "manager").status == 422
    told = api.post(f"{path}/review", {"agreed": True}, "manager")
    assert (told.status, told.body["state"]) == (200, "valid")
    assert [f["number"] for f in api.get("/filings?state=valid", "agent").body["filings"]] == [
        story.filing.number
    ]
    assert api.post(f"{path}/review", {"agreed": True}, "manager").status == 409
    assert api.post(f"{path}/cancel", {"reason": "已改造"}, "manager").body["state"] == "cancelled"


def test_the_ledger_and_the_write_off(api) -> None:
    story = Story(api.world).to_callback().unsatisfied()
    number = story.order.number
    asked = api.step(number, "ask_write_off", "water_handler", {"note": "已换管道"})
    assert asked.status == 200, asked.body
    page = api.get("/unsatisfied?asked=true", "callback").body
    assert [line["order"]["number"] for line in page["lines"]] == [number]
    assert page["quarter"][0]["open"] == 1
    sent = {"reached": True, "solved": "yes", "satisfaction": "satisfied"}
    done = api.step(number, "write_off", "callback", sent)
    assert (done.body["state"], done.body["close_type"]) == ("closed", "written_off")


def test_thanks_are_written_and_counted(api) -> None:
    sent = {"form": "letter", "on": "2026-03-01", "unit": "water", "words": "连夜抢修"}
    made = api.post("/commendations", sent, "agent")
    assert made.status == 201, made.body
    page = api.get("/commendations?unit=water", "water_handler").body
    assert page["by_unit"] == {"市水务局": 1}
    assert api.post("/commendations", sent | {"unit": "none"}, "agent").status == 422
