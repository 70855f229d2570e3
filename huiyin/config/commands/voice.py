"""How commands speak: results on standard output, progress on standard error."""

from __future__ import annotations

import sys
import time
from typing import Any

import orjson
import typer


def say(line: str = "") -> None:
    """Write one line of the result."""
    typer.echo(line)


def tell(line: str) -> None:
    """Write one line about what goes on."""
    typer.echo(line, err=True)


def say_json(value: Any) -> None:
    """Write a result for programs."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


class Progress:
    """Tells what goes on, each thing once; silent while everything is quick."""

    def __init__(self, after: float = 1.0) -> None:
        self._quiet_until = time.monotonic() + after
        self._last = ""

    def __call__(self, line: str) -> None:
        """Take one line; lines that repeat or come early are dropped."""
        if line != self._last and time.monotonic() > self._quiet_until:
            tell(f"{line} …")
            self._last = line


def is_terminal() -> bool:
    """Tell whether a person watches."""
    return sys.stderr.isatty()
