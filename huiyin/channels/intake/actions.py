"""Taking in what citizens and other systems send: the raw form is kept, an order is made, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

import orjson

from huiyin.channels.intake.models import Submission
from huiyin.kernel import crypto, idempotency
from huiyin.kernel.errors import Invalid
from huiyin.knowledge.models import Reason
from huiyin.orders import actions as orders
from huiyin.orders import queries
from huiyin.orders.actions.files import Upload, accept
from huiyin.orders.actions.intake import Request
from huiyin.orders.models import WorkOrder
from huiyin.orders.numbers import query_code
from huiyin.orgs.actors import Actor


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is given: the number, the code, and whether it was made just now."""

    number: str
    code: str
    new: bool


def take_in(
    request: Request,
    *,
    by: Actor,
    source: str,
    key: str,
    files: Sequence[Upload] = (),
    external_number: str = "",
    now: datetime,
) -> Receipt:
    """Store a raw submission and make its order; a repeated key gives the first receipt.

    Files are checked before anything is stored; number, files, raw form and order are one
    transaction.

    Args:
        request: what was asked.
        by: the citizen, or the account of another system.
        source: who sent it (``portal:<visitor>`` or ``token:<id>``); keys are unique within it.
        key: idempotency key, 1 to 80 characters.
        files: photos, sound, video.
        external_number: the number that another system gave it.
        now: when it came in.

    Raises:
        Invalid, TooLarge, WrongType: the content or a file is refused; nothing is stored.
        Conflict: the key was used for another content.

    Source: R-90 (requirements 66, 97, 149; handbook domain.md 4.2).
    """
    accepted = accept(list(files))
    raw = _raw(request, external_number)

    def work() -> idempotency.Answer:
        order = orders.create(request, by=by, now=now)
        orders.attach(order, accepted, by=by, now=now, public=True)
        Submission.objects.create(
            order=order,
            channel=order.channel,
            source=source[:80],
            external_number=external_number[:80],
            body_sealed=crypto.seal(raw.decode(), "submission.body"),
            received_at=now,
        )
        return {"number": order.number}

    answer, new = idempotency.once(
        caller=source[:80],
        key=key,
        request=raw + b"".join(file.content for file in accepted),
        now=now,
        work=work,
    )
    number = str(answer["number"])
    return Receipt(number, query_code(number), new)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ends: sent on, answered at once, told another way, or handed over.

    Attributes:
        how: which of the four.
        answer: what was answered; for ``answer``.
        reason: why it goes another way; for ``refer``.
        to: who takes it over; for ``transfer``.
        note: what else was said; for ``refer`` and ``transfer``.
    """

    how: Literal["submit", "answer", "refer", "transfer"] = "submit"
    answer: str = ""
    reason: Reason | None = None
    to: str = ""
    note: str = ""


def take_down(request: Request, ending: Ending, *, by: Actor, key: str, now: datetime) -> Receipt:
    """Take down a telephone call and end it, as one step; a repeat gives the first receipt.

    Either the order exists and has its ending, or nothing is stored.

    Args:
        request: what was asked.
        ending: how the call ends.
        by: the agent.
        key: idempotency key of the form, 1 to 80 characters.
        now: when.

    Raises:
        Invalid: a field of the request or of its ending is missing; nothing is stored.
        NotAllowed: the person may not take down calls.
        Conflict: the key was used for another content.

    Source: R-90 (requirement 66; handbook domain.md 4.2, 4.3).
    """

    def work() -> idempotency.Answer:
        order = orders.create(request, by=by, now=now)
        _end(order.pk, ending, by=by, now=now)
        return {"number": order.number}

    said = [ending.how, ending.answer, ending.to, ending.note]
    said.append(ending.reason.code if ending.reason else "")
    answer, new = idempotency.once(
        caller=f"desk:{by.reference}",
        key=key,
        request=_raw(request, "") + orjson.dumps(said),
        now=now,
        work=work,
    )
    number = str(answer["number"])
    return Receipt(number, query_code(number), new)


def _end(order_id: int, ending: Ending, *, by: Actor, now: datetime) -> None:
    if ending.how == "answer":
        orders.answer(order_id, by=by, text_=ending.answer, now=now)
    elif ending.how == "refer":
        if ending.reason is None:
            raise Invalid("请选择告知渠道的原因", fields={"reason": "请选择原因"})
        orders.refer(order_id, by=by, reason=ending.reason, note=ending.note, now=now)
    elif ending.how == "transfer":
        orders.transfer(order_id, by=by, to=ending.to, note=ending.note, now=now)
    else:
        orders.submit(order_id, by=by, now=now)


def order_of(receipt: Receipt) -> WorkOrder:
    """Return the order of a receipt. One query."""
    order = queries.by_number(receipt.number)
    if order is None:
        raise RuntimeError("a receipt without an order")
    return order


def _raw(request: Request, external_number: str) -> bytes:
    plain = {
        f.name: getattr(request, f.name)
        for f in fields(request)
        if f.name not in ("category", "region")
    }
    plain |= {
        "category": request.category.code if request.category else "",
        "region": request.region.code if request.region else "",
        "external_number": external_number,
    }
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
