"""Fixtures of the API's tests."""

from __future__ import annotations

import pytest

from huiyin.web.api import rate
from huiyin.web.api.tests.asking import Api


@pytest.fixture(autouse=True)
def _full_buckets():
    """Start every test with every try left."""
    rate.forget_all()
    yield
    rate.forget_all()


@pytest.fixture
def api(world):
    """Return the API of the small city, on Monday at nine."""
    return Api(world)
