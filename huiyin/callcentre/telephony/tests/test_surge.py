"""What a centre has prepared for a surge: started and stopped by a person, with effect."""

from __future__ import annotations

import pytest

from huiyin.callcentre.telephony import line, queries, surge_queries
from huiyin.callcentre.telephony.actions import lists, setup, surge, wishes
from huiyin.callcentre.telephony.distributor import Distributor
from huiyin.callcentre.telephony.models import Session, Standby, Wish
from huiyin.callcentre.telephony.rules import Settings
from huiyin.callcentre.telephony.states import AgentState, Skill, Surge, SurgeAct
from huiyin.kernel import cached
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from huiyin.kernel.models import AccessLog
from huiyin.knowledge.models import Parameter
from tests.world import START, World, at

NOW = at(2, 10)


@pytest.mark.rule("R-460")
def test_what_is_prepared_is_the_citys(world: World) -> None:
    plain = surge_queries.plan(NOW)
    assert plain[Surge.NONE] == ()
    assert SurgeAct.STANDBY in plain[Surge.RED]
    assert SurgeAct.STANDBY not in plain[Surge.YELLOW]
    Parameter.objects.create(
        key="telephony.surge_blue", value=["standby"], valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert surge_queries.plan(NOW)[Surge.BLUE] == (SurgeAct.STANDBY,)


@pytest.mark.rule("R-460")
def test_a_person_starts_and_stops_and_it_stays_written_down(world: World) -> None:
    leader = world.actor("supervisor")
    with pytest.raises(NotAllowed):
        surge.start("message", Surge.RED, by=world.actor("agent"), now=NOW)
    with pytest.raises(Invalid):
        surge.start("panic", Surge.RED, by=leader, now=NOW)
    with pytest.raises(Invalid):
        surge.start("event_tag", Surge.RED, by=leader, now=NOW, tag="none")
    assert not queries.settings(NOW).surge
    step = surge.start("message", Surge.RED, by=leader, now=NOW)
    assert queries.settings(NOW).surge
    with pytest.raises(Conflict):
        surge.start("message", Surge.RED, by=leader, now=NOW)
    surge.stop(step.pk, by=leader, now=at(2, 11))
    assert not queries.settings(NOW).surge
    with pytest.raises(Conflict):
        surge.stop(step.pk, by=leader, now=NOW)
    with pytest.raises(NotFound):
        surge.stop(0, by=leader, now=NOW)
    surge.start("message", Surge.NONE, by=leader, now=at(2, 12))
    steps = surge_queries.latest_steps()
    assert [(row.level, row.stopped_at) for row in steps] == [("none", None), ("red", at(2, 11))]


def test_whoever_must_wait_hears_the_message_once() -> None:
    desk = Distributor(Settings(surge=True, announce=0))
    desk.hear(line.Offered("a", "13900000001", "12345"), 0)
    desk.hear(line.Prompted("a"), 1)
    surged = [c for c in desk.take()[0] if isinstance(c, line.Play)]
    assert [c.prompt for c in surged] == [line.Prompt.SURGE]
    desk.sign_in("8001", 1, {Skill.GENERAL}, 2)
    desk.choose("8001", AgentState.READY, 2)
    leg = next(c.leg for c in desk.take()[0] if isinstance(c, line.Ring))
    desk.hear(line.Failed(leg, "busy"), 3)
    assert not [c for c in desk.take()[0] if isinstance(c, line.Play)]


def test_no_breaks_while_it_runs(world: World) -> None:
    setup.seats("8001", kind="answering")
    agent = world.actor("agent")
    wishes.sign_in("8001", by=agent, now=NOW)
    surge.start("no_breaks", Surge.YELLOW, by=world.actor("supervisor"), now=NOW)
    with pytest.raises(Refused, match="话务应急期间暂停小休"):
        wishes.ask("choose", {"to": "break"}, by=agent, now=NOW)


def test_who_can_be_called_in(world: World) -> None:
    leader = world.actor("supervisor")
    with pytest.raises(Invalid):
        lists.add_standby("nobody", "13900000001", by=leader)
    lists.add_standby("agent", "13900000001", by=leader)
    row = lists.add_standby("agent", "13900000002", by=leader, note="住得近")
    assert Standby.objects.get().number_masked == "139****0002"
    assert surge_queries.standby() == [row]
    setup.seats("8001,8002", kind="floor")
    wishes.sign_in("8001", by=leader, now=NOW)
    wish = wishes.ask("dial", {"standby": row.pk}, by=leader, now=NOW)
    assert wishes.number_in(wish, NOW) == "13900000002"
    assert AccessLog.objects.get().purpose == "召集备班"
    staff = world.people["agent"]
    seat = queries.seats().last()
    Session.objects.create(staff=staff, seat=seat, signed_in_at=NOW, state="ready", since=NOW)
    assert surge_queries.standby() == []
    lists.remove_standby(row.pk, by=leader)
    with pytest.raises(NotFound):
        lists.remove_standby(row.pk, by=leader)


@pytest.mark.rule("R-461")
def test_a_requester_is_called_by_those_who_may_read_the_number(story) -> None:
    world = story.world
    order = story.created().order
    setup.seats("8001", kind="answering")
    setup.seats("8002", kind="quality")
    agent, quality = world.actor("agent"), world.actor("quality")
    wishes.sign_in("8001", by=agent, now=NOW)
    wishes.sign_in("8002", by=quality, now=NOW)
    assert wishes.ask("dial", {"order": order.pk}, by=agent, now=NOW).verb == "dial"
    with pytest.raises(NotAllowed, match="不能查看诉求人信息"):
        wishes.ask("dial", {"order": order.pk}, by=quality, now=NOW)
    assert Wish.objects.filter(verb="dial").count() == 1
