"""What came of a trial, in one shape for programs, pages and people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from huiyin.cities.trial import Change, Tally
from huiyin.cities.trying import Found
from huiyin.knowledge.states import CLOCK_LABELS

_LABELS = {kind.value: label for kind, label in CLOCK_LABELS.items()}
_COUNTS = ("seen", "touched", "later", "earlier", "late_to_on_time", "on_time_to_late")
_LATE = ("late_before", "late_after")
MOST_ROWS = 200
MOST_TOLD = 20
"""So many rows of a table are written for people; programs get ``MOST_ROWS``."""


def as_json(found: Found) -> dict[str, Any]:
    """Return everything as JSON knows it; moments are ISO 8601 in UTC."""
    trial, differences = found.trial, found.differences
    return {
        "city": found.city,
        "file": found.file,
        "from": found.asked.first.isoformat(),
        "to": found.asked.last.isoformat(),
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "rules": {
            "added": list(differences.added),
            "changed": list(differences.changed),
            "removed": list(differences.removed),
            "parameters": list(differences.parameters),
            "refused": list(differences.refused),
        },
        "orders": _counts(trial.orders),
        "clocks": _table(trial.clocks, _LABELS),
        "units": _table(trial.units),
        "categories": _table(trial.categories),
        "examples": [_example(change) for change in trial.examples],
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {name: getattr(tally, name) for name in (*_COUNTS, *_LATE)}


def _table(
    tallies: Mapping[str, Tally], labels: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return the touched groups, the most touched first."""
    touched = [(key, tally) for key, tally in tallies.items() if tally.touched]
    touched.sort(key=lambda each: (-each[1].touched, each[0]))
    return [
        {"name": (labels or {}).get(key, key), **({"code": key} if labels else {})} | _counts(tally)
        for key, tally in touched[:MOST_ROWS]
    ]


def _example(change: Change) -> dict[str, Any]:
    clock = change.clock
    return {
        "order": clock.order,
        "clock": _LABELS.get(clock.kind, clock.kind),
        "unit": clock.unit,
        "category": clock.category,
        "started_at": _moment(clock.started_at),
        "old_due_at": _moment(clock.due_at),
        "new_due_at": _moment(change.new_due) if change.new_due else None,
        "old_words": clock.words,
        "new_words": change.new_words,
        "was_late": change.was_late,
        "would_be_late": change.would_be_late,
    }


def _moment(value: datetime) -> str:
    return value.isoformat()


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result in Chinese, line by line, from what ``as_json`` returned."""
    window = f"{told['from']} 至 {told['to']}"
    yield f"{told['city']}：{window} 的工单，按 {told['file']} 试算；没有写入任何数据"
    yield from _rules(told)
    orders = told["orders"]
    if not orders["seen"]:
        yield "这段日子没有工单"
        return
    yield (
        f"工单 {orders['seen']} 件，时限有变 {orders['touched']} 件：延后 {orders['later']} 件，"
        f"提前 {orders['earlier']} 件；由超期变按时 {orders['late_to_on_time']} 件，"
        f"由按时变超期 {orders['on_time_to_late']} 件"
    )
    for title, key in (("环节", "clocks"), ("单位", "units"), ("分类", "categories")):
        for row in told[key][:MOST_TOLD]:
            yield f"{title}\t{row['name']}\t{_counted(row)}"
        if (rest := len(told[key]) - MOST_TOLD) > 0:
            yield f"{title}\t另有 {rest} 个，见 --json"
    for each in told["examples"]:
        yield from _told_example(each)


def _rules(told: Mapping[str, Any]) -> Iterator[str]:
    changed = told["rules"]
    for label, key in (("新增", "added"), ("修改", "changed"), ("删去", "removed")):
        if changed[key]:
            yield f"时限{label}：{'、'.join(changed[key])}"
    if not any(changed[key] for key in ("added", "changed", "removed")):
        yield "时限与现行规则相同"
    if changed["parameters"]:
        yield f"参数有变，不影响已有时限：{'、'.join(changed['parameters'])}"
    if told["as_of"]:
        yield f"视同 {told['as_of']} 起的规则在此前也有效"
    for each in changed["refused"]:
        yield f"正式载入时会被拒绝：{each}"


def _counted(row: Mapping[str, Any]) -> str:
    return (
        f"有变 {row['touched']}/{row['seen']}，延后 {row['later']}，提前 {row['earlier']}，"
        f"超期变按时 {row['late_to_on_time']}，按时变超期 {row['on_time_to_late']}，"
        f"超期 {row['late_before']} → {row['late_after']}"
    )


def _told_example(each: Mapping[str, Any]) -> Iterator[str]:
    moved = {
        (True, False): "，由超期变按时",
        (False, True): "，由按时变超期",
    }.get((each["was_late"], each["would_be_late"]), "")
    yield f"{each['order']} {each['unit']} {each['clock']}{moved}"
    yield f"    原：{each['old_words']}"
    yield f"    新：{each['new_words']}"
