"""Registers that a city may keep: classes of orders, merged hotlines and their figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Query, Router
from pydantic import BaseModel, with_config
from typing_extensions import TypedDict

from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import LineMode
from huiyin.orders import queries as orders
from huiyin.orgs import policy
from huiyin.orgs.states import Perm
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.inputs import Day
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["基础数据"])


@with_config(shape("一个工单类别"))
class ClassTold(TypedDict):
    """One class of orders."""

    code: Annotated[str, said("编码")]
    name: Annotated[str, said("名称")]
    standard: Annotated[str, said("办理标准")]
    checklist: Annotated[list[str], said("核对清单")]
    categories: Annotated[list[str], said("自动归入的分类编码；空为不限")]
    kinds: Annotated[list[str], said("自动归入的诉求类型；空为不限")]
    urgencies: Annotated[list[str], said("自动归入的紧急程度；空为不限")]
    by_hand: Annotated[bool, said("是否只由人选择")]
    source: Annotated[str, said("依据")]


@with_config(shape("现行的工单类别"))
class ClassList(TypedDict):
    """The classes in force."""

    classes: Annotated[list[ClassTold], said("按编码排列；城市不分类别的为空")]


@with_config(shape("一条归并热线"))
class LineTold(TypedDict):
    """One merged line."""

    code: Annotated[str, said("编码")]
    name: Annotated[str, said("名称")]
    mode: Annotated[str, said("归并方式：whole 整体并入，dual 双号并行，branch 设分中心")]
    mode_label: Annotated[str, said("归并方式的名称")]
    number: Annotated[str, said("原号码；空为不详")]
    owner: Annotated[str, said("政策主管单位编码")]
    since: Annotated[date, said("归并日期")]
    service: Annotated[str, said("服务内容")]
    active: Annotated[bool, said("是否在用")]


@with_config(shape("归并热线"))
class LineList(TypedDict):
    """The merged lines."""

    lines: Annotated[list[LineTold], said("按编码排列，含已停用的")]


@with_config(shape("一条归并热线的数字"))
class LineFiguresTold(TypedDict):
    """What came in through one line."""

    code: Annotated[str, said("热线编码")]
    name: Annotated[str, said("热线名称")]
    orders: Annotated[int, said("登记的诉求，不含作废")]
    answered: Annotated[int, said("直接答复")]
    dispatched: Annotated[int, said("派给承办单位")]
    closed: Annotated[int, said("已结束")]
    open: Annotated[int, said("在办")]


@with_config(shape("各条归并热线的数字"))
class LineFigures(TypedDict):
    """What came in through each line."""

    since: Annotated[date, said("自何日起（含）")]
    until: Annotated[date, said("至何日止（含）")]
    lines: Annotated[list[LineFiguresTold], said("按编码排列")]


class PeriodQuery(BaseModel):
    """A period of days."""

    model_config = asked("统计的起止日期")

    since: Annotated[Day, said("登记日期自（含）")]
    until: Annotated[Day, said("登记日期至（含）")]


@endpoint(
    router, "GET", "/classes", summary="工单类别",
    about="现行的类别及其办理标准、核对清单。工单转派单时按条件自动归入，也可以由人选择。",
)  # fmt: skip
def list_classes(request: ApiRequest) -> ClassList:
    """Tell the classes in force. No query while remembered."""
    return {
        "classes": [
            {
                "code": row.code,
                "name": row.name,
                "standard": row.standard,
                "checklist": list(row.checklist),
                "categories": list(row.categories),
                "kinds": list(row.kinds),
                "urgencies": list(row.urgencies),
                "by_hand": row.by_hand,
                "source": row.source,
            }
            for row in knowledge.case_classes(clock.now())
        ]
    }


@endpoint(
    router, "GET", "/lines", summary="归并热线", about="并入 12345 的部门热线和各自的政策主管单位。"
)
def list_lines(request: ApiRequest) -> LineList:
    """Tell the merged lines. No query while remembered."""
    return {
        "lines": [
            {
                "code": row.code,
                "name": row.name,
                "mode": row.mode,
                "mode_label": LineMode(row.mode).label,
                "number": row.number,
                "owner": row.owner.code,
                "since": row.since,
                "service": row.service,
                "active": row.active,
            }
            for row in knowledge.every_line()
        ]
    }


@endpoint(
    router,
    "GET",
    "/lines/figures",
    summary="归并热线的数字",
    about="按登记日期统计各条热线的诉求。需要权限 reports.read。",
    problems=(422,),
)
def read_line_figures(request: ApiRequest, wanted: Query[PeriodQuery]) -> LineFigures:
    """Tell the figures of each line. One query."""
    reading.only_known(request, PeriodQuery)
    policy.require(request.auth.actor, Perm.REPORTS)
    if wanted.until < wanted.since:
        raise Invalid("结束日期早于开始日期", fields={"until": "不能早于开始日期"})
    return {
        "since": wanted.since,
        "until": wanted.until,
        "lines": [
            {
                "code": row.line.code,
                "name": row.line.name,
                "orders": row.orders,
                "answered": row.answered,
                "dispatched": row.dispatched,
                "closed": row.closed,
                "open": row.open,
            }
            for row in orders.figures_by_line(wanted.since, wanted.until)
        ],
    }
