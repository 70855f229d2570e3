"""``huiyin replies``: a look at the replies in a file, and learning from judged ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json

app = typer.Typer(help="回复体检：逐份查看，从判过的回复学习", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command("learn")
def learn(
    *,
    source: Annotated[
        str, typer.Option("--from", help="orders 为本市的审核结果，或判过的 CSV 文件（good 列）")
    ] = "orders",
    as_json: Json = False,
) -> None:
    """重新学习权重，报告交叉验证的 AUC；不如现用的就不启用。"""
    base.with_django(make_tables=True)
    from huiyin.followup.replychecks import actions, files, queries, rules
    from huiyin.kernel import clock

    if source == "orders":
        numbers, poor = queries.decided()
    else:
        judged = [line for line in files.lines(Path(source)) if line.good is not None]
        numbers = [list(rules.check(line.said, line.earlier).numbers) for line in judged]
        poor = [not line.good for line in judged]
    row, learned = actions.learn(numbers, poor, source=Path(source).name, now=clock.now())
    told = {
        "rows": learned.rows,
        "poor": learned.poor,
        "auc": learned.auc,
        "auc_before": learned.auc_before,
        "auc_length": learned.auc_length,
        "adopted": row.adopted,
        "version": row.pk,
    }
    if as_json:
        say_json(told)
        return
    say(f"学了 {learned.rows} 份回复，其中差的 {learned.poor} 份")
    say(f"AUC（交叉验证）{learned.auc:.4f}；原来的权重 {learned.auc_before:.4f}，"
        f"只看长短 {learned.auc_length:.4f}")  # fmt: skip
    say(f"第 {row.pk} 版，{'已启用' if row.adopted else '不如原来的，没有启用'}")


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="CSV 文件：title、detail、reply 列")],
    *,
    as_json: Json = False,
) -> None:
    """逐份查看回复：可能被退回的概率，哪里不妥；一行一份。"""
    base.with_django(make_tables=True)
    from huiyin.followup.replychecks import files, queries, rules

    weights, _ = queries.in_force()
    for line in files.lines(file):
        checked = rules.check(line.said, line.earlier, weights)
        told = {
            "row": line.row,
            "poor": round(checked.poor, 6),
            "findings": [
                {
                    "kind": each.kind.value,
                    "label": each.kind.label,
                    "why": each.why,
                    "start": each.start,
                    "end": each.end,
                    "passage": line.said.answer[each.start : each.end],
                }
                for each in checked.found
            ],
        }
        if as_json:
            say(orjson.dumps(told).decode())
        else:
            labels = "；".join(each.kind.label for each in checked.found)
            say(f"{line.row}\t{checked.poor:.3f}\t{labels}")
