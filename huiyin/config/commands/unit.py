"""``huiyin unit``: changes of the organisation, planned for a day and carried out on it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json
from huiyin.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:  # needs Django to be set up
    from huiyin.orgs.actions import SplitTerm, Terms
    from huiyin.orgs.actors import Actor
    from huiyin.orgs.models import Unit, UnitChange

app = typer.Typer(help="机构调整：更名、并入、拆分", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="单位编码")]
Day = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="生效日期")]
Basis = Annotated[str, typer.Option(help="文件名称和文号")]
Who = Annotated[str, typer.Option("--by", help="以哪个账号的名义，须有管理账号的权限")]
Staff = Annotated[str, typer.Option(help="账号去向：move 随职责转入，close 停用")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
_PARTS = {"category", "region"}


@app.command("rename")
def rename(
    code: Code,
    *,
    name: Annotated[str, typer.Option(help="新的全称")],
    on: Day,
    basis: Basis,
    by: Who,
    short: Annotated[str, typer.Option(help="新的简称，缺省与全称相同")] = "",
) -> None:
    """安排单位更名；以往的工单仍显示当时的名称。"""
    base.with_django()
    from huiyin.kernel import clock
    from huiyin.orgs import actions

    terms = _terms(on, basis, "move")
    _said(
        actions.plan_rename(
            _unit(code), name=name, short_name=short, terms=terms, by=_actor(by), now=clock.now()
        )
    )


@app.command("merge")
def merge(
    codes: Annotated[list[str], typer.Argument(help="并入的单位，可以几个")],
    *,
    into: Annotated[str, typer.Option(help="承接单位的编码")],
    on: Day,
    basis: Basis,
    by: Who,
    staff: Staff = "move",
) -> None:
    """安排单位并入另一单位；到生效日，在办工单按原时限转由它承接。"""
    base.with_django()
    from huiyin.kernel import clock
    from huiyin.orgs import actions

    plans = actions.plan_merge(
        [_unit(code) for code in codes],
        into=_unit(into),
        terms=_terms(on, basis, staff),
        by=_actor(by),
        now=clock.now(),
    )
    for plan in plans:
        _said(plan)


@app.command("split")
def split(
    code: Code,
    *,
    part: Annotated[
        list[str] | None,
        typer.Option(help="承接单位和范围，可重复，如 102:category=04,region=371402"),
    ] = None,
    orders: Annotated[
        Path | None,
        typer.Option(help="点名划转的在办工单：每行一件，工单编号和承接单位编码，逗号或空格隔开"),
    ] = None,
    rest: Annotated[str, typer.Option(help="其余由哪个单位承接")],
    on: Day,
    basis: Basis,
    by: Who,
    staff: Staff = "move",
) -> None:
    """安排单位拆分，按诉求分类和区划由几个单位承接；在办工单也可以逐件点名。"""
    base.with_django()
    from huiyin.kernel import clock
    from huiyin.orders import actions

    plan = actions.plan_split(
        _unit(code),
        [*(_part(words) for words in part or ()), *_lists(orders)],
        rest=_unit(rest),
        terms=_terms(on, basis, staff),
        by=_actor(by),
        now=clock.now(),
    )
    _said(plan)


@app.command("changes")
def changes(*, as_json: Json = False) -> None:
    """列出最近的机构调整。"""
    base.with_django()
    from huiyin.orgs import succession

    rows = [_told(row) for row in succession.changes_listed("", size=100).rows]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        say("\t".join(str(value) for value in row.values() if value != ""))
    if not rows:
        say("没有机构调整")


@app.command("cancel")
def cancel(key: Annotated[int, typer.Argument(help="调整的编号")], *, by: Who) -> None:
    """取消一项还没有执行的调整。"""
    base.with_django()
    from huiyin.kernel import clock
    from huiyin.orgs import actions

    actions.cancel_change(key, by=_actor(by), now=clock.now())
    say(f"已取消第 {key} 项调整")


@app.command("carry-out")
def carry_out() -> None:
    """立即执行已到生效日的调整；平时由后台任务每分钟执行。"""
    base.with_django()
    from huiyin.kernel import clock
    from huiyin.orders import actions

    say(f"划转工单 {actions.carry_out_due(until=clock.now())} 件")


def _said(plan: UnitChange) -> None:
    from huiyin.orders import queries

    say(f"第 {plan.pk} 项：{plan.effective} {plan.unit}{plan.get_kind_display()}"
        + (f"，新名称 {plan.name}" if plan.name else f"，由{plan.successor}承接"))  # fmt: skip
    for move in queries.moves_of(plan):
        say(f"    现有在办工单 {move.orders} 件（主办 {move.leads} 件）将转由{move.unit}承接")


def _told(row: UnitChange) -> dict[str, object]:
    return {
        "id": row.pk,
        "state": row.state,
        "kind": row.kind,
        "effective": row.effective.isoformat(),
        "unit": row.unit.code,
        "unit_name": row.unit.name,
        "new_name": row.name,
        "successor": row.successor.code if row.successor else "",
        "basis": row.basis,
    }


def _terms(on: datetime, basis: str, staff: str) -> Terms:
    from huiyin.orgs.actions import Terms
    from huiyin.orgs.states import StaffMove

    if staff not in {str(move) for move in StaffMove}:
        raise Invalid("--staff 只能是 move 或 close")
    return Terms(on.date(), basis, StaffMove(staff))


def _part(words: str) -> SplitTerm:
    from huiyin.orgs.actions import SplitTerm

    code, _, scope = words.partition(":")
    pairs = [pair.partition("=") for pair in scope.split(",") if pair]
    found = {name: value for name, _, value in pairs}
    if not found or len(found) < len(pairs) or not found.keys() <= _PARTS:
        raise Invalid(f"看不懂“{words}”", remedy="请写成 102:category=04,region=371402")
    return SplitTerm(_unit(code), found.get("category", ""), found.get("region", ""))


def _lists(path: Path | None) -> list[SplitTerm]:
    from huiyin.orders.split_lists import list_terms, read_lists

    if path is None:
        return []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"读不了文件 {path}", remedy="请给出 UTF-8 编码的文本文件") from error
    return list_terms(read_lists(text), _unit)


def _unit(code: str) -> Unit:
    from huiyin.orgs import queries

    found = queries.unit_with_code(code)
    if found is None:
        raise NotFound(f"没有编码为 {code} 的在用单位")
    return found


def _actor(username: str) -> Actor:
    from huiyin.orgs import queries
    from huiyin.orgs.actors import acting

    staff = queries.staff_named(username)
    if staff is None or not staff.is_active:
        raise NotFound(f"没有在用的账号 {username}")
    return acting(staff)
