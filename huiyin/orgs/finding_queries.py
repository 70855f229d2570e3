"""Finding units, places and people by name, by initials in pinyin, by sound."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from huiyin.kernel import text
from huiyin.kernel.cached import remembered
from huiyin.orgs import policy, queries
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Region, Staff, Unit

MOST = 30
KEPT = 600
_Named = tuple[tuple[int, str], ...]
"""Keys and names in one spelling; one key may have several."""


def units_meant(typed: str, *, most: int = MOST, heard: bool = True) -> list[Unit]:
    """Return the active units that were meant: by name, code or initials, else by sound.

    One query, two when no name holds the words; none by sound unless ``heard``.

    Source: R-304 (requirement 162).
    """
    words = text.normalise(typed)[:60]
    if not words:
        return []
    found = list(queries.units_found(words)[:most])
    if found or words.isascii() or not heard:
        return found
    keys = _by_sound(_unit_sounds(), words)
    rows = Unit.objects.filter(pk__in=keys, active=True).select_related("parent__parent", "region")
    return list(rows.order_by("path", "pk")[:most])


def regions_meant(typed: str, *, most: int = 5, heard: bool = True) -> list[Region]:
    """Return the places that were meant: by name or initials, else by sound.

    No query while remembered; none by sound unless ``heard``.

    Source: R-304 (requirement 162).
    """
    words = text.normalise(typed)[:60]
    if len(words) < 2:
        return []
    keys = {key for key, name in _region_names() if all(w in name for w in words.split())}
    if not keys and words.isascii():
        keys = _initialled(_region_initials(), words)
    elif not keys and heard:
        keys = _by_sound(_region_sounds(), words)
    return [region for region in queries.all_regions() if region.pk in keys][:most]


def people_meant(actor: Actor, typed: str, *, most: int = MOST) -> list[Staff]:
    """Return the colleagues that were meant, as far as ``actor`` may see them, by name. One query.

    Each word may stand in the name, in its initials, or in the name of the unit.

    Source: R-304 (requirement 162).
    """
    rows = Staff.objects.filter(policy.colleagues_of(actor), is_active=True)
    words = text.normalise(typed)[:60].split()[:5]
    if not words:
        return []
    for word in words:
        unit = Q(unit__name__icontains=word) | Q(unit__short_name__icontains=word)
        own = Q(name__icontains=word) | Q(username__iexact=word)
        if word.isascii():
            own |= Q(pk__in=_initialled(_staff_initials(), word))
        rows = rows.filter(own | unit)
    return list(rows.select_related("unit").order_by("name", "pk")[:most])


@remembered(60)
def _region_names() -> _Named:
    return tuple((region.pk, text.normalise(region.name)) for region in queries.all_regions())


@remembered(KEPT)
def _region_initials() -> _Named:
    return tuple((key, text.initials(name)) for key, name in _region_names())


@remembered(KEPT)
def _region_sounds() -> _Named:
    return _sounding(_region_names())


@remembered(KEPT)
def _unit_sounds() -> _Named:
    units = Unit.objects.filter(active=True).values_list("pk", "name", "short_name")
    return _sounding((key, text.normalise(n)) for key, *names in units for n in set(names))


@remembered(60)
def _staff_initials() -> _Named:
    rows = Staff.objects.filter(is_active=True).values_list("pk", "name")
    return tuple((key, text.initials(name)) for key, name in rows)


def _sounding(named: Iterable[tuple[int, str]]) -> _Named:
    return tuple((key, f" {text.sound(name)} ") for key, name in named)


def _initialled(named: _Named, word: str) -> set[int]:
    """Return what has these initials; none for a word that is not of letters and digits."""
    if not (len(word) > 1 and word.isalnum()):
        return set()
    return {key for key, initials in named if word in initials}


def _by_sound(named: _Named, words: str) -> set[int]:
    wanted = [f" {text.sound(word)} " for word in words.split() if len(word) > 1]
    return {key for key, sound in named if wanted and all(each in sound for each in wanted)}
