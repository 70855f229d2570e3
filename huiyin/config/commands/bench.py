"""``huiyin bench``: the benchmarks of the source tree."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="只跑这些；缺省全部")] = None,
) -> None:
    """测量速度，并写入 bench.json。"""
    raise typer.Exit(import_module("bench.run").main(names or []))
