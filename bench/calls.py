"""Calls: days on a driven clock, and a surge of 500 real calls through the real switch."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from bench.measure import Figure

CALLERS, AGENTS, RATE = 500, 40, 50
# Calls of a day by hour, as parts of the day: two peaks, a quiet night (handbook 5.3).
SHAPE = (
    4, 3, 2, 2, 2, 3, 8, 20, 58, 88, 92, 78, 48, 54, 84, 86, 72, 60, 48, 46, 42, 36, 20, 10,
)  # fmt: skip
# A city's day: calls, seats, mean seconds of talk, mean seconds of patience.
ZHENGZHOU, BEIJING = (2000, 80, 240, 120), (450_000, 750, 150, 60)
# Erlang C assumes that nobody gives up and that the queue is at rest: hours whose load, and that of
# the hour before, stays below this part of the seats.
AT_REST = 0.9
HOUR = 3600.0


def _rates(calls: int) -> tuple[float, ...]:
    return tuple(calls * part / sum(SHAPE) / HOUR for part in SHAPE)


@cache
def _day(calls: int, agents: int, talk: float, patience: float | None) -> tuple[Any, float]:
    """Return what came of a day, and the seconds that it took; run once for all that is asked."""
    from huiyin.callcentre.telephony import rules
    from huiyin.callcentre.telephony.driven import Driven, Town

    began = time.perf_counter()
    day = Driven(Town(_rates(calls), HOUR, talk, patience), agents, seed=12345).run()
    took = time.perf_counter() - began
    found = rules.figures(day.figures())
    sys.stdout.write(
        f"    {calls} calls, {agents} seats: connected {found.connected:.1%}, within 15 s "
        f"{found.within_offered:.1%} of offered, mean wait {found.mean_wait:.1f} s, {took:.1f} s\n"
    )
    return day, took


def _one(value: float, unit: str) -> Figure:
    return Figure(round(value, 2), unit, None, value, value, 1)


def _connected(city: tuple[int, int, int, int]) -> Figure:
    day, _ = _day(*city)
    return _one(100 * len(day.waits) / (len(day.waits) + len(day.given_up)), "%")


def _within(city: tuple[int, int, int, int]) -> Figure:
    day, _ = _day(*city)
    offered = len(day.waits) + len(day.given_up)
    return _one(100 * sum(wait <= 15 for wait in day.waits) / offered, "%")


def _erlang(city: tuple[int, int, int, int]) -> Figure:
    """Compare connect rate and 15-second rate with Erlang C in every hour where it holds."""
    from huiyin.callcentre.telephony import rules

    calls, agents, talk, _ = city
    day, _ = _day(*city)
    loads = [rate * talk / agents for rate in _rates(calls)]
    apart = []
    for hour, stretch in enumerate(day.stretches):
        if max(loads[hour], loads[hour - 1] if hour else 0) >= AT_REST:
            continue
        wanted = rules.erlang_c(_rates(calls)[hour] * HOUR, talk, agents, 15)
        apart.append(100 * abs(stretch.answered / stretch.offered - 1))
        apart.append(100 * abs(stretch.within / stretch.offered - wanted.service_level))
        if stretch.answered:
            apart.append(abs(stretch.waited / stretch.answered - wanted.mean_wait))
    sys.stdout.write(
        f"    {len(apart) // 3} of {len(SHAPE)} hours below {AT_REST:.0%} of the seats\n"
    )
    return Figure(round(max(apart), 2), "points", None, min(apart), max(apart), len(apart))


def day_zhengzhou_connect() -> Figure:
    """A day of Zhengzhou, 2,000 calls and 80 seats: per cent connected."""
    return _connected(ZHENGZHOU)


def day_zhengzhou_within() -> Figure:
    """The same day: per cent of the calls offered that were answered within 15 seconds."""
    return _within(ZHENGZHOU)


def day_zhengzhou_erlang() -> Figure:
    """The same day hour by hour: farthest from Erlang C, in points (waits: in seconds)."""
    return _erlang(ZHENGZHOU)


def day_beijing_seconds() -> Figure:
    """The busiest day on record of Beijing, 450,000 dials and 750 seats: seconds it takes."""
    return _one(_day(*BEIJING)[1], "s")


def day_beijing_connect() -> Figure:
    """The same day: per cent connected; its peaks are far beyond 750 seats."""
    return _connected(BEIJING)


def day_beijing_within() -> Figure:
    """The same day: per cent of the calls offered that were answered within 15 seconds."""
    return _within(BEIJING)


def day_beijing_erlang() -> Figure:
    """The same day in the hours where Erlang C holds: farthest from it, in points."""
    return _erlang(BEIJING)


# Vectors of the handbook (5.2): calls an hour, talk, agents, and hours enough to make chance small.
# Those with 34 and 35 agents are so near to overload that their queue takes days to come to rest.
VECTORS = ((1000, 120, 36, 800), (1000, 120, 37, 400), (720, 240, 55, 300))


@cache
def _vectors() -> dict[str, list[float]]:
    """Return how far long even days are from Erlang C: rates in points of 100, waits in seconds."""
    from huiyin.callcentre.telephony import rules
    from huiyin.callcentre.telephony.driven import Driven, Town

    apart: dict[str, list[float]] = {"within": [], "waiting": [], "mean": []}
    for calls, talk, agents, hours in VECTORS:
        waits = Driven(Town((calls / HOUR,), hours * HOUR, talk), agents, seed=agents).run().waits
        wanted = rules.erlang_c(calls, talk, agents, 15)
        level, waiting = (sum(map(of, waits)) / len(waits) for of in (_in_time, _must_wait))
        apart["within"].append(100 * abs(level - wanted.service_level))
        apart["waiting"].append(100 * abs(waiting - wanted.waiting))
        apart["mean"].append(abs(fmean(waits) - wanted.mean_wait))
        sys.stdout.write(
            f"    {agents} agents: within 15 s {level:.2%} ({wanted.service_level:.2%}), must wait "
            f"{waiting:.2%} ({wanted.waiting:.2%}), mean {fmean(waits):.2f} s "
            f"({wanted.mean_wait:.2f} s)\n"
        )
    return apart


def _in_time(wait: float) -> bool:
    return wait <= 15


def _must_wait(wait: float) -> bool:
    return wait > 0


def _farthest(name: str, unit: str) -> Figure:
    apart = _vectors()[name]
    return Figure(round(max(apart), 2), unit, None, min(apart), max(apart), len(apart))


def day_erlang_points() -> Figure:
    """The farthest the 15-second rate of long even days is from Erlang C, in points of 100."""
    return _farthest("within", "points")


def day_erlang_waiting_points() -> Figure:
    """The same of the part of callers who must wait."""
    return _farthest("waiting", "points")


def day_erlang_wait_seconds() -> Figure:
    """The same of the mean wait, in seconds."""
    return _farthest("mean", "s")


# Means of 1,000 days that a published simulator gives for one group of 12 agents, 4.2 calls a
# minute of two minutes each, 8 hours, with half the width of its 95 % interval; patience of a
# minute in the second. A call is in time within 20 seconds; waits are in minutes.
MMC = {"in_time": (1816.158, 3.540), "level": (0.902, 0.002), "wait": (0.099, 0.0025)}
MMCAB = {
    "in_time": (1906.008, 2.223), "given_up": (58.609, 0.949), "level": (0.975, 0.0005),
    "wait": (0.024, 0.0005), "level_with": (0.968, 0.0005),
}  # fmt: skip
DAYS = 300


def mmc_outside() -> Figure:
    """Figures of the published queue without abandonment outside of both intervals; 0 is none."""
    return _published(MMC, None)


def mmc_abandoning_outside() -> Figure:
    """The same of the published queue whose callers give up."""
    return _published(MMCAB, 60)


def _published(known: dict[str, tuple[float, float]], patience: float | None) -> Figure:
    from huiyin.callcentre.telephony.driven import Driven, Town

    town = Town((4.2 / 60,), 8 * HOUR, 120, patience)
    days = [_counts(Driven(town, 12, seed=seed).run()) for seed in range(DAYS)]
    outside = 0
    for name, (theirs, half) in known.items():
        ours, own_half = _interval(days, *_PARTS[name])
        apart = abs(ours - theirs) > half + own_half
        outside += apart
        sys.stdout.write(
            f"    {name:<12}{ours:10.3f} ± {own_half:.3f} (published {theirs:.3f} ± {half:.3f})"
            f"{'  outside' if apart else ''}\n"
        )
    return _one(outside, "figures")


def _counts(day: Any) -> dict[str, float]:
    in_time, answered = sum(wait < 20 for wait in day.waits), len(day.waits)
    return {
        "in_time": in_time, "given_up": len(day.given_up), "answered": answered, "one": 1,
        "waited": sum(day.waits) / 60,
        "late": answered + sum(wait >= 20 for wait in day.given_up),
    }  # fmt: skip


_PARTS = {
    "in_time": ("in_time", "one"), "given_up": ("given_up", "one"), "wait": ("waited", "answered"),
    "level": ("in_time", "answered"), "level_with": ("in_time", "late"),
}  # fmt: skip


def _interval(days: Iterable[dict[str, float]], upper: str, lower: str) -> tuple[float, float]:
    """Return a quotient of means and half of its 95 % interval, by the method of residuals."""
    pairs = [(day[upper], day[lower]) for day in days]
    whole = sum(a for a, _ in pairs) / sum(b for _, b in pairs)
    spread = stdev([a - whole * b for a, b in pairs]) / fmean([b for _, b in pairs])
    return whole, 1.96 * spread / math.sqrt(len(pairs))


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
        if failed:
            warned = [line for line in log.read_text().splitlines() if "switch" in line]
            sys.stdout.write(f"{citizens.errors()}\n{phones.errors()}\n" + "\n".join(warned[-20:]))
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
