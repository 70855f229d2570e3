"""Areas read from GeoJSON: which level, which codes, and what is wrong with the file. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huiyin.kernel.errors import Invalid

MOST_AREAS = 100_000
_CODES = {
    "grid": ("网格编号", "网格编码", "grid_code"),
    "community": ("社区编码", "社区编号", "community_code"),
    "street": ("街道编码", "街道编号", "street_code", "code"),
}
_NAMES = {
    "grid": ("网格", "网格名称", "所属组织", "name"),
    "community": ("社区", "社区名称", "name"),
    "street": ("街道", "街道名称", "name"),
}
LEVELS = tuple(_CODES)
_STREETS = ("街道", "街道名称", "所属组织")
_UNITS = ("负责单位", "责任单位", "承办单位", "单位编码", "unit_code", "unit")


@dataclass(frozen=True, slots=True)
class AreaForm:
    """One area of a file: its code, its name, what names its street, its shapes as WKB.

    ``unit`` is the code or the name of the unit that looks after it, where the file says so.
    """

    code: str
    name: str
    street: str
    shapes: tuple[bytes, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class AreaFile:
    """What a file holds: the level, the areas, how many shapes shared a code, what was left out."""

    level: str
    areas: tuple[AreaForm, ...]
    repeated: int
    problems: tuple[str, ...]


def read_areas(text: str, level: str = "") -> AreaFile:
    """Return the areas of a GeoJSON text; all shapes of one code become one area.

    The level follows from the names of the columns where it is not given. A feature without a code
    or with a broken shape is left out and told.

    Raises:
        Invalid: it is no GeoJSON with polygons, or no level can be told.

    Source: R-380 (requirement 211; handbook domain.md 1.2 (五): by territory).
    """
    features = _features(text)
    level = level or _level_of(features)
    found: dict[str, tuple[str, str, str, list[bytes]]] = {}
    problems: list[str] = []
    count = 0
    for number, feature in enumerate(features, 1):
        told = feature.get("properties") or {}
        code = _first(told, _CODES[level])
        shape = _shape(feature.get("geometry"))
        if not code or shape is None:
            problems.append(f"第 {number} 个：{'没有编码' if not code else '不是有效的多边形'}")
            continue
        count += 1
        name, street = _first(told, _NAMES[level]) or code, _first(told, _STREETS)
        called = (name[:60], street, _first(told, _UNITS))
        found.setdefault(code[:40], (*called, []))[3].append(shape)
    if not found:
        raise Invalid("文件里没有可用的多边形")
    areas = tuple(
        AreaForm(code, name, street, tuple(shapes), unit)
        for code, (name, street, unit, shapes) in found.items()
    )
    return AreaFile(level, areas, count - len(areas), tuple(problems))


def _features(text: str) -> Sequence[Mapping[str, Any]]:
    try:
        read = json.loads(text)
        features = read["features"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("不是 GeoJSON 的 FeatureCollection") from error
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise Invalid("不是 GeoJSON 的 FeatureCollection")
    if len(features) > MOST_AREAS:
        raise Invalid(f"最多 {MOST_AREAS} 个区域")
    return features


def _level_of(features: Sequence[Mapping[str, Any]]) -> str:
    told = (features[0].get("properties") or {}) if features else {}
    for level, names in _CODES.items():
        if _first(told, names):
            return level
    raise Invalid(
        "看不出是街道、社区还是网格", remedy="请用 --level street、community 或 grid 指定"
    )


def _first(told: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((str(told[name]).strip() for name in names if told.get(name)), "")


def _shape(geometry: Any) -> bytes | None:
    """Return a polygon as WKB, mended where its rings cross; None when it is none."""
    import shapely
    from shapely.geometry import shape

    try:
        made = shape(geometry)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        shapely.errors.ShapelyError,
    ):
        return None
    if not made.is_valid:
        made = shapely.make_valid(made)
    if made.is_empty or made.area == 0:
        return None
    return bytes(shapely.to_wkb(made))
