"""People outside the units: whom there is, numbers masked, and telling one of a matter."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.followup.outside import actions, policy, queries
from huiyin.followup.outside.models import OutsideContact, OutsideNotice
from huiyin.followup.outside.states import Agency, Occasion
from huiyin.kernel import clock
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.taking import MAKING, make_once
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["联动"])


class OutsideQuery(BaseModel):
    """Of which agency contacts are asked for."""

    model_config = asked("联动联系人的筛选条件")

    agency: Annotated[Agency | None, said("部门类别")] = None
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 50


class NoticeIn(BaseModel):
    """Who is told of what."""

    model_config = asked("通知联动部门", {"contact": 3, "occasion": "risk", "subject": 1024})

    contact: Annotated[int, Ge(1), Le(2**53), said("联系人标识")]
    occasion: Annotated[Occasion, said("referral 问责移送，media 媒体监督，risk 风险提示")]
    subject: Annotated[int, Ge(1), Le(2**53), said("移送、媒体监督或工单的标识")]


@with_config(shape("一位联动联系人"))
class OutsideTold(TypedDict):
    """One contact; the number is masked."""

    id: Annotated[int, said("标识")]
    agency: Annotated[Agency, said("部门类别")]
    office: Annotated[str, said("部门")]
    name: Annotated[str, said("姓名")]
    post: Annotated[str, said("职务")]
    phone: Annotated[str, said("电话，已打码")]
    active: Annotated[bool, said("是否在用")]


@with_config(shape("一页联动联系人"))
class OutsidePage(TypedDict):
    """One page of contacts."""

    contacts: Annotated[list[OutsideTold], said("按部门类别")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一次通知"))
class NoticeTold(TypedDict):
    """That somebody was told of a matter."""

    id: Annotated[int, said("标识")]
    contact: Annotated[int, said("联系人标识")]
    occasion: Annotated[Occasion, said("事由")]
    document: Annotated[str, said("短信里写的编号；短信不写其他内容")]
    at: Annotated[datetime, said("时间")]


@endpoint(
    router, "GET", "/outside/contacts", summary="联动联系人", problems=(422,),
    about="号码打码；查看号码在页面上说明用途，留下记录。需要 order.supervise 或 staff.manage。",
)  # fmt: skip
def list_outside(request: ApiRequest, wanted: Query[OutsideQuery]) -> OutsidePage:
    """Tell one page of the register. One query."""
    policy.require_keeper(request.auth.actor)
    reading.only_known(request, OutsideQuery)
    page = queries.listed(agency=wanted.agency or "", cursor=wanted.cursor, size=wanted.size)
    return {"contacts": [_contact(row) for row in page.rows], "next": page.next}


@endpoint(
    router, "POST", "/outside/notices", summary="通知联动部门", problems=(*BODY, 404, 409),
    about="发一条只写编号的短信；同一件事对同一人一天一次。需要 order.supervise。", **MAKING,
)  # fmt: skip
def notify_outside(request: ApiRequest, body: NoticeIn) -> Answered[NoticeTold]:
    """Tell a contact of a matter by its number alone."""
    by, now = request.auth.actor, clock.now()
    policy.require_teller(by)
    about = queries.about(by, body.occasion, body.subject, now)
    return make_once(request, lambda: _notice(actions.notify(body.contact, about, by=by, now=now)))


def _contact(row: OutsideContact) -> OutsideTold:
    return {
        "id": row.pk,
        "agency": row.kind,
        "office": row.office,
        "name": row.name,
        "post": row.post,
        "phone": row.phone_masked,
        "active": row.active,
    }


def _notice(row: OutsideNotice) -> NoticeTold:
    return {
        "id": row.pk,
        "contact": row.contact_id,
        "occasion": Occasion(row.occasion),
        "document": row.document,
        "at": telling.here(row.at),
    }
