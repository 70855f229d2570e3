"""Which of the latest requests are one event: one place, like words, enough of them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from huiyin.kernel import likeness

LEAST, HOURS, LIKE = 5, 24, 35
_SHORTEST_PLACE = 4
_MOST_COMPARED = 150


@dataclass(frozen=True, slots=True)
class Voice:
    """One request: where it is, of what class, and its words in pairs."""

    key: int
    place_key: str
    region: int | None
    category: int | None
    pairs: frozenset[str] = field(repr=False)


def clusters(voices: Sequence[Voice], *, least: int = LEAST, like: int = LIKE) -> list[list[int]]:
    """Return groups of requests that are likely one event, the keys of each in rising order.

    Two requests hang together at the same place, when they are of one class or say the like, and
    in the same street when they say the like. A group is all that hang together so, directly or
    through others; one with fewer than ``least`` is no incident.

    Source: R-204 (requirement 69; handbook domain.md 4.3 并单).
    """
    heads = {voice.key: voice.key for voice in voices}

    def head(key: int) -> int:
        while heads[key] != key:
            heads[key] = heads[heads[key]]
            key = heads[key]
        return key

    for one, other in _together(voices, least):
        if head(one.key) != head(other.key) and _alike(one, other, like):
            heads[max(head(one.key), head(other.key))] = min(head(one.key), head(other.key))
    groups: dict[int, list[int]] = defaultdict(list)
    for voice in voices:
        groups[head(voice.key)].append(voice.key)
    return [sorted(keys) for _, keys in sorted(groups.items()) if len(keys) >= least]


def _together(voices: Sequence[Voice], least: int) -> Iterable[tuple[Voice, Voice]]:
    """Yield pairs of requests at one place or in one street, if there are enough there."""
    there: dict[tuple[str, object], list[Voice]] = defaultdict(list)
    for voice in voices:
        if len(voice.place_key) >= _SHORTEST_PLACE:
            there["place", voice.place_key].append(voice)
        if voice.region is not None:
            there["street", voice.region].append(voice)
    for found in there.values():
        if len(found) < least:
            continue
        latest = sorted(found, key=lambda voice: -voice.key)[:_MOST_COMPARED]
        for at, one in enumerate(latest):
            yield from ((one, other) for other in latest[at + 1 :])


def _alike(one: Voice, other: Voice, like: int) -> bool:
    here = len(one.place_key) >= _SHORTEST_PLACE and one.place_key == other.place_key
    if here and one.category is not None and one.category == other.category:
        return True
    return likeness.likeness(one.pairs, other.pairs) * 100 >= like
