"""``huiyin learn`` and ``huiyin classify``: learn from confirmed cases, and suggest for others."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import orjson
import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json, tell
from huiyin.config.problems import CannotRun

if TYPE_CHECKING:
    from huiyin.dispatch.learning.actions import Learned
    from huiyin.dispatch.learning.classifier import Classifier
    from huiyin.dispatch.learning.rules import Costs
    from huiyin.dispatch.learning.samples import Row, Sample
    from huiyin.dispatch.learning.states import Purpose
    from huiyin.dispatch.learning.training import Trained

    _Suggest: TypeAlias = Callable[[list[tuple[str, str]]], list[dict[str, Any]]]

ORDERS = "orders"
_SHOWN = 5
AT_ONCE = 256
"""Messages for which ``classify`` asks together."""

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Column = Annotated[str, typer.Option(help="这一列在文件里叫什么；常见的叫法不用写")]


def learn(  # noqa: PLR0913 - one parameter per option
    *,
    from_: Annotated[
        str, typer.Option("--from", help="orders：已办结的工单；或 CSV 文件：title,detail,label")
    ] = ORDERS,
    what: Annotated[
        str, typer.Option(help="学什么：label、category、unit、kind；缺省由来源定")
    ] = "",
    replace: Annotated[bool, typer.Option("--replace", help="较差也启用新模型")] = False,
    out: Annotated[
        Path | None, typer.Option(help="只写成模型文件，不用数据库；classify --model 可用")
    ] = None,
    title: Column = "",
    detail: Column = "",
    label: Column = "",
    as_json: Json = False,
) -> None:
    """从确认过的结果学习，报告准确程度；比原来差的不启用。

    FILE 是 CSV，第一行是列名：title、detail、label（也认标题、内容、类别等），可以另有 time；
    编码 UTF-8 或 GB 18030。用不上的行说明是第几行、为什么。
    """
    purposes = _purposes(what, from_)
    named = {"title": title, "detail": detail, "label": label}
    if out is not None:
        _to_file(from_, out, named, as_json=as_json)
        return
    samples = None if from_ == ORDERS else _labelled(Path(from_), named)
    base.with_django(make_tables=True)
    from huiyin.dispatch.learning import actions, queries
    from huiyin.kernel import clock
    from huiyin.kernel.errors import Invalid

    done: list[dict[str, Any]] = []
    problems = []
    for purpose in purposes:
        try:
            found = actions.learn(
                queries.confirmed(purpose) if samples is None else samples,
                purpose,
                source=queries.FROM_ORDERS if from_ == ORDERS else Path(from_).name,
                by="huiyin learn",
                costs=queries.costs(clock.now()),
                replace=replace,
                now=clock.now(),
            )
        except Invalid as refusal:
            problems.append(f"{purpose.label}：{refusal.message}")
            continue
        done.append(_told(found))
    if not done:
        raise Invalid("；".join(problems))
    for line in problems:
        tell(line)
    if as_json:
        say_json(done if from_ == ORDERS and len(purposes) > 1 else done[0])
        return
    for each in done:
        _say(each)


def _purposes(what: str, from_: str) -> list[Purpose]:
    from huiyin.dispatch.learning.states import Purpose

    if what and what not in [each.value for each in Purpose]:
        raise typer.BadParameter(f"没有 {what}", param_hint="--what")
    if what:
        return [Purpose(what)]
    return [Purpose.LABEL] if from_ != ORDERS else [Purpose.CATEGORY, Purpose.UNIT, Purpose.KIND]


def _labelled(path: Path, named: Mapping[str, str]) -> list[Sample]:
    """Return the usable rows of a file; how many are not is told."""
    from huiyin.dispatch.learning import samples
    from huiyin.dispatch.learning.samples import Sample

    rows = list(samples.rows(path, labelled=True, named=named))
    bad = [row for row in rows if row.problem]
    for row in bad[:_SHOWN]:
        tell(f"第 {row.number} 行不能用：{row.problem}")
    if len(bad) > _SHOWN:
        tell(f"另有 {len(bad) - _SHOWN} 行不能用")
    return [Sample(r.title, r.detail, r.label, r.at) for r in rows if not r.problem]


def _to_file(from_: str, out: Path, named: Mapping[str, str], *, as_json: bool) -> None:
    from huiyin.dispatch.learning.rules import Costs
    from huiyin.dispatch.learning.training import train
    from huiyin.kernel.errors import Invalid

    if from_ == ORDERS:
        raise Invalid("--out 只能与 CSV 文件一起用")
    if out.is_dir() or not out.parent.is_dir():
        raise Invalid(f"写不了 {out}：{'这是文件夹' if out.is_dir() else '没有这个文件夹'}")
    trained = train(_labelled(Path(from_), named), Costs())
    stored = trained.model.to_bytes()
    try:
        out.write_bytes(stored)
    except OSError as error:
        raise Invalid(f"写不了 {out}：{error.strerror}") from error
    told = _figures(trained, len(stored)) | {"model": str(out), "adopted": True, "why": ""}
    if as_json:
        say_json(told)
    else:
        _say(told | {"purpose": "label"})


def _figures(trained: Trained, size: int) -> dict[str, Any]:
    return {
        "rows": trained.rows,
        "left_out": trained.left_out,
        "hold_out": {"by": trained.hold_out_by, "rows": trained.figures.rows},
        "labels": list(trained.model.labels),
        "seconds": round(trained.seconds, 2),
        "size_bytes": size,
        **_flat(trained.figures.as_dict()),
    }


def _told(found: Learned) -> dict[str, Any]:
    version = found.version
    return {
        "model": version.number,
        "purpose": version.purpose,
        "adopted": found.adopted,
        "why": found.why,
        "rows": version.rows,
        "left_out": version.left_out,
        "hold_out": {"by": version.hold_out_by, "rows": version.figures["rows"]},
        "labels": version.labels,
        "seconds": round(version.seconds, 2),
        "size_bytes": version.size,
        **_flat(version.figures),
    }


def _flat(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures with the costs together; they are minutes per 100 messages."""
    costs = {
        "by_hand": figures["cost_by_hand"],
        "with_model": figures["cost_with_model"],
        "unit": "minutes per 100 messages",
    }
    left = {k: v for k, v in figures.items() if not k.startswith("cost") and k != "rows"}
    return left | {"cost": costs}


