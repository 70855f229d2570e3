"""Taking in what citizens and other systems send: the raw form is kept, an order is made, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import orjson

from huiyin.channels.intake.models import Submission
from huiyin.kernel import crypto, idempotency
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
