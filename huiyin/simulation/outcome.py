"""What a run has brought: counts, speed, and the rates that the platform itself recorded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from huiyin.simulation import measured, queries, yearly
from huiyin.simulation.behaviour import Behaviour
from huiyin.simulation.measured import Rate
from huiyin.simulation.yearly import Counts
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of one run. Everything but ``seconds`` depends on plan and city alone."""

    seed: int
    start: datetime
    end: datetime
    orders: int
    steps: int
    seconds: float
    by_state: dict[str, int]
    by_close_type: dict[str, int]
    by_channel: dict[str, int]
    by_kind: dict[str, int]
    refused: dict[str, int]
    measured: dict[str, Rate]
    counts: Counts
    intended: dict[str, float]
    digest: str

    @property
    def steps_per_second(self) -> float:
        """Return recorded steps per second of wall time."""
        return self.steps / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {
            "orders": self.orders,
            "steps": self.steps,
            "seconds": round(self.seconds, 3),
            "steps_per_second": round(self.steps_per_second, 1),
            "seed": self.seed,
            "start": self.start.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "end": self.end.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "by_state": self.by_state,
            "by_close_type": self.by_close_type,
            "by_channel": self.by_channel,
            "by_kind": self.by_kind,
            "refused": self.refused,
            "measured": {name: rate.as_json() for name, rate in self.measured.items()},
            "intended": self.intended,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True)
class Left:
    """What a run has left behind: keys of its orders in the order of the cases, and refusals."""

    made: list[int]
    refused: dict[str, int]


def read(
    behaviour: Behaviour, left: Left, *, seed: int, start: datetime, end: datetime, seconds: float
) -> Outcome:
    """Read from the database what this run has left there, at its end."""
    made = left.made
    return Outcome(
        seed=seed,
        start=start,
        end=end,
        orders=queries.how_many(made),
        steps=queries.steps(made),
        seconds=seconds,
        by_state=queries.by(made, "state"),
        by_close_type=queries.by(made, "close_type"),
        by_channel=queries.by(made, "channel"),
        by_kind=queries.by(made, "kind"),
        refused=dict(sorted(left.refused.items())),
        measured=measured.rates(made, end),
        counts=yearly.counts(made, start, end),
        intended=intended(behaviour),
        digest=_digest(made),
    )


def intended(behaviour: Behaviour) -> dict[str, float]:
    """Return what the behaviour aims at, where one share says it; the run may miss it by chance."""
    told = behaviour.transferred + behaviour.referred
    kinds = sum(behaviour.kinds.values())
    answered = sum(s * behaviour.answered.get(k, 0.0) for k, s in behaviour.kinds.items()) / kinds
    content = sum(s * behaviour.content[o] for o, s in behaviour.outcomes.items())
    returns = (
        behaviour.wrong_unit * behaviour.wrong_returned
        + (1 - behaviour.wrong_unit) * behaviour.right_returned
    )
    aims = {
        "direct_answer_rate": (1 - told) * answered,
        "on_time_sign_rate": 1 - behaviour.signed_late - behaviour.never_signed,
        "on_time_finish_rate": 1 - behaviour.replied_late,
        "return_rate": returns,
        "first_satisfied_rate": content,
    }
    return {name: round(share, 4) for name, share in aims.items()}


def _digest(made: list[int]) -> str:
    """Return a digest of every order's story, without keys and numbers, which may differ."""
    whole = hashlib.sha256()
    for story in queries.stories(made):
        whole.update(orjson.dumps(story))
    return whole.hexdigest()
