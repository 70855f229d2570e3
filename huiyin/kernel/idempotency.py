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

_CLAIM = """
    insert into kernel_idempotencykey (caller, key, fingerprint, created_at)
    values (%s, %s, %s, %s) on conflict (caller, key) do nothing
"""
_ANSWER = "update kernel_idempotencykey set answer = %s::jsonb where caller = %s and key = %s"


def once(
    *, caller: str, key: str, request: bytes, now: datetime, work: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Do ``work`` once per caller and key; return its answer and whether it was done now.

    The claim, the work and the answer are one transaction. A second request at the same moment
    waits for the first to end, then gets the first's answer.

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
    with transaction.atomic():
        if not _claim(caller, key, fingerprint, now):
            return _first_answer(caller, key, fingerprint), False
        answer = work()
        _remember(caller, key, answer)
    return answer, True


def _claim(caller: str, key: str, fingerprint: bytes, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [caller, key, fingerprint, now])
        return bool(cursor.rowcount == 1)


def _remember(caller: str, key: str, answer: Answer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [orjson.dumps(answer).decode(), caller, key])


def _first_answer(caller: str, key: str, fingerprint: bytes) -> Answer:
    kept = IdempotencyKey.objects.get(caller=caller, key=key)
    if bytes(kept.fingerprint) != fingerprint:
        raise Conflict("这个幂等键已用于另一份内容", remedy="请换一个新的 Idempotency-Key")
    answer: Answer = kept.answer or {}
    return answer


def forget_before(instant: datetime) -> int:
    """Delete keys made before ``instant``; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=instant).delete()[0]
