"""How a step is taken over the API: seen by the caller, unchanged since read, at most once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from django.db import transaction
from ninja import Router

from huiyin.kernel import clock, idempotency
from huiyin.orders import actions, queries
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import BY_VERB
from huiyin.orgs.actors import Actor
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, IDEMPOTENCY_KEY, IF_MATCH, REPLAYED, F, endpoint
from huiyin.web.api.order_shapes import StepTaken

Act = Callable[[int, Actor, datetime], WorkOrder]
T = TypeVar("T")

CHANGING = {
    "parameters": [{**IDEMPOTENCY_KEY, "required": False}, IF_MATCH],
    "responses": {200: {"headers": {**REPLAYED, "ETag": {"schema": {"type": "string"}}}}},
}

MAKING: dict[str, Any] = {
    "statuses": (201, 200),
    "extra": {
        "parameters": [{**IDEMPOTENCY_KEY, "required": False}],
        "responses": {200: {"headers": REPLAYED}},
    },
}
"""What an endpoint declares whose repeats with the same key make nothing new: see ``make_once``."""
REPEATABLE: dict[str, Any] = {
    "extra": {
        "parameters": [{**IDEMPOTENCY_KEY, "required": False}],
        "responses": {200: {"headers": REPLAYED}},
    }
}


def step(router: Router, verb: str, *, about: str = "") -> Callable[[F], F]:
    """Declare the decorated view as the endpoint of one step of the table of states."""
    row = BY_VERB[verb]
    guard = f"条件：{row.guard}。" if row.guard else ""
    perm = f"需要权限 {row.perm}。" if row.perm else ""
    states = "、".join(state.label for state in row.sources) if len(row.sources) < 5 else "未办结"
    return endpoint(
        router,
        "POST",
        f"/orders/{{number}}/steps/{verb}",
        summary=row.label,
        about=f"{about}可在{states}时办理。{guard}{perm}",
        problems=(*BODY, 404, 409, 412),
        extra=CHANGING,
    )


def take(request: ApiRequest, number: str, act: Act) -> Answered[StepTaken]:
    """Take a step and tell where the order stands; a repeated key gets the first answer.

    Raises:
        NotFound: there is no such order for this caller.
        Changed: the order has moved on since the caller read it.
        Refused: whatever the action refuses.
    """
    actor, now, seen = request.auth.actor, clock.now(), reading.seen_of(request)
    order_id = queries.visible_key(actor, number)
    if order_id is None:
        raise reading.missing()

    @transaction.atomic
    def work() -> StepTaken:
        if seen is not None:
            actions.lock_unchanged(order_id, seen)
        return telling.taken(act(order_id, actor, now))

    key = reading.key_of(request)
    if not key:
        return _told(work(), new=True)
    asked = request.path.encode() + b" " + request.body
    claim = idempotency.Claim.of(request.auth.source, key, asked)
    body, new = idempotency.once(claim, lambda: cast(idempotency.Answer, work()), now=now)
    return _told(cast(StepTaken, body), new=new)


def make_once(request: ApiRequest, make: Callable[[], T], *, status: int = 201) -> Answered[T]:
    """Make something, once per idempotency key where the caller sent one.

    Args:
        request: with the key, if any; its path and body are what was asked.
        make: makes it and tells it.
        status: of the first time; a repeat is answered with 200.

    Raises:
        Conflict: the key was used for something else.
        Refused: whatever ``make`` refuses.

    Source: R-500 (own default).
    """
    key = reading.key_of(request)
    if not key:
        return Answered(make(), status)
    asked = request.path.encode() + b" " + request.body
    claim = idempotency.Claim.of(request.auth.source, key, asked)
    body, new = idempotency.once(claim, lambda: cast(idempotency.Answer, make()), now=clock.now())
    headers = {} if new else {"Idempotency-Replayed": "true"}
    return Answered(cast(T, body), status if new else 200, headers)


def _told(body: StepTaken, *, new: bool) -> Answered[StepTaken]:
    headers = {"ETag": f'"{body["event_count"]}"'}
    if not new:
        headers["Idempotency-Replayed"] = "true"
    return Answered(body, headers=headers)
