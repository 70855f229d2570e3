"""Calls: written down in bulk, counted apart from orders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huiyin.callcentre.calls import actions, queries, rules
from huiyin.callcentre.calls.actions import CallFacts
from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.kernel import crypto
from huiyin.kernel.errors import Invalid
from huiyin.orders.models import WorkOrder
from tests.world import Story, at

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def call(**changes: object) -> CallFacts:
    values: dict[str, object] = {
        "direction": Direction.IN,
        "outcome": CallOutcome.ANSWERED,
        "arrived_at": at(2, 9),
        "answered_at": at(2, 9) + 8 * SECOND,
        "ended_at": at(2, 9, 3),
        "number": "138 1234 5678",
    }
    return CallFacts(**(values | changes))  # type: ignore[arg-type]


IN, OUT, GIVEN_UP = Direction.IN, Direction.OUT, CallOutcome.ABANDONED


@pytest.mark.rule("R-180")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({}, "", id="answered"),
        pytest.param({"outcome": GIVEN_UP, "answered_at": None}, "", id="given up"),
        pytest.param({"ended_at": at(2, 8, 59)}, "ended_at", id="ends before it begins"),
        pytest.param({"answered_at": at(2, 9, 4)}, "answered_at", id="answered after its end"),
        pytest.param({"answered_at": None}, "outcome", id="an answer by nobody"),
        pytest.param({"outcome": GIVEN_UP}, "outcome", id="given up, yet answered"),
        pytest.param({"outcome": CallOutcome.REACHED}, "outcome", id="reached by calling us"),
        pytest.param({"direction": OUT}, "outcome", id="a question that we asked"),
        pytest.param({"direction": OUT, "outcome": CallOutcome.REACHED}, "", id="we reached them"),
    ],
)
def test_what_a_call_must_be(changes, field) -> None:
    facts = call(**changes)
    moments = {
        "arrived_at": facts.arrived_at,
        "answered_at": facts.answered_at,
        "ended_at": facts.ended_at,
    }
    if not field:
        rules.check_call(facts.direction, facts.outcome, **moments)
        return
    with pytest.raises(Invalid) as refusal:
        rules.check_call(facts.direction, facts.outcome, **moments)
    assert field in refusal.value.facts["fields"]


@pytest.mark.rule("R-180")
def test_one_wrong_call_and_none_is_stored() -> None:
    with pytest.raises(Invalid):
        actions.record([call(), call(ended_at=at(1))])
    assert not Call.objects.exists()


@pytest.mark.rule("R-180")
def test_a_call_told_twice_is_one_call() -> None:
    for _ in range(2):
        actions.record([call(reference="a1"), call(reference="a2"), call()])
    assert Call.objects.exclude(reference="").count() == 2
    assert Call.objects.count() == 4


@pytest.mark.rule("R-180")
def test_the_number_is_sealed_and_found_again(story: Story) -> None:
    order = story.created().order
    actions.record([call(order=order.pk, outcome=CallOutcome.REQUEST)])
    row = queries.calls_of(order).get()
    assert row.number_masked == "138****5678"
    assert b"13812345678" not in bytes(row.number_sealed)
    assert crypto.unseal(bytes(row.number_sealed), "call.number") == "13812345678"
    assert bytes(row.number_key) == bytes(order.requester.phone_key)


@pytest.mark.rule("R-181")
def test_calls_and_orders_are_counted_apart(story: Story, django_assert_num_queries) -> None:
    order = story.created().order
    actions.record(
        [
            call(outcome=CallOutcome.REQUEST, order=order.pk),
            call(outcome=CallOutcome.PRESSED, order=order.pk),
            call(outcome=GIVEN_UP, answered_at=None),
            call(direction=OUT, outcome=CallOutcome.REACHED),
            call(arrived_at=at(3), answered_at=at(3), ended_at=at(3)),
        ]
    )
    with django_assert_num_queries(1):
        found = queries.traffic(at(2, 0), at(3))
    counts = (found.offered, found.answered, found.requests, found.abandoned, found.outgoing)
    assert counts == (3, 2, 1, 1, 1)
    assert WorkOrder.objects.count() == 1
    assert found.connected == pytest.approx(2 / 3)
    assert queries.traffic(at(9), at(10)).connected is None


def test_a_thousand_calls_are_a_few_statements(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(4):
        assert actions.record([call() for _ in range(1000)]) == 1000
