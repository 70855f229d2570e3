"""Fixtures of profiles: a copy that may be changed, and Dezhou in the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiyin.cities import actions
from huiyin.cities.tests.support import Copy, Town, copy_of
from tests.world import at


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Return a copy of the profile of Dezhou."""
    return copy_of("dezhou", tmp_path)


@pytest.fixture
def loaded(db, copy: Copy) -> Copy:  # noqa: ARG001 - the database is needed
    """Return a copy of the profile of Dezhou that is in the database."""
    actions.load_folder(copy.folder, now=at(1))
    return copy


@pytest.fixture
def town(loaded: Copy) -> Town:
    """Return Dezhou in the database with people who can handle orders."""
    return Town(loaded)
