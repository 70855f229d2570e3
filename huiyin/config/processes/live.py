"""The process of live events: granian's ASGI server with the small application of ``web.live``."""

from __future__ import annotations

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from huiyin.config import environment
from huiyin.config.processes import ports
from huiyin.config.processes.web import bound_to_us

_PATIENCE = 1  # its streams never end by themselves; browsers connect again
_MOST = 4096


def run() -> None:
    """Serve until told to stop. Settings and database must be chosen already."""
    address, port = environment.get("HUIYIN_ADDRESS"), environment.live_port()
    ports.require_free(address, port)
    from huiyin.web.live.app import application

    server = Server(
        "huiyin.web.live.app:application",
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        backlog=_MOST,
        backpressure=_MOST,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_PATIENCE,
    )
    server.serve(target_loader=bound_to_us(lambda: application), wrap_loader=False)
