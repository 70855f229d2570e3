"""The queue of what happens next keeps the order of time and drives the clock."""

from __future__ import annotations

from huiyin.kernel import clock
from huiyin.simulation.agenda import Agenda
from tests.world import at


def test_everything_happens_in_order_at_its_own_moment() -> None:
    agenda, seen = Agenda(), []

    def see(name: str):
        return lambda now: seen.append((name, now, clock.now() == now))

    agenda.at(at(3), see("second"))
    agenda.at(at(2), see("first"))
    agenda.at(at(3), see("third"))
    assert agenda.run(at(9)) == at(3)
    assert seen == [("first", at(2), True), ("second", at(3), True), ("third", at(3), True)]


def test_what_lies_in_the_past_happens_now() -> None:
    agenda, seen = Agenda(), []
    agenda.at(at(3), lambda _: agenda.at(at(2), seen.append))
    agenda.run(at(9))
    assert seen == [at(3)]


def test_a_run_stops_before_its_end_and_goes_on_from_there() -> None:
    agenda, seen = Agenda(), []
    agenda.at(at(3), seen.append)
    agenda.at(at(5), seen.append)
    assert agenda.run(at(5)) == at(3)
    assert seen == [at(3)]
    assert not agenda.is_empty
    assert agenda.run(at(6)) == at(5)
    assert agenda.is_empty
