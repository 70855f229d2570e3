"""The tables of a bulletin, drawn from closed facts into words that do not change any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from huiyin.assessment import queries, targets
from huiyin.assessment.bulletins import leads, rules
from huiyin.assessment.bulletins import queries as bulletins
from huiyin.assessment.bulletins.leads import Lead
from huiyin.assessment.bulletins.rules import Kind, Period
from huiyin.assessment.bulletins.states import PartKind
from huiyin.assessment.definitions import Indicator
from huiyin.assessment.models import Round
from huiyin.assessment.rules import (
    Figure,
    Member,
    Method,
    added,
    as_told,
    decimal,
    figure,
    name_of,
    needed,
    percent,
    standings,
)
from huiyin.assessment.states import LISTINGS
from huiyin.callcentre.calls import queries as calls
from huiyin.followup.coordination import queries as coordination
from huiyin.insight.facts import engine
from huiyin.insight.facts.engine import Span, Total
from huiyin.insight.facts.states import Window
from huiyin.kernel import masks
from huiyin.knowledge import article_queries
from huiyin.knowledge import queries as knowledge
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Region, Unit
from huiyin.worktime.calendar import SHANGHAI

HOTTEST, MOST_BEHIND, MOST_DISCUSSED = 10, 30, 50
EARLIEST = date(2000, 1, 1)
ELSEWHERE, NO_PLACE, NO_GROUP = "未分类", "地点不明", "其他"
Sums = Mapping[str, int]
Rows = list[list[str]]
Memo = dict[tuple[str, Period, date], Any]
_COUNTS = (
    ("有效诉求", "valid__accepted_on", "#valid"),
    ("直接答复", "direct__accepted_on", "#direct"),
    ("派单", "dispatched__dispatched_on", "#volume"), ("办结", "closed__closed_on", "#closed"),
)  # fmt: skip
_BEHIND = (
    "due__due_on", "on_time__due_on", "reached__closed_on", "grade_2__closed_on",
    "grade_1__closed_on",
)  # fmt: skip


@dataclass(slots=True)
class Table:
    """One table of a bulletin as it is kept."""

    kind: PartKind
    head: str
    columns: list[str]
    widths: list[int]
    rows: Rows
    note: str = ""
    leads: Sequence[Lead] = field(default_factory=list)
    cells: Sequence[Lead | None] = field(default_factory=list)
    lead: dict[str, Any] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """Return the table as plain data, with the orders to which its cells lead."""
        return {
            "kind": self.kind.value, "head": self.head, "columns": self.columns,
            "widths": self.widths, "rows": self.rows, "note": self.note,
            "leads": self.leads, "cells": self.cells, "lead": self.lead,
        }  # fmt: skip


def drawn(
    kind: Kind, period: Period, *, as_of: date, county: Unit | None, memo: Memo | None = None
) -> list[dict[str, Any]]:
    """Return the tables of a bulletin about a period, from what was closed until ``as_of``.

    ``memo`` keeps the sums for the next county, of the same kind and period.

    Source: R-492 (requirements 24, 156; handbook domain.md 6.1: frozen snapshot per issue).
    """
    drawing = _Drawing(kind, period, as_of, county, {} if memo is None else memo)
    makers: dict[PartKind, Callable[[], list[Table]]] = {
        PartKind.FIGURES: drawing.figures,
        PartKind.CALLS: drawing.calls,
        PartKind.RANKING: drawing.ranking,
        PartKind.LISTS: drawing.lists,
        PartKind.BEHIND: drawing.behind,
        PartKind.GROUPS: drawing.groups,
        PartKind.HOT: drawing.hot,
        PartKind.TOTALS: drawing.totals,
        PartKind.DISCUSS: drawing.discuss,
    }
    return [table.kept() for part in kind.parts for table in makers[part]()]


@dataclass
class _Drawing:
    """Draws the tables of one bulletin; every sum is asked for once."""

    kind: Kind
    period: Period
    as_of: date
    county: Unit | None
    memo: Memo
    source: engine.Database = field(init=False)

    def __post_init__(self) -> None:
        self.source = queries.lake_until(self.as_of) or engine.Database()

    # --- what the tables rest on ---

    @cached_property
    def _before(self) -> Period:
        return rules.before(self.kind.rhythm, self.period)

    @cached_property
    def _method(self) -> tuple[Method, str]:
        """Return how units are scored, and the name of the scheme."""
        day = self.period.last
        valid = {
            row.code
            for row in knowledge.scoring_schemes()
            if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
        }
        for code in (self.kind.scheme, *sorted(valid)):
            kept = queries.rules_for(code, self.kind.template, day) if code in valid else None
            if kept is not None:
                return queries.method_of(kept), str(kept["scheme"]["name"])
        known = list(queries.indicators_on(day).values())
        weights = dict.fromkeys(self.kind.indicators or rules.USUAL, 1)
        return Method(weights=weights, indicators=known), "各项指标等权"

    @cached_property
    def _shown(self) -> list[Indicator]:
        """Return the indicators that the tables show; for a county those of units alone."""
        known = {each.key: each for each in self._method[0].indicators}
        wanted = self.kind.indicators or rules.USUAL
        found = [known[key] for key in wanted if key in known]
        return [each for each in found if self.county is None or each.scope == "unit"]

    @cached_property
    def _members(self) -> list[Member]:
        """Return the units that are ranked: all, or those of the county.

        Source: R-499 (requirement 131: its own units only).
        """
        found = queries.members(self.period.last)
        if self.county is None:
            return found
        own = set(orgs.subtree_ids(self.county.path))
        return [each for each in found if each.id in own]

    def _totals(self) -> list[Total]:
        names = set(needed(self._method[0].indicators))
        names |= {_split(name) for _, name, _ in _COUNTS} | {_split(name) for name in _BEHIND}
        return [Total(name_of(w, m), Window(w), ((m, 1),)) for w, m in sorted(names)]

    def _by_unit(self, period: Period) -> dict[int | None, dict[str, int]]:
        key = "unit", period, self.as_of
        if key not in self.memo:
            totals = self._totals()
            names = [total.name for total in totals]
            rows = self.source(totals, Span(period.first, period.last, self.as_of))
            self.memo[key] = {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}
        found: dict[int | None, dict[str, int]] = self.memo[key]
        return found

    def _whole(self, period: Period) -> dict[str, int]:
        """Return the sums of the city, each order once; of a county those of its units."""
        if self.county is None:
            totals = self._totals()
            span = Span(period.first, period.last, self.as_of, by=(), shared=False)
            found = self.source(totals, span)
            row = found[0] if found else (0,) * len(totals)
            return dict(zip((total.name for total in totals), row, strict=True))
        sums = self._by_unit(period)
        units = {unit for each in self._members for unit in (each.id, *each.absorbed)}
        return added(*(own for unit, own in sums.items() if unit in units))

    # --- the tables ---

    def figures(self) -> list[Table]:
        """Draw the figures with the period before, the year before and the target.

        Source: R-494 (requirements 125, 156; handbook domain.md 3.3, 6.1).
        """
        back = rules.year_before(self.period)
        now, then, past = (self._whole(each) for each in (self.period, self._before, back))
        aims = targets.on(self.period.last)
        counts = _COUNTS if self.county is None else _COUNTS[2:]
        rows = [
            [label, f"{now.get(key, 0)} 件", f"{then.get(key, 0)} 件",
             rules.moved_count(now.get(key, 0), then.get(key, 0)),
             f"{past[key]} 件" if past.get(key) else "—", "", ""]
            for label, key, _ in counts
        ]  # fmt: skip
        for each in self._shown:
            made, old, older = (self._figure(each, sums) for sums in (now, then, past))
            aim = aims.get(each.key)
            rows.append([
                each.name, _value(made), _value(old),
                rules.moved_points(made.value, old.value, times=each.times), _value(older),
                aim.words(times=each.times) if aim else "",
                aim.outcome(made.value, times=each.times) if aim else "",
            ])  # fmt: skip
        columns = ["指标", "本期", "上期", "比上期", "上年同期", "年度目标", "与目标比"]
        note = "；".join(f"{each.name}：{each.text}".rstrip("。") for each in self._shown)
        return [Table(PartKind.FIGURES, "主要指标", columns, [34, 24, 24, 30, 24, 20, 24], rows,
                      f"{note}。" if note else "",
                      [{"key": key} for *_, key in counts] + [{"key": x.key} for x in self._shown],
                      [None, {"when": leads.NOW}, {"when": leads.BEFORE}, None,
                       {"when": leads.YEAR}, None, None], self._lead())]  # fmt: skip

    def _lead(self, *, units: bool = True) -> dict[str, Any]:
        """Return what all cells of a table have in common: its indicators, and for a county whose.

        Source: R-583 (requirements 12, 24).
        """
        found: dict[str, Any] = {"figures": leads.figures_of(self._shown, self._method[0].shares)}
        if units and self.county is not None:
            found["units"] = sorted({key for m in self._members for key in (m.id, *m.absorbed)})
        return found

    def _whose(self, code: str) -> Lead:
        """Return whose orders the row of a unit tells of: its own and those of the absorbed."""
        mine = next((each for each in self._members if each.code == code), None)
        return {"units": [mine.id, *mine.absorbed], "code": code} if mine else {"code": code}

    def _figure(self, each: Indicator, sums: Sums) -> Figure:
        people = 0
        if each.by_population:
            at = datetime.combine(self.period.last, time.max, SHANGHAI)
            told = knowledge.parameter(queries.POPULATION, at, default={})
            people = int(told.get(self.county.code if self.county else "", 0))
        return figure(each, sums, self._method[0].shares, people)

    def calls(self) -> list[Table]:
        """Draw the calls of the period beside those of the period before; none for a county."""
        if self.county is not None:
            return []
        now, then = (calls.traffic(*_moments(each)) for each in (self.period, self._before))
        rates = [
            Fraction(each.answered, each.offered) if each.offered else None for each in (now, then)
        ]
        aim = targets.on(self.period.last).get(targets.CONNECTED)
        rows = [
            [label, f"{new} 次", f"{old} 次", rules.moved_count(new, old), "", ""]
            for label, new, old in (
                ("呼入（含重复来电）", now.offered, then.offered),
                ("人工接听", now.answered, then.answered),
                ("形成诉求", now.requests, then.requests),
            )
        ]
        rows.append([
            "接通率", *(_rate(each) for each in rates), rules.moved_points(rates[0], rates[1]),
            aim.words() if aim else "", aim.outcome(rates[0]) if aim else "",
        ])  # fmt: skip
        columns = ["项目", "本期", "上期", "比上期", "年度目标", "与目标比"]
        return [Table(PartKind.CALLS, "话务情况", columns, [40, 26, 26, 34, 22, 22], rows)]

    @cached_property
    def _ranked(self) -> tuple[list[dict[str, Any]], Round | None]:
        """Return where units stand: as the round of these days fixed it, else from the facts.

        Source: R-493 (requirements 24, 117, 156; handbook domain.md 2.5).
        """
        fixed = None
        if self.county is None:
            fixed = bulletins.round_of(self.period, self.kind.scheme)
        if fixed is not None:
            return list(fixed.result["units"]), fixed
        before = {told["unit"]: (told["score"], told["rank"] or 0) for told in self._earlier}
        method = self._method[0]
        found = standings(self._members, self._by_unit(self.period), [], method, before)
        return [as_told(each, method.points) for each in found], None

    @cached_property
    def _earlier(self) -> list[dict[str, Any]]:
        method = self._method[0]
        return [
            as_told(each)
            for each in standings(self._members, self._by_unit(self._before), [], method)
        ]

    def ranking(self) -> list[Table]:
        """Draw the ranking of units with the figures and how rank and score have moved.

        Source: R-493 (requirements 24, 117, 156; handbook domain.md 2.5).
        """
        told, fixed = self._ranked
        known = bulletins.standing_before(fixed) if fixed is not None else {}
        past = known or {row["unit"]: row for row in self._earlier}
        rows = []
        for row in told:
            old = past.get(row["unit"])
            rates = [_value(_kept(row, each.key)) for each in self._shown]
            rows.append([
                row["group"], str(row["rank"] or "—"), row["name"], str(row["volume"]), *rates,
                _score(row["score"]), _moved_rank(row, old), _moved_score(row, old),
            ])  # fmt: skip
        columns = ["同类", "名次", "单位", "派单", *(each.name for each in self._shown),
                   "得分", "名次升降", "得分升降"]  # fmt: skip
        widths = [20, 11, 30, 13, *(18 for _ in self._shown), 15, 14, 16]
        how = f"计分办法：{fixed.rules['scheme']['name'] if fixed else self._method[1]}；"
        if fixed is not None:
            how += f"名次取自考核“{fixed.title}”冻结的结果。"
            how += "升降与上一考核期冻结的结果比。" if known else ""
        else:
            how += "按结转的事实计算，没有剔除；正式名次以考核冻结的结果为准。"
        lead = self._lead() | ({"round": fixed.pk} if fixed is not None else {})
        cells: list[Lead | None] = [None, None, None, {"key": "#volume"}]
        cells += [{"key": each.key} for each in self._shown]
        return [
            Table(
                PartKind.RANKING,
                "各单位名次",
                columns,
                widths,
                rows,
                how,
                [self._whose(row["unit"]) for row in told],
                [*cells, None, None, None],
                lead,
            )
        ]

    def lists(self) -> list[Table]:
        """Draw who is on which list of the template.

        Source: R-493 (requirement 117; handbook domain.md 2.5).
        """
        found: dict[str, list[str]] = {}
        for row in self._ranked[0]:
            for key in row["lists"]:
                found.setdefault(key, []).append(row["name"])
        rows = [[label, "、".join(found[key])] for key, label in LISTINGS.items() if key in found]
        return [Table(PartKind.LISTS, "榜单", ["榜单", "单位"], [30, 140], rows)]

    def behind(self) -> list[Table]:
        """Draw the units that were late or did not satisfy, those with most first.

        Source: R-493 (handbook domain.md 2.8: unsatisfied in the quarter bulletin, 6.1: overdue).
        """
        found = []
        for each in self._members:
            own = added(
                *(self._by_unit(self.period).get(unit, {}) for unit in (each.id, *each.absorbed))
            )
            due, on_time, reached, bad, worst = (own.get(name, 0) for name in _BEHIND)
            bad += worst
            if due > on_time or bad:
                found.append((due - on_time + bad, each, due, on_time, reached, bad))
        found.sort(key=lambda row: (-row[0], row[1].name))
        rows = [
            [whose.name, str(due), str(due - on_time), rules.share(due - on_time, due),
             str(reached), str(bad), rules.share(bad, reached)]
            for _, whose, due, on_time, reached, bad in found[:MOST_BEHIND]
        ]  # fmt: skip
        columns = ["单位", "到期", "超期", "超期率", "有效回访", "不满意", "不满意率"]
        rest = len(found) > len(rows)
        note = f"共 {len(found)} 个单位，列出前 {MOST_BEHIND} 个。" if rest else ""
        keys = ("#due", "#late", "#late", "#reached", "#unsatisfied", "#unsatisfied")
        return [Table(PartKind.BEHIND, "超期和不满意", columns, [50, 20, 20, 22, 20, 20, 22], rows,
                      note, [self._whose(whose.code) for _, whose, *_ in found[:MOST_BEHIND]],
                      [None, *({"key": key} for key in keys)])]  # fmt: skip

    @cached_property
    def _matters(self) -> tuple[Counter[tuple[int | None, int | None]], ...]:
        """Return valid requests by category and place, in the period and in that before."""
        own = set(orgs.region_ids(self.county.region)) if self.county and self.county.region else ()
        return tuple(
            Counter({
                (category, region): count
                for category, region, count in self._requests(period)
                if self.county is None or region in own
            })
            for period in (self.period, self._before)
        )  # fmt: skip

    def _requests(self, period: Period) -> list[engine.Row]:
        key = "requests", period, self.as_of
        if key not in self.memo:
            total = [Total("valid", Window.ACCEPTED, (("valid", 1),))]
            span = Span(
                period.first, period.last, self.as_of, by=("category_id", "region_id"),
                shared=False,
            )  # fmt: skip
            self.memo[key] = self.source(total, span)
        found: list[engine.Row] = self.memo[key]
        return found

    def _heaps(self, of: Callable[[int | None, int | None], str]) -> tuple[Counter[str], ...]:
        heaps = []
        for counted in self._matters:
            heap: Counter[str] = Counter()
            for (category, region), count in counted.items():
                heap[of(category, region)] += count
            heaps.append(heap)
        return tuple(heaps)

    def groups(self) -> list[Table]:
        """Draw the requests under the city's groups of reporting; nothing where it has none.

        Source: R-494 (requirement 55; handbook domain.md 3.4).
        """
        at = datetime.combine(self.period.last, time.max, SHANGHAI)
        names = [row["name"] for row in knowledge.parameter("report.groups", at, [])]
        if not names:
            return []
        codes = bulletins.matters()

        def group(category: int | None, _: int | None) -> str:
            code = codes[category].code if category else ""
            return article_queries.reporting_group(code, at) or NO_GROUP

        now, then = self._heaps(group)
        rest = NO_GROUP not in names and (now[NO_GROUP] or then[NO_GROUP])
        listed = [*names, *([NO_GROUP] if rest else [])]
        own = [self._within(group, name, "categories") for name in listed]
        return [_counted(PartKind.GROUPS, "诉求内容归类", "类别", listed, (now, then), own)]

    def hot(self) -> list[Table]:
        """Draw what was asked for most, and where, against the period before.

        Source: R-494 (requirements 24, 198; handbook domain.md 6.1: hot topics).
        """
        codes, places = bulletins.matters(), bulletins.places()
        level = "county" if self.county is None else "street"
        names = {each.code: each.name for each in codes.values()}

        def matter(category: int | None, _: int | None) -> str:
            code = codes[category].code[:4] if category else ""
            return names.get(code) or names.get(code[:2]) or ELSEWHERE

        def place(_: int | None, region: int | None) -> str:
            return _place(places, region, level)

        found = []
        for head, column, of, by in (
            ("热点诉求", "事项", matter, "categories"), ("热点地区", "地区", place, "regions"),
        ):  # fmt: skip
            heaps = self._heaps(of)
            listed = _hottest(heaps[0])
            own = [self._within(of, name, by) for name in listed]
            found.append(_counted(PartKind.HOT, head, column, listed, heaps, own))
        return found

    def _within(self, of: Callable[[int | None, int | None], str], name: str, by: str) -> Lead:
        """Return the kinds of matters or the places that a row counts, in both periods."""
        pairs = {pair for counted in self._matters for pair in counted if of(*pair) == name}
        found: dict[str, Any] = {"key": "#valid"}
        if by == "categories":
            found["categories"] = _kept_keys(category for category, _ in pairs)
        if by == "regions" or self.county is not None:
            found["regions"] = _kept_keys(region for _, region in pairs)
        return found

    def totals(self) -> list[Table]:
        """Draw what came since the hotline began: calls, valid and void requests.

        Source: R-494 (requirements 87, 88).
        """
        names = ("valid", "repeat", "closed")
        asked = [Total(name, Window.ACCEPTED, ((name, 1),)) for name in names]
        span = Span(EARLIEST, self.period.last, self.as_of, by=(), shared=False)
        found = self.source(asked, span)
        valid, repeat, closed = found[0] if found else (0, 0, 0)
        end = _moments(self.period)[1]
        came = calls.traffic(datetime.combine(EARLIEST, time.min, SHANGHAI), end)
        rows = [
            ["呼入（含重复来电）", f"{came.offered} 次"], ["有效诉求", f"{valid} 件"],
            ["其中重复反映", f"{repeat} 件"], ["其中已办结", f"{closed} 件"],
            ["无效（作废）", f"{bulletins.void_before(end)} 件"],
        ]  # fmt: skip
        keys: list[Lead] = [{}, {"key": "#valid"}, {"key": "#repeat"}, {"key": "#closed_of"}, {}]
        return [Table(PartKind.TOTALS, "开通以来累计", ["项目", "数量"], [60, 60], rows,
                      leads=keys, cells=[None, {"when": leads.EVER}])]  # fmt: skip

    def discuss(self) -> list[Table]:
        """Draw the cases that wait for a meeting, for the pack of the quarterly review.

        Source: R-493 (requirement 117: bulletin meeting).
        """
        if self.county is not None:
            return []
        rows = [
            [masks.in_text(flag.title), flag.order.number if flag.order else "",
             "、".join(str(each.unit) for each in flag.units.all()),
             f"{flag.flagged_at.astimezone(SHANGHAI):%Y-%m-%d}"]
            for flag in coordination.waiting_flags()[:MOST_DISCUSSED]
        ]  # fmt: skip
        columns = ["事项", "工单", "涉及单位", "提请日期"]
        return [Table(PartKind.DISCUSS, "提请会议讨论的事项", columns, [70, 34, 44, 24], rows)]


def _split(name: str) -> tuple[str, str]:
    measure, _, window = name.partition("__")
    return window, measure


def _moments(period: Period) -> tuple[datetime, datetime]:
    after = period.last + timedelta(days=1)
    return (
        datetime.combine(period.first, time.min, SHANGHAI),
        datetime.combine(after, time.min, SHANGHAI),
    )


def _value(made: Figure | None) -> str:
    if made is None or made.value is None:
        return "—"
    return f"{percent(made.value)}%" if made.times == 1 else decimal(made.value)


def _rate(value: Fraction | None) -> str:
    return "—" if value is None else f"{percent(value)}%"


def _kept(row: Mapping[str, Any], key: str) -> Figure | None:
    parts = row["figures"].get(key)
    return Figure(*parts) if parts else None


def _score(said: str) -> str:
    return decimal(Fraction(said)) if said else "—"


def _moved_rank(row: Mapping[str, Any], old: Mapping[str, Any] | None) -> str:
    if old is None or not old["rank"] or not row["rank"]:
        return "—"
    moved = old["rank"] - row["rank"]
    return f"{'升' if moved > 0 else '降'} {abs(moved)}" if moved else "持平"


def _moved_score(row: Mapping[str, Any], old: Mapping[str, Any] | None) -> str:
    if old is None or not old["score"] or not row["score"]:
        return "—"
    return rules.moved_points(Fraction(row["score"]), Fraction(old["score"]), times=0)


def _place(places: Mapping[int, Region], key: int | None, level: str) -> str:
    """Return the county or street that a place lies in; its own name when it is wider."""
    region = places.get(key) if key is not None else None
    if region is None:
        return NO_PLACE
    up: Region | None = region
    while up is not None and up.level != level:
        up = places.get(up.parent_id) if up.parent_id else None
    return (up or region).name


def _hottest(counted: Counter[str]) -> list[str]:
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return [name for name, count in ordered[:HOTTEST] if count]


def _kept_keys(keys: Iterable[int | None]) -> list[int | None]:
    return sorted(set(keys), key=lambda key: (key is not None, key or 0))


def _counted(  # noqa: PLR0913 - a table has that many parts
    kind: PartKind, head: str, column: str, names: Iterable[str], heaps: Sequence[Counter[str]],
    own: list[Lead],
) -> Table:  # fmt: skip
    now, then = heaps
    whole = sum(now.values())
    rows = [
        [name, str(now[name]), rules.share(now[name], whole), str(then[name]),
         rules.moved_count(now[name], then[name])]
        for name in names
    ]  # fmt: skip
    columns = [column, "件数", "占比", "上期", "比上期"]
    return Table(kind, head, columns, [70, 24, 24, 24, 30], rows, leads=own,
                 cells=[None, {"when": leads.NOW}, None, {"when": leads.BEFORE}, None])  # fmt: skip


def lines_of(parts: Sequence[Mapping[str, Any]]) -> Iterable[list[str]]:
    """Yield the tables of a bulletin as lines of one sheet: head, columns, rows, an empty line."""
    for part in parts:
        yield [part["head"]]
        yield part["columns"]
        yield from part["rows"]
        yield []
