"""The access log: every reading of personal data in the clear leaves a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from huiyin.kernel.errors import Invalid
from huiyin.kernel.models import AccessLog

SHORTEST_PURPOSE = 2


def record(
    *,
    reader: str,
    subject: str,
    fields: Iterable[str],
    purpose: str,
    now: datetime,
    address: str | None = None,
) -> None:
    """Write who read which fields of whom, and why.

    Raises:
        Invalid: no purpose was given.

    Source: R-21 (handbook domain.md 7.2: reveal with purpose and log).
    """
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise Invalid("查看个人信息须说明用途", fields={"purpose": "请写明查看用途"})
    AccessLog.objects.create(
        at=now,
        reader=reader,
        subject=subject,
        fields=sorted(fields),
        purpose=purpose.strip()[:200],
        address=address,
    )


def reading(subjects: Iterable[str], *, since: datetime) -> dict[str, str]:
    """Return who was the last to read each of ``subjects`` after ``since``. One query."""
    rows = AccessLog.objects.filter(subject__in=list(subjects), at__gt=since).order_by("at", "pk")
    return dict(rows.values_list("subject", "reader"))
