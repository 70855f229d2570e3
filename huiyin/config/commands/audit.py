"""``huiyin audit``: prove that no history was altered."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json
from huiyin.config.problems import ExitCode

app = typer.Typer(help="历史核对", no_args_is_help=True)


@app.command("verify")
def verify(*, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """核对每件工单的历史链；有断裂时逐条说明，退出码为 1。"""
    base.with_django()
    from huiyin.orders import queries

    verified = 0
    broken = []
    for found in queries.breaks():
        if isinstance(found, int):
            verified = found
            continue
        broken.append(found)
        if not as_json:
            say(f"工单 {found.number} 第 {found.seq} 条：{found.reason}")
    if as_json:
        say_json({"verified": verified, "breaks": [asdict(one) for one in broken]})
    elif broken:
        say(f"核对了 {verified} 件工单，{len(broken)} 件的历史不完整")
    else:
        say(f"核对了 {verified} 件工单，历史完整")
    raise typer.Exit(ExitCode.REFUSED if broken else ExitCode.DONE)
