"""The stages of a simulated year, each in a process of its own with its own connection."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from huiyin.config import installation
from huiyin.config.problems import CannotRun

if TYPE_CHECKING:  # needs Django to be set up
    from huiyin.simulation.outcome import Left, Outcome
    from huiyin.simulation.plan import Plan
    from huiyin.simulation.stage import Standing

_ENDING = 20.0  # seconds
_GARBAGE = 20_000  # new objects before the collector looks at them


class Processes:
    """Stages in other processes: every question goes to all of them, then all answers are read."""

    def __init__(self, lines: Sequence[Connection], people: Sequence[BaseProcess]) -> None:
        self._lines, self._people = lines, people

    def play(self, until: datetime) -> list[Standing]:
        """Let every stage play its cases up to ``until``."""
        return self._ask("play", until)

    def work(self, since: datetime, now: datetime) -> None:
        """Let the platform do its own work, its jobs shared among the processes."""
        self._ask("work", since, now)

    def settle(self, since: datetime, now: datetime) -> None:
        """Let calls be written down and news spread."""
        self._ask("settle", since, now)

    def left(self) -> Left:
        """Return what all of them have left behind."""
        from huiyin.simulation.stage import gathered

        return gathered(self._ask("left"))

    def read(self, left: Left, **facts: Any) -> Outcome:
        """Let one of them read from the database what the run has left there."""
        self._lines[0].send(("read", (left, facts)))
        return self._answers(self._lines[:1])[0]  # type: ignore[no-any-return]

    def _ask(self, what: str, *args: object) -> list[Any]:
        for line in self._lines:
            line.send((what, args))
        return self._answers(self._lines)

    def _answers(self, lines: Sequence[Connection]) -> list[Any]:
        found = []
        for line in lines:
            try:
                fine, answer = line.recv()
            except EOFError as error:
                raise CannotRun("模拟的一个进程中断了") from error
            if not fine:
                raise CannotRun(f"模拟的一个进程出错：{answer}")
            found.append(answer)
        return found


@contextmanager
def in_processes(plan: Plan, count: int, variables: Mapping[str, str]) -> Iterator[Processes]:
    """Start ``count`` stages on the database that ``variables`` name; end them afterwards.

    Raises:
        CannotRun: one of them cannot begin.
    """
    context = get_context("spawn")
    lines, people = [], []
    try:
        for number in range(count):
            ours, theirs = context.Pipe()
            person = context.Process(
                target=_live, args=(theirs, plan, number, count, dict(variables)), daemon=True
            )
            person.start()
            theirs.close()
            lines.append(ours)
            people.append(person)
            # One after the other: the first makes the accounts that all of them act with.
            Processes(lines[-1:], [])._answers(lines[-1:])
        yield Processes(lines, people)
    finally:
        for line in lines:
            line.close()
        for person in people:
            person.join(_ENDING)
            if person.is_alive():
                person.terminate()


def _live(line: Connection, plan: Plan, number: int, of: int, variables: dict[str, str]) -> None:
    """Play one stage in this process: answer questions until the line is closed."""
    os.environ.update(variables)
    try:
        installation.choose_settings()
        installation.set_up_django()
        from huiyin.kernel import outbox
        from huiyin.simulation.journal import Journal
        from huiyin.simulation.stage import Stage

        outbox.unregister("live")  # nobody looks at the pages of a simulated city
        # What has been imported lives to the end, and rows are freed without the collector's help.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GARBAGE, 20, 50)
        with Journal(None) as journal:
            stage = Stage(plan, journal, number=number, of=of)
            line.send((True, None))
            _answer(line, stage, plan)
    except (EOFError, KeyboardInterrupt, BrokenPipeError):
        return
    except Exception as error:  # noqa: BLE001 - told to the process that asked
        line.send((False, f"{type(error).__name__}: {error}"))


def _answer(line: Connection, stage: Any, plan: Plan) -> None:
    from huiyin.simulation import outcome

    while True:
        what, args = line.recv()
        if what == "read":
            left, facts = args
            answer = outcome.read(plan.behaviour, left, **facts)
        else:
            answer = getattr(stage, what)(*args)
        line.send((True, answer))
