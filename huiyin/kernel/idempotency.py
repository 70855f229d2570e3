"""Idempotency keys: a repeated create gives the first answer and makes nothing new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


class Repeated(Exception):
    """The key is taken: whatever the work has stored is undone, and the first answer holds."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One key of one caller, with the digest of what was asked.

    ``once`` settles a claim around any work. Work that is a single statement may settle it inside
    that statement instead (``orders.creation``) and raise ``Repeated`` when the key is taken.
    """

    caller: str
    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, caller: str, key: str, request: bytes) -> Claim:
        """Return the claim.

        Args:
            caller: who asks (account, token or visitor), at most 80 characters.
            key: chosen by the caller, 1 to 80 characters.
            request: what was asked; the same key with another request is refused.

        Raises:
            Invalid: the key is empty or too long.
        """
        if not 0 < len(key) <= LONGEST_KEY:
            raise Invalid("幂等键须为 1–80 个字符", fields={"Idempotency-Key": "1–80 个字符"})
        return cls(caller, key, crypto.keyed_digest(request, "idempotency"))


def once(claim: Claim, work: Callable[[], Answer], *, now: datetime) -> tuple[Answer, bool]:
    """Do ``work`` once per claim; return its answer and whether it was done now.

    The work, then key and answer, are one transaction, so the usual case costs one statement. A
    repeat does the work again, finds the key taken and undoes it; a second request at the same
    moment waits at the key for the first to end. Work that fails because the first has been there
    (a number that is taken, a step that was made) gets the first answer as well. So ``work`` must
    have no effect outside the database that does harm when it happens twice.

    Raises:
        Conflict: the key was used for another request.
    """
    try:
        with transaction.atomic():
            answer = work()
            _keep(claim, answer, now)
    except Exception:
        kept = first_answer(claim)
        if kept is None:
            raise
        return kept, False
    return answer, True


def first_answer(claim: Claim) -> Answer | None:
    """Return what was answered to the key's first use; None when it is new. One query.

    Raises:
        Conflict: the key was used for another request.
    """
    kept = IdempotencyKey.objects.filter(caller=claim.caller, key=claim.key).first()
    if kept is None:
        return None
    if bytes(kept.fingerprint) != claim.fingerprint:
        raise Conflict("这个幂等键已用于另一份内容", remedy="请换一个新的 Idempotency-Key")
    answer: Answer = kept.answer or {}
    return answer


def _keep(claim: Claim, answer: Answer, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            [claim.caller, claim.key, claim.fingerprint, orjson.dumps(answer).decode(), now],
        )
        if cursor.rowcount != 1:
            raise Repeated


def forget_before(instant: datetime) -> int:
    """Delete keys made before ``instant``; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=instant).delete()[0]
