"""The record of which units a dispatcher was shown, and which was chosen."""

from __future__ import annotations

from datetime import datetime

from huiyin.dispatch.learning import actions
from huiyin.dispatch.learning.actions import Offer
from huiyin.dispatch.learning.routes import Routes
from huiyin.dispatch.learning.states import Field


def record_routes(found: Routes, order_id: int, chosen: str, now: datetime) -> None:
    """Store the units that the dispatcher was shown beside the one that was chosen."""
    offers = [
        Offer(Field.UNIT, each.unit.code, str(each.unit), each.probability, each.source, each.why)
        for each in found.found
    ]
    actions.record(order_id, offers, {Field.UNIT: chosen}, now=now)
