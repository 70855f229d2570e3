"""Finding orders, answers, units and people by words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.kernel import clock
from huiyin.kernel import search as terms
from huiyin.kernel.search import Excerpt
from huiyin.knowledge import finding_queries as articles
from huiyin.knowledge.states import Kind
from huiyin.orders.actions.finding import find
from huiyin.orders.listing import OrderFilter
from huiyin.orders.search_queries import Hit
from huiyin.orders.states import Channel, State
from huiyin.orgs import finding_queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.order_shapes import OrderRow
from huiyin.web.api.words import asked, said, shape
from huiyin.web.staff import address_of

router = Router(tags=["查找"])


class SearchQuery(BaseModel):
    """What is looked for."""

    model_config = asked("查找的词语和条件")

    q: Annotated[
        str,
        StringConstraints(min_length=1, max_length=200),
        said("词语，空格分隔须同时出现，引号内为原话；工单编号、电话号码直接查"),
    ]
    of: Annotated[
        Literal["orders", "articles", "units", "people"],
        said("orders 工单，articles 解答，units 单位，people 人员"),
    ] = "orders"
    sort: Annotated[
        Literal["new", "relevant"], said("new 最新登记的在前，relevant 最相关的在前")
    ] = "new"
    state: Annotated[list[State], said("状态，可重复")] = []  # noqa: RUF012 - pydantic copies it
    kind: Annotated[Kind | None, said("诉求类型")] = None
    channel: Annotated[Channel | None, said("来源渠道")] = None
    category: Annotated[Code, said("分类编码，含其下级")] = ""
    unit: Annotated[Code, said("主办单位编码，含其下属单位")] = ""
    region: Annotated[Code, said("地区代码，含其下级")] = ""
    since: Annotated[Day | None, said("登记日期自（含）")] = None
    until: Annotated[Day | None, said("登记日期至（含）")] = None
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("最多条数")] = 50


@with_config(shape("一段文字"))
class PieceTold(TypedDict):
    """A part of a text."""

    words: Annotated[str, said("文字")]
    hit: Annotated[bool, said("是否命中")]


@with_config(shape("一件命中的工单"))
class OrderHit(TypedDict):
    """An order that was found."""

    order: Annotated[OrderRow, said("工单")]
    title: Annotated[list[PieceTold], said("标题，分段")]
    excerpt: Annotated[list[PieceTold], said("摘录，分段")]


@with_config(shape("一篇命中的解答"))
class ArticleHit(TypedDict):
    """An article that was found."""

    code: Annotated[str, said("编码")]
    title: Annotated[list[PieceTold], said("标题，分段")]
    excerpt: Annotated[list[PieceTold], said("摘录，分段")]
    published_at: Annotated[datetime | None, said("发布时间")]


@with_config(shape("一个找到的单位"))
class UnitHit(TypedDict):
    """A unit that was found."""

    code: Annotated[str, said("编码")]
    name: Annotated[str, said("全称")]
    short_name: Annotated[str, said("简称")]
    parent: Annotated[str, said("上级单位编码；空为市级")]


@with_config(shape("一名找到的工作人员"))
class PersonHit(TypedDict):
    """A colleague who was found."""

    name: Annotated[str, said("姓名")]
    unit: Annotated[str, said("单位全称")]
    roles: Annotated[str, said("角色名称")]


@with_config(shape("查找的结果。除要找的一类外，其余为空"))
class SearchTold(TypedDict):
    """What was found."""

    asked: Annotated[str, said("实际按什么查找，统一写法")]
    how: Annotated[str, said("空为原样命中；words 为拆开的词，sound 为读音相同的词")]
    orders: Annotated[list[OrderHit], said("工单")]
    articles: Annotated[list[ArticleHit], said("解答")]
    units: Annotated[list[UnitHit], said("单位")]
    people: Annotated[list[PersonHit], said("工作人员")]
    next: Annotated[str, said("下一页的 cursor，空为没有更多")]


@endpoint(
    router,
    "GET",
    "/search",
    summary="查找",
    about=(
        "按词语查找调用者看得到的工单、解答、单位和人员；繁体和简体一样。"
        "没有原样命中的，改按词语、再按读音查找，how 说明。按电话查找留痕。"
    ),
    problems=(422,),
)
def search(request: ApiRequest, wanted: Query[SearchQuery]) -> SearchTold:
    """Tell what was found. Ten queries or fewer."""
    reading.only_known(request, SearchQuery)
    actor, now = request.auth.actor, clock.now()
    told: SearchTold = {
        "asked": str(terms.ask(wanted.q)), "how": "", "orders": [], "articles": [], "units": [],
        "people": [], "next": "",
    }  # fmt: skip
    if wanted.of == "units":
        found = orgs.units_meant(wanted.q, most=wanted.size)
        told["units"] = [
            {
                "code": unit.code,
                "name": unit.name,
                "short_name": unit.short_name,
                "parent": unit.parent.code if unit.parent else "",
            }
            for unit in found
        ]
    elif wanted.of == "people":
        told["people"] = [
            {"name": p.name, "unit": p.unit.name if p.unit else "", "roles": p.role_labels}
            for p in orgs.people_meant(actor, wanted.q, most=wanted.size)
        ]
    elif wanted.of == "articles":
        told["articles"] = _articles(wanted, now)
    else:
        hits = find(
            wanted.q, _filter(wanted), by=actor, now=now, address=address_of(request),
            cursor=wanted.cursor, size=wanted.size, relevant=wanted.sort == "relevant",
        )  # fmt: skip
        told |= {"asked": str(hits.asked), "how": hits.how, "next": hits.next}
        told["orders"] = [_order(actor, hit) for hit in hits.rows]
    return told


def _articles(wanted: SearchQuery, now: datetime) -> list[ArticleHit]:
    asked_for = terms.ask(wanted.q)
    return [
        {
            "code": each.code,
            "title": _pieces(terms.marked(each.title, asked_for)),
            "excerpt": _pieces(terms.excerpt([each.body], asked_for)),
            "published_at": telling.local(each.published_at),
        }
        for each in articles.articles_meant(wanted.q, now, most=wanted.size)
    ]


def _order(actor: Actor, hit: Hit) -> OrderHit:
    return {
        "order": telling.row(actor, hit.order),
        "title": _pieces(hit.title),
        "excerpt": _pieces(hit.excerpt),
    }


def _pieces(found: Excerpt) -> list[PieceTold]:
    return [{"words": piece.words, "hit": piece.hit} for piece in found]


def _filter(wanted: SearchQuery) -> OrderFilter:
    return OrderFilter(
        states=tuple(wanted.state),
        kind=wanted.kind or "",
        channel=wanted.channel or "",
        category=reading.category(wanted.category),
        unit=reading.unit(wanted.unit, "unit") if wanted.unit else None,
        region=reading.region(wanted.region),
        since=wanted.since,
        until=wanted.until,
    )
