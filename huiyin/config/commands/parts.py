"""``huiyin web``, ``live`` and ``worker``: each part alone, any number of times, on many machines."""

from __future__ import annotations

from typing import Annotated

import typer

from huiyin.config import installation
from huiyin.config.commands import base
from huiyin.config.commands.serve import choose_place

Port = Annotated[int, typer.Option(help="端口")]
Address = Annotated[str, typer.Option(help="监听的地址，缺省 127.0.0.1")]


def web(*, port: Port = 0, address: Address = "") -> None:
    """只启动页面和接口。"""
    choose_place(port, address)
    _ready()
    from huiyin.config.processes import web as process

    process.run()


def live(*, port: Port = 0, address: Address = "") -> None:
    """只启动实时消息。"""
    choose_place(0, address)
    if port:
        import os

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
    from huiyin.config import static_files

    if not static_files.are_current():
        static_files.collect()
