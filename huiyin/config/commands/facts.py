"""``huiyin facts``: closing days, the lake, and whether both are what they were."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json
from huiyin.config.problems import ExitCode

app = typer.Typer(help="事实：结转、数据湖、核验", no_args_is_help=True)
_DAY = ["%Y-%m-%d"]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command("close")
def close(
    day: Annotated[datetime, typer.Argument(formats=_DAY, help="结转到哪一天，含当日")],
    *,
    as_json: Json = False,
) -> None:
    """逐日结转到这一天；整月结转完的写入数据湖。已结转的日期不会改写。"""
    base.with_django()
    from huiyin.insight.facts import actions
    from huiyin.kernel import clock

    now = clock.now()
    done = actions.close_days(day.date(), now=now)
    months = actions.write_missing(now=now)
    if as_json:
        say_json(
            {
                "days": [{"day": str(d.day), "lines": d.lines, "digest": d.digest} for d in done],
                "months": [f"{m.month:%Y-%m}" for m in months],
            }
        )
        return
    for each in done:
        say(f"{each.day:%Y-%m-%d} 结转 {each.lines} 行，其中更正 {each.corrections} 行")
    for month in months:
        say(f"{month.month:%Y-%m} 写入数据湖 {month.lines} 行")
    if not done:
        say("没有要结转的日期")


@app.command("verify")
def verify() -> None:
    """核验每个已结转日期的事实、数据湖每个文件与当时一致。"""
    base.with_django()
    from huiyin.insight.facts import lake, queries

    wrong = [f"{day:%Y-%m-%d} 的事实与结转时不一致" for day in queries.broken_days()]
    for month in queries.lake_months():
        path = lake.path_of(month.month)
        if not path.exists():
            wrong.append(f"{month.month:%Y-%m} 的数据湖文件缺失，运行 huiyin facts close 会重写")
        elif lake.digest_of(path) != month.digest:
            wrong.append(f"{month.month:%Y-%m} 的数据湖文件与写入时不一致")
    for line in wrong:
        say(line)
    if wrong:
        raise typer.Exit(ExitCode.REFUSED)
    say(f"{queries.closed_days().count()} 天、{queries.lake_months().count()} 个月，一致")