def _say(told: dict[str, Any]) -> None:
    """Say in a few lines what was learned."""
    by = {"time": "最近的五分之一", "label": "每类的五分之一"}[told["hold_out"]["by"]]
    taken = "启用" if told["adopted"] else "未启用"
    say(f"模型 {told['model']}（{told['purpose']}）：{taken} {told['why']}")
    say(
        f"  学了 {told['rows']} 条 {len(told['labels'])} 类，用时 {told['seconds']} 秒，"
        f"{told['size_bytes'] / 1e6:.1f} MB；没学过的 {told['hold_out']['rows']} 条（{by}）上："
    )
    say(
        f"  宏平均 F1 {told['macro_f1']:.3f}，准确率 {told['accuracy']:.3f}，"
        f"校准误差 {told['ece']:.3f}，最有把握的九成准确率 {told['accuracy_at_90']:.3f}"
    )
    say(f"  要采纳九成，classify 用 --threshold {told['threshold_at_90']}")
    cost = told["cost"]
    say(
        f"  采纳 {told['accepted_share']:.0%}，其中正确 {told['accepted_accuracy']:.3f}；"
        f"每百件费时：全靠人工 {cost['by_hand']:.0f} 分钟，用模型 {cost['with_model']:.0f} 分钟"
    )
    for label, recall in told["recall"].items():
        say(f"    {label}：召回 {recall:.3f}")


