"""Reads ``simulation.toml`` of a profile: how the city's people behave, and published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as parts_of
from enum import StrEnum
from pathlib import Path
from typing import Any

from huiyin.callcentre.calls.states import OUTGOING, CallOutcome
from huiyin.cities import parsers
from huiyin.cities.reading import Field, Notebook, Raw, TomlFile, convert, read_toml
from huiyin.knowledge.states import Kind, Urgency
from huiyin.orders.states import Channel, Outcome
from huiyin.simulation.behaviour import DEFAULT, FIGURES, Behaviour, Habitat, Published

FILE = "simulation.toml"
HOURS, MONTHS = 24, 12

_TABLES: Mapping[str, type[StrEnum]] = {
    "channels": Channel,
    "kinds": Kind,
    "urgencies": Urgency,
    "answered": Kind,
    "outcomes": Outcome,
    "content": Outcome,
    "calls": CallOutcome,
}
_NEVER = frozenset({CallOutcome.REQUEST, CallOutcome.CLOSED})  # come of orders, and of lines
_SHARES = frozenset({"answered", "content"})  # each between 0 and 1; the others are proportions
_FACTORS = frozenset({"unread_days", "days_late"})
_ARRIVAL = {
    "hours": parsers.weights(HOURS),
    "months": parsers.weights(MONTHS),
    "monday": parsers.number(0.01, 100),
    "weekend": parsers.number(0.01, 100),
}
_OF_TABLES = frozenset({*_TABLES, *_ARRIVAL, "fields"})
_CONDUCT = tuple(part.name for part in parts_of(Behaviour) if part.name not in _OF_TABLES)


def read_habitat(folder: Path, categories: Sequence[str], notebook: Notebook) -> Habitat | None:
    """Return what the file says; None when the profile has none, or it has mistakes.

    Args:
        folder: of the profile.
        categories: codes of the first level, which ``[fields]`` may weigh.
        notebook: where problems are written down.

    Source: R-189 (architecture 4).
    """
    if not (folder / FILE).exists():
        return None
    file = read_toml(folder / FILE, notebook)
    if file is None:
        return None
    before = len(notebook.problems)
    found = convert(_without_published(file), _keys(categories), notebook)
    published = _published(file, notebook)
    if found is None or published is None:
        return None
    _check_size(file, found, notebook)
    if len(notebook.problems) > before:
        return None
    return Habitat(
        first=found["year_first_day"],
        requests=found["year_requests"],
        calls=found["year_calls"],
        behaviour=_behaviour(found, categories),
        published=published,
    )


def _keys(categories: Sequence[str]) -> list[Field]:
    wanted = [
        Field("year.first_day", parsers.day),
        Field("year.requests", parsers.whole(1, 50_000_000)),
        Field("year.calls", parsers.whole(0, 100_000_000)),
        *(Field(f"arrival.{name}", parse, required=False) for name, parse in _ARRIVAL.items()),
    ]
    for table, words in _TABLES.items():
        parse = parsers.share if table in _SHARES else parsers.number(0, 1_000_000)
        for word in words:
            if table != "calls" or word not in OUTGOING | _NEVER:
                wanted.append(Field(f"{table}.{word.value}", parse, required=False))
    for code in categories:
        wanted.append(Field(f"fields.{code}", parsers.number(0, 1_000_000), required=False))
    for name in _CONDUCT:
        parse = parsers.number(0.01, 365) if name in _FACTORS else parsers.share
        wanted.append(Field(f"conduct.{name}", parse, required=False))
    return wanted


def _without_published(file: TomlFile) -> Raw:
    whole = file.as_one()
    values = {name: value for name, value in whole.values.items() if name != "published"}
    return Raw(whole.file, whole.line, values, whole.lines)


def _published(file: TomlFile, notebook: Notebook) -> tuple[Published, ...] | None:
    columns = (
        Field("key", parsers.one_of(FIGURES)),
        Field("value", parsers.number(0, 1_000_000_000)),
        Field("source", parsers.text(200)),
    )
    if not isinstance(file.data.get("published", []), list):
        notebook.note(file.name, file.line_of("published"), "published 应写成 [[published]]")
        return None
    rows = [convert(raw, columns, notebook) for raw in file.tables("published")]
    if None in rows:
        return None
    seen: dict[str, int] = {}
    for row in rows:
        if row is not None and seen.setdefault(row["key"], row["line"]) != row["line"]:
            notebook.note(file.name, row["line"], f"{row['key']}与第 {seen[row['key']]} 行重复")
    return tuple(Published(row["key"], row["value"], row["source"]) for row in rows if row)


def _check_size(file: TomlFile, found: Mapping[str, Any], notebook: Notebook) -> None:
    """Note tables of proportions whose sum is nothing, and fewer calls than requests by phone."""
    lines = file.as_one().lines
    for table, words in _TABLES.items():
        named = [found[f"{table}_{w.value}"] for w in words if f"{table}_{w.value}" in found]
        given = [value for value in named if value is not None]
        if table not in _SHARES and given and not sum(given):
            notebook.note(file.name, file.line_of(table), f"{table} 的比例加起来是 0")
    channels = _merged(found, "channels", Channel, DEFAULT.channels)
    if not sum(channels.values()):
        return
    by_phone = channels[Channel.PHONE] / sum(channels.values()) * found["year_requests"]
    if found["year_calls"] < by_phone:
        reason = f"来电 {found['year_calls']} 个，少于电话诉求约 {by_phone:.0f} 件"
        notebook.note(file.name, lines.get("year.calls", 0), reason)


def _behaviour(found: Mapping[str, Any], categories: Sequence[str]) -> Behaviour:
    """Return the behaviour: what a table names replaces that table, the rest is the default."""
    given: dict[str, Any] = {
        name: found[f"conduct_{name}"]
        for name in _CONDUCT
        if found.get(f"conduct_{name}") is not None
    }
    for table, words in _TABLES.items():
        given[table] = _merged(found, table, words, getattr(DEFAULT, table))
    own = {c: found[f"fields_{c}"] for c in categories if found.get(f"fields_{c}") is not None}
    given["fields"] = own or DEFAULT.fields
    for name in _ARRIVAL:
        if found[f"arrival_{name}"] is not None:
            given[name] = found[f"arrival_{name}"]
    return Behaviour(**given)


def _merged(
    found: Mapping[str, Any], table: str, words: type[StrEnum], default: Mapping[Any, float]
) -> dict[Any, float]:
    """Return a table of the file; where it says nothing at all, the default one."""
    own = {
        word: found[f"{table}_{word.value}"]
        for word in words
        if found.get(f"{table}_{word.value}") is not None
    }
    if table in _SHARES:
        return {**default, **own}
    return own or dict(default)
