"""The process of pages and API: granian's WSGI server, its workers forked from one warm process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from huiyin.config import environment
from huiyin.config.processes import lifeline, ports

_PATIENCE = 8  # seconds for requests under way when we stop


def warm_up() -> Any:
    """Load the application with all its views; return it. Opens no connection."""
    from django.urls import get_resolver

    from huiyin.config.wsgi import application

    _ = get_resolver().url_patterns
    return application


def run() -> None:
    """Serve until told to stop. Settings and database must be chosen already."""
    address, port = environment.get("HUIYIN_ADDRESS"), environment.port()
    ports.require_free(address, port)
    application = warm_up()  # now, so that workers are forked with it loaded
    server = Server(
        "huiyin.config.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=environment.processes(),
        blocking_threads=environment.number("HUIYIN_THREADS", least=1, most=64),
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_PATIENCE,
    )
    server.serve(target_loader=bound_to_us(lambda: application), wrap_loader=False)


def bound_to_us(load: Callable[[], Any]) -> Callable[[], Any]:
    """Wrap granian's loader, which runs in each of its workers: these end when we do."""
    us = os.getpid()

    def loader() -> Any:
        lifeline.follow(us, signal.SIGKILL)
        return load()

    return loader
