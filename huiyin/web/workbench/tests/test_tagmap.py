"""The map of a surge: points in their place on the outlines, and the streets by number."""

from __future__ import annotations

import pytest
import shapely

from huiyin.kernel import cached, clock
from huiyin.knowledge.models import Tag
from huiyin.orders.models import WorkOrder
from huiyin.orders.place_queries import Point
from huiyin.orgs.models import Area
from huiyin.web.workbench.tagmap import HEIGHT, WIDTH, draw
from tests.world import Story

SQUARE = [(116.0, 37.0), (116.2, 37.0), (116.2, 37.1), (116.0, 37.1), (116.0, 37.0)]


@pytest.mark.rule("R-466")
def test_north_is_above_and_everything_fits() -> None:
    north = Point("1", "北", 116.1, 37.09)
    south, outside = Point("2", "南", 116.1, 37.01), Point("3", "外", 120.0, 30.0)
    drawing = draw([SQUARE], [north, south, outside])
    assert [dot["number"] for dot in drawing.dots] == ["1", "2"]
    up, down = drawing.dots
    assert up["y"] < down["y"]
    assert up["x"] == down["x"]
    assert 0 < up["x"] < WIDTH
    assert 0 < up["y"] < HEIGHT
    assert drawing.outlines[0].startswith("M10.0,")
    assert draw([SQUARE], []) is None
    assert len(draw([], [north]).dots) == 1


@pytest.mark.rule("R-466")
def test_the_page_shows_points_and_streets(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    Tag.objects.create(code="storm", group="事件", name="台风")
    cached.forget_all()
    order = story.created().order
    WorkOrder.objects.filter(pk=order.pk).update(
        tags=["storm"], longitude=116.1, latitude=37.05, created_at=clock.now()
    )
    shapes = [shapely.to_wkb(shapely.Polygon(SQUARE))]
    Area.objects.create(
        level="street", code="S1", name="东关", shapes=shapes, loaded_at=clock.now()
    )
    client = desk("supervisor")
    with django_assert_max_num_queries(14):
        page = client.get("/desk/floor/map?tag=storm").content.decode()
    assert page.count("<circle") == 1
    assert page.count('<path d="M') >= 1
    assert order.number in page
    assert '<b class="num">1</b> 件有地图位置' in page
    assert "还没有带这个标签的诉求" in client.get("/desk/floor/map?tag=none").content.decode()
