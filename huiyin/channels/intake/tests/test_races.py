"""One message sent twice at the same moment makes one order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from huiyin.channels.intake import actions
from huiyin.kernel.errors import Conflict
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import CITIZEN
from tests import races
from tests.world import REQUEST, at

pytestmark = pytest.mark.usefixtures("standing_world")


def send(key: str, **changes: object) -> actions.Receipt:
    """Send a message whose place names its key, so that its orders can be told from others."""
    request = replace(REQUEST, place=key, **changes)  # type: ignore[arg-type]
    return actions.take_in(request, by=CITIZEN, source="portal:abc", key=key, now=at(2))


def made(key: str) -> list[str]:
    return list(WorkOrder.objects.filter(place=key).values_list("number", flat=True))


def test_sent_eight_times_at_once_it_is_one_order() -> None:
    done, refused = races.outcome(races.at_once(*[partial(send, "k1")] * 8))
    assert refused == []
    assert sum(receipt.new for receipt in done) == 1
    assert made("k1") == list({receipt.number for receipt in done})


def test_two_messages_with_one_key_at_once_make_one_order() -> None:
    other = partial(send, "k2", title="另一件事")
    done, refused = races.outcome(races.at_once(partial(send, "k2"), other))
    assert (len(done), len(refused)) == (1, 1)
    assert isinstance(refused[0], Conflict)
    assert made("k2") == [done[0].number]
