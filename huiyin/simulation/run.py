"""One run: the cast is gathered, requests arrive, everybody acts, and what was recorded is read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from pathlib import Path
from random import Random

from huiyin.channels.messaging import queries as messaging
from huiyin.kernel import clock, outbox
from huiyin.kernel.errors import Invalid, Refused
from huiyin.orders import actions as orders
from huiyin.orders.states import State
from huiyin.orgs import queries as orgs
from huiyin.simulation import arrivals, cast, closing, dispatching, handling, outcome, taking_in
from huiyin.simulation.agenda import Agenda
from huiyin.simulation.behaviour import DEFAULT, Behaviour
from huiyin.simulation.journal import Journal
from huiyin.simulation.outcome import Outcome
from huiyin.simulation.pace import Pace
from huiyin.simulation.town import Planner, Town
from huiyin.simulation.words import RealMessages
from huiyin.worktime.calendar import SHANGHAI

# A Monday without a holiday in the weeks around it. It never moves, so that the same seed gives the
# same answer on any day.
USUAL_START = date(2026, 3, 2)
# How long after the last request a run goes on at the most; three rounds end within it.
FOLLOWED_FOR = timedelta(days=90)
MOST_DAYS = 366
MOST_PER_DAY = 100_000

PLANNERS: dict[State, Planner] = {
    State.DRAFT: taking_in.plan,
    State.REVIEW: dispatching.plan_review,
    State.TO_DISPATCH: dispatching.plan,
    State.TO_SIGN: handling.plan_signing,
    State.RETURN_REVIEW: dispatching.plan_return,
    State.IN_PROGRESS: handling.plan_work,
    State.REPLY_REVIEW: closing.plan_audit,
    State.TO_CALLBACK: closing.plan_callback,
    State.REWORK: dispatching.plan_again,
}

_OVERDUE_EVERY = timedelta(hours=1)
_NEWS_EVERY = timedelta(hours=1)
_ARCHIVE_AT = clock_time(2, 20)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated.

    Attributes:
        days, per_day: requests arrive on so many days, so many a day on average.
        seed: the same seed, plan and city give the same answer.
        first: the first day; ``until``: the moment at which the run stops, whatever is still open.
            None goes on until nothing more would happen.
        mark: tells runs in one database apart; it changes nothing else.
        journal: where steps are acknowledged; ``data``: the folder of real messages.
    """

    days: int = 3
    per_day: int = 50
    seed: int = 1
    first: date = USUAL_START
    until: datetime | None = None
    behaviour: Behaviour = DEFAULT
    mark: str = "run"
    journal: Path | None = None
    data: Path | None = None


def simulate(plan: Plan) -> Outcome:
    """Let the loaded city live as planned and return what the platform recorded of it.

    Raises:
        Invalid: the plan has no size, or is beyond all bounds.
        Refused: no city is loaded, the real messages cannot be read, or a gateway would carry
            messages to real people.
    """
    _check(plan)
    start = datetime.combine(plan.first, clock_time.min, SHANGHAI)
    began = time.perf_counter()
    with Journal(plan.journal) as journal, clock.driven(start):
        town = _town(plan, start, journal)
        _invite(plan, town)
        _let_the_platform_work(town, start)
        end = town.agenda.run(plan.until or start + timedelta(days=plan.days) + FOLLOWED_FOR)
        with clock.driven(end):
            _mark_overdue(town, end)
            _spread_news(town, end)
    seconds = time.perf_counter() - began
    return outcome.read(plan.behaviour, town, start=start, end=end, seconds=seconds)


def _check(plan: Plan) -> None:
    wrong = {}
    if not 1 <= plan.days <= MOST_DAYS:
        wrong["days"] = f"天数须为 1–{MOST_DAYS}"
    if not 1 <= plan.per_day <= MOST_PER_DAY:
        wrong["orders_per_day"] = f"每天件数须为 1–{MOST_PER_DAY}"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    if live := messaging.live_media():
        names = "、".join(sorted(medium.label for medium in live))
        raise Refused(
            f"{names}网关会把模拟的消息发给真人",
            remedy="请先去掉 HUIYIN_SMS_URL 和 HUIYIN_SMTP_URL",
        )


def _town(plan: Plan, start: datetime, journal: Journal) -> Town:
    return Town(
        seed=plan.seed,
        mark=plan.mark,
        behaviour=plan.behaviour,
        cast=cast.gather(plan.behaviour, start),
        agenda=Agenda(),
        pace=Pace(orgs.calendar()),
        journal=journal,
        messages=RealMessages(plan.data) if plan.data else None,
        planners=PLANNERS,
    )


def _invite(plan: Plan, town: Town) -> None:
    """Put every arrival on the agenda; a case is imagined only when its moment comes."""
    moments = arrivals.moments(
        plan.first,
        plan.days,
        plan.per_day,
        behaviour=plan.behaviour,
        calendar=town.pace.calendar,
        random=Random(f"huiyin {plan.seed} arrivals"),  # noqa: S311 - a game, not a secret
    )
    for index, moment in enumerate(moments):
        town.agenda.at(moment, partial(_arrive, town, index))


def _arrive(town: Town, index: int, now: datetime) -> None:
    taking_in.arrive(town, taking_in.imagine(town, index), now)


def _let_the_platform_work(town: Town, start: datetime) -> None:
    """Run what the worker runs, at a slower beat: overdue marks, news, the archive."""
    town.agenda.every(start + _OVERDUE_EVERY, _OVERDUE_EVERY, partial(_mark_overdue, town))
    town.agenda.every(start + _NEWS_EVERY, _NEWS_EVERY, partial(_spread_news, town))
    night = datetime.combine(start.date(), _ARCHIVE_AT, SHANGHAI)
    town.agenda.every(night, timedelta(days=1), _archive)


def _mark_overdue(town: Town, now: datetime) -> None:
    while orders.record_overdue(until=now):
        town.has_news = True


def _archive(now: datetime) -> None:
    while orders.archive_closed(until=now):
        pass


def _spread_news(town: Town, _: datetime) -> None:
    """Let the consumers work, if anything has happened since the last time."""
    if town.has_news:
        town.has_news = False
        while outbox.drain():
            pass
