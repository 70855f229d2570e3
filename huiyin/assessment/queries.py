"""Reading rounds, computing them from facts, and leading figures back to orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from operator import add
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.fields.json import KT

from huiyin.assessment import definitions, policy, rules
from huiyin.assessment.definitions import Indicator
from huiyin.assessment.models import Correction, ExclusionRequest, Round, UnitResult
from huiyin.assessment.rules import Figure, Left, Member, Method, Shares
from huiyin.assessment.states import FIXED, GROUNDS, OPEN_REQUESTS, RequestState, RoundState
from huiyin.insight.facts import engine
from huiyin.insight.facts import queries as facts
from huiyin.insight.facts.engine import Row, Span, Total
from huiyin.insight.facts.states import Window
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.orders.policy import sees_all
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit, UnitChange
from huiyin.orgs.states import ChangeKind, ChangeState, Perm
from huiyin.worktime.calendar import SHANGHAI

POPULATION, OWN_INDICATORS = "assessment.population", "assessment.indicators"
HISTORY = 24
SAME_ANSWERS, SAME_CASES = 3, 2
_TOP = 2
_LARGE = ("result", "basis")


def rounds(actor: Actor, *, cursor: str = "", size: int = 20) -> Page[Round]:
    """Return one page of rounds that exist for this person, newest first. One query."""
    rows = Round.objects.select_related("opened_by", "opened_by__unit").defer(*_LARGE)
    if not policy.sees_round(actor, Round(state=RoundState.OPEN.value)):
        rows = rows.exclude(state=RoundState.OPEN.value)
    return page(rows, by=("-last_day", "-id"), cursor=cursor, size=size)


def round_by_key(key: int) -> Round | None:
    """Return one round with its day of facts ``as_of`` and how many orders are ``left`` out.

    The results of all units and what they were computed from are read when they are asked for:
    they are large, and no page needs them whole. One query.
    """
    rows = Round.objects.filter(pk=key).defer(*_LARGE)
    return rows.annotate(as_of=KT("basis__as_of"), left=KT("result__left")).first()


def rounds_before(round_: Round, limit: int) -> list[Round]:
    """Return a round and computed ones of its scheme and rhythm that ended before it. One query."""
    return list(_until(round_, limit))


def _of_rhythm(round_: Round) -> QuerySet[Round]:
    """Return the rounds of the same scheme that are as long: a month beside months.

    Source: R-263, R-607 (handbook domain.md 2.5, 3.3 K29).
    """
    span = round_.last_day - round_.first_day
    long = ExpressionWrapper(F("last_day") - F("first_day"), DurationField())
    return Round.objects.alias(long=long).filter(
        long__gte=span - rules.UNEVEN,
        long__lte=span + rules.UNEVEN,
        rules__scheme__code=round_.rules["scheme"]["code"],
    )


def _until(round_: Round, limit: int) -> QuerySet[Round]:
    """Return a round and those before it, newest first; of the same days the one opened last."""
    rows = _of_rhythm(round_).filter(Q(pk=round_.pk) | Q(last_day__lt=round_.first_day))
    rows = rows.exclude(state=RoundState.OPEN.value).order_by("-last_day", "-pk")
    newest = rows.distinct("last_day").values("pk")[:limit]  # before results, which are large
    return Round.objects.filter(pk__in=newest).order_by("-last_day")


def city_figures(round_: Round, limit: int) -> list[dict[str, list[int]]]:
    """Return the figures of the whole city, in a round and those before it, newest first.

    Of computed rounds of the same scheme and rhythm: numerator, denominator and times, by
    indicator. Nothing before the round is computed: those of an earlier one are not its own. One
    query.
    """
    if round_.standing is RoundState.OPEN:
        return []
    rows = _until(round_, limit).values_list("result__city", flat=True)
    return [found or {} for found in rows]


def published() -> QuerySet[Round]:
    """Return the published rounds, newest first."""
    return Round.objects.filter(state=RoundState.PUBLISHED.value).order_by("-last_day", "-pk")


def results(round_: Round) -> QuerySet[UnitResult]:
    """Return the results of a round, best first. One query."""
    return round_.results.select_related("unit").order_by("group", "rank", "unit__code")


def result_of(round_: Round, unit: Unit) -> UnitResult | None:
    """Return the result of one unit. One query."""
    return round_.results.filter(unit=unit).select_related("unit").first()


def results_below(round_: Round, unit: Unit) -> list[UnitResult]:
    """Return the results of the units below a unit, best first. One query."""
    below = results(round_).filter(unit__path__startswith=unit.path).exclude(unit=unit)
    return list(below.order_by("group", "rank", "unit__code"))


def history(unit: Unit, *, until: date, limit: int = HISTORY) -> list[UnitResult]:
    """Return the fixed results of a unit, oldest first: its class, rank and score. One query.

    Each row knows the codes of its ``scheme`` and ``template``: scores of others are no trend.
    """
    rows = (
        UnitResult.objects.filter(
            unit=unit, round__state__in=[s.value for s in FIXED], round__last_day__lte=until
        )
        .select_related("round", "unit")
        .defer(*(f"round__{name}" for name in (*_LARGE, "rules")))
        .annotate(
            scheme=F("round__rules__scheme__code"), template=F("round__rules__template__code")
        )
    )
    found: list[Any] = list(rows.order_by("-round__last_day", "-pk")[:limit])
    return found[::-1]


def compared(unit: Unit, round_: Round) -> tuple[UnitResult | None, UnitResult | None]:
    """Return a unit's fixed results of the period just before, and of the same one a year before.

    Of several rounds of the same days the one that was opened last. One query.

    Source: R-263 (handbook domain.md 3.3 K29).
    """
    first, last = round_.first_day, round_.last_day
    year = rules.year_before(first, last)
    days = Q(round__last_day=first - timedelta(days=1))
    days |= Q(round__first_day=year[0], round__last_day=year[1])
    rows = (
        UnitResult.objects.filter(days, unit=unit, round__state__in=[s.value for s in FIXED])
        .select_related("round")
        .defer(*(f"round__{name}" for name in (*_LARGE, "rules")))
    )
    before, earlier = None, None
    for row in rows.order_by("round"):
        span = row.round.first_day, row.round.last_day
        if span == year:
            earlier = row
        elif rules.is_as_long(span, (first, last)):
            before = row
    return before, earlier


def corrections(round_: Round) -> QuerySet[Correction]:
    """Return what was corrected in a round. One query."""
    return round_.corrections.select_related("unit", "by").order_by("pk")


def requests(
    actor: Actor, round_: Round, *, cursor: str = "", size: int = 50
) -> Page[ExclusionRequest]:
    """Return one page of requests: all for those who decide, their own for units. One query."""
    rows = round_.requests.select_related(
        "unit", "order", "asked_by", "decided_by", "second_by", "appeal_by"
    )
    if not sees_all(actor):
        rows = rows.filter(unit__path__startswith=actor.unit.realm if actor.unit else "-")
    return page(rows, by=("-id",), cursor=cursor, size=size)


def request_by_key(key: int) -> ExclusionRequest | None:
    """Return one request. One query."""
    return ExclusionRequest.objects.select_related("unit", "round", "order").filter(pk=key).first()


def waiting_requests(round_: Round) -> int:
    """Return how many requests of a round are not decided. One query."""
    return round_.requests.filter(state__in=[s.value for s in OPEN_REQUESTS]).count()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of assessment waits for a person: rounds to look through, requests to decide."""

    previews: int
    requests: int


