"""Orders: take down, list, read, history, what can be done, personal data with a purpose."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Query, Router
from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.channels.intake import actions as intake
from huiyin.channels.intake.actions import Receipt
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid
from huiyin.orders import actions, policy, queries
from huiyin.orders.actions.intake import Request
from huiyin.orders.models import WorkOrder
from huiyin.orders.queries import OrderFilter
from huiyin.orders.search_queries import with_words
from huiyin.orders.states import State
from huiyin.orgs.actors import Actor
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, IDEMPOTENCY_KEY, REPLAYED, endpoint
from huiyin.web.api.inputs import OrderIn, OrderQuery, RevealIn
from huiyin.web.api.order_shapes import EventList, OrderPage, OrderTold, StepList
from huiyin.web.api.words import said, shape
from huiyin.web.staff import address_of

router = Router(tags=["工单"])


@with_config(shape("登记的结果。编号和查询码请告知诉求人"))
class Created(TypedDict):
    """What the sender of a new order is given."""

    number: Annotated[str, said("工单编号，14 位数字，末位为校验位")]
    query_code: Annotated[str, said("查询码，6 位数字，与编号一起可查询进展")]
    state: Annotated[State, said("登记后的状态")]
    state_label: Annotated[str, said("状态名称")]
    created_at: Annotated[datetime, said("登记时间")]
    waits_until: Annotated[datetime | None, said("受理期限；空为本市未设")]
    links: Annotated[dict[str, str], said("工单、历史、动作、附件的地址")]


@with_config(shape("诉求人的明文信息。每次查看都留痕"))
class Revealed(TypedDict):
    """The requester in the clear."""

    name: Annotated[str, said("姓名")]
    phone: Annotated[str, said("电话")]
    email: Annotated[str, said("电子邮箱")]
    address: Annotated[str, said("住址")]


@endpoint(
    router,
    "POST",
    "/orders",
    summary="登记诉求",
    about=(
        "新登记返回 201，Location 为工单地址；同一 Idempotency-Key 重发返回 200 和第一次的结果，"
        "不会重复登记。需要权限 order.intake。"
    ),
    statuses=(201, 200),
    problems=(*BODY, 409),
    extra={
        "parameters": [{**IDEMPOTENCY_KEY, "required": True}],
        "responses": {
            201: {"headers": {"Location": {"schema": {"type": "string"}}}},
            200: {"headers": REPLAYED},
        },
    },
)
def create_order(request: ApiRequest, body: OrderIn) -> Answered[Created]:
    """Take down a request, once per idempotency key."""
    receipt = intake.take_in(
        request_of(body),
        by=request.auth.actor,
        source=request.auth.source,
        key=reading.key_required(request),
        external_number=body.external_number,
        now=clock.now(),
    )
    return created(receipt)


def created(receipt: Receipt) -> Answered[Created]:
    """Tell a receipt: 201 when it was made just now, 200 for a repeat."""
    links = {
        "self": telling.href(receipt.number),
        "events": telling.href(receipt.number, "events"),
        "steps": telling.href(receipt.number, "steps"),
        "attachments": telling.href(receipt.number, "attachments"),
    }
    body: Created = {
        "number": receipt.number,
        "query_code": receipt.code,
        "state": State.DRAFT,
        "state_label": State.DRAFT.label,
        "created_at": telling.here(receipt.created_at),
        "waits_until": telling.local(receipt.waits_until),
        "links": links,
    }
    if receipt.new:
        return Answered(body, 201, {"Location": links["self"]})
    return Answered(body, 200, {"Idempotency-Replayed": "true"})


def request_of(body: OrderIn) -> Request:
    """Return the request that was sent. Raises Invalid for codes that do not exist."""
    if (body.longitude is None) != (body.latitude is None):
        raise Invalid("经度和纬度须一起填写", fields={"longitude": "须与纬度一起填写"})
    who = body.requester
    return Request(
        content=body.content,
        title=body.title,
        kind=body.kind,
        category=reading.category(body.category),
        urgency=body.urgency,
        channel=body.channel,
        place=body.place,
        region=reading.region(body.region),
        longitude=body.longitude,
        latitude=body.latitude,
        occurred_at=body.occurred_at,
        name=who.name,
        phone=who.phone,
        email=who.email,
        address=who.address,
        is_enterprise=who.is_enterprise,
        confidential=body.confidential,
        wants_reply=body.wants_reply,
        case_class=reading.case_class(body.case_class, clock.now()),
        line=reading.line(body.line),
        summary=body.summary,
        changed_since=body.changed_since,
        proposal=body.proposal,
        tags=body.tags,
    )


@endpoint(
    router,
    "GET",
    "/orders",
    summary="工单列表",
    about=(
        "只含调用者看得到的工单：热线中心看全部，承办单位看本单位及下属单位承办过的。按 next 翻页。"
        "q 按检索文字查找，多个词都要有；符合的很多时取最近登记的 1000 件。"
    ),
    problems=(422,),
)
def list_orders(request: ApiRequest, wanted: Query[OrderQuery]) -> OrderPage:
    """List the orders that the caller may see. One query, two for units, five more with words."""
    reading.only_known(request, OrderQuery)
    actor, now = request.auth.actor, clock.now()
    narrowed = with_words(actor, _filter(wanted, now), wanted.q)
    found = queries.listed(
        actor, narrowed, cursor=wanted.cursor, size=wanted.size, newest=wanted.newest
    )
    return {"orders": [telling.row(actor, order) for order in found.rows], "next": found.next}


def _filter(wanted: OrderQuery, now: datetime) -> OrderFilter:
    return OrderFilter(
        states=tuple(wanted.state),
        number=wanted.number,
        phone=wanted.phone,
        unit=reading.unit(wanted.unit, "unit") if wanted.unit else None,
        category=reading.category(wanted.category),
        kind=wanted.kind or "",
        channel=wanted.channel or "",
        case_class=wanted.case_class,
        line=wanted.line,
        tag=wanted.tag,
        since=wanted.since,
        until=wanted.until,
        late_at=now if wanted.late else None,
        mine_only=wanted.mine,
    )


@endpoint(
    router,
    "GET",
    "/orders/{number}",
    summary="工单详情",
    about=(
        "诉求人信息已脱敏；看不到的工单与不存在的一样返回 404。"
        "ETag 为历史记录条数，可用作 If-Match。"
    ),
    problems=(404,),
)
def read_order(request: ApiRequest, number: str) -> Answered[OrderTold]:
    """Tell one order with all that belongs to it. Six queries."""
    order = found(request.auth.actor, number)
    body = telling.whole(request.auth.actor, order, clock.now())
    return Answered(body, headers={"ETag": f'"{order.event_count}"'})


@endpoint(
    router,
    "GET",
    "/orders/{number}/events",
    summary="工单历史",
    about="只增不改的办理过程，由早到晚。",
    problems=(404,),
)
def list_events(request: ApiRequest, number: str) -> EventList:
    """Tell the history of one order."""
    order = found(request.auth.actor, number)
    return {
        "number": order.number,
        "events": [telling.event(event) for event in order.events.all()],
    }


@endpoint(
    router,
    "GET",
    "/orders/{number}/steps",
    summary="现在能办什么",
    about="当前状态下与调用者角色有关的动作；不能办理的写明原因。",
    problems=(404,),
)
def list_steps(request: ApiRequest, number: str) -> StepList:
    """Tell which steps are offered to the caller, with the reasons of those refused."""
    actor = request.auth.actor
    order = found(actor, number)
    offers = policy.offers(actor, order, queries.my_part(actor, order), now=clock.now())
    return {
        "number": order.number,
        "state": order.standing,
        "event_count": order.event_count,
        "steps": [telling.offered(order, offer) for offer in offers],
    }


@endpoint(
    router,
    "POST",
    "/orders/{number}/reveal",
    summary="查看诉求人信息",
    about="返回明文，须写明用途，每次查看都记入访问日志。举报和要求保密的，承办单位不能查看。",
    problems=(*BODY, 404),
)
def reveal(request: ApiRequest, number: str, body: RevealIn) -> Revealed:
    """Tell the requester in the clear, and log who read it and why."""
    order = found(request.auth.actor, number)
    clear = actions.reveal(
        order,
        by=request.auth.actor,
        purpose=body.purpose,
        now=clock.now(),
        address=address_of(request),
    )
    return {
        "name": clear["name"],
        "phone": clear["phone"],
        "email": clear["email"],
        "address": clear["address"],
    }


def found(actor: Actor, number: str) -> WorkOrder:
    """Return the order with all that belongs to it. Raises NotFound when it is not for them."""
    order = queries.get_visible(actor, number)
    if order is None:
        raise reading.missing()
    return order