def classify(  # noqa: PLR0913 - one parameter per option
    file: Annotated[Path, typer.Argument(help="CSV 文件，列 title、detail")],
    *,
    what: Annotated[str, typer.Option(help="用哪一种模型：label、category、unit、kind")] = "",
    model: Annotated[Path | None, typer.Option(help="用模型文件，不用数据库")] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="概率多少起采纳；不填按本市的费用，learn 报告采纳九成的"),
    ] = None,
    title: Column = "",
    detail: Column = "",
    as_json: Json = False,
) -> None:
    """给文件里的每一条建议一个类别：每行输出一条，附概率、是否采纳和依据。

    次序与文件相同，一条不少；标题和内容都空的，label 为 null，error 说明第几行。
    """
    from huiyin.dispatch.learning import samples

    rows = samples.rows(file, labelled=False, named={"title": title, "detail": detail})
    some = list(islice(rows, AT_ONCE))
    suggest = _from_file(model) if model is not None else _from_database(what)
    while some:
        told = iter(suggest([(row.title, row.detail) for row in some if not row.problem]))
        lines = [_refused(row) if row.problem else next(told) for row in some]
        if threshold is not None:
            lines = [
                each | {"accepted": bool(each["label"]) and each["probability"] >= threshold}
                for each in lines
            ]
        sys.stdout.write("".join(_line(each, as_json=as_json) for each in lines))
        some = list(islice(rows, AT_ONCE))


def _refused(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = {"label": None, "probability": 0.0, "accepted": False, "because": []}
    return told | {"error": f"第 {row.number} 行：{row.problem}"}


def _line(told: dict[str, Any], *, as_json: bool) -> str:
    if as_json:
        return orjson.dumps(told).decode() + "\n"
    if "error" in told:
        return f"{told['error']}\n"
    taken = "采纳" if told["accepted"] else "待人工"
    return f"{told['label']}\t{told['probability']:.3f}\t{taken}\t{'、'.join(told['because'])}\n"


def _from_file(path: Path) -> _Suggest:
    from huiyin.dispatch.learning.classifier import Classifier
    from huiyin.dispatch.learning.rules import Costs
    from huiyin.kernel.errors import Invalid

    try:
        loaded = Classifier.from_bytes(path.read_bytes())
    except OSError as error:
        raise Invalid(f"读不了 {path}：{error.strerror}") from error
    return _by_model(loaded, Costs())


def _from_database(what: str) -> _Suggest:
    base.with_django()
    from huiyin.dispatch.learning import queries
    from huiyin.dispatch.learning.states import Purpose
    from huiyin.kernel import clock

    if what and what not in [each.value for each in Purpose]:
        raise typer.BadParameter(f"没有 {what}", param_hint="--what")
    purposes = [Purpose(what)] if what else [Purpose.LABEL, Purpose.CATEGORY]
    loaded = next((m for m in map(queries.model_for, purposes) if m is not None), None)
    costs = queries.costs(clock.now())
    if loaded is not None:
        return _by_model(loaded, costs)
    from huiyin.knowledge import queries as knowledge

    if knowledge.categories():
        return _by_names(costs)
    raise CannotRun("还没有模型；请先执行 huiyin learn --from 文件.csv，或 --from orders")


def _by_model(model: Classifier, costs: Costs) -> _Suggest:
    """Suggest by what was learned."""
    from huiyin.dispatch.learning import rules

    least = {label: rules.threshold(costs, label) for label in model.labels}

    def suggest(messages: list[tuple[str, str]]) -> list[dict[str, Any]]:
        return [
            _answer(g.label, g.probability, g.because, accepted=g.probability >= least[g.label])
            for g in model.guesses(messages)
        ]

    return suggest


def _by_names(costs: Costs) -> _Suggest:
    """Suggest by the names of the city's categories, which is all that is known yet."""
    from huiyin.dispatch.learning import rules
    from huiyin.dispatch.learning.hints import named_category

    def suggest(messages: list[tuple[str, str]]) -> list[dict[str, Any]]:
        found = []
        for match in (named_category(f"{title}{detail}") for title, detail in messages):
            if match is None:
                found.append(_answer(None, 0.0, (), accepted=False))
                continue
            accepted = match.probability >= rules.threshold(costs, match.code)
            found.append(_answer(match.code, match.probability, match.words, accepted=accepted))
        return found

    return suggest


def _answer(
    label: str | None, probability: float, because: Sequence[str], *, accepted: bool
) -> dict[str, Any]:
    return {
        "label": label,
        "probability": round(probability, 6),
        "accepted": accepted,
        "because": list(because),
    }
