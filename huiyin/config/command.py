"""The ``huiyin`` command: everything that an operator does.

Its sub-commands are in ``commands``; those of other packages are found when they are installed.
"""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click
import typer
from typer.core import TyperGroup

from huiyin.config import problems
from huiyin.config.problems import ExitCode

# name: module, attribute (a function or a Typer), loaded only when it is asked for
_COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("huiyin.config.commands.serve", "serve"),
    "web": ("huiyin.config.commands.parts", "web"),
    "live": ("huiyin.config.commands.parts", "live"),
    "worker": ("huiyin.config.commands.parts", "worker"),
    "stop": ("huiyin.config.commands.state", "stop"),
    "status": ("huiyin.config.commands.state", "status"),
    "check": ("huiyin.config.commands.check", "check"),
    "city": ("huiyin.config.commands.city", "app"),
    "calendar": ("huiyin.config.commands.calendar", "app"),
    "staff": ("huiyin.config.commands.people", "staff"),
    "token": ("huiyin.config.commands.people", "token"),
    "demo": ("huiyin.config.commands.people", "demo"),
    "audit": ("huiyin.config.commands.audit", "app"),
    "outbox": ("huiyin.config.commands.outbox", "app"),
    "backup": ("huiyin.config.commands.backup", "backup"),
    "restore": ("huiyin.config.commands.backup", "restore"),
    "docs": ("huiyin.config.commands.docs", "docs"),
    "django": ("huiyin.config.commands.django", "django"),
    "simulate": ("huiyin.simulation.command", "app"),
    "bench": ("bench.command", "app"),
}
_ANY_WORDS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class _Commands(TyperGroup):
    """Loads a sub-command's module when it is used, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the table."""
        return [name for name, (module, _) in _COMMANDS.items() if _installed(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one sub-command."""
        module, attribute = _COMMANDS.get(cmd_name, ("", ""))
        if not module or not _installed(module):
            return None
        return _as_click(cmd_name, getattr(import_module(module), attribute))


def _installed(module: str) -> bool:
    package = module.rpartition(".")[0]
    return find_spec(package.partition(".")[0]) is not None and find_spec(module) is not None


def _as_click(name: str, found: Any) -> click.Command:
    """Turn a function or a Typer into a command."""
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer(**_STYLE)
        settings = _ANY_WORDS if name == "django" else None
        found.command(name, context_settings=settings)(function)
    command = typer.main.get_command(found)
    command.name = name
    return command


_STYLE: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
}
app = typer.Typer(
    cls=_Commands, no_args_is_help=True, help="回音：12345 热线平台的命令。", **_STYLE
)


@app.callback()
def _root() -> None:
    """回音：12345 热线平台的命令。"""


def run(words: list[str]) -> int:
    """Run one command line and return its exit code; expected problems are one line."""
    try:
        ended = typer.main.get_command(app).main(words, prog_name="huiyin", standalone_mode=False)
        return int(ended) if isinstance(ended, int) else ExitCode.DONE
    except click.exceptions.Exit as end:
        return end.exit_code
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except click.ClickException as mistake:
        sys.stderr.write(f"用法有误：{mistake.format_message()} 请看 huiyin --help\n")
        return ExitCode.USAGE
    except Exception as error:  # noqa: BLE001 - the last frame of the program
        expected = problems.explain(error)
        if expected is None:
            traceback.print_exc()
            return ExitCode.FAULT
        sys.stderr.write(f"{expected[1]}\n")
        return expected[0]


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
