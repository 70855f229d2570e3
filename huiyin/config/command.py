"""The ``huiyin`` command: everything that an operator does.

Its sub-commands are in ``commands``; those of other packages are found when they are installed.
"""

from __future__ import annotations

import re
import sys
import traceback
from importlib import import_module
from importlib.util import find_spec
from typing import Any

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
    "acd": ("huiyin.config.commands.acd", "app"),
    "stop": ("huiyin.config.commands.state", "stop"),
    "status": ("huiyin.config.commands.state", "status"),
    "check": ("huiyin.config.commands.check", "check"),
    "city": ("huiyin.config.commands.city", "app"),
    "rules": ("huiyin.config.commands.rules", "app"),
    "unit": ("huiyin.config.commands.unit", "app"),
    "calendar": ("huiyin.config.commands.calendar", "app"),
    "staff": ("huiyin.config.commands.people", "staff"),
    "token": ("huiyin.config.commands.people", "token"),
    "demo": ("huiyin.config.commands.people", "demo"),
    "facts": ("huiyin.config.commands.facts", "app"),
    "search": ("huiyin.config.commands.search", "search"),
    "replies": ("huiyin.config.commands.replies", "app"),
    "assess": ("huiyin.config.commands.assess", "app"),
    "audit": ("huiyin.config.commands.audit", "app"),
    "outbox": ("huiyin.config.commands.outbox", "app"),
    "backup": ("huiyin.config.commands.backup", "backup"),
    "restore": ("huiyin.config.commands.backup", "restore"),
    "docs": ("huiyin.config.commands.docs", "docs"),
    "django": ("huiyin.config.commands.django", "django"),
    "learn": ("huiyin.config.commands.learn", "learn"),
    "classify": ("huiyin.config.commands.learn", "classify"),
    "simulate": ("huiyin.config.commands.simulate", "simulate"),
    "bench": ("huiyin.config.commands.bench", "bench"),
}
_NEEDS = {"bench": "bench.run"}  # only where the source tree is
_ANY_WORDS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class _Commands(TyperGroup):
    """Loads a sub-command's module when it is used, so that each starts quickly."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the form is typer's
        """Return the names, in the order of the table."""
        return [name for name in _COMMANDS if _installed(name)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the form is typer's
        """Load one sub-command."""
        if cmd_name not in _COMMANDS or not _installed(cmd_name):
            return None
        module, attribute = _COMMANDS[cmd_name]
        return _as_click(cmd_name, getattr(import_module(module), attribute))


def _installed(name: str) -> bool:
    """Tell whether the package that a sub-command comes from is there."""
    module = _NEEDS.get(name) or _COMMANDS[name][0]
    return find_spec(module.partition(".")[0]) is not None and find_spec(module) is not None


def _as_click(name: str, found: Any) -> Any:
    """Turn a function or a Typer into a command."""
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer(**_STYLE)
        settings = _ANY_WORDS if name == "django" else None
        found.command(name, context_settings=settings)(function)
    elif len(found.registered_commands) == 1 and found.registered_callback is None:
        found.callback()(lambda: None)  # else typer drops the name of an only sub-command
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
    except typer.Exit as end:
        return end.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except typer.TyperException as mistake:
        if type(mistake).__name__ == "NoArgsIsHelpError":
            sys.stderr.write(f"{mistake.message}\n")
        else:
            sys.stderr.write(f"{_mistake(mistake)}；用法见 {_path(mistake)} --help\n")
        return ExitCode.USAGE
    except Exception as error:  # noqa: BLE001 - the last frame of the program
        expected = problems.explain(error)
        if expected is None:
            traceback.print_exc()
            return ExitCode.FAULT
        sys.stderr.write(f"{expected[1]}\n")
        return expected[0]


def _mistake(mistake: typer.TyperException) -> str:
    """Say in Chinese what is wrong with the command line."""
    words: dict[str, str] = {
        "NoSuchOption": f"没有选项 {getattr(mistake, 'option_name', '')}",
        "BadOptionUsage": f"选项 {getattr(mistake, 'option_name', '')} 的用法不对",
        "MissingParameter": f"缺少 {_parameter(mistake)}",
        "BadParameter": f"{_parameter(mistake)} 的值不对",
    }
    if unknown := re.match(r"No such command '([^']*)'(?:.*'([^']+)')?", mistake.message):
        meant = f"，是不是 {unknown[2]}" if unknown[2] else ""
        return f"没有命令 {unknown[1]}{meant}"
    return words.get(type(mistake).__name__) or f"用法有误：{mistake.format_message()}"


def _path(mistake: typer.TyperException) -> str:
    """Return the command whose help explains it, such as ``huiyin city new``."""
    context = getattr(mistake, "ctx", None)
    return str(context.command_path) if context is not None else "huiyin"


def _parameter(mistake: typer.TyperException) -> str:
    parameter = getattr(mistake, "param", None)
    names = getattr(parameter, "opts", None) or [str(getattr(parameter, "name", "参数"))]
    return " / ".join(name if name.startswith("-") else name.upper() for name in names)


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
