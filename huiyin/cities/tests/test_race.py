"""Two loads at once. This test commits, so it cleans up by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection

from huiyin.cities import actions
from huiyin.orgs.models import City, Unit
from tests.world import at


def _load_in_a_thread(minute: int) -> bool:
    try:
        return actions.load("dezhou", now=at(2, 9, minute)).changed
    finally:
        connection.close()


@pytest.fixture
def emptied_afterwards(django_db_setup, django_db_blocker):  # noqa: ARG001 - made first
    """Let a test commit, and delete what a load writes when it has ended."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", verbosity=0, interactive=False)


@pytest.mark.usefixtures("emptied_afterwards")
def test_two_first_loads_at_once_wait_for_each_other() -> None:
    with ThreadPoolExecutor(2) as pool:
        changed = sorted(pool.map(_load_in_a_thread, (1, 2)))
    assert changed == [False, True]
    assert (City.objects.count(), Unit.objects.count()) == (1, 523)
