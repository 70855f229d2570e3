"""What the platform suggests while a request is written down, each with why and how surely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiyin.dispatch.learning import grams, lexicon, places, queries, rules
from huiyin.dispatch.learning.lexicon import Entry, Lexicon, Match
from huiyin.dispatch.learning.states import Field, Purpose, Source
from huiyin.kernel.cached import remembered
from huiyin.kernel.text import normalise, sounds
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import KIND_LABELS, URGENCY_LABELS, Kind, Urgency
from huiyin.orgs import area_queries
from huiyin.orgs import queries as orgs

SHORTEST = 4
"""Characters from which a text says something."""
MOST_TAGS = 3
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a request so far."""

    title: str = ""
    content: str = ""
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None

    @property
    def said(self) -> str:
        """Return everything that was said, in one spelling."""
        return normalise(f"{self.title} {self.content} {self.place}")


@dataclass(frozen=True, slots=True)
class Hint:
    """One suggestion: for which field, which value, how surely, by what, and why in words.

    ``sure`` tells whether it is worth taking by the city's costs; what is not is shown as unsure.
    """

    field: Field
    value: str
    label: str
    probability: float
    source: Source
    because: tuple[str, ...]
    sure: bool

    @property
    def is_weak(self) -> bool:
        """Tell whether it is only matched by words or names, and likely enough to be offered."""
        return not self.sure and self.source is not Source.LEARNED and self.probability >= LIKELY

    @property
    def percent(self) -> int:
        """Return the probability in whole per cent, never a hundred."""
        return min(99, round(100 * self.probability))


def hints_for(draft: Draft, now: datetime) -> list[Hint]:
    """Return what is suggested for a draft, at most one each for kind, category, urgency, place.

    Every field can be switched off by the city (``suggest.*``). No query while models, categories
    and regions are remembered.

    Source: R-375 (requirement 211; handbook domain.md 1.2 (五): by duty, territory and level).
    """
    if len(draft.said) < SHORTEST:
        return []
    return [hint for hint in _all(draft, now) if hint is not None]


def _all(draft: Draft, now: datetime) -> Iterator[Hint | None]:
    if is_on(Field.KIND, now):
        yield _kind(draft, now)
    if is_on(Field.CATEGORY, now):
        yield category_hint(draft, now)
    if is_on(Field.URGENCY, now):
        yield _urgency(draft, now)
    if is_on(Field.REGION, now):
        yield _region(draft, now)
    if is_on(Field.TAGS, now):
        yield from _tags(draft, now)


def is_on(field: Field, now: datetime) -> bool:
    """Tell whether the city wants suggestions for a field. No query while remembered."""
    return bool(knowledge.parameter(f"suggest.{field.value}", now, default=True))


def category_hint(draft: Draft, now: datetime) -> Hint | None:
    """Return the category that is suggested: learned where a model knows it, else by names.

    Source: R-375 (requirement 211; a new city starts from its names and catalogue).
    """
    learned = _learned(Purpose.CATEGORY, Field.CATEGORY, draft, now)
    if learned is not None and learned.sure:
        return learned
    match = named_category(f"{draft.title}{draft.content}")
    by_name = None
    if match is not None and (category := knowledge.category(match.code)):
        by_name = _hint(Field.CATEGORY, category.code, category.full_name, match, Source.NAMES, now)
    if learned is None or (by_name and by_name.probability > learned.probability):
        return by_name
    return learned


def category_meant(words: str, now: datetime) -> str:
    """Return the code of the class that a few words are likely about, or "". No query, remembered.

    Not shown to anybody, so that it does not depend on what the city lets be suggested.

    Source: R-563 (requirement 99; handbook domain.md 1.2 (一): the unit keeps its own answers).
    """
    hint = category_hint(Draft(content=words), now)
    return hint.value if hint is not None and (hint.sure or hint.is_weak) else ""


def named_category(text: str) -> Match | None:
    """Return the category that a text names in the city's own words. No query while remembered."""
    return _lexicon().match(grams.spelling("", text))


@remembered(60)
def _lexicon() -> Lexicon:
    matters: dict[str, list[str]] = {}
    for code, matter in queries.matters_by_category():
        matters.setdefault(code, []).append(normalise(matter))
    return Lexicon(
        Entry(
            each.code,
            (normalise(each.name), *normalise(each.aliases).replace("；", ";").split(";")),
            tuple(matters.get(each.code, ())),
        )
        for each in knowledge.categories()
    )


