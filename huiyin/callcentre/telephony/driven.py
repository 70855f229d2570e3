"""A day on the simulated line with a driven clock: the real distributor, made-up callers.

Callers, patience and the length of calls come from a seeded generator, time goes from event to
event. So a day with 450,000 calls takes seconds, and the distributor can be held against theory.
Simulated only: nothing of it is ever counted as a call.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

from huiyin.callcentre.telephony import line
from huiyin.callcentre.telephony.distributor import Distributor
from huiyin.callcentre.telephony.facts import CallOver
from huiyin.callcentre.telephony.rules import Settings, Waits
from huiyin.callcentre.telephony.states import AgentState, Leave, Skill

WITHIN = 15
GENERAL = frozenset({Skill.GENERAL})


@dataclass(frozen=True, slots=True)
class Town:
    """Who calls: how many in each stretch of time, for how long, and how patient they are.

    Attributes:
        rates: calls per second in stretches of equal length; stretch: seconds of each.
        talk: mean seconds, exponential; patience: mean seconds, None for endless.
    """

    rates: tuple[float, ...]
    stretch: float
    talk: float
    patience: float | None = None

    def arrivals(self, random: Random) -> Iterator[float]:
        """Yield the moments of calls, from a Poisson process whose rate changes by stretch."""
        for number, rate in enumerate(self.rates):
            at, end = number * self.stretch, (number + 1) * self.stretch
            while rate > 0 and (at := at + random.expovariate(rate)) < end:
                yield at


@dataclass(slots=True)
class Stretch:
    """What came of the calls that arrived in one stretch; ``waited`` is what the answered did."""

    offered: int = 0
    answered: int = 0
    within: int = 0
    waited: float = 0.0


@dataclass(slots=True)
class Day:
    """What came of a day, as a whole and by stretch. ``within`` counts answers in 15 seconds."""

    waits: list[float] = field(default_factory=list)
    given_up: list[float] = field(default_factory=list)
    talked: float = 0.0
    ended: float = 0.0
    stretches: list[Stretch] = field(default_factory=list)

    def figures(self) -> Waits:
        """Return the waits in the form that the indicators ask for."""
        return Waits(len(self.waits) + len(self.given_up), self.waits, self.given_up)


class Driven:
    """One day: events in a heap, the distributor between them."""

    def __init__(self, town: Town, agents: int, *, seed: int) -> None:
        names = count()
        # Nobody is told positions or called back here: theory knows neither.
        self._desk = Distributor(
            Settings(ring=60, wrap=0, overflow=10**7, longest=10**7, announce=0),
            name=lambda: f"n{next(names)}",
        )
        self._town = town
        self._random = Random(seed)  # noqa: S311 - made-up callers, no secret
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = count()
        self._day = Day(stretches=[Stretch() for _ in town.rates])
        for seat in range(agents):
            self._desk.sign_in(str(seat), seat + 1, GENERAL, 0.0)
            self._desk.choose(str(seat), AgentState.READY, 0.0)
        self._desk.take()

    def run(self) -> Day:
        """Let the day pass until the last caller has been served."""
        self._next_arrival(self._town.arrivals(self._random))
        while self._due:
            at, _, what = heapq.heappop(self._due)
            what(at)
            self._obey(at)
        return self._day

    def _later(self, at: float, what: Callable[[float], None]) -> None:
        heapq.heappush(self._due, (at, next(self._number), what))

    def _next_arrival(self, arrivals: Iterator[float]) -> None:
        at = next(arrivals, None)
        if at is None:
            return

        def arrive(now: float) -> None:
            key = f"c{next(self._number)}"
            self._desk.hear(line.Offered(key, "", "12345"), now)
            self._desk.hear(line.Prompted(key), now)
            if self._town.patience is not None:
                self._later(
                    now + self._random.expovariate(1 / self._town.patience),
                    lambda then: self._lose_patience(key, then),
                )
            self._next_arrival(arrivals)

        self._later(at, arrive)

    def _lose_patience(self, key: str, at: float) -> None:
        call = self._desk.calls.get(key)
        if call is not None and call.answered is None:
            self._desk.hear(line.Gone(key), at)

    def _obey(self, at: float) -> None:
        """Do what the distributor says, as a line would whose agents answer at once."""
        while True:
            commands, facts = self._desk.take()
            self._note(facts)
            if not commands:
                return
            for command in commands:
                if isinstance(command, line.Ring):
                    self._desk.hear(line.Answered(command.leg), at)
                elif isinstance(command, line.Connect):
                    self._desk.hear(line.Joined(command.call), at)
                    length = self._random.expovariate(1 / self._town.talk)
                    self._later(at + length, self._hangs_up(command.call))

    def _hangs_up(self, call: str) -> Callable[[float], None]:
        return lambda at: self._desk.hear(line.Gone(call), at)

    def _note(self, facts: Iterable[object]) -> None:
        for fact in facts:
            if not isinstance(fact, CallOver):
                continue
            self._day.ended = fact.ended
            stretch = self._day.stretches[int(fact.arrived // self._town.stretch)]
            stretch.offered += 1
            if fact.leave is Leave.SERVED and fact.answered is not None:
                waited = fact.answered - fact.arrived
                stretch.answered += 1
                stretch.within += waited <= WITHIN
                stretch.waited += waited
                self._day.waits.append(waited)
                self._day.talked += fact.ended - fact.answered
            else:
                self._day.given_up.append(fact.ended - fact.arrived)
