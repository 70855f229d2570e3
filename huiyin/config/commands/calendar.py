"""``huiyin calendar``: the official table of holidays and worked weekends of a year."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say
from huiyin.kernel.errors import Invalid

app = typer.Typer(help="放假安排", no_args_is_help=True)
_SATURDAY = 5
_KINDS = ("放假", "上班")


@dataclass(slots=True)
class Table:
    """What a file says of one year."""

    closed: list[date] = field(default_factory=list)
    opened: list[date] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def read_table(lines: Iterable[str]) -> Table:
    """Read lines such as ``2027-01-01,放假,元旦`` or ``2027-02-20,上班,春节``.

    Empty lines and lines that begin with ``#`` are passed over. Days off on a weekend may be
    listed; they only give the day its name.

    Raises:
        Invalid: names the first wrong line.
    """
    table = Table()
    seen: set[date] = set()
    for number, row in enumerate(csv.reader(lines), start=1):
        if not row or row[0].lstrip().startswith("#"):
            continue
        day, kind, name = _read_row(row, number)
        if day in seen:
            raise Invalid(f"第 {number} 行：{day} 出现了两次")
        seen.add(day)
        table.names[day.isoformat()] = name
        if kind == "上班":
            table.opened.append(day)
        elif day.weekday() < _SATURDAY:
            table.closed.append(day)
    if not seen:
        raise Invalid("文件里没有一天；每行写“日期,放假或上班,名称”")
    return table


def _read_row(row: list[str], number: int) -> tuple[date, str, str]:
    words = [word.strip() for word in row]
    if len(words) != 3 or words[1] not in _KINDS or not words[2]:
        raise Invalid(f"第 {number} 行：须写成“日期,放假或上班,名称”，如 2027-01-01,放假,元旦")
    try:
        return date.fromisoformat(words[0]), words[1], words[2][:20]
    except ValueError as error:
        raise Invalid(f"第 {number} 行：“{words[0]}”不是日期，须如 2027-01-01") from error


@app.command("load")
def load(
    year: Annotated[int, typer.Argument(help="年份")],
    file: Annotated[Path, typer.Argument(help="CSV 文件：日期,放假或上班,名称")],
    *,
    source: Annotated[str, typer.Option(help="依据，如通知的文号")] = "",
) -> None:
    """载入一年的放假安排；按暂行日历计算的时限随后自动重算并留痕。"""
    table = read_table(file.read_text(encoding="utf-8-sig").splitlines())
    base.with_django()
    from huiyin.kernel import clock
    from huiyin.orders import actions as orders
    from huiyin.orgs import actions
    from huiyin.orgs.actors import SYSTEM

    now = clock.now()
    actions.load_calendar_year(
        year,
        closed=table.closed,
        opened=table.opened,
        names=table.names,
        source=source or f"国务院办公厅 {year} 年节假日安排（{file.name}）",
        by=SYSTEM,
        now=now,
    )
    moved = orders.recompute_provisional(now=now)
    say(f"已载入 {year} 年：放假 {len(table.closed)} 天（工作日），调休上班 {len(table.opened)} 天")
    say(f"重算了 {moved} 个时限" if moved else "没有需要重算的时限")
