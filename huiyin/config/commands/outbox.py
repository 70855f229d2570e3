"""``huiyin outbox``: news that waits to be passed on, or was given up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json

app = typer.Typer(help="待传递的消息", no_args_is_help=True)


@app.command("status")
def status(*, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """显示等待和放弃了多少。"""
    base.with_django()
    from huiyin.kernel import clock, queries

    found = queries.backlog(clock.now())
    if as_json:
        say_json(asdict(found))
    else:
        say(f"等待 {found.waiting} 条，最久 {found.oldest:.0f} 秒")
        say(f"多次失败后放弃 {found.given_up} 条")


@app.command("retry")
def retry() -> None:
    """把放弃了的重新排队。"""
    base.with_django()
    from huiyin.kernel import clock, outbox

    say(f"重新排队 {outbox.retry_given_up(clock.now())} 条")
