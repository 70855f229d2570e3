"""Steps of orders that hang together and of what is recorded beside the flow; links, duplicates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Router
from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.dispatch.duplicates.queries import likely_duplicates
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid
from huiyin.orders import actions, around, policy, queries
from huiyin.orders.actions.beside import FactForm
from huiyin.orders.kinds import LinkKind
from huiyin.orders.models import OrderLink, WorkOrder
from huiyin.orders.states import State
from huiyin.orgs.actors import Actor
from huiyin.web.api import order_telling as telling
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.order_shapes import OrderRow, StepTaken
from huiyin.web.api.orders import found
from huiyin.web.api.step_inputs import FactIn, LinkIn, MergeIn, NoteIn, SupplementIn, TagIn
from huiyin.web.api.taking import step, take
from huiyin.web.api.words import said, shape

router = Router(tags=["办理：并单、关联、记录"])


@with_config(shape("与这件工单有关的另一件"))
class LinkTold(TypedDict):
    """One link, as this order sees it."""

    kind: Annotated[str, said("merged 并单，sequel 后续，parent 上级，related 相关")]
    what: Annotated[str, said("另一件是本单的什么")]
    number: Annotated[str, said("另一件的编号")]
    title: Annotated[str, said("另一件的标题")]
    state: Annotated[State, said("另一件的状态")]
    at: Annotated[datetime, said("关联时间")]
    by: Annotated[str, said("谁关联的；空为系统")]
    note: Annotated[str, said("说明")]


@with_config(shape("可能是同一件事的工单"))
class LikelyTold(TypedDict):
    """One likely duplicate."""

    order: Annotated[OrderRow, said("工单")]
    why: Annotated[list[str], said("理由")]


@with_config(shape("一次电话通知"))
class CallThroughTold(TypedDict):
    """One call that told somebody."""

    told: Annotated[str, said("通知了谁")]
    number: Annotated[str, said("号码，已脱敏")]
    at: Annotated[datetime, said("时间")]
    answered: Annotated[bool, said("是否接通")]
    said: Annotated[str, said("说了什么")]
    by: Annotated[str, said("谁打的")]


@with_config(shape("一条帮扶、执法或有关情况"))
class FactTold(TypedDict):
    """One fact beside the flow."""

    kind: Annotated[str, said("aid 帮扶，enforcement 执法，external 有关情况")]
    on: Annotated[date, said("日期")]
    giver: Annotated[str, said("单位")]
    what: Annotated[str, said("内容")]
    amount: Annotated[str, said("金额，元；空为没有")]
    document: Annotated[str, said("执法文书编号")]


@with_config(shape("工单周围的事：关联、可能的重复、电话通知、帮扶和执法"))
class Around(TypedDict):
    """What stands around an order."""

    number: Annotated[str, said("工单编号")]
    tags: Annotated[list[str], said("标签编码")]
    merged_count: Annotated[int, said("并入本单的件数")]
    links: Annotated[list[LinkTold], said("关联的工单")]
    duplicates: Annotated[list[LikelyTold], said("可能是同一件事的；只给热线中心")]
    call_throughs: Annotated[list[CallThroughTold], said("电话通知")]
    facts: Annotated[list[FactTold], said("帮扶、执法和有关情况")]


@endpoint(
    router, "GET", "/orders/{number}/around", summary="关联、重复、通知、帮扶", problems=(404,)
)
def read_around(request: ApiRequest, number: str) -> Around:
    """Tell what stands around one order."""
    actor = request.auth.actor
    order = found(actor, number)
    centre = policy.sees_all(actor)
    likely = likely_duplicates(order, clock.now()) if centre else []
    return {
        "number": order.number,
        "tags": list(order.tags),
        "merged_count": order.merged_count,
        "links": [_link(order, each, centre=centre) for each in around.links_of(order)],
        "duplicates": [
            {"order": telling.row(actor, each.order), "why": list(each.why)} for each in likely
        ],
        "call_throughs": [
            {
                "told": row.told,
                "number": row.number_masked,
                "at": telling.here(row.at),
                "answered": row.answered,
                "said": row.said,
                "by": row.by.name if row.by else "",
            }
            for row in around.call_throughs_of(order)
        ],
        "facts": [
            {
                "kind": row.kind,
                "on": row.on,
                "giver": row.giver,
                "what": row.what,
                "amount": "" if row.amount is None else str(row.amount),
                "document": row.document,
            }
            for row in around.facts_of(order)
        ],
    }


def _link(order: WorkOrder, link: OrderLink, *, centre: bool) -> LinkTold:
    kind = LinkKind(link.kind)
    outward = link.order_id == order.pk
    other = link.other if outward else link.order
    return {
        "kind": kind.value,
        "what": kind.label if outward else kind.back,
        "number": other.number,
        "title": other.title if centre or kind is LinkKind.MERGED else "",
        "state": other.standing,
        "at": telling.here(link.at),
        "by": link.by.name if link.by else "",
        "note": link.note,
    }


@step(router, "merge", about="诉求人保留，主单办结时一并告知。")
def step_merge(request: ApiRequest, number: str, body: MergeIn) -> Answered[StepTaken]:
    """Merge an order into the main order of the same event."""
    actor = request.auth.actor
    return take(
        request,
        number,
        lambda pk, by, now: actions.merge(
            pk, by=by, main=_other(actor, body.main, "main"), note=body.note, now=now
        ),
    )


@step(router, "join", about="登记时并入，不再派单；诉求人保留，主单办结时一并告知。")
def step_join(request: ApiRequest, number: str, body: MergeIn) -> Answered[StepTaken]:
    """Let a draft join the order of the same event."""
    actor = request.auth.actor
    return take(
        request,
        number,
        lambda pk, by, now: actions.join(
            pk, by=by, main=_other(actor, body.main, "main"), note=body.note, now=now
        ),
    )


@step(router, "split_off", about="拆出后回到待派单。")
def step_split_off(request: ApiRequest, number: str, body: NoteIn) -> Answered[StepTaken]:
    """Take a merged order out of its group."""
    return take(
        request, number, lambda pk, by, now: actions.split_off(pk, by=by, note=body.note, now=now)
    )


@step(router, "link")
def step_link(request: ApiRequest, number: str, body: LinkIn) -> Answered[StepTaken]:
    """Link an order with another one."""
    actor = request.auth.actor
    return take(
        request,
        number,
        lambda pk, by, now: actions.link(
            pk,
            by=by,
            other=_other(actor, body.other, "other"),
            kind=LinkKind(body.kind),
            note=body.note,
            now=now,
        ),
    )


def _other(actor: Actor, number: str, field: str) -> int:
    key = queries.visible_key(actor, number)
    if key is None:
        raise Invalid("没有找到这件工单", fields={field: "请核对编号"})
    return key


@step(router, "tag")
def step_tag(request: ApiRequest, number: str, body: TagIn) -> Answered[StepTaken]:
    """Let the tags of an order be these."""
    return take(
        request, number, lambda pk, by, now: actions.tag(pk, by=by, tags=body.tags, now=now)
    )


@step(router, "supplement", about="诉求人来电补充时用；诉求人自己在网上补充。")
def step_supplement(request: ApiRequest, number: str, body: SupplementIn) -> Answered[StepTaken]:
    """Add what the citizen said further."""
    return take(
        request,
        number,
        lambda pk, by, now: actions.supplement(pk, by=by, words=body.words, now=now),
    )


@step(router, "heed")
def step_heed(request: ApiRequest, number: str) -> Answered[StepTaken]:
    """Say that the unit has read what was added."""
    return take(request, number, lambda pk, by, now: actions.heed(pk, by=by, now=now))


@step(router, "record_fact", about="诉求人看不到。")
def step_record_fact(request: ApiRequest, number: str, body: FactIn) -> Answered[StepTaken]:
    """Write down aid, enforcement or another fact."""
    form = FactForm(**body.model_dump())
    return take(request, number, lambda pk, by, now: actions.record_fact(pk, form, by=by, now=now))
