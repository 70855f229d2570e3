"""A floor for tests of the distributor: time goes on by hand, and what is said is kept."""

from __future__ import annotations

from collections.abc import Iterator

from huiyin.callcentre.telephony import line
from huiyin.callcentre.telephony.distributor import Distributor
from huiyin.callcentre.telephony.facts import CallOver
from huiyin.callcentre.telephony.rules import Settings
from huiyin.callcentre.telephony.states import AgentState, Skill

GENERAL = frozenset({Skill.GENERAL})
PLAIN = Settings(ring=15, wrap=30, overflow=60, longest=600, announce=0, outgoing=2)


class Floor:
    """A distributor with what it said; ``at`` goes on by hand."""

    def __init__(self, settings: Settings = PLAIN, **known: int) -> None:
        names: Iterator[int] = iter(range(1, 10_000))
        self.desk = Distributor(
            settings,
            name=lambda: f"{id(self)}-{next(names)}",
            known=lambda number: known.get(number, 0),
        )
        self.told: list[line.Command] = []
        self.facts: list = []
        self.at = 0.0
        self.joins = True  # what is to be connected is, at once

    def go(self, to: float) -> None:
        while (due := self.desk.next_due()) is not None and due <= to:
            self.desk.tick(due)
        self.at = to
        self._take()

    def hear(self, *events: line.Event) -> None:
        for event in events:
            self.desk.hear(event, self.at)
        self._take()

    def _take(self) -> None:
        told, facts = self.desk.take()
        for command in told:
            if isinstance(command, line.Connect) and self.joins:
                self.desk.hear(line.Joined(command.call), self.at)
        self.told += told
        self.facts += facts

    def agent(self, seat: str, skills=GENERAL, *, ready: bool = True) -> None:
        self.desk.sign_in(seat, int(seat), skills, self.at)
        if ready:
            self.desk.choose(seat, AgentState.READY, self.at)
        self._take()

    def call(self, key: str, number: str = "", dialled: str = "12345") -> None:
        self.hear(line.Offered(key, number or f"139{key}", dialled), line.Prompted(key))

    def do(self, wish, *args, **more) -> object:
        found = wish(self.desk, *args, **more)
        self._take()
        return found

    def last(self, kind):
        return next(c for c in reversed(self.told) if isinstance(c, kind))

    def answer(self) -> line.Ring:
        ring = self.last(line.Ring)
        self.hear(line.Answered(ring.leg))
        return ring

    def state(self, seat: str) -> AgentState:
        return self.desk.agents[seat].state

    def over(self, key: str) -> CallOver:
        return next(f for f in self.facts if isinstance(f, CallOver) and f.key == key)


def talking(floor: Floor, *seats: str) -> None:
    for seat in seats:
        floor.agent(seat)
        floor.go(floor.at + 1)
    floor.call("a")
    floor.answer()
