"""One request of a simulated city: what was asked, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from huiyin.knowledge.models import Category
from huiyin.knowledge.states import Kind, Urgency
from huiyin.orders.actions.intake import Request
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import Channel, Outcome, State
from huiyin.orgs.models import Region, Unit
from huiyin.simulation.words import Said

# Requests that the citizen writes; all others are taken down by an agent.
WRITTEN = frozenset({Channel.WEB, Channel.WECHAT, Channel.APP})


@dataclass(slots=True)
class Case:
    """A request on its way. ``random`` is its own, so that no case depends on another's steps.

    ``began`` is when its unit last began to work on it.
    """

    index: int
    random: Random
    kind: Kind
    channel: Channel
    urgency: Urgency
    category: Category
    street: Region | None
    place: str
    said: Said
    name: str
    phone: str
    confidential: bool
    route: str
    voided: bool
    order: WorkOrder = field(init=False)
    lead: Unit | None = None
    assisting: list[Unit] = field(default_factory=list)
    supervising: Unit | None = None
    misplaced: bool = False
    asked_return: bool = False
    rejected: bool = False
    outcome: Outcome = Outcome.SOLVED
    calls: int = 0
    answers_at: int = 0
    abandoned: bool = False
    shared_out: bool = False
    began: datetime | None = None
    rivals: list[Unit] = field(default_factory=list)
    same_as: Case | None = None
    comes_after: Case | None = None
    filing: int = 0

    @property
    def state(self) -> State:
        """Return where the order stood after the last step of this case."""
        return self.order.standing

    @property
    def key(self) -> int:
        """Return the key of the order."""
        return self.order.pk

    @property
    def hurries(self) -> bool:
        """Tell whether people act on it outside office hours too."""
        return self.urgency is not Urgency.NORMAL

    def request(self, *, classified: bool) -> Request:
        """Return what is asked, with its category once somebody has chosen one."""
        return Request(
            content=self.said.content,
            title=self.said.title,
            kind=self.kind,
            category=self.category if classified else None,
            urgency=self.urgency if classified else Urgency.NORMAL,
            channel=self.channel,
            place=self.place,
            region=self.street,
            name=self.name,
            phone=self.phone,
            confidential=self.confidential,
        )

    def is_at(self, *states: State) -> bool:
        """Tell whether the case still goes on and stands in one of ``states``."""
        return not self.abandoned and self.state in states


def waits_until(case: Case, fallback: datetime) -> datetime:
    """Return the end of the present wait, ``fallback`` where the city sets no limit."""
    end = case.order.waits_until
    return end if end < fallback else fallback
