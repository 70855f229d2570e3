"""Keeps the parts of one installation running: fork, watch, start again, stop in order.

Single-threaded, and it never opens a database connection in its own process: what it forks must
not inherit one.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from huiyin.config import problems
from huiyin.config.processes import lifeline

_STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_HEARD = _STOPS | {signal.SIGCHLD}
_TICK = 0.1
_LONGEST_PAUSE = 30.0
_SETTLED = 20.0  # seconds after which a part counts as running well
_TOO_OFTEN = 6  # endings in a row, none of them settled, after which we give up
_PATIENCE = 12.0


@dataclass(slots=True)
class Part:
    """One process that is to run; ``body`` runs in it until it is told to stop.

    Parts of a later ``stage`` are stopped after those of earlier ones. The rest goes on without an
    ``optional`` one that cannot run; it is tried again now and then.
    """

    name: str
    body: Callable[[], None]
    stage: int = 0
    optional: bool = False
    pid: int = 0
    began: float = 0.0
    due: float = 0.0
    endings: int = 0


class Supervisor:
    """Runs its parts until told to stop.

    Args:
        parts: what is to run.
        on_change: called with the parts whenever one began or ended.
        on_tick: called about ten times a second.
        say: takes one line for the operator.
    """

    def __init__(
        self,
        parts: Iterable[Part],
        *,
        on_change: Callable[[list[Part]], None],
        on_tick: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self.parts = list(parts)
        self._on_change = on_change
        self._on_tick = on_tick
        self._say = say
        self._given_up: str | None = None

    def run(self) -> bool:
        """Run until a signal says stop; False if a part could not be kept running."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            while not self._told_to_stop() and self._given_up is None:
                self._reap()
                self._start_due()
                self._on_tick()
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self._given_up is None

    def _told_to_stop(self) -> bool:
        heard = signal.sigtimedwait(_HEARD, _TICK)
        return heard is not None and heard.si_signo in _STOPS

    def _start_due(self) -> None:
        now = time.monotonic()
        for part in self.parts:
            if not part.pid and part.due <= now:
                part.pid, part.began = fork(part.body), now
                self._on_change(self.parts)

    def _reap(self) -> None:
        """Note which parts have ended, and when each is to begin again."""
        for part in self.parts:
            if part.pid and (code := ended(part.pid)) is not None:
                part.pid = 0
                self._plan(part, code)
                self._on_change(self.parts)

    def _plan(self, part: Part, code: int) -> None:
        now = time.monotonic()
        settled = now - part.began > _SETTLED
        part.endings = 1 if settled else part.endings + 1
        pause = min(_LONGEST_PAUSE, 0.25 * 2 ** min(part.endings - 1, 12))
        part.due = now + pause
        if part.endings >= _TOO_OFTEN and not part.optional:
            self._given_up = part.name
            self._say(f"{part.name} 连续 {part.endings} 次没能运行下去，全部停止；原因见上面的输出")
        else:
            self._say(f"{part.name} 意外结束（{in_words(code)}），{pause:g} 秒后重新启动")

    def _stop(self) -> None:
        """Stop stage by stage; what has not ended in time is killed."""
        for stage in sorted({part.stage for part in self.parts}):
            stopping = [part for part in self.parts if part.stage == stage and part.pid]
            for part in stopping:
                send(part.pid, signal.SIGTERM)
            give_up = time.monotonic() + _PATIENCE
            for part in stopping:
                if not _await_end(part.pid, give_up):
                    self._say(f"{part.name} 没有按时停下，强行结束")
                part.pid = 0
        self._on_change(self.parts)


def fork(body: Callable[[], None]) -> int:
    """Run ``body`` in a child process with a group of its own; return its number.

    The terminal's Ctrl-C then reaches us alone, and its descendants can be ended together. It ends
    when we do.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    if pid := os.fork():
        return pid
    code = int(problems.ExitCode.FAULT)
    try:
        os.setpgid(0, 0)
        lifeline.follow(parent, signal.SIGTERM)
        for number in _HEARD:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
        code = _run(body)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(body: Callable[[], None]) -> int:
    """Run a child's body and return its exit code; an expected problem is one line."""
    try:
        body()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:  # noqa: BLE001 - the last frame of a process
        expected = problems.explain(error)
        if expected is None:
            traceback.print_exc()
            return problems.ExitCode.FAULT
        sys.stderr.write(f"{expected[1]}\n")
        return expected[0]
    return 0


def ended(pid: int) -> int | None:
    """Return how a child ended (negative: by that signal); None while it runs.

    What is left of its group is killed before its number is given back to the system.
    """
    if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a child that has not been reaped yet."""
    os.kill(pid, number)


def _await_end(pid: int, give_up: float) -> bool:
    killed = False
    while ended(pid) is None:
        if time.monotonic() > give_up and not killed:
            send(pid, signal.SIGKILL)
            killed = True
        time.sleep(0.02)
    return not killed


def apart(body: Callable[[], Any]) -> Any:
    """Run ``body`` in a child process and return what it returned, as JSON.

    So that connections and threads that it opens are gone before anything else is forked.

    Raises:
        SystemExit: it failed; the child has said why.
    """
    ours, theirs = os.pipe()

    def told() -> None:
        answer = json.dumps(body()).encode()
        with open(theirs, "wb") as out:
            out.write(answer)

    pid = fork(told)
    os.close(theirs)
    with open(ours, "rb") as heard:
        answer = heard.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        raise SystemExit(code if code > 0 else int(problems.ExitCode.FAULT))
    return json.loads(answer)


def in_words(code: int) -> str:
    """Say how a child ended."""
    return f"信号 {-code}" if code < 0 else f"退出码 {code}"
