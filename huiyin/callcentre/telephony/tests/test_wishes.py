"""What is asked of the distributor: at one's own seat, within the rules, without numbers."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.telephony import queries
from huiyin.callcentre.telephony.actions import setup, wishes
from huiyin.callcentre.telephony.models import (
    AgentChange,
    LiveCall,
    Missed,
    Seat,
    Session,
    Wish,
)
from huiyin.callcentre.telephony.tests.kept import kept
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.kernel.models import AccessLog
from tests.races import at_once, outcome
from tests.world import Story, at

NOW = at(2, 10)


def seat(world, name="agent", extension="8001"):
    """Sit somebody down; return who."""
    setup.seats(extension, kind="answering")
    by = world.actor(name)
    wishes.sign_in(extension, by=by, now=NOW)
    return by


@pytest.mark.rule("R-571")
def test_to_whom_a_call_is_given(world):
    by = seat(world)
    setup.seats("8002", kind="answering")
    with pytest.raises(Refused, match="没有人签入"):  # and is not called outside
        wishes.ask("transfer", {"to": "8002"}, by=by, now=NOW)
    seat(world, "vendor_agent", "8002")
    assert wishes.ask("transfer", {"to": "8002"}, by=by, now=NOW).words == {"to": "8002"}
    outside = wishes.ask("consult", {"to": "13900000001"}, by=by, now=NOW)
    assert list(outside.words) == ["sealed"]  # a number never lies in the clear
    assert wishes.number_in(outside, NOW) == "13900000001"


@pytest.mark.rule("R-612")
@pytest.mark.parametrize("more", [{"number": "13900000009"}, {"order": 1}, {"standby": 1}])
def test_no_other_number_is_called_in_the_name_of_a_missed_one(world, more):
    by, row = seat(world), missed()
    with pytest.raises(Invalid, match="不能改拨"):
        wishes.ask("dial", {"missed": row.pk, **more}, by=by, now=NOW)
    with pytest.raises(Invalid, match="不能改拨"):
        wishes.ask("dial", {"standby": 1, "number": "13900000009"}, by=by, now=NOW)
    assert not Wish.objects.filter(verb="dial").exists()


def missed(**facts) -> Missed:
    return Missed.objects.create(
        number_sealed=b"", number_masked="", number_key=b"1", first_at=NOW, last_at=NOW, **facts
    )


@pytest.mark.rule("R-572")
def test_a_missed_number_is_called_by_one_and_not_at_night(world):
    by, row = seat(world), missed()
    night = at(2, 23)
    with pytest.raises(Refused, match="夜里"):
        wishes.ask("dial", {"missed": row.pk}, by=by, now=night)
    wish = wishes.ask("dial", {"missed": row.pk}, by=by, now=NOW)
    other = seat(world, "vendor_agent", "8002")
    with pytest.raises(Conflict, match="正在回拨"):
        wishes.ask("dial", {"missed": row.pk}, by=other, now=NOW)
    Wish.objects.filter(pk=wish.pk).update(done_at=NOW)
    LiveCall.objects.create(
        key="out-1", direction="out", state="ringing", line="", skill="general", arrived_at=NOW,
        missed=row,
    )  # fmt: skip
    with pytest.raises(Conflict, match="正在回拨"):
        wishes.ask("dial", {"missed": row.pk}, by=other, now=NOW)
    assert queries.missed_now(NOW)[0].calling
    LiveCall.objects.all().delete()
    Missed.objects.update(state="reached")
    with pytest.raises(Conflict, match="不用再拨"):
        wishes.ask("dial", {"missed": row.pk}, by=other, now=NOW)
    Missed.objects.update(state="open", urgent=True)
    assert wishes.ask("dial", {"missed": row.pk}, by=other, now=night)
    with pytest.raises(NotFound):
        wishes.ask("dial", {"missed": row.pk + 1}, by=other, now=NOW)


@pytest.mark.rule("R-572")
def test_two_press_at_once_and_one_calls(standing_world):
    row = missed()
    both = [seat(standing_world), seat(standing_world, "vendor_agent", "8002")]
    ask = [partial(wishes.ask, "dial", {"missed": row.pk}, by=by, now=NOW) for by in both]
    done, refused = outcome(at_once(*ask))
    assert (len(done), len(refused)) == (1, 1)
    assert isinstance(refused[0], Conflict)


@pytest.mark.rule("R-243")
def test_seats_of_four_kinds_up_to_thousands(db):
    assert setup.seats("8001-8080", kind="answering", skills=["general", "foreign"]) == 80
    assert setup.seats("8001", kind="floor") == 1
    assert Seat.objects.count() == 80
    for wrong in ("x", "8080-8001", "1-99999", "8001-80", ""):
        with pytest.raises(Invalid):
            setup.seats(wrong, kind="answering")
    with pytest.raises(Invalid):
        setup.seats("1", kind="sofa")
    with pytest.raises(Invalid):
        setup.line("12345", pool="both", capacity=1)


@pytest.mark.rule("R-239")
def test_a_seat_is_for_its_work_and_for_one_person(world):
    setup.seats("8001", kind="answering")
    setup.seats("8002", kind="floor")
    with pytest.raises(NotAllowed, match="督导席"):
        wishes.sign_in("8002", by=world.actor("agent"), now=NOW)
    with pytest.raises(NotFound):
        wishes.sign_in("9999", by=world.actor("agent"), now=NOW)
    wishes.sign_in("8001", by=world.actor("agent"), now=NOW)
    with pytest.raises(Conflict):
        wishes.sign_in("8001", by=world.actor("vendor_agent"), now=NOW)
    first = bytes(Session.objects.get().password_sealed)
    assert first
    Session.objects.update(signed_out_at=NOW)
    wishes.sign_in("8001", by=world.actor("agent"), now=NOW)
    assert bytes(Session.objects.get(signed_out_at=None).password_sealed) != first


def test_wishes_need_a_seat_and_a_known_verb(world):
    by = world.actor("agent")
    with pytest.raises(WrongState, match="签入"):
        wishes.ask("hold", {}, by=by, now=NOW)
    with pytest.raises(Invalid):
        wishes.ask("explode", {}, by=by, now=NOW)
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=by, now=NOW)
    with pytest.raises(NotAllowed):
        wishes.ask("overhear", {"of": "8002"}, by=by, now=NOW)


def test_a_number_never_lies_in_the_clear(world):
    by = world.actor("agent")
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=by, now=NOW)
    wish = wishes.ask("dial", {"number": "13900000001"}, by=by, now=NOW)
    assert "1390000" not in str(wish.words)
    assert wishes.number_in(wish, NOW) == "13900000001"


def test_the_number_of_an_order_is_read_with_a_log(story: Story):
    story.created()
    by = story.world.actor("agent")
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=by, now=NOW)
    wish = wishes.ask("dial", {"order": story.order.pk}, by=by, now=NOW)
    assert wishes.number_in(wish, NOW).startswith("1")
    assert AccessLog.objects.get().purpose == "外呼"


@pytest.mark.rule("R-224")
def test_breaks_are_limited(world):
    by = world.actor("agent")
    setup.seats("8001-8002", kind="answering")
    wishes.sign_in("8001", by=by, now=NOW)
    session = Session.objects.get()
    wishes.ask("choose", {"to": "break"}, by=by, now=NOW)
    AgentChange.objects.create(session=session, was="busy", to="break", at=NOW, why="asked")
    AgentChange.objects.create(
        session=session, was="break", to="busy", at=NOW + timedelta(minutes=57), why="asked"
    )
    with pytest.raises(Refused, match="还剩 3 分钟"):
        wishes.ask("choose", {"to": "break"}, by=by, now=NOW + timedelta(hours=1))
    session.signed_out_at = NOW + timedelta(hours=2)
    session.save()
    wishes.sign_in("8001", by=by, now=NOW + timedelta(hours=2))  # which begins no new shift
    with pytest.raises(Refused, match="还剩 3 分钟"):
        wishes.ask("choose", {"to": "break"}, by=by, now=NOW + timedelta(hours=2))
    wishes.sign_in("8002", by=world.actor("vendor_agent"), now=NOW)
    Session.objects.filter(seat__extension="8002").update(state="break")
    Wish.objects.all().delete()
    with pytest.raises(Refused, match="已有 1 人"):
        wishes.ask("choose", {"to": "break"}, by=by, now=NOW + timedelta(minutes=2))


@pytest.mark.rule("R-181")
def test_a_call_becomes_an_order_while_it_lasts_or_after(story: Story):
    story.created()
    by, number = story.world.actor("agent"), story.order.number
    assert wishes.took_down(number, by=by) is False
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=by, now=NOW)
    Session.objects.update(call="live")
    LiveCall.objects.create(
        key="live", direction="in", state="talking", line="12345", skill="general", arrived_at=NOW,
        seat="8001",
    )  # fmt: skip
    assert wishes.took_down(number, by=by) is True
    assert LiveCall.objects.get().order == story.order
    call = kept(NOW).call
    Session.objects.update(call=call.reference)
    assert wishes.took_down(number, by=by) is True
    call = Call.objects.get(pk=call.pk)
    assert (call.order, call.outcome) == (story.order, "request")
