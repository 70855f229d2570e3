"""``huiyin assess``: rounds of assessment, and whether a frozen one still comes out the same."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json
from huiyin.config.problems import ExitCode

app = typer.Typer(help="考核：考核期、核验", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Key = Annotated[int, typer.Argument(metavar="ROUND", help="考核期编号，见 huiyin assess list")]


@app.command("list")
def listed(*, as_json: Json = False) -> None:
    """列出考核期。"""
    base.with_django()
    from huiyin.assessment import queries
    from huiyin.orgs.actors import SYSTEM

    rows = queries.rounds(SYSTEM, size=200).rows
    if as_json:
        say_json(
            [{"round": r.pk, "title": r.title, "state": r.state, "digest": r.digest} for r in rows]
        )
        return
    for row in rows:
        say(f"{row.pk}\t{row.title}\t{row.standing.label}\t{row.digest[:12]}")
    if not rows:
        say("还没有考核期")


@app.command("show")
def show(round_: Key) -> None:
    """以 JSON 输出一个考核期的结果，供其他系统使用。"""
    base.with_django()
    say_json(_found(round_).result)


@app.command("verify")
def verify(round_: Key, *, as_json: Json = False) -> None:
    """按当时的规则和事实重新计算一个已冻结的考核期，核对逐字节相同；不同时退出码为 1。"""
    base.with_django()
    from huiyin.assessment import verifying
    from huiyin.assessment.states import FIXED

    found = _found(round_)
    if found.standing not in FIXED:
        say(f"“{found}”还没有冻结")
        raise typer.Exit(ExitCode.REFUSED)
    told = verifying.verified(found)
    if as_json:
        say_json(asdict(told))
    else:
        lake = {True: "一致", False: "不一致", None: "还没有整月入湖"}[told.lake]
        say(
            f"存档{_same(told.stored)}，名次表{_same(told.shown)}，事实封存{_same(told.sealed)}，"
            f"由事实重算{_same(told.database)}，由数据湖重算{lake}"
        )
    raise typer.Exit(ExitCode.DONE if told.whole else ExitCode.REFUSED)


@app.command("try")
def trial(
    round_: Key,
    *,
    weights: Annotated[str, typer.Option(help="response=20 solved=40 satisfied=40")] = "",
    sign: Annotated[str, typer.Option(help="签收时限，如 4h、1wd")] = "",
    contact: Annotated[str, typer.Option(help="联系时限")] = "",
    finish: Annotated[str, typer.Option(help="办理时限")] = "",
    as_json: Json = False,
) -> None:
    """按改过的权重或时限重算一个考核期，看谁会升降；不写入任何数据，不限工单件数。"""
    base.with_django()
    from huiyin.assessment import trying
    from huiyin.assessment.limit_trial import Limits

    changes = trying.Changes(
        weights=trying.weights_typed(weights), limits=Limits(sign, contact, finish)
    )
    found = [
        move for _, moves in trying.tried([_found(round_)], changes, most=None) for move in moves
    ]
    if as_json:
        say_json([asdict(move) for move in found])
        return
    for move in found:
        say(f"{move.name}\t{move.rank or '—'} → {move.new_rank or '—'}\t"
            f"{move.score or '—'} → {move.new_score or '—'}")  # fmt: skip
    if not found:
        say("这个考核期还没有计算")


def _same(same: bool) -> str:  # noqa: FBT001 - one word for one answer
    return "一致" if same else "不一致"


def _found(key: int):  # type: ignore[no-untyped-def]  # its class is known only with Django
    from huiyin.assessment import queries
    from huiyin.kernel.errors import NotFound

    found = queries.round_by_key(key)
    if found is None:
        raise NotFound("没有这一考核期", remedy="huiyin assess list 列出全部")
    return found
