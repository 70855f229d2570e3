"""Idempotency keys: a repeated create gives the first answer and makes nothing new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from huiyin.kernel import crypto
from huiyin.kernel.errors import Conflict, Invalid
from huiyin.kernel.models import IdempotencyKey

LONGEST_KEY = 80
Answer = dict[str, Any]

_KEEP = """
    insert into kernel_idempotencykey (caller, key, fingerprint, answer, created_at)
    values (%s, %s, %s, %s::jsonb, %s) on conflict (caller, key) do nothing
"""


class _Repeated(Exception):
    """The key is taken: whatever the work has stored is undone."""


def once(
    *, caller: str, key: str, request: bytes, now: datetime, work: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Do ``work`` once per caller and key; return its answer and whether it was done now.

    The work, then key and answer, are one transaction, so the usual case costs one statement. A
    repeat does the work again, finds the key taken and undoes it; a second request at the same
    moment waits at the key for the first to end. Work that fails because the first has been there
    (a number that is taken, a step that was made) gets the first answer as well. So ``work`` must
    have no effect outside the database that does harm when it happens twice.

    Args:
        caller: who asks (account, token or visitor), at most 80 characters.
        key: chosen by the caller, 1 to 80 characters.
        request: what was asked; the same key with another request is refused.
        now: when.
        work: does it and returns a JSON-able answer.

    Raises:
        Invalid: the key is empty or too long.
        Conflict: the key was used for another request.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid("幂等键须为 1–80 个字符", fields={"Idempotency-Key": "1–80 个字符"})
    fingerprint = crypto.keyed_digest(request, "idempotency")
    try:
        with transaction.atomic():
            answer = work()
            _keep(caller, key, fingerprint, answer, now)
    except Exception:
        kept = IdempotencyKey.objects.filter(caller=caller, key=key).first()
        if kept is None:
            raise
        return _first_answer(kept, fingerprint), False
    return answer, True


def _keep(caller: str, key: str, fingerprint: bytes, answer: Answer, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [caller, key, fingerprint, orjson.dumps(answer).decode(), now])
        if cursor.rowcount != 1:
            raise _Repeated


def _first_answer(kept: IdempotencyKey, fingerprint: bytes) -> Answer:
    if bytes(kept.fingerprint) != fingerprint:
        raise Conflict("这个幂等键已用于另一份内容", remedy="请换一个新的 Idempotency-Key")
    answer: Answer = kept.answer or {}
    return answer


def forget_before(instant: datetime) -> int:
    """Delete keys made before ``instant``; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=instant).delete()[0]