def waiting(actor: Actor, today: date) -> Waiting:
    """Return what waits for ``actor``. One query, or none.

    Source: R-587 (handbook domain.md 2.4).
    """
    if Perm.ASSESS in actor.perms:
        open_ = ExclusionRequest.objects.filter(state__in=[s.value for s in OPEN_REQUESTS])
        return Waiting(0, open_.filter(round__state=RoundState.PREVIEW.value).count())
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Waiting(0, 0)
    mine = UnitResult.objects.filter(unit=actor.unit, round__state=RoundState.PREVIEW.value)
    ahead = Q(round__ask_until__isnull=True) | Q(round__ask_until__gte=today)
    return Waiting(mine.filter(ahead).count(), 0)


def scores_before(round_: Round) -> dict[str, str]:
    """Return the score of each unit in the round before, by its code. One query."""
    found = Round.objects.filter(pk=round_.pk).values_list("basis__before", flat=True).first()
    return {code: row[0] for code, row in (found or {}).items()}


def granted(round_: Round) -> list[list[Any]]:
    """Return order, unit and ground of what is left out of a round, in a fixed order. One query."""
    rows = round_.requests.filter(state=RequestState.GRANTED.value, order__isnull=False)
    found = rows.order_by("order_id", "unit_id").values_list("order_id", "unit_id", "ground")
    return [list(row) for row in found]


