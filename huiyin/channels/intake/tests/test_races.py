"""One message sent twice at the same moment makes one order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from huiyin.channels.intake import actions
from huiyin.channels.intake.models import Submission
from huiyin.kernel.errors import Conflict
from huiyin.orders.models import OrderEvent, WorkOrder
from huiyin.orgs.actors import CITIZEN
from tests import races
from tests.world import REQUEST, at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("world")]


def send(**changes: object) -> actions.Receipt:
    request = replace(REQUEST, **changes)  # type: ignore[arg-type]
    return actions.take_in(request, by=CITIZEN, source="portal:abc", key="k1", now=at(2))


def test_sent_eight_times_at_once_it_is_one_order() -> None:
    done, refused = races.outcome(races.at_once(*[send] * 8))
    assert refused == []
    assert len({receipt.number for receipt in done}) == 1
    assert sum(receipt.new for receipt in done) == 1
    assert (
        WorkOrder.objects.count() == Submission.objects.count() == OrderEvent.objects.count() == 1
    )


def test_two_messages_with_one_key_at_once_make_one_order() -> None:
    other = partial(send, title="另一件事")
    done, refused = races.outcome(races.at_once(send, other))
    assert (len(done), len(refused)) == (1, 1)
    assert isinstance(refused[0], Conflict)
    assert WorkOrder.objects.count() == 1