def _learned(purpose: Purpose, field: Field, draft: Draft, now: datetime) -> Hint | None:
    """Return what the model of a purpose says, if the value still exists."""
    model = queries.model_for(purpose)
    if model is None:
        return None
    guess = model.guess(draft.title, draft.content)
    label = _label(field, guess.label)
    if not label:
        return None
    match = Match(guess.label, guess.probability, guess.because)
    return _hint(field, guess.label, label, match, Source.LEARNED, now)


def _label(field: Field, value: str) -> str:
    if field is Field.CATEGORY:
        found = knowledge.category(value)
        return found.full_name if found else ""
    return KIND_LABELS[Kind(value)] if value in {kind.value for kind in Kind} else ""


def _hint(
    field: Field, value: str, label: str, match: Match, source: Source, now: datetime
) -> Hint:
    least = rules.threshold(queries.costs(now), value)
    sure = match.probability >= least
    return Hint(field, value, label, match.probability, source, match.words, sure)


def _kind(draft: Draft, now: datetime) -> Hint | None:
    learned = _learned(Purpose.KIND, Field.KIND, draft, now)
    if learned is not None and learned.sure:
        return learned
    words = {kind.value: each for kind, each in lexicon.KIND_WORDS.items()}
    match = lexicon.heard(draft.said, words)
    if match is None:
        return learned
    return _hint(Field.KIND, match.code, KIND_LABELS[Kind(match.code)], match, Source.WORDS, now)


def _urgency(draft: Draft, now: datetime) -> Hint | None:
    words = {urgency.value: each for urgency, each in lexicon.URGENCY_WORDS.items()}
    match = lexicon.heard(draft.said, words)
    if match is None:
        return None
    label = URGENCY_LABELS[Urgency(match.code)]
    return _hint(Field.URGENCY, match.code, label, match, Source.WORDS, now)


def _region(draft: Draft, now: datetime) -> Hint | None:
    """Return the street of the point, else the place that the text names, else one by sound."""
    if (held := _held(draft)) is not None:
        return _hint(Field.REGION, held.code, held.name, held.match, Source.PLACE, now)
    found = place_named(draft.said, sounds(normalise(draft.place)))
    region = orgs.region(found.code) if found else None
    if found is None or region is None:
        return None
    above = f"{region.parent.name}/" if region.level == "street" and region.parent else ""
    match = Match(region.code, found.probability, (found.words,))
    return _hint(Field.REGION, region.code, f"{above}{region.name}", match, Source.PLACE, now)


def place_named(said: str, heard: Sequence[str] = ()) -> places.Named | None:
    """Return the street that a spelt text names, itself or by a community or grid, else a county.

    With ``heard``, what the place sounds like, a street that only sounds so comes last.

    Source: R-480 (requirement 211; by territory: handbook domain.md 1.2 (五)).
    """
    regions = orgs.all_regions()
    by_name = places.named(said, regions)
    region = orgs.region(by_name.code) if by_name else None
    if by_name is not None and region is not None and region.level == "street":
        return by_name
    within = by_name.code if by_name else ""
    area = places.named_area(said, area_queries.areas_with_street(), within)
    return area or places.named(said, regions, heard)


@dataclass(frozen=True, slots=True)
class _Held:
    """The street of a point, with the areas that hold it."""

    code: str
    name: str
    match: Match


def _held(draft: Draft) -> _Held | None:
    """Return the street on whose map the point of a draft lies; None without one."""
    if draft.longitude is None or draft.latitude is None:
        return None
    areas = area_queries.areas_at(draft.longitude, draft.latitude)
    code = next((area.region_code for area in areas if area.region_code), "")
    region = orgs.region(code) if code else None
    if region is None:
        return None
    words = tuple(area.name for area in areas)
    return _Held(code, region.name, Match(code, places.EXACT, words))


def _tags(draft: Draft, now: datetime) -> Iterator[Hint]:
    said, found = draft.said, []
    for tag in knowledge.tags():
        words = [word for word in lexicon.parts(tag.note) if word in said]
        if words:
            found.append((len(words), tag, words))
    found.sort(key=lambda each: (-each[0], each[1].code))
    for count, tag, words in found[:MOST_TAGS]:
        match = Match(tag.code, min(lexicon.MOST_SURE, 0.5 + 0.1 * count), tuple(words[:3]))
        yield _hint(Field.TAGS, tag.code, tag.name, match, Source.WORDS, now)