def indicators_on(day: date) -> dict[str, Indicator]:
    """Return the indicators of the product and those that the city had of its own, by key.

    No query while remembered.

    Source: R-255 (requirement 26; handbook domain.md 3.3).
    """
    own = knowledge.parameter(OWN_INDICATORS, _end_of(day), default=[])
    return definitions.indicators() | {each.key: each for each in definitions.read_indicators(own)}


def rules_for(scheme: str, template: str, day: date) -> dict[str, Any] | None:
    """Return scheme, template and indicators as a round keeps them; None for unknown codes.

    Source: R-269 (requirement 175; handbook domain.md 2.9: versioned scoring rules).
    """
    ready = definitions.templates().get(template)
    valid = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    found = knowledge.scoring_schemes().filter(valid, code=scheme).first()
    if found is None or ready is None:
        return None
    return {
        "scheme": {
            "code": found.code, "name": found.name, "weights": found.weights,
            "partly_solved": found.partly_solved, "fairly_satisfied": found.fairly_satisfied,
            "least_valid": found.least_valid, "valid_from": f"{found.valid_from}",
            "source": found.source, "text": found.text,
        },
        "template": {
            "code": ready.code, "name": ready.name, "method": ready.method, "text": ready.text,
            "source": ready.source, "lists": [dict(row) for row in ready.lists],
            "tiers": [dict(row) for row in ready.tiers], "points": ready.points,
            "deduct": [list(row) for row in ready.deduct],
        },
        "indicators": [definitions.as_data(each) for each in indicators_on(day).values()],
    }  # fmt: skip


def method_of(kept: Mapping[str, Any]) -> Method:
    """Return how a round scores, from what it keeps. No query."""
    scheme, template = kept["scheme"], kept["template"]
    return Method(
        weights=scheme["weights"],
        indicators=definitions.read_indicators(kept["indicators"]),
        shares=Shares(scheme["partly_solved"], scheme["fairly_satisfied"]),
        least_valid=scheme["least_valid"],
        deduct=tuple((key, each) for key, each in template["deduct"]),
        points=template["points"],
        tiers=template["tiers"],
        lists=template["lists"],
    )


def basis_for(round_: Round, as_of: date) -> dict[str, Any]:
    """Return everything beside the facts that a result is computed from, as it is now."""
    return {
        "as_of": f"{as_of}",
        "members": [
            [m.id, m.code, m.name, m.group, list(m.absorbed), m.population]
            for m in members(round_.last_day)
        ],
        "left": granted(round_),
        "before": _before(round_),
        "population": _population(round_.last_day).get("", 0),
        "matters": {str(c.pk): c.code[:_TOP] for c in knowledge.categories()},
    }


def _population(day: date) -> dict[str, int]:
    return dict(knowledge.parameter(POPULATION, _end_of(day), default={}))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, SHANGHAI)


def members(day: date) -> list[Member]:
    """Return the units that are assessed on a day, with those that were merged into them.

    What a unit had done before it was merged is put to the one that answers for it now.

    Source: R-270 (requirement 132; handbook domain.md 2.5).
    """
    heirs = dict(
        UnitChange.objects.filter(
            kind=ChangeKind.MERGE.value, state=ChangeState.DONE.value, effective__lte=day
        )
        .order_by("effective", "pk")
        .values_list("unit_id", "successor_id")
    )
    absorbed: dict[int, list[int]] = defaultdict(list)
    for old in heirs:
        absorbed[_last_heir(old, heirs)].append(old)
    people = _population(day)
    return [
        Member(
            id=unit.pk,
            code=unit.code,
            name=unit.name,
            group=definitions.group_of(unit.kind),
            absorbed=tuple(sorted(absorbed[unit.pk])),
            population=int(people.get(unit.code, 0)),
        )
        for unit in Unit.objects.order_by("code")
        if definitions.group_of(unit.kind) and unit.pk not in heirs
    ]


def _last_heir(unit: int, heirs: Mapping[int, int | None]) -> int:
    seen = {unit}
    while (after := heirs.get(unit)) is not None and after not in seen:
        seen.add(after)
        unit = after
    return unit


