"""``huiyin city``: the city that this installation serves."""

from __future__ import annotations

from typing import Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json

app = typer.Typer(help="城市配置", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command("load")
def load(
    name: Annotated[str, typer.Argument(help="配置的名称，见 huiyin city list")],
    *,
    preview: Annotated[bool, typer.Option("--preview", help="只说明会改什么，不改")] = False,
) -> None:
    """载入城市配置；可以重复执行，只改有变化的，并逐项说明。"""
    base.with_django()
    from huiyin.cities import actions
    from huiyin.kernel import clock

    for line in actions.load(name, now=clock.now(), preview=preview).lines:
        say(line)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """列出随程序提供的城市配置。"""
    from huiyin.cities import profile

    names = profile.available()
    if as_json:
        say_json(names)
        return
    for name in names:
        say(name)
