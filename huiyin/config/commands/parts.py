"""``huiyin web``, ``live`` and ``worker``: each part alone, any number of times."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from huiyin.config import installation
from huiyin.config.commands import base
from huiyin.config.commands.serve import Address, Port, choose_place

LivePort = Annotated[int, typer.Option("--port", help="端口，缺省 8013", show_default=False)]


def web(*, port: Port = 0, address: Address = "") -> None:
    """只启动页面和接口。"""
    choose_place(port, address)
    _ready()
    from huiyin.config import static_files
    from huiyin.config.processes import web as process

    if not static_files.are_current():
        static_files.collect()

    process.run()


def live(*, port: LivePort = 0, address: Address = "") -> None:
    """只启动实时消息。"""
    choose_place(0, address)
    if port:
        os.environ["HUIYIN_LIVE_PORT"] = str(port)
    _ready()
    from huiyin.config.processes import live as process

    process.run()


def worker() -> None:
    """只启动后台任务；可同时运行多个。"""
    _ready()
    from huiyin.config.processes import worker as process

    process.run()


def _ready() -> None:
    """Make ready what one part needs. In production no account with a known password may exist."""
    known = base.with_django()
    from django.conf import settings

    if not settings.DEMO:
        installation.refuse_demo_accounts(known)