def _before(round_: Round) -> dict[str, list[Any]]:
    """Return score and rank of each unit in the fixed round of its scheme and rhythm before."""
    fixed = [s.value for s in FIXED]
    rows = _of_rhythm(round_).filter(state__in=fixed, last_day=round_.first_day - timedelta(days=1))
    earlier = rows.order_by("-pk").first()
    if earlier is None:
        return {}
    return {
        row["unit"]: [row["score"], row["rank"] or 0] for row in earlier.result.get("units", [])
    }


def computed(
    round_: Round,
    basis: Mapping[str, Any],
    *,
    source: engine.Database | None = None,
    kept: Mapping[str, Any] | None = None,
    shift: Mapping[int, Mapping[str, int]] | None = None,
) -> dict[str, Any]:
    """Return the result of a round from facts, rules and basis alone; three to five sums.

    Args:
        round_: whose period.
        basis: as ``basis_for`` makes it.
        source: where the sums are made; PostgreSQL when nothing is said.
        kept: other rules than the round's own, for a trial.
        shift: what a trial adds to the sums of units.

    Source: R-266 (requirement 175).
    """
    method = method_of(kept or round_.rules)
    as_of = date.fromisoformat(basis["as_of"])
    span = Span(round_.first_day, round_.last_day, as_of)
    ask = _Asking(method.indicators, span, source or engine.Database())
    units = [_member(row) for row in basis["members"]]
    sums = ask.by_unit()
    for key, more in (shift or {}).items():
        sums[key] = rules.added(sums.get(key, {}), more)
    found = rules.standings(
        units,
        sums,
        ask.left(basis["left"], units),
        method,
        {code: (score, rank) for code, (score, rank) in basis["before"].items()},
    )
    city = ask.city()
    mixes = ask.mixes(basis["matters"], units, method.shares)
    signals = ask.signals(units)
    return {
        "period": [f"{round_.first_day}", f"{round_.last_day}"],
        "as_of": basis["as_of"],
        "units": [
            rules.as_told(each, method.points)
            | {"mix": mixes.get(each.member.code, {}), "signals": signals.get(each.member.code, {})}
            for each in found
        ],
        "city": {
            each.key: _parts(rules.figure(each, city, method.shares, basis["population"]))
            for each in method.indicators
        },
        "left": len(basis["left"]),
    }


def _member(row: Sequence[Any]) -> Member:
    key, code, name, group, absorbed, population = row
    return Member(key, code, name, group, tuple(absorbed), population)


