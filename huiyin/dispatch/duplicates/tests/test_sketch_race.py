"""Two workers sketch the same order at the same moment."""

from __future__ import annotations

from huiyin.dispatch.duplicates import actions
from huiyin.dispatch.duplicates.models import Sketch
from tests.races import at_once
from tests.world import Story, World, at


def test_an_order_is_sketched_once(standing_world: World) -> None:
    orders = [Story(standing_world).created().order.pk for _ in range(3)]
    Sketch.objects.all().delete()
    runners = at_once(
        lambda: actions.sketch_orders(orders),
        lambda: actions.catch_up(at(2)),
        lambda: actions.sketch_orders(orders),
    )
    assert [each.error for each in runners] == [None, None, None]
    assert set(Sketch.objects.values_list("order_id", flat=True)) == set(orders)
