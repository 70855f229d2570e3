"""Filings, the unsatisfied and commendations over the API."""

from __future__ import annotations

import io

import time_machine
from django.test import Client

from huiyin.web.api.tests.asking import ROOT, Answer, Api, check
from tests.world import Story

FIELDS = {
    "title": "老旧管网供热不足", "category": "0404", "cause": "楼内管网老化，须整体改造。",
    "process": "已检修换热站并调高水温。", "basis": "供热条例第十条",
    "public_answer": "楼内管网改造已列入明年计划。", "place": "幸福小区",
}  # fmt: skip


def apply(api: Api, fields: dict[str, str], who: str, report: bytes = b"%PDF-1.4 x") -> Answer:
    """Apply with a report; the answer is held against the document as well."""
    file = io.BytesIO(report)
    file.name = "报告.pdf"
    sent = fields | ({"reports": [file]} if report else {})
    headers = {"Authorization": f"Bearer {api.token(who)}"}
    with time_machine.travel(api.now, tick=False):
        response = Client().post(f"{ROOT}/filings", sent, headers=headers)
    answer = Answer(response.status_code, response.json(), dict(response.headers), response.content)
    check("POST", f"{ROOT}/filings", answer)
    return answer


def test_a_unit_applies_with_a_sealed_report(api) -> None:
    made = apply(api, FIELDS, "water_handler")
    assert (made.status, made.body["state"], made.body["unit"]["code"]) == (201, "applied", "water")
    assert api.get(f"/filings/{made.body['id']}", "manager").body["title"] == FIELDS["title"]
    assert apply(api, FIELDS, "water_handler", report=b"").status == 422
    assert apply(api, FIELDS | {"category": "77"}, "water_handler").status == 422
    assert apply(api, FIELDS | {"title": ""}, "water_handler").status == 422
    assert apply(api, FIELDS | {"order": "26030100000001"}, "water_handler").status == 404
    assert apply(api, FIELDS, "agent").status == 403
    assert apply(api, FIELDS, "water_handler", report=b"MZ not a report").status == 415
    assert api.post("/filings", FIELDS, "water_handler").status == 415


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
