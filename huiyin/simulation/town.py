"""The stage on which every case plays: cast, agenda, and the one way to take a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from huiyin.callcentre.calls.actions import CallFacts
from huiyin.kernel import log
from huiyin.kernel.errors import Refused
from huiyin.orders.models import Reply, WorkOrder
from huiyin.orders.states import FINAL, CloseType, State
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Role
from huiyin.simulation.agenda import Agenda
from huiyin.simulation.behaviour import Behaviour
from huiyin.simulation.case import Case
from huiyin.simulation.cast import Cast
from huiyin.simulation.journal import Journal
from huiyin.simulation.pace import Pace
from huiyin.simulation.steady import steady
from huiyin.simulation.words import RealMessages

_log = log.logger(__name__)

CALLBACK = "callback"
"""Stands for the step that follows from what the citizen says."""
_FOLLOWED_BY = {
    State.CLOSED: "close",
    State.IN_PROGRESS: "send_again",
    State.REWORK: "redo",
    State.TO_CALLBACK: "note",
    State.REPLY_REVIEW: "verify",
}
Action = Callable[..., WorkOrder | Reply]
Planner = Callable[["Town", Case, datetime], None]
Doing = Callable[["Town", Case, datetime], None]


def _followed(order: WorkOrder) -> str:
    """Return the step that followed from a call-back, by where it has led."""
    if order.close_type == CloseType.UNREACHED:
        return "close_unreached"
    return _FOLLOWED_BY[order.standing]


@dataclass(slots=True)
class Town:
    """What all cases of one run share.

    Attributes:
        seed: from which every case derives its own generator.
        mark: tells this run from others in the same database.
        planners: by state, who decides what happens next and when.
        made: keys of the orders by the number of their case; ``cases`` by key of the order, until
            it ends: a year has many.
        calls: telephone calls that are not yet written down.
        steps: how many have been taken.
        latest: by lane, the last case whose matter others may share; ``filed``: by lane, the last
            one that was put on file, with the key of its filing.
        refusals: steps that the platform refused, by reason; none on a database of its own.
    """

    seed: int
    mark: str
    behaviour: Behaviour
    cast: Cast
    agenda: Agenda
    pace: Pace
    journal: Journal
    messages: RealMessages | None
    planners: dict[State, Planner]
    made: dict[int, int] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    calls: list[CallFacts] = field(default_factory=list)
    latest: dict[int, Case] = field(default_factory=dict)
    filed: dict[int, tuple[Case, int]] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    steps: int = 0

    def desk(self, role: Role, case: Case) -> Actor:
        """Return one of the centre's people for this case."""
        return self.cast.desk(role, case.random)

    def later(self, moment: datetime, doing: Doing, case: Case) -> None:
        """Put down that ``doing`` happens to ``case`` at ``moment`` of the present round."""
        round_ = case.order.round

        def happen(now: datetime) -> None:
            if case.order.round == round_:
                doing(self, case, now)

        self.agenda.at(moment, happen)

    def go_on(self, case: Case, now: datetime) -> None:
        """Let whoever the order waits for now plan the next step."""
        planner = self.planners.get(case.state)
        if planner is not None and not case.abandoned:
            planner(self, case, now)

    def take(
        self,
        case: Case,
        verb: str,
        action: Action,
        *args: Any,
        **facts: Any,
    ) -> bool:
        """Take a step, remember where the order stands, acknowledge it; tell whether it was done.

        A refused step ends the case for the simulation: in a shared database somebody else may have
        taken it over. It is counted, never hidden.
        """
        done = self.attempt(case, verb, action, case.key, *args, **facts)
        if done is None:
            return False
        case.order = done if isinstance(done, WorkOrder) else done.order
        verb = _followed(case.order) if verb == CALLBACK else verb
        self.acknowledge(case, verb)
        return True

    def attempt(
        self, case: Case, verb: str, action: Callable[..., Any], *args: Any, **facts: Any
    ) -> Any:
        """Do something for a case; a refusal is counted, ends the case here and gives None."""
        try:
            return action(*args, **facts)
        except Refused as refusal:
            self.refuse(case, verb, refusal)
            return None

    def acknowledge(self, case: Case, verb: str) -> None:
        """Write down that the case's last step has been stored."""
        self.steps += 1
        if case.state in FINAL:
            self.cases.pop(case.key, None)
        self.journal.acknowledge(case.order.number, case.order.event_count, verb)

    def refuse(self, case: Case, verb: str, refusal: Refused) -> None:
        """Count a refused step and leave the case alone from now on."""
        said = f"{verb}: {type(refusal).__name__}"
        _log.warning("case %s, %s refused: %s", case.index, verb, refusal)
        self.refusals[said] = self.refusals.get(said, 0) + 1
        case.abandoned = True

    def draw(self, case: Case, share: float, what: str = "") -> bool:
        """Tell whether something that happens in ``share`` of all cases happens in this one."""
        return self.die(case, what) < share

    def die(self, case: Case, what: str = "") -> float:
        """Return a number between 0 and 1: at random, or evenly spread for ``what`` in round 1."""
        if what and case.order.round == 1:
            return steady(self.seed, case.index, what)
        return case.random.random()


def case_random(seed: int, index: int) -> Random:
    """Return the generator of one case; the same on every machine."""
    return Random(f"huiyin {seed} {index}")  # noqa: S311 - a game, not a secret