def _parts(made: Figure) -> list[int]:
    return [made.numerator, made.denominator, made.times]


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks the engine for the sums of one round."""

    indicators: Sequence[Indicator]
    span: Span
    ask: engine.Database

    def _totals(self) -> list[Total]:
        return [
            Total(rules.name_of(window, name), Window(window), ((name, 1),))
            for window, name in rules.needed(self.indicators)
        ]

    def _named(self, totals: Sequence[Total], row: Row, keys: int) -> dict[str, int]:
        return dict(zip((total.name for total in totals), row[keys:], strict=True))

    def by_unit(self) -> dict[int | None, dict[str, int]]:
        totals = self._totals()
        return {row[0]: self._named(totals, row, 1) for row in self.ask(totals, self.span)}

    def city(self) -> dict[str, int]:
        totals = self._totals()
        span = Span(self.span.first, self.span.last, self.span.as_of, by=(), shared=False)
        return next((self._named(totals, row, 0) for row in self.ask(totals, span)), {})

    def left(self, rows: Iterable[Sequence[Any]], units: Iterable[Member]) -> list[Left]:
        """Return the sums of what is left out, for each set of indicators that it touches."""
        also = {member.id: (member.id, *member.absorbed) for member in units}
        wanted: dict[tuple[str, ...], set[tuple[int, int]]] = defaultdict(set)
        for order, unit, ground in rows:
            for each in also.get(unit, (unit,)):
                wanted[GROUNDS[ground].only].add((each, order))
        return [Left(self._sums_of(pairs), only) for only, pairs in sorted(wanted.items())]

    def _sums_of(self, pairs: set[tuple[int, int]]) -> dict[int, dict[str, int]]:
        totals = self._totals()
        span = Span(
            self.span.first, self.span.last, self.span.as_of, by=("unit_id", "order_id"),
            orders=frozenset(order for _, order in pairs),
        )  # fmt: skip
        found: dict[int, dict[str, int]] = {}
        for row in self.ask(totals, span):
            if (row[0], row[1]) in pairs:
                found[row[0]] = rules.added(found.get(row[0], {}), self._named(totals, row, 2))
        return found

    def mixes(
        self, matters: Mapping[str, str], units: Iterable[Member], shares: Shares
    ) -> dict[str, dict[str, str]]:
        """Return each unit's rates over what the city reaches with the same mix of matters."""
        mixed = [each for each in self.indicators if each.key in rules.MIXED]
        totals = [
            Total(rules.name_of(each.window.value, name), each.window, ((name, 1),))
            for each in mixed
            for name in sorted(each.measures)
        ]
        totals = list({total.name: total for total in totals}.values())
        span = Span(self.span.first, self.span.last, self.span.as_of, by=("unit_id", "category_id"))
        whose = {unit: m.code for m in units for unit in (m.id, *m.absorbed)}
        names = [total.name for total in totals]
        none = (0,) * len(names)
        heaps: dict[tuple[str, str], tuple[int, ...]] = {}
        for row in self.ask(totals, span):  # a hundred thousand rows in a large city
            key = whose.get(row[0], ""), matters.get(str(row[1]), "")
            heaps[key] = tuple(map(add, heaps.get(key, none), row[2:]))
        own: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
        city: dict[str, dict[str, int]] = {}
        for (code, matter), heap in heaps.items():
            sums = dict(zip(names, heap, strict=True))
            city[matter] = rules.added(city.get(matter, {}), sums)
            if code:
                own[code][matter] = sums
        reached = {each.key: _figures(each, city, shares) for each in mixed}
        return {
            code: {
                each.key: rules.decimal(
                    rules.mixed(_figures(each, mine, shares), reached[each.key]), 4
                )
                for each in mixed
            }
            for code, mine in own.items()
        }

    def signals(self, units: Iterable[Member]) -> dict[str, dict[str, int]]:
        """Return for each unit how many of its orders look alike in a way that nobody should use.

        ``alike``: answered with the very same words as others; ``split``: several of one caller
        about one matter on one day; ``return_late``: given back after the limit for signing.

        Source: R-274 (handbook domain.md 2.3, 2.4).
        """
        late = Total("late", Window.DISPATCHED, (("return_late", 1),))
        asked = {
            "alike": self.ask.rows(
                engine.alike("answer_key", Window.CLOSED, self.span, SAME_ANSWERS),
                1,
                self.span.first,
            ),
            "split": self.ask.rows(
                engine.alike("case_key", Window.DISPATCHED, self.span, SAME_CASES),
                1,
                self.span.first,
            ),
            "return_late": self.ask([late], self.span),
        }
        whose = {unit: m.code for m in units for unit in (m.id, *m.absorbed)}
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for name, rows in asked.items():
            for unit, count in rows:
                if unit in whose and count:
                    mine = found[whose[unit]]
                    mine[name] = mine.get(name, 0) + count
        return found


def _figures(
    each: Indicator, by_matter: Mapping[str, Mapping[str, int]], shares: Shares
) -> dict[str, Figure]:
    return {matter: rules.figure(each, sums, shares) for matter, sums in by_matter.items()}


def lake_until(as_of: date) -> engine.Lake | None:
    """Return the lake if it holds every month until a day. Two queries."""
    last = facts.lake_months().last()
    if last is None or last.month < as_of.replace(day=1):
        return None
    files = engine.files_until(as_of)
    return engine.over(files) if all(path.exists() for path in files) else None


def digest_of(result: Mapping[str, Any]) -> str:
    """Return the digest over the bytes of a result. No query."""
    return sha256(rules.as_bytes(result)).hexdigest()


def units_behind(round_: Round, unit: Unit) -> list[int]:
    """Return the keys of a unit and of those for which it answers in a computed round. No query.

    Source: R-270 (requirement 132).
    """
    absorbed: list[int] = next((row[4] for row in round_.basis["members"] if row[0] == unit.pk), [])
    return [unit.pk, *absorbed]


def indicator_of(round_: Round, key: str) -> Indicator | None:
    """Return an indicator as the round keeps it. No query."""
    kept = [row for row in round_.rules["indicators"] if row["key"] == key]
    return definitions.read_indicators(kept)[0] if kept else None
