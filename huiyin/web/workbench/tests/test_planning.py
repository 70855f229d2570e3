"""Forecast, roster, totals and leaders' days as pages; marks on a call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huiyin.callcentre.calls.actions import CallFacts, record
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.callcentre.telephony.actions import lists, recordings, setup, wishes
from huiyin.callcentre.telephony.models import LeaderDay, LiveCall, MarkedCall, Session, Shift
from huiyin.callcentre.telephony.tests.kept import kept
from huiyin.kernel import clock, crypto
from huiyin.kernel.models import AccessLog
from huiyin.worktime.calendar import SHANGHAI
from tests.world import Story, at

NUMBER = "13800000000"


def answered(moments, *, prefix: str = "c", **more) -> None:
    record([
        CallFacts(
            Direction.IN, more.get("outcome", CallOutcome.ANSWERED), when,
            when + timedelta(minutes=3), when, number=NUMBER, reference=f"{prefix}{n}",
            line=more.get("line", "12345"), order=more.get("order"),
        )
        for n, when in enumerate(moments)
    ])  # fmt: skip


@pytest.mark.rule("R-523")
def test_the_forecast_of_a_day(story: Story, desk, django_assert_max_num_queries) -> None:
    client = desk("supervisor")
    empty = client.get("/desk/floor/forecast?day=2026-03-30").content.decode()
    assert "不能预测" in empty
    week = at(30, 9) - timedelta(weeks=1)
    answered([week + n * timedelta(seconds=30) for n in range(40)])
    client.get("/desk/floor/forecast")
    with django_assert_max_num_queries(12):
        page = client.get("/desk/floor/forecast?day=2026-03-30").content.decode()
    assert "建议的班" in page
    assert "08:00-16:00" in page
    asked = "/desk/floor/forecast?day=2026-03-30&calls=1000&talk=120&target=72"
    assert "占线" in client.get(asked).content.decode()
    assert 'role="status"' in client.get(asked).content.decode()
    wrong = client.get("/desk/floor/forecast?calls=0&talk=x&target=100")
    assert wrong.status_code == 422
    assert "请填写数字" in wrong.content.decode()
    assert client.get("/desk/floor/forecast?day=gestern").status_code == 422
    assert desk("agent").get("/desk/floor/forecast").status_code == 403


@pytest.mark.rule("R-524")
def test_the_roster(story: Story, desk, django_assert_max_num_queries) -> None:
    client = desk("supervisor")
    now = clock.now()
    begins = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    local = begins.astimezone(SHANGHAI)
    shift = {
        "staff": "agent，vendor_agent", "begins_at": f"{local:%Y-%m-%dT%H:%M}",
        "ends_at": f"{local + timedelta(hours=8):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert client.post("/desk/floor/roster", shift).status_code == 302
    assert Shift.objects.count() == 2
    again = client.post("/desk/floor/roster", shift)
    assert again.status_code == 409
    assert "小时休息" in again.content.decode()
    nobody = client.post("/desk/floor/roster", shift | {"staff": "nobody"})
    assert nobody.status_code == 422
    assert "没有这些账号" in nobody.content.decode()
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=story.world.actor("agent"), now=now)
    client.get("/desk/floor/roster")
    with django_assert_max_num_queries(10):
        page = client.get("/desk/floor/roster").content.decode()
    assert "没有签入" in page
    assert "0 / 100" in page
    assert desk("agent").post("/desk/floor/roster", shift).status_code == 403
    row = Shift.objects.create(
        staff=story.world.people["agent"], begins_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=3, hours=8), planned_at=now,
        planned_by=story.world.people["supervisor"],
    )  # fmt: skip
    assert "排一个班" not in desk("agent").get("/desk/floor/roster").content.decode()
    assert client.post(f"/desk/floor/roster/{row.pk}/cancel").status_code == 302
    assert not Shift.objects.filter(pk=row.pk).exists()


@pytest.mark.rule("R-528")
def test_totals_as_page_and_table(story: Story, desk) -> None:
    answered([at(2), at(3)])
    client = desk("manager")
    page = client.get("/desk/calls/totals?year=2026").content.decode()
    assert "2026 年各月" in page
    months = client.get("/desk/calls/totals.csv?year=2026").content.decode("utf-8-sig")
    assert months.splitlines()[1] == "3,2,2,100.0,100.0,0.0,0,0,1,2"
    years = client.get("/desk/calls/totals.csv").content.decode("utf-8-sig")
    assert years.splitlines()[1] == "2026,2,2,100.0,100.0,0.0,0,0,2"
    assert client.get("/desk/calls/totals?year=x").status_code == 422


@pytest.mark.rule("R-529")
def test_the_follow_up_of_a_leaders_day(story: Story, desk, django_assert_max_num_queries) -> None:
    order = story.created().submitted().dispatched().order
    row = LeaderDay.objects.create(
        leader=story.world.people["manager"], topic="供热", line="12345-8", begins_at=at(2, 9),
        ends_at=at(2, 11),
    )  # fmt: skip
    answered([at(2, 9)], line="12345-8", order=order.pk, outcome=CallOutcome.REQUEST)
    answered([at(2, 10)], line="12345-8", prefix="d")
    client = desk("supervisor")
    client.get(f"/desk/floor/leaders/{row.pk}")
    with django_assert_max_num_queries(12):
        page = client.get(f"/desk/floor/leaders/{row.pk}").content.decode()
    assert order.title in page
    assert "待签收" in page
    assert "当场答复" in page
    table = client.get(f"/desk/floor/leaders/{row.pk}.csv").content.decode("utf-8-sig")
    assert order.number in table
    assert client.get("/desk/floor/leaders/0").status_code == 404
    listed = client.get("/desk/floor/leaders")
    assert listed.status_code == 200


@pytest.mark.rule("R-526")
def test_a_caller_is_marked_and_the_words_are_shown(story: Story, desk) -> None:
    setup.seats("8001", kind="answering")
    agent = story.world.actor("agent")
    wishes.sign_in("8001", by=agent, now=clock.now())
    client = desk("agent")
    wish = {"mark": "abusive", "on": "1"}
    assert client.post("/desk/phone/mark", wish).status_code == 409
    Session.objects.update(state="talking", call="c0")
    LiveCall.objects.create(
        key="c0", direction="in", state="talking", line="12345", skill="general", seat="8001",
        arrived_at=clock.now(), number_masked="138****0000",
        number_sealed=crypto.seal(NUMBER, "call.number"),
        number_key=crypto.lookup(NUMBER, "phone"),
    )  # fmt: skip
    page = client.post("/desk/phone/mark", wish, headers={"HX-Request": "true"}).content.decode()
    assert "值班组长可见" in page
    assert "请您文明用语" in page
    assert client.post("/desk/phone/mark", wish).status_code == 302
    assert MarkedCall.objects.count() == 1
    assert client.post("/desk/phone/mark", {"mark": "rich", "on": "1"}).status_code == 422
    floor = desk("supervisor").get("/desk/floor").content.decode()
    assert '<span class="tag red">辱骂</span>' in floor

    LiveCall.objects.update(key="c1")
    Session.objects.update(call="c1")
    page = client.get("/desk/phone").content.decode()
    assert "近一年标记过" in page
    assert "请您文明用语" not in page
    lists.add_number(NUMBER, "nuisance", by=story.world.actor("supervisor"), now=clock.now())
    assert "请您文明用语" in client.get("/desk/phone").content.decode()
    LiveCall.objects.update(key="c0")
    client.post("/desk/phone/mark", {"mark": "abusive", "on": "0"})
    assert not MarkedCall.objects.exists()


@pytest.mark.rule("R-541")
def test_a_recording_is_kept_as_evidence(story: Story, desk) -> None:
    row = kept(clock.now())
    assert desk("agent").post(f"/desk/calls/{row.pk}/hold", {"on": "1"}).status_code == 403
    client = desk("quality")
    assert client.post(f"/desk/calls/{row.pk}/hold", {"on": "1"}).status_code == 302
    assert "到期不删" in client.get("/desk/calls").content.decode()
    assert AccessLog.objects.get().fields == ["hold"]
    assert recordings.remove_old(clock.now() + timedelta(days=4000)) == 0
    client.post(f"/desk/calls/{row.pk}/hold", {"on": "0"})
    assert recordings.remove_old(clock.now() + timedelta(days=4000)) == 1
    assert client.post(f"/desk/calls/{row.pk}/hold", {"on": "1"}).status_code == 404


def test_what_agents_did_as_page_and_table(story: Story, desk) -> None:
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=story.world.actor("agent"), now=clock.now())
    client = desk("supervisor")
    assert "利用率" in client.get("/desk/floor/people").content.decode()
    table = client.get("/desk/floor/people.csv").content.decode("utf-8-sig")
    assert table.splitlines()[1].startswith("agent,")
