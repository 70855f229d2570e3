"""Shared fixtures of every test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _forget_remembered():
    """Start every test without reference data remembered from another."""
    from huiyin.kernel import cached

    cached.forget_all()
    yield
    cached.forget_all()


@pytest.fixture
def world(db):
    """Return the small city of ``tests.world``."""
    from tests import world as small_city

    return small_city.build()


@pytest.fixture
def story(world):
    """Return a story that has not begun."""
    from tests.world import Story

    return Story(world)
