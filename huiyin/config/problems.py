"""How the ``huiyin`` command ends: its exit codes, and expected problems as one Chinese line."""

from __future__ import annotations

from enum import IntEnum

from huiyin.config.environment import WrongSetting
from huiyin.insight.facts.cluster import ClusterMissing
from huiyin.kernel.errors import Refused
from huiyin.kernel.keys import KeysMissing
from huiyin.kernel.postgres import PostgresProblem


class ExitCode(IntEnum):
    """What the exit code of the command says; docs/operations.md shows this table."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    CANNOT_RUN = 3
    FAULT = 70
    INTERRUPTED = 130

    @property
    def about(self) -> str:
        """Return what it means, for the documentation."""
        return _ABOUT[self]


_ABOUT = {
    ExitCode.DONE: "done; for `check` and `audit verify`: everything is sound",
    ExitCode.REFUSED: "a rule refused it, or something unsound was found; nothing was changed",
    ExitCode.USAGE: "the command line is wrong",
    ExitCode.CANNOT_RUN: "database, key file, port or disk is not usable",
    ExitCode.FAULT: "a fault of the program; the traceback is on standard error",
    ExitCode.INTERRUPTED: "interrupted from the keyboard",
}


class CannotRun(Exception):
    """Something around the program is missing or taken: one line, with what would help."""


def explain(error: BaseException) -> tuple[ExitCode, str] | None:
    """Return exit code and line for an expected problem; None for a fault of ours."""
    if isinstance(error, Refused):
        return ExitCode.REFUSED, _sentence(error.message, error.remedy)
    if isinstance(error, CannotRun | PostgresProblem | KeysMissing | WrongSetting | ClusterMissing):
        return ExitCode.CANNOT_RUN, str(error)
    return _of_database(error) or _of_profile(error) or _of_disk(error)


def _sentence(message: str, remedy: str) -> str:
    return f"{message}；{remedy}" if remedy else message


def _of_database(error: BaseException) -> tuple[ExitCode, str] | None:
    import psycopg

    cause = error.__cause__ if error.__cause__ is not None else error
    if isinstance(cause, psycopg.OperationalError):
        return ExitCode.CANNOT_RUN, f"数据库不可用：{' '.join(str(cause).split())}"
    return None


def _of_profile(error: BaseException) -> tuple[ExitCode, str] | None:
    from huiyin.cities.reading import ProfileError

    if isinstance(error, ProfileError):
        return ExitCode.REFUSED, str(error)
    return None


def _of_disk(error: BaseException) -> tuple[ExitCode, str] | None:
    if isinstance(error, OSError) and error.filename is not None:
        return ExitCode.CANNOT_RUN, f"无法使用 {error.filename}：{error.strerror}"
    return None
