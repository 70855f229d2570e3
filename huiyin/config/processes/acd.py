"""The process of the call distributor."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from pathlib import Path

from django.db import connection

from huiyin.config import environment
from huiyin.config.problems import CannotRun
from huiyin.config.processes import switch

# Seconds after which a thread that stores gives way to the one that distributes; Python's own five
# milliseconds would be waited for several times between an agent who is free and the next call.
_GIVES_WAY = 0.002
# Objects made before the collector looks for circles among them, which takes it from the calls.
_COLLECTS_AFTER = 50_000


def run(*, simulated: bool) -> None:
    """Distribute calls until told to stop; Django must be set up already."""
    sys.setswitchinterval(_GIVES_WAY)
    gc.freeze()
    gc.set_threshold(_COLLECTS_AFTER)
    asyncio.run(_distribute(simulated=simulated))


async def _distribute(*, simulated: bool) -> None:
    from huiyin.callcentre.telephony.drivers.asterisk import Asterisk
    from huiyin.callcentre.telephony.drivers.simulated import SimulatedLine
    from huiyin.callcentre.telephony.line import LineDriver
    from huiyin.callcentre.telephony.runner import Acd

    if not simulated and switch.program() is None and not environment.get("HUIYIN_SWITCH_URL"):
        raise CannotRun(
            "没有话务交换机：请执行 make switch，或设置 HUIYIN_SWITCH_URL，或用 --simulated 试用"
        )
    driver: LineDriver
    ours: Path | None = None
    if simulated:
        driver = SimulatedLine()
    else:
        there = environment.get("HUIYIN_SWITCH_SOUNDS")
        ours = None if there else switch.place().sounds
        own = not environment.get("HUIYIN_SWITCH_URL")
        media = switch.settings().address if own else ""
        driver = Asterisk(switch.url(), sounds=there or str(ours), media=media)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Acd(driver, database_facts(), ours).run(stop)


def database_facts() -> dict[str, object]:
    """Return how to reach the database that Django uses."""
    facts = connection.get_connection_params()
    ours = ("cursor_factory", "context", "prepare_threshold")
    return {name: value for name, value in facts.items() if name not in ours}
