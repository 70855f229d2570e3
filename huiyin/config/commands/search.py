"""``huiyin search``: find orders, answers, units, people; write the words of all orders anew."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json
from huiyin.config.problems import ExitCode

if TYPE_CHECKING:
    from huiyin.kernel.search import Excerpt
    from huiyin.orders.listing import OrderFilter
    from huiyin.orders.search_queries import Hit
    from huiyin.orgs.actors import Actor

_DAY = ["%Y-%m-%d"]


class Of(StrEnum):
    """What can be looked for."""

    ORDERS = "orders"
    ARTICLES = "articles"
    UNITS = "units"
    PEOPLE = "people"


def search(  # noqa: PLR0913 - one parameter per option
    words: Annotated[list[str], typer.Argument(help="要找的词；短语用引号；rebuild 重建索引文字")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    of: Annotated[
        Of, typer.Option(help="找什么：orders 工单、articles 问答、units 单位、people 人员")
    ] = Of.ORDERS,
    as_: Annotated[str, typer.Option("--as", help="以谁的权限查找：账号；不填查全部")] = "",
    state: Annotated[str, typer.Option(help="状态代码，如 in_progress")] = "",
    kind: Annotated[str, typer.Option(help="诉求类型代码，如 complaint")] = "",
    channel: Annotated[str, typer.Option(help="来源代码，如 phone")] = "",
    category: Annotated[str, typer.Option(help="分类编码，含下级")] = "",
    unit: Annotated[str, typer.Option(help="主办单位编码，含下级")] = "",
    region: Annotated[str, typer.Option(help="地区代码，含下级")] = "",
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="登记从（含）")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_DAY, help="登记到（含）")] = None,
    relevant: Annotated[bool, typer.Option("--relevant", help="最相关的在前")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="最多多少件")] = 50,
) -> None:
    """查找工单，或问答、单位、人员。没有找到时退出码为 1。

    词语之间用空格，须同时出现；工单编号、电话号码直接查；单位、地点、人员也可写拼音首字母。
    繁体、简体一样，没有原词的再按读音找。下面的条件只用于工单。
    """
    base.with_django()
    if words == ["rebuild"]:
        _rebuild()
        return
    from huiyin.kernel import clock
    from huiyin.kernel.errors import Invalid
    from huiyin.orders.actions.finding import find

    by, typed = _actor(as_), " ".join(words)
    if not typed.strip():
        raise Invalid("请写要找的词")
    if of is not Of.ORDERS:
        _others(of, typed, by, limit, as_json=as_json)
        return
    wanted = _wanted(
        state=state, kind=kind, channel=channel, category=category, unit=unit, region=region,
        since=since.date() if since else None, until=until.date() if until else None,
    )  # fmt: skip
    hits = find(typed, wanted, by=by, now=clock.now(), size=limit, relevant=relevant)
    if as_json:
        told = [_told(hit) for hit in hits.rows]
        say_json({"asked": str(hits.asked), "how": hits.how, "more": bool(hits.next), "hits": told})
    else:
        _say(hits)
    raise typer.Exit(ExitCode.DONE if hits.rows else ExitCode.REFUSED)


def _actor(username: str) -> Actor:
    """Return as whom to look: the system, which sees all, or a member of staff."""
    from huiyin.kernel.errors import NotFound
    from huiyin.orgs import queries
    from huiyin.orgs.actors import SYSTEM, acting

    if not username:
        return SYSTEM
    staff = queries.staff_named(username)
    if staff is None or not staff.is_active:
        raise NotFound(f"没有账号 {username}")
    return acting(staff)


def _others(of: Of, typed: str, by: Actor, limit: int, *, as_json: bool) -> None:
    """Say which answers, units or people were found."""
    found = {Of.ARTICLES: _articles, Of.UNITS: _units, Of.PEOPLE: _people}[of](typed, by, limit)
    if as_json:
        say_json({"asked": typed, "of": of.value, "hits": [told for told, _ in found]})
    else:
        for _, line in found:
            say(line)
        say(f"找到 {len(found)} 条" if found else "没有找到")
    raise typer.Exit(ExitCode.DONE if found else ExitCode.REFUSED)


Told = list[tuple[dict[str, Any], str]]
"""What was found, for programs and as a line."""


def _articles(typed: str, _by: Actor, limit: int) -> Told:
    from huiyin.kernel import clock
    from huiyin.kernel import search as terms
    from huiyin.knowledge import finding_queries

    asked = terms.ask(typed)
    found: Told = []
    for each in finding_queries.articles_meant(typed, clock.now(), most=limit):
        excerpt = terms.excerpt([each.body], asked)
        told = {"code": each.code, "title": each.title, "excerpt": _pieces(excerpt)}
        found.append((told, f"{each.code}  {each.title}  {_marked(excerpt)}"))
    return found


def _units(typed: str, _by: Actor, limit: int) -> Told:
    from huiyin.orgs import finding_queries

    return [
        (
            {"code": each.code, "name": each.name, "short_name": each.short_name},
            f"{each.code}  {each.name}",
        )
        for each in finding_queries.units_meant(typed, most=limit)
    ]


def _people(typed: str, by: Actor, limit: int) -> Told:
    from huiyin.orgs import finding_queries

    return [
        (
            {"name": each.name, "unit": str(each.unit or ""), "roles": each.role_labels},
            f"{each.name}  {each.unit or ''}  {each.role_labels}",
        )
        for each in finding_queries.people_meant(by, typed, most=limit)
    ]


def _wanted(**typed: Any) -> OrderFilter:
    """Return the filter, with codes looked up. Raises Invalid for one that does not exist."""
    from huiyin.kernel.errors import Invalid
    from huiyin.knowledge import queries as knowledge
    from huiyin.knowledge.states import KIND_LABELS
    from huiyin.orders.listing import OrderFilter
    from huiyin.orders.states import CHANNEL_LABELS, State
    from huiyin.orgs import queries as orgs

    def one(name: str, label: str, found: Any) -> Any:
        if typed[name] and found is None:
            raise Invalid(f"没有这个{label}：{typed[name]}", fields={name: f"没有这个{label}"})
        return found

    states = {s.value: s for s in State}
    chosen = one("state", "状态", states.get(typed["state"]))
    one("kind", "诉求类型", typed["kind"] if typed["kind"] in map(str, KIND_LABELS) else None)
    one(
        "channel",
        "来源",
        typed["channel"] if typed["channel"] in map(str, CHANNEL_LABELS) else None,
    )
    return OrderFilter(
        states=(chosen,) if chosen else (),
        kind=typed["kind"],
        channel=typed["channel"],
        category=one("category", "分类", knowledge.category(typed["category"])),
        unit=one("unit", "单位", orgs.unit_with_code(typed["unit"])),
        region=one("region", "地区", orgs.region(typed["region"])),
        since=typed["since"],
        until=typed["until"],
    )


def _told(hit: Hit) -> dict[str, Any]:
    order = hit.order
    return {
        "number": order.number,
        "state": order.state,
        "title": order.title,
        "created_at": order.created_at,
        "place": order.place,
        "unit": str(order.lead_unit) if order.lead_unit else "",
        "excerpt": _pieces(hit.excerpt),
    }


def _pieces(excerpt: Excerpt) -> list[dict[str, Any]]:
    return [{"words": piece.words, "hit": piece.hit} for piece in excerpt]


def _marked(excerpt: Excerpt) -> str:
    return "".join(f"[{piece.words}]" if piece.hit else piece.words for piece in excerpt)


def _say(hits: Any) -> None:
    if hits.how:
        say(f"没有写作这样的，以下按“{hits.asked}”查找")
    for hit in hits.rows:
        told = f"{hit.order.number}  {hit.order.standing.label}  {hit.order.title}"
        say(f"{told}  {_marked(hit.excerpt)}")
    more = "，还有更多" if hits.next else ""
    say(f"找到 {len(hits.rows)} 件{more}" if hits.rows else "没有找到")


def _rebuild() -> None:
    """Write the words of all orders, and learn them."""
    from huiyin.orders.actions import texts

    done = 0
    for done in texts.rebuild():
        if done % 50_000 == 0:
            say(f"已写 {done} 件 …")
    say(f"写好 {done} 件工单的检索文字，学到 {texts.learn_words()} 个词")
