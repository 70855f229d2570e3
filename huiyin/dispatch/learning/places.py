"""Which street, county, community or grid a text names. Pure: regions and areas are given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

_SUFFIXES = ("街道办事处", "街道", "开发区", "地区", "镇", "乡", "区", "县", "市")
_BODIES = ("社区居民委员会", "社区居委会", "村民委员会", "居民委员会", "居委会", "村委会")
EXACT, SHORT, SOUNDS, UNCLEAR = 0.97, 0.85, 0.65, 0.4
_SHORTEST = 2
_SHORTEST_AREA = 3
"""Characters from which the name of a community is not part of some other word."""
_LEAST_SOUNDS = 2


class RegionLike(Protocol):
    """What of a region names it."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Named:
    """A region that a text names, how surely, and how it is named."""

    code: str
    probability: float
    words: str


def named(text: str, regions: Iterable[RegionLike], sounds: Sequence[str] = ()) -> Named | None:
    """Return the narrowest region that a text names; None when it names none.

    Streets win over counties; of streets of one name the one in a county that is named as well.
    With ``sounds``, those of the place in words, a name that only sounds alike counts as well.

    Source: R-376 (requirement 211; by territory: handbook domain.md 1.2 (五)).
    """
    known = [region for region in regions if region.level in ("county", "street")]
    counties = {r.code: r for r in known if r.level == "county" and _said(r, text)}
    streets = [(r, _said(r, text)) for r in known if r.level == "street"]
    found = [(r, word) for r, word in streets if word]
    if not found and sounds:
        found = [(r, "") for r, _ in streets if _sounds_like(r, sounds)]
    if found:
        return _of_streets(found, counties)
    if counties:
        region = max(counties.values(), key=lambda r: len(_said(r, text)))
        word = _said(region, text)
        return Named(region.code, EXACT if word == region.name else SHORT, word)
    return None


class AreaLike(Protocol):
    """What of a community or a grid names it, and the street that it lies in."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def region_code(self) -> str: ...  # noqa: D102


def named_area(text: str, areas: Iterable[AreaLike], within: str = "") -> Named | None:
    """Return the street of the community or grid that a text names; None when it names none.

    The longest name wins; of one name in several streets those that lie ``within`` the county that
    is named as well, and when it stays open which of them, the first one, unclear.

    Source: R-480 (requirement 211; by territory: handbook domain.md 1.2 (五)).
    """
    found = [(each, word) for each in areas if (word := _called(each.name, text))]
    inside = [(each, word) for each, word in found if each.region_code.startswith(within)]
    longest = max((len(word) for _, word in inside or found), default=0)
    best = [(each, word) for each, word in inside or found if len(word) == longest]
    if not best:
        return None
    area, word = best[0]
    is_one = len({each.region_code for each, _ in best}) == 1
    sure = (EXACT if word == area.name else SHORT) if is_one else UNCLEAR
    return Named(area.region_code, sure, word)


def _called(name: str, text: str) -> str:
    """Return the name of an area as a text says it, without what body it is, or ""."""
    if len(name) >= _SHORTEST_AREA and name in text:
        return name
    for body in _BODIES:
        if name.endswith(body):
            place = name.removesuffix(body) + ("社区" if body.startswith("社区") else "")
            return place if len(place) >= _SHORTEST_AREA and place in text else ""
    return ""


def _of_streets(found: Sequence[tuple[RegionLike, str]], counties: dict[str, RegionLike]) -> Named:
    longest = max(len(word) for _, word in found)
    best = [(r, word) for r, word in found if len(word) == longest]
    within = [(r, word) for r, word in best if any(r.code.startswith(c) for c in counties)]
    region, word = (within or best)[0]
    if not word:
        sure, word = SOUNDS, f"读音近“{region.name}”"
    else:
        sure = EXACT if word == region.name else SHORT
    if len(within or best) > 1:
        sure = UNCLEAR
    return Named(region.code, sure, word)


def _said(region: RegionLike, text: str) -> str:
    """Return the name of a region as the text says it, in full or without its suffix, or ""."""
    if region.name in text:
        return region.name
    short = short_name(region.name)
    return short if len(short) >= _SHORTEST and short in text else ""


def short_name(name: str) -> str:
    """Return the name of a place without what kind of place it is, if two characters are left.

    Source: R-376 (requirement 211; places are named short in speech).
    """
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= _SHORTEST:
            return name[: -len(suffix)]
    return name


def _sounds_like(region: RegionLike, sounds: Sequence[str]) -> bool:
    from huiyin.kernel.text import sounds as sounds_of

    wanted = tuple(sounds_of(short_name(region.name)))
    size = len(wanted)
    if size < _LEAST_SOUNDS:
        return False
    return any(tuple(sounds[i : i + size]) == wanted for i in range(len(sounds) - size + 1))
