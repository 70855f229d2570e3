"""``huiyin rules``: which rules hold on a day, and what changed ones would have done."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json, tell
from huiyin.kernel.errors import Invalid

app = typer.Typer(help="城市的规则：查看和试算", no_args_is_help=True)
_DAY = ["%Y-%m-%d"]
City = Annotated[str, typer.Option(help="城市配置的名称，见 huiyin city list")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(help="改过的 rules.toml")],
    *,
    first: Annotated[datetime, typer.Option("--from", formats=_DAY, help="第一天")],
    last: Annotated[datetime, typer.Option("--to", formats=_DAY, help="最后一天，含当日")],
    city: City = "",
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=_DAY, help="视同这一天的规则；缺省为改动的生效日"),
    ] = None,
    show: Annotated[int, typer.Option(help="列出前几个时限", min=0, max=200)] = 20,
    as_json: Json = False,
) -> None:
    """按改过的规则重算以往工单的时限：哪些会变，由按时变超期的有多少；不写入任何数据。"""
    if not file.is_file():
        raise Invalid(f"没有找到文件 {file}", remedy="请写明改过的 rules.toml 在哪里")
    base.with_django()
    from huiyin.cities import trial_words, trying
    from huiyin.kernel import clock

    asked = trying.Asked(first.date(), last.date(), as_of.date() if as_of else None, show)
    found = trying.try_file(
        file,
        asked,
        city=city,
        now=clock.now(),
        progress=lambda count: tell(f"已试算 {count} 件 …"),
    )
    told = trial_words.as_json(found)
    if as_json:
        say_json(told)
        return
    for line in trial_words.lines(told):
        say(line)


@app.command("show")
def show(
    *,
    city: City = "",
    at: Annotated[
        datetime | None, typer.Option("--at", formats=_DAY, help="哪一天，缺省今天")
    ] = None,
    as_json: Json = False,
) -> None:
    """列出某一天有效的时限和参数，连同出处。"""
    base.with_django()
    from huiyin.cities import trying
    from huiyin.kernel import clock
    from huiyin.worktime.calendar import SHANGHAI

    day = at.date() if at else clock.now().astimezone(SHANGHAI).date()
    found = trying.in_force(city, day)
    if as_json:
        say_json(found)
        return
    say(f"{found.city}（{found.origin}）{day} 有效的规则")
    for row in found.limits:
        say(f"{row['clock']}\t{row['limit']}\t{row['text']}\t出处：{row['source']}")
    for row in found.parameters:
        say(f"{row['key']}\t{row['value']}\t{row['text']}\t出处：{row['source']}")
