"""Closing a day: the lines that it adds, and the seal over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from huiyin.insight.facts import lake, queries, rules
from huiyin.insight.facts.models import ClosedDay, FactLine, LakeMonth
from huiyin.insight.facts.rules import Line, Record
from huiyin.kernel import bulk
from huiyin.kernel.errors import Conflict, Invalid

_LOCK = 0x6661_6374  # any number that nobody else takes


def close_days(until: date, *, now: datetime) -> list[ClosedDay]:
    """Close every day that is over and not closed yet, until ``until``; each on its own."""
    last = queries.last_closed()
    start = last.day + timedelta(days=1) if last else queries.first_day()
    done = []
    while start is not None and start <= until:
        done.append(close_day(start, now=now))
        start += timedelta(days=1)
    return done


@transaction.atomic
def close_day(day: date, *, now: datetime) -> ClosedDay:
    """Turn what happened until the end of a day into lines of facts, once and for all.

    Days are closed in their order, each once; a line that a later day finds changed is taken back
    and written anew under that later day's date.

    Raises:
        Invalid: the day is not over yet.
        Conflict: it is closed, or the day before is not.

    Source: R-254 (requirements 24, 175; handbook domain.md 2.9 rules with effective dates).
    """
    if now < rules.end_of(day):
        raise Invalid(f"{day:%Y-%m-%d} 还没有过完，不能结转", fields={"day": "请选已过去的日期"})
    _one_at_a_time()
    last = ClosedDay.objects.order_by("-day").first()
    if last and day <= last.day:
        raise Conflict(f"{day:%Y-%m-%d} 已经结转，事实不能改写", remedy="更正在之后的日期记入")
    if last and day != last.day + timedelta(days=1):
        raise Conflict(f"请先结转 {last.day + timedelta(days=1):%Y-%m-%d}", remedy="日期须逐日结转")
    keys = queries.touched(day, everything=last is None)
    rows = list(_changes(day, keys))
    bulk.add(FactLine, rows)
    digest = rules.digest_of((_values(row) for row in rows), last.digest if last else "")
    return ClosedDay.objects.create(
        day=day,
        lines=len(rows),
        corrections=sum(row.sign < 0 for row in rows),
        digest=digest,
        closed_at=now,
    )


@transaction.atomic
def write_month(month: date, *, now: datetime) -> LakeMonth:
    """Write the lines of a month whose days are all closed into the lake; once, with their digest.

    Written again after its file was lost, it must come out with the same bytes.

    Raises:
        Conflict: not all of its days are closed, or the lines are no longer what they were.
    """
    _one_at_a_time()
    last = queries.last_closed()
    if last is None or last.day < lake.last_of(month):
        raise Conflict(f"{month:%Y-%m} 还没有全部结转", remedy="整月结转后才写入数据湖")
    known = LakeMonth.objects.filter(month=month).first()
    written = lake.write(month)
    if known and known.digest != written.digest:
        lake.path_of(month).unlink()
        raise Conflict(
            f"{month:%Y-%m} 的事实与原来写入的不一致", remedy="请运行 huiyin facts verify"
        )
    return known or LakeMonth.objects.create(
        month=month, lines=written.lines, size=written.size, digest=written.digest, written_at=now
    )


def write_missing(*, now: datetime) -> list[LakeMonth]:
    """Write every month that is closed and not in the lake, or whose file is lost."""
    last, first = queries.last_closed(), queries.first_closed()
    month = first.day.replace(day=1) if first else None
    known = set(queries.lake_months().values_list("month", flat=True))
    done = []
    while last and month and lake.last_of(month) <= last.day:
        if month not in known or not lake.path_of(month).exists():
            done.append(write_month(month, now=now))
        month = lake.last_of(month) + timedelta(days=1)
    return done


def _one_at_a_time() -> None:
    """Let nobody else close or write while this transaction lasts."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def _changes(day: date, keys: list[int]) -> Iterator[FactLine]:
    """Yield the lines by which these orders differ from what the facts say of them."""
    for start in range(0, len(keys), queries.CHUNK):
        batch = keys[start : start + queries.CHUNK]
        held = queries.standing(batch)
        by_order: dict[int, dict[tuple[int | None, int], FactLine]] = {}
        for (order, unit, shared), line in held.items():
            by_order.setdefault(order, {})[unit, shared] = line
        for record in queries.records(batch):
            yield from _difference(day, record, by_order.get(record.order, {}))


def _difference(
    day: date, record: Record, held: Mapping[tuple[int | None, int], FactLine]
) -> Iterator[FactLine]:
    wanted = [
        _row(day, record.order, line)
        for line in rules.lines_of(_kept(record, held.values()), rules.end_of(day))
    ]
    new = {(row.unit_id, row.shared): row for row in wanted}
    for key, old in held.items():
        if key not in new or _content(new[key]) != _content(old):
            yield _taken_back(day, old)
    for key, row in new.items():
        if key not in held or _content(held[key]) != _content(row):
            yield row


def _kept(record: Record, held: Iterable[FactLine]) -> Record:
    """Keep the day on which an order first ended as unsatisfied when it is written off later."""
    before = [line.closed_on for line in held if line.closed and line.closed_on]
    if record.close_type == "written_off" and before:
        return replace(record, closed_before=min(before))
    return record


def _row(day: date, order: int, line: Line) -> FactLine:
    return FactLine(
        day=day, sign=1, order_id=order, unit_id=line.unit, shared=line.shared,
        category_id=line.category, region_id=line.region, channel=line.channel, kind=line.kind,
        accepted_on=line.accepted_on, dispatched_on=line.dispatched_on, due_on=line.due_on,
        closed_on=line.closed_on, answer_key=line.answer_key, case_key=line.case_key,
        **line.measures,
    )  # fmt: skip


def _taken_back(day: date, old: FactLine) -> FactLine:
    plain = {name: getattr(old, name) for name in (*queries.PLAIN, *rules.names())}
    return FactLine(day=day, sign=-1, order_id=old.order_id, **plain)


def _content(row: FactLine) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in (*queries.PLAIN, *rules.names()))


def _values(row: FactLine) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in queries.STORED)
