"""The pages of the registers: filings, the unsatisfied, commendations."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiyin.followup.commendations.models import Commendation
from huiyin.followup.filings.models import Filing
from huiyin.orders.models import WorkOrder
from tests.permissions.thanks import thank
from tests.world import Story

APPLICATION = {
    "title": "老旧管网供热不足", "category": "0404", "place": "幸福小区 3 号楼",
    "cause": "楼内管网老化，须整体改造。", "process": "已检修换热站并调高水温。",
    "basis": "供热条例第十条", "public_answer": "楼内管网改造已列入明年计划。",
}  # fmt: skip


def text(answer) -> str:
    return answer.content.decode()


def report() -> SimpleUploadedFile:
    return SimpleUploadedFile("报告.pdf", b"%PDF-1.4 x", "application/pdf")


def test_a_unit_applies_the_centre_agrees_and_the_next_order_is_answered(
    story: Story, desk
) -> None:
    unit = desk("water_handler")
    missing = unit.post("/desk/filings/new", APPLICATION)
    assert missing.status_code == 422
    assert "加盖公章的书面报告" in text(missing)
    made = unit.post("/desk/filings/new", APPLICATION | {"photos": report()})
    assert made.status_code == 302
    page = made.headers["Location"]
    assert "同意备案" not in text(unit.get(page))
    manager = desk("manager")
    assert "同意备案" in text(manager.get(page))
    assert manager.post(page, {"do": "refuse", "note": ""}).status_code == 422
    assert manager.post(page, {"do": "agree", "note": ""}).status_code == 302
    assert "有效" in text(manager.get("/desk/filings?state=valid"))
    order = story.created().submitted().order
    seen = WorkOrder.objects.get(pk=order.pk).event_count
    dispatcher = desk("dispatcher")
    path = f"/desk/orders/{order.number}"
    assert "按备案答复，不再派单" in text(dispatcher.get(path))
    data = {"seen": seen, "filing": Filing.objects.get().number}
    assert dispatcher.post(f"{path}/answer_from_file", data).status_code == 302
    assert "备案答复" in text(dispatcher.get(path))
    assert manager.post(page, {"do": "cancel", "note": "已改造"}).status_code == 302


@pytest.mark.rule("R-396")
def test_filings_are_narrowed_and_exported(story: Story, desk) -> None:
    story.filed(title="=老旧管网")
    manager = desk("manager")
    assert "没有符合条件的备案" in text(manager.get("/desk/filings?state=soon"))
    page = text(manager.get("/desk/filings?state=valid&q=管网"))
    assert "/desk/filings.csv?state=valid&amp;q=" in page
    table = manager.get("/desk/filings.csv?state=valid").content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("编号,状态,事项")
    assert f"{story.filing.number},有效,'=老旧管网,市水务局" in table[1]
    assert len(desk("housing_handler").get("/desk/filings.csv").content.splitlines()) == 1
    assert "还没有" in text(manager.get(f"/desk/filings/{story.filing.pk}"))


def test_an_agent_ends_a_call_with_a_filing(story: Story, desk) -> None:
    story.filed()
    agent = desk("agent")
    panel = agent.post(
        "/desk/new/before", {"place": "幸福小区 3 号楼"}, headers={"HX-Request": "true"}
    )
    assert story.filing.number in text(panel)
    call = {
        "content": "三号楼暖气不热，请处理。", "place": "幸福小区 3 号楼", "kind": "help",
        "category": "0404", "urgency": "normal", "key": "k", "ending": "file",
    }  # fmt: skip
    assert agent.post("/desk/new", call).status_code == 422
    assert agent.post("/desk/new", call | {"filing": "BA999999"}).status_code == 422
    assert agent.post("/desk/new", call | {"filing": story.filing.number}).status_code == 302
    assert WorkOrder.objects.get().close_type == "filed"


def test_the_ledger_leads_to_the_order_and_the_quarter(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    story.to_callback().unsatisfied().improved()
    clerk = desk("callback")
    clerk.get("/desk/unsatisfied")
    with django_assert_max_num_queries(12):
        page = text(clerk.get("/desk/unsatisfied?asked=1"))
    assert "等待销号回访" in page
    assert "本季度" in page
    assert f"/desk/orders/{story.order.number}" in page
    assert "本季度" not in text(desk("water_handler").get("/desk/unsatisfied"))
    assert "销号申请" in text(clerk.get(f"/desk/orders/{story.order.number}"))


def test_thanks_are_written_down_and_narrowed(story: Story, desk) -> None:
    thank(story)
    agent = desk("agent")
    data = {"form": "call", "on": "2026-03-03", "unit": "housing", "words": "感谢热心帮助"}
    assert agent.post("/desk/commendations", data).status_code == 302
    assert agent.post("/desk/commendations", data | {"unit": ""}).status_code == 422
    page = text(agent.get("/desk/commendations?form=banner"))
    assert "为民排忧" in page
    assert "感谢热心帮助" not in page
    photo = agent.get(f"/desk/commendations/{Commendation.objects.earliest('pk').pk}/photo")
    assert photo.headers["Content-Type"] == "image/jpeg"
    list(photo.streaming_content)
    assert "登记</h2>" not in text(desk("water_handler").get("/desk/commendations"))
