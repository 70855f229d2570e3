"""Taking in what citizens and other systems send: the raw form is kept, an order is made, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

import orjson
from django.db import IntegrityError, transaction

from huiyin.channels.intake.models import Submission
from huiyin.followup.filings import actions as filings
from huiyin.kernel import crypto, idempotency
from huiyin.kernel.errors import Conflict, Invalid
from huiyin.kernel.idempotency import Answer, Claim, Repeated
from huiyin.knowledge.models import Reason
from huiyin.orders import actions as orders
from huiyin.orders import queries
from huiyin.orders.actions.files import Upload, accept
from huiyin.orders.actions.intake import Request
from huiyin.orders.creation import answer_of
from huiyin.orders.kinds import LinkKind
from huiyin.orders.models import WorkOrder
from huiyin.orders.numbers import query_code
from huiyin.orders.states import Channel
from huiyin.orgs.actors import Actor

_WRITTEN_DOWN = (Channel.PHONE, Channel.VISIT)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is given: the number, the code, and whether it was made just now.

    A repeat is given the same moments as the first time, whatever has happened since.
    """

    number: str
    code: str
    new: bool
    created_at: datetime
    waits_until: datetime


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
    transaction. What staff write down at the telephone or counter has no raw form beside the order.

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
        Conflict: the key was used for another content, or the number of the other system is known.

    Source: R-90 (requirements 66, 97, 149; handbook domain.md 4.2).
    """
    accepted = accept(list(files))
    raw = _raw(request, external_number)
    claim = Claim.of(source[:80], key, raw + b"".join(file.content for file in accepted))
    if accepted or _has_raw_form(request, by, external_number):

        def work() -> Answer:
            order = orders.create(request, by=by, now=now)
            if accepted:
                orders.attach(order, accepted, by=by, now=now, public=True)
            _keep_raw(order, raw, source[:80], external_number[:80], now)
            return answer_of(order)

        return _receipt(*idempotency.once(claim, work, now=now))
    return _in_one_statement(request, by, claim, now)


def _in_one_statement(request: Request, by: Actor, claim: Claim, now: datetime) -> Receipt:
    """Store what has neither files nor a raw form: the order itself settles the key."""
    try:
        return _receipt(answer_of(orders.create(request, by=by, now=now, claim=claim)), new=True)
    except Repeated:
        first = idempotency.first_answer(claim)
        if first is None:
            raise
        return _receipt(first, new=False)


def _receipt(answer: Answer, new: bool) -> Receipt:  # noqa: FBT001 - unpacked from ``once``
    number = str(answer["number"])
    return Receipt(
        number,
        query_code(number),
        new,
        datetime.fromisoformat(answer["created_at"]),
        datetime.fromisoformat(answer["waits_until"]),
    )


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ends: sent on, answered, from a filing, told another way, handed over, joined.

    Attributes:
        how: which of the six.
        answer: what was answered; for ``answer``.
        reason: why it goes another way; for ``refer``.
        to: who takes it over; for ``transfer``.
        note: what else was said; for ``refer`` and ``transfer``.
        matters: the matters of the request, when it holds several.
        filing: key of the filing in force whose answer was given; for ``file``.
        main: key of the open order about the same event; for ``join``.
    """

    how: Literal["submit", "answer", "refer", "transfer", "file", "join"] = "submit"
    answer: str = ""
    reason: Reason | None = None
    to: str = ""
    note: str = ""
    matters: tuple[str, ...] = ()
    filing: int | None = None
    main: int | None = None


