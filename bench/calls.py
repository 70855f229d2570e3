"""Calls: days on a driven clock, and a surge of 500 real calls through the real switch."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measure import Figure

CALLERS, AGENTS, RATE = 500, 40, 50
# Calls of a day by hour, as parts of the day: two peaks, a quiet night (handbook 5.3).
SHAPE = (
    4, 3, 2, 2, 2, 3, 8, 20, 58, 88, 92, 78, 48, 54, 84, 86, 72, 60, 48, 46, 42, 36, 20, 10,
)  # fmt: skip


def _day(calls: int, agents: int, talk: float, patience: float | None) -> Any:
    from huiyin.callcentre.telephony.driven import Driven, Town

    whole = sum(SHAPE)
    rates = tuple(calls * part / whole / 3600 for part in SHAPE)
    return Driven(Town(rates, 3600.0, talk, patience), agents, seed=12345).run()


def _say(name: str, day: Any, took: float) -> float:
    from huiyin.callcentre.telephony import rules

    found = rules.figures(day.figures())
    sys.stdout.write(
        f"    {name}: {found.offered} calls, connected {found.connected:.1%}, within 15 s "
        f"{found.within_offered:.1%} of offered, mean wait {found.mean_wait:.1f} s, {took:.1f} s\n"
    )
    return float(found.connected or 0)


def day_zhengzhou_connect() -> Figure:
    """A day of Zhengzhou, 2,000 calls and 80 seats: per cent connected."""
    began = time.perf_counter()
    rate = 100 * _say("Zhengzhou", _day(2000, 80, 240, 120), time.perf_counter() - began)
    return Figure(round(rate, 2), "%", None, rate, rate, 1)


def day_beijing_seconds() -> Figure:
    """The busiest day on record of Beijing, 450,000 dials and 750 seats: seconds it takes."""
    began = time.perf_counter()
    day = _day(450_000, 750, 150, 60)
    took = time.perf_counter() - began
    _say("Beijing", day, took)
    return Figure(round(took, 1), "s", None, took, took, 1)


def day_erlang_points() -> Figure:
    """The farthest the 15-second rate of long even days is from Erlang C, in points of 100."""
    from huiyin.callcentre.telephony import rules
    from huiyin.callcentre.telephony.driven import Driven, Town

    apart = []
    for calls, talk, agents in ((1000, 120, 36), (1000, 120, 37), (720, 240, 55)):
        town = Town((calls / 3600,), 200 * 3600.0, talk)
        day = Driven(town, agents, seed=agents).run()
        level = sum(wait <= 15 for wait in day.waits) / len(day.waits)
        wanted = rules.erlang_c(calls, talk, agents, 15).service_level
        apart.append(abs(level - wanted) * 100)
    return Figure(round(max(apart), 2), "points", None, min(apart), max(apart), len(apart))


_surge: dict[str, float] = {}


def surge_500_failed() -> Figure:
    """500 callers at 50 a second, 40 agents, real SIP: calls that failed."""
    return _of_surge("failed", "calls")


def surge_500_missing_recordings() -> Figure:
    """The same surge: answered calls without a recording."""
    return _of_surge("missing", "calls")


def surge_500_next_caller_p95_ms() -> Figure:
    """The same surge: from what frees an agent to the next caller's ringing being ordered."""
    return _of_surge("p95", "ms")


def acd_cpu_vs_switch() -> Figure:
    """The same surge: processor time of the distributor over that of the switch."""
    return _of_surge("cpu", "ratio")


def _of_surge(name: str, unit: str) -> Figure:
    if not _surge:
        with tempfile.TemporaryDirectory(prefix="huiyin-surge-") as folder:
            _surge.update(_run(Path(folder)))
    value = _surge[name]
    return Figure(round(value, 3), unit, None, value, value, 1)


