"""One installation that is set up once and used by the tests of running it, one after another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ops.installation import Installation


@pytest.fixture(scope="session")
def _made() -> Iterator[Installation]:
    made = Installation()
    made.done("django", "migrate", "--verbosity", "0")
    yield made
    made.remove()


@pytest.fixture
def installation(_made: Installation) -> Iterator[Installation]:
    """Return an installation with tables and keys; nothing of it runs but its database."""
    yield _made
    for one in _made.serving:
        one.end()
    _made.serving.clear()


@pytest.fixture
def fresh() -> Iterator[Installation]:
    """Return a folder in which nothing has been made yet."""
    made = Installation()
    yield made
    made.remove()
