"""Questions about the versions of models, and the models themselves."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Any

from huiyin.dispatch.learning.classifier import Classifier
from huiyin.dispatch.learning.models import ModelVersion
from huiyin.dispatch.learning.rules import MANUAL_MINUTES, WRONG_MINUTES, Costs
from huiyin.dispatch.learning.samples import Sample
from huiyin.dispatch.learning.states import ModelState, Purpose
from huiyin.kernel.cached import remembered
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import CloseType, State

MOST_CONFIRMED = 60_000
_ENDED = (State.CLOSED.value, State.UNSAT.value, State.ARCHIVED.value)
_NOT_HANDLED = tuple(
    each.value
    for each in (
        CloseType.MERGED,
        CloseType.FILED,
        CloseType.TERMINATED,
        CloseType.WITHDRAWN,
        CloseType.TRANSFERRED,
        CloseType.REFUSED,
    )
)
_MOST_HELD = 4
_held: OrderedDict[int, Classifier] = OrderedDict()
_lock = Lock()


def costs(at: datetime) -> Costs:
    """Return what a wrong dispatch and one by hand cost the city. No query while remembered."""
    table: dict[str, Any] = knowledge.parameter("suggest.costs", at, default={}) or {}
    return Costs(
        manual=float(table.get("manual", MANUAL_MINUTES)),
        wrong=float(table.get("wrong", WRONG_MINUTES)),
        wrong_of={str(k): float(v) for k, v in dict(table.get("of", {})).items()},
    )


def versions(*, cursor: str = "", size: int = 20) -> Page[ModelVersion]:
    """Return one page of versions without their data, newest first. One query."""
    rows = ModelVersion.objects.defer("stored", "seen")
    return page(rows, by=("-id",), cursor=cursor, size=size)


def version(key: int) -> ModelVersion | None:
    """Return one version without its data. One query."""
    return ModelVersion.objects.defer("stored", "seen").filter(pk=key).first()


def in_use(purpose: Purpose) -> ModelVersion | None:
    """Return the version in use, without its data. One query."""
    rows = ModelVersion.objects.defer("stored", "seen")
    return rows.filter(purpose=purpose.value, state=ModelState.ACTIVE.value).first()


@remembered(20)
def _active_key(purpose: str) -> int | None:
    rows = ModelVersion.objects.filter(purpose=purpose, state=ModelState.ACTIVE.value)
    return rows.values_list("pk", flat=True).first()


def model_for(purpose: Purpose) -> Classifier | None:
    """Return the model in use; None when there is none.

    One query in twenty seconds, one more in each process for a version that it has not met yet.
    """
    key = _active_key(purpose.value)
    return None if key is None else model_of(key)


def model_of(key: int) -> Classifier | None:
    """Return the model of a version, the last few of each process kept. One query at first."""
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
    stored = ModelVersion.objects.filter(pk=key).values_list("stored", flat=True).first()
    if stored is None:
        return None
    made = Classifier.from_bytes(bytes(stored))
    with _lock:
        _held[key] = made
        while len(_held) > _MOST_HELD:
            _held.popitem(last=False)
    return made


def confirmed(purpose: Purpose) -> list[Sample]:
    """Return what closed orders confirm for a purpose: their words and what held in the end.

    An order counts when it was closed after it was dispatched, so that category, kind and lead
    unit have passed a dispatcher, a unit that did not return it, and an auditor. The latest 60,000,
    oldest first. One query.
    """
    field = {
        Purpose.CATEGORY: "category__code",
        Purpose.UNIT: "lead_unit__code",
        Purpose.KIND: "kind",
        Purpose.LABEL: "category__full_name",
    }[purpose]
    rows = WorkOrder.objects.filter(
        state__in=_ENDED, lead_unit__isnull=False, category__isnull=False
    ).exclude(close_type__in=_NOT_HANDLED)
    found = rows.order_by("-pk").values_list("title", "content", field, "created_at")
    latest = list(found[:MOST_CONFIRMED])
    return [Sample(title, said, label, at) for title, said, label, at in reversed(latest)]
