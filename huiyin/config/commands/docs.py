"""``huiyin docs``: write the pages of documentation that are made from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiyin.config import installation
from huiyin.config.commands.voice import say
from huiyin.config.problems import CannotRun


def docs(
    *,
    to: Annotated[Path, typer.Option(help="写到这个目录")] = Path("docs"),
) -> None:
    """写出由代码生成的文档：environment.md 和 workflow.md。"""
    if not to.is_dir():
        raise CannotRun(f"没有目录 {to}；请在源码目录里执行，或用 --to 指定")
    installation.choose_settings()
    installation.set_up_django()
    from huiyin.config import documents

    changed = documents.write(to)
    for path in changed:
        say(f"已写 {path}")
    if not changed:
        say("文档已是最新")
