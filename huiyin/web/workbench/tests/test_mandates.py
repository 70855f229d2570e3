"""Supervision orders on the desk: written, issued, answered, reviewed, listed, printed."""

from __future__ import annotations

import pytest

from huiyin.followup.mandates.models import Mandate, Team
from huiyin.followup.supervision.models import Letter
from tests.world import Story, at

pytestmark = pytest.mark.django_db
FIELDS = {
    "kind": "internal", "unit": "water", "title": "暖气不热久拖未决",
    "demands": "请查明原因，书面反馈。",
}  # fmt: skip


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-418")
def test_a_supervisor_presses_a_unit_until_it_is_done(story: Story, desk) -> None:
    number = story.created().submitted().dispatched().order.number
    client, unit = desk("supervisor"), desk("water_handler")
    begun = text(client.get(f"/desk/supervision/new?order={number}"))
    assert number in begun
    assert "暖气不热" in begun
    wrong = client.post("/desk/supervision/new", FIELDS | {"orders": "1234", "demands": ""})
    assert wrong.status_code == 422
    assert "请写明要求" in text(wrong)
    client.post("/desk/supervision/new", FIELDS | {"orders": number})
    key = Mandate.objects.get().pk
    page = f"/desk/supervision/{key}"
    assert unit.get(page).status_code == 404
    client.post(f"{page}/edit", FIELDS | {"orders": number, "title": "供热问题"})
    assert "已发出" in text(client.post(f"{page}/issue", follow=True))
    assert "督办单待签收" in text(unit.get("/desk/"))
    unit.post(f"{page}/sign")
    assert unit.post(f"{page}/reply", {"note": ""}).status_code == 422
    assert unit.post(f"{page}/cancel", {"note": "好了"}).status_code == 403
    unit.post(f"{page}/reply", {"note": "已更换水泵"})
    assert "督办反馈待审核" in text(client.get("/desk/"))
    assert client.post(f"{page}/sign").status_code == 403
    assert client.post(f"{page}/issue").status_code == 409
    client.post(f"{page}/cancel", {"note": "室温达标"})
    shown = text(client.get(page))
    for words in ("供热问题", "已销号", "室温达标", "已更换水泵", "督〔2026〕1号"):
        assert words in shown
    assert "督〔2026〕1号" in text(client.get(f"/desk/orders/{number}"))
    assert "督办的工单" in text(client.get(f"{page}/paper"))
    assert client.get(f"{page}/paper.pdf").content.startswith(b"%PDF-")
    assert client.get(f"{page}/nothing").status_code == 404
    assert client.get("/desk/supervision/999").status_code == 404


@pytest.mark.rule("R-416")
def test_the_ledger_and_its_table(story: Story, desk, django_assert_max_num_queries) -> None:
    story.created().submitted().dispatched()
    for _ in range(4):
        story.pressed().issued()
    client = desk("supervisor")
    with django_assert_max_num_queries(14):
        page = text(client.get("/desk/supervision"))
    assert page.count("督办 4 次") == 4
    assert "没有符合条件" in text(client.get("/desk/supervision?show=late"))
    assert "没有符合条件" in text(client.get("/desk/supervision?unit=housing&show=all"))
    assert "暖气不热" in text(client.get("/desk/supervision?unit=water&kind=internal&q=久拖"))
    table = b"".join(client.get("/desk/supervision.csv").streaming_content).decode()
    assert "暖气不热久拖未决" in table
    assert table.count("\n") == 5
    assert "督办台账" in text(desk("water_handler").get("/desk/supervision"))


@pytest.mark.rule("R-414")
def test_a_team_is_kept(story: Story, desk) -> None:
    client = desk("manager")
    who = story.world.people["supervisor"].pk
    fields = {
        "name": "督办一组",
        "members": [who],
        "units": "water",
        "categories": "04",
        "active": "on",
    }
    client.post("/desk/supervision/teams", fields)
    team = Team.objects.get()
    assert [u.code for u in team.units.all()] == ["water"]
    assert client.post("/desk/supervision/teams", fields).status_code == 409
    wrong = client.post(f"/desk/supervision/teams/{team.pk}", fields | {"categories": "99"})
    assert wrong.status_code == 422
    assert "没有分类 99" in text(wrong)
    client.post(f"/desk/supervision/teams/{team.pk}", fields | {"name": "督办二组", "active": ""})
    assert "已停用" in text(client.get("/desk/supervision/teams"))
    assert client.get("/desk/supervision/teams/999").status_code == 404


@pytest.mark.rule("R-419")
def test_letters_are_sent_read_and_printed(story: Story, desk) -> None:
    story.created().submitted().dispatched()
    story.order.assignments.update(due_at=at(4, 9))
    client, unit = desk("supervisor"), desk("water_handler")
    page = text(client.get("/desk/letters/new"))
    assert "市水务局" in page
    assert "已超期 1 件" in page
    assert "没有这样的工单" in text(client.get("/desk/letters/new?below=housing"))
    fields = {"units": [story.world.water.pk], "signed_by": "王主任"}
    assert client.post("/desk/letters/new", fields | {"units": []}).status_code == 422
    assert "已发出" in text(client.post("/desk/letters/new", fields, follow=True))
    assert "工作提醒函未读" in text(unit.get("/desk/"))
    key = Letter.objects.get().pk
    opened = text(unit.get(f"/desk/letters/{key}"))
    assert "签发人：王主任" in opened
    assert "暖气不热" in opened
    assert "water_handler" in text(client.get(f"/desk/letters/{key}"))
    assert "1 人已读" in text(client.get("/desk/letters"))
    assert unit.get(f"/desk/letters/{key}/letter.pdf").content.startswith(b"%PDF-")
    assert desk("housing_handler").get(f"/desk/letters/{key}").status_code == 404
