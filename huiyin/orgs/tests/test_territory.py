"""Areas from GeoJSON: repeated codes, broken shapes, and which of them hold a point."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid
from huiyin.orgs import area_queries
from huiyin.orgs.actions.areas import Loaded, load_areas
from huiyin.orgs.models import Area, Region, Unit
from huiyin.orgs.territory import read_areas
from tests.world import World, at

DATA = Path(os.environ.get("HUIYIN_DATA") or "none") / "grid"


def square(x: float, y: float, **told: str) -> dict[str, object]:
    ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
    return {"properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def text(*features: dict[str, object]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


STREETS = text(
    square(0, 0, 街道="新湖街道", 街道编码="XH"), square(1, 0, 街道="新华街道", 街道编码="XX")
)
GRIDS = text(
    square(0, 0, 所属组织="新湖街道第一网格", 网格编号="XH-1"),
    square(5, 5, 所属组织="新湖街道第一网格", 网格编号="XH-1"),
    {"properties": {"网格编号": "XH-2"}, "geometry": {"type": "Polygon", "coordinates": []}},
    {"properties": {"网格编号": "XH-3"}, "geometry": None},
    square(1, 1),
)


@pytest.mark.rule("R-380")
def test_a_point_lies_in_its_grid_and_street(db, django_assert_num_queries) -> None:
    assert area_queries.areas_at(0.5, 0.5) == []
    Region.objects.create(code="370001001", name="新湖街道", level="street")
    grids = read_areas(GRIDS)
    assert (grids.level, len(grids.areas), grids.repeated, len(grids.problems)) == ("grid", 1, 1, 3)
    assert load_areas(read_areas(STREETS), now=at(1)).streetless == 1
    assert load_areas(grids, now=at(1)).streetless == 0
    load_areas(grids, now=at(2))
    cached.forget_all()
    with django_assert_num_queries(1):
        here = area_queries.areas_at(0.5, 0.5)
        assert [(a.level, a.code, a.region_code) for a in here] == [
            ("grid", "XH-1", "370001001"),
            ("street", "XH", "370001001"),
        ]
        assert [a.code for a in area_queries.areas_at(5.5, 5.5)] == ["XH-1"]
        assert [a.code for a in area_queries.areas_at(1.0, 0.2)] == ["XH-1", "XH", "XX"]
        assert area_queries.areas_at(50, 50) == []


@pytest.mark.rule("R-530")
def test_an_area_is_looked_after_by_whom_the_file_names_else_by_the_township(world: World) -> None:
    city = Region.objects.get(level="city")
    county = Region.objects.create(code="370001", name="东县", level="county", parent=city)
    street = Region.objects.create(code="370001001", name="新湖街道", level="street", parent=county)
    Unit.objects.filter(pk=world.township.pk).update(region=street)
    Unit.objects.filter(pk=world.water.pk).update(name="城管局", short_name="城管局")
    Unit.objects.filter(pk=world.housing.pk).update(
        name="城管局", short_name="城管局", region=county
    )
    grids = [
        square(0, 0, 所属组织="新湖街道一网格", 网格编号="1"),
        square(1, 0, 所属组织="新湖街道二网格", 网格编号="2", 负责单位=world.water.code),
        square(2, 0, 所属组织="新湖街道三网格", 网格编号="3", 负责单位="城管局"),
        square(3, 0, 所属组织="新湖街道四网格", 网格编号="4", 负责单位="没有的局"),
        square(4, 0, 所属组织="别处网格", 网格编号="5", 负责单位="城管局"),
    ]
    loaded = load_areas(read_areas(text(*grids)), now=at(1))
    assert loaded == Loaded(streetless=1, unitless=1, unknown=("没有的局",))
    assert list(Area.objects.order_by("code").values_list("unit_code", flat=True)) == [
        world.township.code,
        world.water.code,
        world.housing.code,
        world.township.code,
        "",
    ]


@pytest.mark.rule("R-380")
@pytest.mark.parametrize(
    "wrong", ["", "[]", "{}", '{"features": [1]}', text(), text(square(0, 0)), "[" * 5000]
)
def test_what_is_no_map_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        read_areas(wrong)


if DATA.is_dir():  # pragma: no cover - real borders are nobody's to publish

    def test_every_real_grid_holds_its_own_points(db) -> None:
        import shapely

        file = read_areas((DATA / "grids_332.geojson").read_text(encoding="utf-8"))
        assert len(file.areas) + file.repeated + len(file.problems) == 332
        assert file.repeated >= 30
        load_areas(file, now=at(1))
        cached.forget_all()
        for area in file.areas:
            for shape in area.shapes:
                point = shapely.point_on_surface(shapely.from_wkb(shape))
                codes = [each.code for each in area_queries.areas_at(point.x, point.y)]
                assert area.code in codes
