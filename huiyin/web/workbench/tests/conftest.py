"""Signed-in browsers without a browser, at a fixed moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from huiyin.kernel import clock
from tests.world import World, at


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """Let it be noon of 4 March, after the last step of ``Story.to_callback``."""
    with clock.driven(at(4, 12)):
        yield


@pytest.fixture
def desk(world: World) -> Callable[[str], Client]:
    """Return ``desk(name)``: a client signed in as that person."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name])
        return client

    return signed_in