def _run(folder: Path) -> dict[str, float]:
    from django.db import connection

    from huiyin.callcentre.calls.models import Call
    from huiyin.callcentre.telephony.models import LiveCall, Recording
    from huiyin.callcentre.telephony.tests.switch import sip
    from huiyin.callcentre.telephony.tests.switch.conftest import AGENTS_AT, CITIZENS_AT, Switch

    _sit_down()
    switch = Switch(folder / "asterisk")
    switch.start()
    env = os.environ | {
        "HUIYIN_SWITCH_URL": switch.url, "HUIYIN_SWITCH_SOUNDS": str(switch.place.sounds),
    }  # fmt: skip
    log = folder / "acd.log"
    with log.open("wb") as out:
        acd = subprocess.Popen(
            [sys.executable, "-m", "bench.distribute"], env=env, stdout=out, stderr=out
        )
    running = []
    try:
        time.sleep(6)
        before = _cpu(switch.process.pid), _cpu(acd.pid)
        phones = sip.Sipp(folder, AGENTS_AT, switch.sip)
        running.append(phones.start(sip.phone(None, rings=0.1, talks=2), CALLERS * 2, rate=200))
        time.sleep(1)
        numbers = [f"139{n:08};12345" for n in range(CALLERS)]
        citizens = sip.Sipp(folder, CITIZENS_AT, switch.sip)
        calls = citizens.start(sip.caller(None, waits=170), CALLERS, rate=RATE, numbers=numbers)
        running.append(calls)
        failed = 0 if calls.wait(240) == 0 else 1
        after = _cpu(switch.process.pid), _cpu(acd.pid)
        give_up = time.monotonic() + 90
        owed = Recording.objects.filter(fetched_at=None)
        while (LiveCall.objects.exists() or owed.exists()) and time.monotonic() < give_up:
            time.sleep(0.5)
            connection.close()
        answered = Call.objects.filter(answered_at__isnull=False)
        kept = Recording.objects.filter(fetched_at__isnull=False).count()
        failed += CALLERS - answered.count()
        acd.terminate()
        acd.wait(30)
    finally:
        for process in [*running, acd]:
            process.kill()
            process.wait(10)
        switch.stop()
    told = re.search(r"p95 ([\d.]+) ms", log.read_text())
    cpu = (after[1] - before[1]) / max(0.01, after[0] - before[0])
    sys.stdout.write(f"    switch {after[0] - before[0]:.1f} s, acd {after[1] - before[1]:.1f} s\n")
    return {
        "failed": float(failed), "missing": float(answered.count() - kept), "cpu": cpu,
        "p95": float(told[1]) if told else math.nan,
    }  # fmt: skip


def _sit_down() -> None:
    """Register 40 seats, sit 40 people down, ready, as a leader that begins will find them."""
    from huiyin.callcentre.calls.models import Call, CallSpan
    from huiyin.callcentre.telephony.actions import setup
    from huiyin.callcentre.telephony.models import AgentChange, Recording, Seat, Session, Wish
    from huiyin.callcentre.telephony.tests.switch.conftest import AGENTS_AT
    from huiyin.kernel import clock
    from huiyin.knowledge.models import Parameter
    from huiyin.orgs.models import Staff, Unit

    for table in (Recording, CallSpan, Call, AgentChange, Wish, Session):
        table.objects.all().delete()
    now = clock.now()
    setup.seats(f"8001-{8000 + AGENTS}", kind="answering", address=f"127.0.0.1:{AGENTS_AT}")
    Parameter.objects.update_or_create(
        key="telephony.wrap_seconds", valid_from=now.date().replace(year=2020),
        defaults={"value": 0, "source": "bench", "text": "bench"},
    )  # fmt: skip
    unit = Unit.objects.filter(kind="centre").first() or Unit.objects.first()
    for number, seat in enumerate(Seat.objects.order_by("extension")[:AGENTS]):
        staff, _ = Staff.objects.get_or_create(
            username=f"bench-agent-{number}",
            defaults={"name": "坐席", "unit": unit, "roles": ["agent"], "created_at": now},
        )
        Session.objects.create(staff=staff, seat=seat, signed_in_at=now, since=now, state="ready")


def _cpu(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
