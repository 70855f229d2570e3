"""Ledgers and what the city's data adds to the desks: plans, audits, scripts, standards."""

from __future__ import annotations

import pytest

from huiyin.orders import actions
from tests.world import Story, at


def test_plans_are_listed_and_followed_from_the_ledger(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    story.planned()
    client = desk("water_handler")
    client.get("/desk/plans")
    with django_assert_max_num_queries(8):
        page = client.get("/desk/plans").content.decode()
    assert "暖气不热" in page
    assert f"/desk/orders/{story.order.number}/report_plan" in page
    story.plan_reported()
    page = desk("callback").get("/desk/plans?show=reported").content.decode()
    assert f"/desk/orders/{story.order.number}/confirm_plan" in page
    assert "没有已过期的计划" in desk("manager").get("/desk/plans?show=late").content.decode()
    order = desk("callback").get(f"/desk/orders/{story.order.number}").content.decode()
    assert "已申报，待核实" in order


@pytest.mark.rule("R-150")
@pytest.mark.rule("R-156")
def test_the_audits_page_tells_figures_and_coverage(story: Story, desk) -> None:
    story.to_callback().closed()
    page = desk("auditor").get("/desk/audits?since=2026-03-01&until=2026-03-31").content.decode()
    assert "市水务局" in page
    assert "回访覆盖率" in page
    assert desk("water_leader").get("/desk/audits?since=x").status_code == 200


@pytest.mark.rule("R-157")
def test_the_standards_of_a_step_stand_beside_its_form(story: Story, desk) -> None:
    story.city("step.checklists", [{"verb": "sign", "items": ["核对事发地点", "确认职责"]}])
    story.created().submitted().dispatched()
    page = desk("water_handler").get(f"/desk/orders/{story.order.number}/sign").content.decode()
    assert "核对事发地点" in page
    other = desk("water_handler").get(f"/desk/orders/{story.order.number}/ask_return")
    assert "工作标准" not in other.content.decode()


@pytest.mark.rule("R-153")
def test_the_call_desk_reads_the_citys_script_and_shows_the_evidence(story: Story, desk) -> None:
    story.city(
        "callback.script", [{"kind": "", "category": "04", "text": "关于{title}，{unit}已答复。"}]
    ).to_callback()
    page = desk("callback").get(f"/desk/callback/{story.order.number}").content.decode()
    assert "关于暖气不热，市水务局已答复。" in page
    assert "0 / 2" in page


@pytest.mark.rule("R-154")
def test_in_quiet_hours_the_desk_hands_out_no_calls(story: Story, desk) -> None:
    story.city("callback.quiet_hours", "11:00-13:00").to_callback()
    page = desk("callback").get("/desk/callback").content.decode()
    assert "11:00-13:00 是免打扰时段，请在 13:00 以后再打" in page


@pytest.mark.rule("R-145")
def test_the_auditor_gives_points_on_the_form_and_the_unit_sees_them(story: Story, desk) -> None:
    story.city(
        "audit.scorecard",
        [
            {"part": "substance", "code": "S1", "name": "逐项回应", "points": 60},
            {"part": "wording", "code": "W1", "name": "表述清楚", "points": 40},
        ],
    )
    story.created().submitted().dispatched().signed().contacted().replied()
    client, url = desk("auditor"), f"/desk/orders/{story.order.number}/pass_audit"
    assert "须达到 60%" in client.get(url).content.decode()
    story.order.refresh_from_db()
    given = {"seen": story.order.event_count, "note": ""}
    wrong = client.post(url, given | {"score_S1": "61", "score_W1": "40"})
    assert wrong.status_code == 422
    assert "应在 0 到 60 分之间" in wrong.content.decode()
    assert client.post(url, given | {"score_S1": "60", "score_W1": "30"}).status_code == 302
    page = desk("water_handler").get(f"/desk/orders/{story.order.number}").content.decode()
    assert "逐项回应" in page
    assert "30 / 40" in page


@pytest.mark.rule("R-142")
def test_each_matter_has_its_own_line_in_the_reply(story: Story, desk) -> None:
    story.created()
    actions.list_matters(
        story.order.pk, by=story.world.actor("agent"), matters=["暖气不热", "收费不合理"], now=at(2)
    )
    story.submitted().dispatched().signed().contacted()
    client, url = desk("water_handler"), f"/desk/orders/{story.order.number}/reply"
    assert "2. 收费不合理" in client.get(url).content.decode()
    story.order.refresh_from_db()
    fields = {
        "seen": story.order.event_count, "outcome": "partly", "process": "上门", "result": "",
        "public_answer": "已修复，收费按标准。", "contacted_at": "2026-03-03T10:00",
        "contact_number": "053412345", "sign_off": "李局长", "m1_outcome": "solved",
        "m1_result": "已修复", "m2_outcome": "explained",
    }  # fmt: skip
    refused = client.post(url, fields | {"m2_result": ""})
    assert refused.status_code == 422
    assert "请写明第 2 项的办理结果" in refused.content.decode()
    assert client.post(url, fields | {"m2_result": "按标准收取"}).status_code == 302
    page = client.get(f"/desk/orders/{story.order.number}").content.decode()
    assert "按标准收取" in page
