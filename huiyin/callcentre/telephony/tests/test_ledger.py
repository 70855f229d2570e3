"""What the distributor says, stored: calls with their stretches, agents, missed numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from huiyin.callcentre.calls.models import Call, CallSpan
from huiyin.callcentre.calls.states import CallOutcome
from huiyin.callcentre.telephony import conversation, line, queries, recovery
from huiyin.callcentre.telephony.actions import ledger
from huiyin.callcentre.telephony.actions.ledger import moment
from huiyin.callcentre.telephony.distributor import Distributor
from huiyin.callcentre.telephony.models import (
    AgentChange,
    KnownNumber,
    LeaderDay,
    Line,
    LiveCall,
    Missed,
    Recording,
    Seat,
    Session,
)
from huiyin.callcentre.telephony.rules import Settings
from huiyin.callcentre.telephony.states import (
    AgentState,
    CallState,
    MissedState,
    Skill,
    Surge,
)
from huiyin.kernel import crypto
from tests.world import World, at

BEGAN = at(2, 10)
PLAIN = Settings(ring=15, wrap=30, announce=0, outgoing=2)


class Desk:
    """A distributor whose facts go to the ledger; seat 8001 belongs to the agent."""

    def __init__(self, world: World) -> None:
        self.staff = world.people["agent"]
        seat, _ = Seat.objects.get_or_create(extension="8001", defaults={"kind": "answering"})
        self.session = Session.objects.create(
            staff=self.staff, seat=seat, signed_in_at=BEGAN, state="signed_out", since=BEGAN
        )
        self.of = Distributor(PLAIN)
        self.t0 = BEGAN.timestamp()
        self.now = self.t0
        self.of.sign_in("8001", self.staff.pk, {Skill.GENERAL}, self.t0)
        self.commands: list[line.Command] = []
        self.store()

    def store(self) -> None:
        commands, facts = self.of.take()
        self.commands += commands
        ledger.store(facts)

    def ready(self) -> None:
        self.of.choose("8001", AgentState.READY, self.now)

    def go(self, seconds: float) -> None:
        self.now += seconds
        self.of.tick(self.now)

    def hear(self, *events: line.Event) -> None:
        for event in events:
            self.of.hear(event, self.now)
        for command in self.of.commands:
            if isinstance(command, line.Connect):
                self.of.hear(line.Joined(command.call), self.now)

    def offer(self, key: str, number: str = "13900000001") -> None:
        self.hear(line.Offered(key, number, "12345"), line.Prompted(key))

    def answer(self) -> None:
        commands, facts = self.of.take()
        ledger.store(facts)
        leg = next(c for c in reversed(commands) if isinstance(c, (line.Ring, line.Dial))).leg
        self.hear(line.Answered(leg))


@pytest.fixture
def desk(world):
    return Desk(world)


@pytest.mark.rule("R-237")
def test_a_call_with_all_its_stretches(desk):
    desk.offer("a")
    desk.store()
    live = LiveCall.objects.get()
    assert (live.state, live.number_masked) == ("waiting", "139****0001")
    assert crypto.unseal(live.number_sealed, "call.number") == "13900000001"
    desk.go(5)
    desk.ready()
    desk.go(3)
    desk.answer()
    desk.store()
    assert queries.call_at("8001").state == "talking"
    desk.go(60)
    desk.hear(line.Gone("a"))
    desk.store()
    call = Call.objects.get()
    assert (call.outcome, call.agent) == (CallOutcome.ANSWERED.value, desk.staff)
    assert call.answered_at - call.arrived_at == timedelta(seconds=8)
    spans = [(s.kind, (s.ended_at - s.began_at).seconds, s.agent) for s in call.spans.all()]
    assert spans == [("wait", 5, None), ("ring", 3, desk.staff), ("talk", 60, desk.staff)]
    assert Recording.objects.get().call == call
    assert not LiveCall.objects.exists()
    assert not Missed.objects.exists()
    states = list(AgentChange.objects.order_by("pk").values_list("to", flat=True))
    assert states == ["busy", "ready", "ringing", "talking", "wrap_up"]
    desk.session.refresh_from_db()
    assert desk.session.state == "wrap_up"


@pytest.mark.rule("R-237")
def test_a_stretch_is_that_of_who_sat_there_then(desk, world):
    """Not of who took the seat before what ended was stored."""
    desk.ready()
    desk.offer("a")
    desk.answer()
    desk.go(9)
    desk.hear(line.Gone("a"))
    Session.objects.update(signed_out_at=moment(desk.now + 1))
    Session.objects.create(
        staff=world.people["vendor_agent"], seat=desk.session.seat, state="busy",
        signed_in_at=moment(desk.now + 2), since=moment(desk.now + 2),
    )  # fmt: skip
    desk.store()
    talk = CallSpan.objects.get(kind="talk")
    assert talk.agent == desk.staff


@pytest.mark.rule("R-237")
def test_a_fact_told_twice_changes_nothing(desk):
    desk.ready()
    desk.offer("a")
    desk.answer()
    desk.go(9)
    desk.hear(line.Gone("a"))
    _, facts = desk.of.take()
    ledger.store(facts)
    ledger.store([fact for fact in facts if hasattr(fact, "spans")])
    assert Call.objects.count() == 1
    assert CallSpan.objects.filter(kind="talk").count() == 1
    assert Recording.objects.count() == 1


def test_many_calls_take_few_statements(desk, django_assert_max_num_queries):
    def batch(number: int) -> list:
        for each in range(number):
            desk.offer(f"q{number}-{each}", "")
        desk.go(4)
        for each in range(number):
            desk.hear(line.Gone(f"q{number}-{each}"))
        return desk.of.take()[1]

    from django.db import connection

    few, many = batch(2), batch(40)
    with CaptureQueriesContext(connection) as small:
        ledger.store(few)
    with CaptureQueriesContext(connection) as large:
        ledger.store(many)
    assert len(large) == len(small)
    assert Call.objects.count() == 42


@pytest.mark.rule("R-226")
def test_missed_calls_are_merged_by_number(desk):
    for key in ("a", "b"):
        desk.offer(key)
        desk.go(20)
        desk.hear(line.Gone(key))
        desk.store()
    row = Missed.objects.get()
    assert (row.calls, row.number_masked, row.state) == (2, "139****0001", "open")
    desk.ready()
    desk.offer("c")
    desk.answer()
    desk.hear(line.Gone("c"))
    desk.store()
    row.refresh_from_db()
    assert row.state == MissedState.CAME_BACK.value


@pytest.mark.rule("R-226")
def test_three_attempts_and_no_more(desk):
    desk.offer("a")
    desk.go(20)
    desk.hear(line.Gone("a"))
    desk.store()
    row = Missed.objects.get()
    for attempt in (1, 2, 3):
        conversation.dial(desk.of, "8001", "13900000001", desk.now, missed=row.pk)
        desk.answer()
        leg = next(c for c in desk.of.take()[0] if isinstance(c, line.Dial)).leg
        desk.hear(line.Failed(leg))
        desk.store()
        desk.go(60)
        desk.store()
        row.refresh_from_db()
        assert row.attempts == attempt
    assert row.state == MissedState.GIVEN_UP.value
    assert Call.objects.filter(outcome=CallOutcome.UNREACHED.value).count() == 3
    figures = queries.missed_figures(BEGAN, BEGAN + timedelta(days=1))
    assert (figures.missed, figures.called_back) == (1, 0)


@pytest.mark.rule("R-225")
def test_nobody_is_called_at_night_but_in_danger(world, desk):
    def miss(number: str, **more) -> None:
        Missed.objects.create(
            number_sealed=crypto.seal(number, "missed.number"), number_masked="",
            number_key=crypto.lookup(number, "phone"), first_at=BEGAN, last_at=BEGAN, **more,
        )  # fmt: skip

    miss("13900000001")
    miss("13900000002", urgent=True)
    miss("13900000003", care=True)
    by_day = [
        crypto.unseal(m.number_sealed, "missed.number")[-1] for m in queries.missed_now(BEGAN)
    ]
    assert by_day == ["2", "3", "1"]
    assert len(queries.missed_now(at(2, 23))) == 1


@pytest.mark.rule("R-221")
def test_lists_and_repeated_calls_give_priority(world, desk):
    staff = world.people["agent"]
    KnownNumber.objects.create(
        number_sealed=b"", number_masked="", number_key=crypto.lookup("13900000002", "phone"),
        kind="care", added_by=staff, added_at=BEGAN,
    )  # fmt: skip
    desk.offer("a")
    desk.go(20)
    desk.hear(line.Gone("a"))
    desk.store()
    soon = BEGAN + timedelta(hours=1)
    assert queries.priorities(["13900000001"], soon) == {"13900000001": 10}
    assert queries.priorities(["13900000001"], BEGAN + timedelta(hours=5)) == {"13900000001": 0}
    assert queries.priorities(["13900000002"], soon) == {"13900000002": 20}
    assert queries.priorities([""], soon) == {"": 0}


@pytest.mark.rule("R-238")
def test_lines_in_and_out_and_a_leaders_day(world):
    Line.objects.create(number="12345", pool="in", capacity=80)
    Line.objects.create(number="96001", pool="in", capacity=4, closed=True)
    Line.objects.create(number="out", pool="out", capacity=30)
    Line.objects.create(number="12345-6", pool="in", capacity=4, skill="foreign")
    LeaderDay.objects.create(
        leader=world.people["manager"], topic="供热", line="12345-8",
        begins_at=BEGAN, ends_at=BEGAN + timedelta(hours=2),
    )  # fmt: skip
    found = queries.settings(BEGAN)
    assert (found.outgoing, found.closed, found.ring) == (30, {"96001"}, 15)
    assert found.lines["12345-8"] is Skill.LEADER
    assert found.lines["12345-6"] is Skill.FOREIGN
    assert "12345-8" not in queries.settings(BEGAN + timedelta(hours=2)).lines


@pytest.mark.rule("R-232")
def test_a_second_distributor_knows_what_the_first_did(desk, world):
    desk.ready()
    desk.offer("a")
    desk.answer()
    desk.go(1)
    desk.offer("b", "13900000002")
    desk.store()
    seat = Seat.objects.create(extension="8009", kind="answering")
    Session.objects.create(  # asked to sign in while nobody led: still a wish, not an agent
        staff=world.people["supervisor"], seat=seat, signed_in_at=BEGAN, state="signed_out",
        since=BEGAN,
    )  # fmt: skip
    second = Distributor(PLAIN)
    recovery.restore(second, queries.agents_kept(), queries.calls_kept())
    leg = next(iter(desk.of.calls["a"].legs))
    there = line.Standing(
        (line.Offered("a", "1", "12345"), line.Offered("b", "2", "12345")), ((leg, "a"),)
    )
    assert "8009" not in second.agents
    recovery.link_up(second, there, desk.now + 3)
    assert second.calls["a"].state is CallState.TALKING
    assert second.calls["b"].place == desk.t0 + 1
    second.hear(line.Gone("a"), desk.now + 60)
    ledger.store(second.take()[1])
    kinds = list(Call.objects.get().spans.values_list("kind", flat=True))
    assert kinds[-1] == "talk"


@pytest.mark.rule("R-229")
def test_figures_come_from_the_calls(desk):
    for key, waits in (("a", 10), ("b", 40), ("c", 3)):
        desk.offer(key, "")
        desk.go(waits)
        desk.hear(line.Gone(key))
    desk.store()
    found = queries.figures(BEGAN, BEGAN + timedelta(hours=1))
    assert (found.offered, found.answered, found.abandoned) == (3, 0, 2)
    assert found.connected == 0
    midnight = BEGAN.replace(hour=0)
    assert queries.half_hours(midnight)[20] == 3
    assert moment(desk.t0) == BEGAN


@pytest.mark.rule("R-229")
def test_a_closed_line_is_no_fault_of_the_floor_but_its_callers_are_called_back(desk):
    desk.of.settings = Settings(closed=frozenset({"12345"}))
    desk.offer("a")
    desk.hear(line.Gone("a"))
    desk.store()
    assert Call.objects.get().outcome == "closed"
    assert queries.figures(BEGAN, BEGAN + timedelta(hours=1)).offered == 0
    assert Missed.objects.exists()


@pytest.mark.rule("R-577")
def test_who_went_while_nobody_distributed_is_written_down_and_called_back(desk):
    desk.hear(line.Lost("gone", "13900000009", "12345", desk.t0 - 60, desk.t0 - 20))
    desk.store()
    call = Call.objects.get()
    assert (call.outcome, call.arrived_at) == ("abandoned", BEGAN - timedelta(seconds=60))
    assert Missed.objects.get().number_masked == "139****0009"


@pytest.mark.rule("R-232")
def test_what_legs_are_for_is_kept(desk):
    desk.ready()
    desk.offer("a")
    desk.answer()
    conversation.consult(desk.of, "8001", "110", desk.now)
    desk.answer()
    desk.store()
    asked, answered = queries.thirds(LiveCall.objects.get())
    assert (asked, answered) == (True, True)
    second = Distributor(PLAIN)
    recovery.restore(second, queries.agents_kept(), queries.calls_kept())
    assert second.legs == desk.of.legs
    assert second.agents["8001"].leg == desk.of.agents["8001"].leg != ""


@pytest.mark.rule("R-226")
def test_an_agent_whose_own_telephone_fails_has_not_tried(desk):
    desk.offer("a")
    desk.go(20)
    desk.hear(line.Gone("a"))
    desk.store()
    row = Missed.objects.get()
    conversation.dial(desk.of, "8001", "13900000001", desk.now, missed=row.pk)
    ring = next(c for c in desk.of.take()[0] if isinstance(c, line.Ring))
    desk.hear(line.Failed(ring.leg, "unreachable"))
    desk.store()
    row.refresh_from_db()
    assert (row.attempts, row.state) == (0, "open")


@pytest.mark.rule("R-226")
def test_who_was_tried_goes_behind_those_who_were_not(desk):
    for n, tried in ((1, BEGAN + timedelta(hours=1)), (2, None)):
        Missed.objects.create(
            number_sealed=b"", number_masked=str(n), number_key=bytes([n]), tried_at=tried,
            first_at=BEGAN + timedelta(minutes=n), last_at=BEGAN,
        )  # fmt: skip
    assert [row.number_masked for row in queries.missed_now(BEGAN)] == ["2", "1"]


@pytest.mark.rule("R-573")
def test_a_surge_goes_on_over_the_half_hour_and_counts_who_waits(desk):
    now = BEGAN + timedelta(minutes=2)  # two minutes into a half hour
    usual = [10.0] * 48

    def wait(minutes: int, many: int) -> None:
        for n in range(many):
            LiveCall.objects.create(
                key=f"{minutes}-{n}", direction="in", state="waiting", line="12345",
                skill="general", arrived_at=now - timedelta(minutes=minutes),
            )  # fmt: skip

    wait(40, 50)  # too long ago
    assert queries.surge_now(now, usual) is Surge.NONE
    wait(20, 19)
    assert queries.surge_now(now, usual) is Surge.BLUE
    wait(1, 11)
    assert queries.surge_now(now, usual) is Surge.RED
    assert queries.surge_now(now, [0.0] * 48) is Surge.NONE  # nothing is known of earlier weeks
    assert queries.half_hours(BEGAN.replace(hour=0))[20] == 11