def take_down(
    request: Request,
    ending: Ending,
    *,
    by: Actor,
    key: str,
    sequel_of: int | None = None,
    related_to: int | None = None,
    now: datetime,
) -> Receipt:
    """Take down a telephone call and end it, as one step; a repeat gives the first receipt.

    Either the order exists and has its ending, or nothing is stored.

    Args:
        request: what was asked.
        ending: how the call ends.
        by: the agent.
        key: idempotency key of the form, 1 to 80 characters.
        sequel_of: key of the earlier order that this call goes on with; the two are linked.
        related_to: key of an order that has to do with this one; the two are linked.
        now: when.

    Raises:
        Invalid: a field of the request or of its ending is missing; nothing is stored.
        NotAllowed: the person may not take down calls.
        Conflict: the key was used for another content.

    Source: R-90 (requirement 66; handbook domain.md 4.2, 4.3).
    """

    said = [ending.how, ending.answer, ending.to, ending.note, *ending.matters]
    said.append(str(ending.filing or ""))
    said += [ending.reason.code if ending.reason else "", str(sequel_of or "")]
    said += [str(ending.main or ""), str(related_to or "")]
    claim = Claim.of(f"desk:{by.reference}", key, _raw(request, "") + orjson.dumps(said))

    def work() -> Answer:
        order = orders.create(request, by=by, now=now)
        if any(each.strip() for each in ending.matters):
            orders.list_matters(order.pk, by=by, matters=ending.matters, now=now)
        if sequel_of is not None:
            orders.link(order.pk, by=by, other=sequel_of, kind=LinkKind.SEQUEL, now=now)
        if related_to is not None:
            orders.link(order.pk, by=by, other=related_to, kind=LinkKind.RELATED, now=now)
        return answer_of(_end(order.pk, ending, by=by, now=now))

    return _receipt(*idempotency.once(claim, work, now=now))


def _end(order_id: int, ending: Ending, *, by: Actor, now: datetime) -> WorkOrder:
    if ending.how == "answer":
        return orders.answer(order_id, by=by, text_=ending.answer, now=now)
    if ending.how == "file":
        if ending.filing is None:
            raise Invalid("请填写备案编号", fields={"filing": "请填写备案编号"})
        return filings.answer_at_intake(order_id, filing=ending.filing, by=by, now=now)
    if ending.main is not None:
        return orders.join(order_id, by=by, main=ending.main, now=now)
    if ending.how == "refer":
        if ending.reason is None:
            raise Invalid("请选择告知渠道的原因", fields={"reason": "请选择原因"})
        return orders.refer(order_id, by=by, reason=ending.reason, note=ending.note, now=now)
    if ending.how == "transfer":
        return orders.transfer(order_id, by=by, to=ending.to, note=ending.note, now=now)
    return orders.submit(order_id, by=by, now=now)


def order_of(receipt: Receipt) -> WorkOrder:
    """Return the order of a receipt. One query."""
    order = queries.by_number(receipt.number)
    if order is None:
        raise RuntimeError("a receipt without an order")
    return order


def _has_raw_form(request: Request, by: Actor, external_number: str) -> bool:
    written_down = by.staff is not None and request.channel in _WRITTEN_DOWN
    return bool(external_number) or not written_down


def _keep_raw(
    order: WorkOrder, raw: bytes, source: str, external_number: str, now: datetime
) -> None:
    row = Submission(
        order=order,
        channel=order.channel,
        source=source,
        external_number=external_number,
        body_sealed=crypto.seal(raw.decode(), "submission.body"),
        received_at=now,
    )
    if not external_number:
        row.save(force_insert=True)
        return
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        known = Submission.objects.select_related("order").get(
            source=source, external_number=external_number
        )
        raise Conflict(
            f"外部编号 {external_number} 已登记为工单 {known.order.number}",
            remedy="如是同一件，请用原来的 Idempotency-Key 重发",
            number=known.order.number,
        ) from error


_CODED = ("category", "region", "case_class", "line")
"""Fields of a request that are rows of reference data, kept by their code."""


def _raw(request: Request, external_number: str) -> bytes:
    plain = {f.name: getattr(request, f.name) for f in fields(request)}
    for name in _CODED:
        plain[name] = plain[name].code if plain[name] else ""
    plain["external_number"] = external_number
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
