"""One installation that is set up once and used by the tests of running it, one after another."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.ops.installation import Installation


@dataclass(frozen=True)
class FirstStart:
    """What was seen of a first ``huiyin serve``.

    ``second`` was tried while it ran, ``afterwards`` is the status when it had ended.
    """

    words: str
    page: int
    live: str
    family: list[int]
    parts: dict[str, int]
    status: dict[str, Any]
    second: subprocess.CompletedProcess[str]
    code: int
    afterwards: dict[str, Any]


@pytest.fixture(scope="session")
def _made() -> Iterator[tuple[Installation, FirstStart]]:
    made = Installation()
    first = made.serve()
    seen = FirstStart(
        words=first.words,
        page=first.get().status_code,
        live=first.live().text,
        family=first.family(),
        parts=first.parts,
        status=made.json("status"),
        second=made.run("serve"),
        code=first.end(),
        afterwards=made.json("status"),
    )
    yield made, seen
    made.remove()


@pytest.fixture
def installation(_made: tuple[Installation, FirstStart]) -> Iterator[Installation]:
    """Return an installation that was started and stopped before; nothing of it runs."""
    made, _ = _made
    yield made
    for one in made.serving:
        one.end()
    made.serving.clear()


@pytest.fixture
def first_start(_made: tuple[Installation, FirstStart]) -> FirstStart:
    """Return what was seen when that installation was started for the first time."""
    return _made[1]


@pytest.fixture
def fresh() -> Iterator[Installation]:
    """Return a folder in which nothing has been made yet."""
    made = Installation()
    yield made
    made.remove()
