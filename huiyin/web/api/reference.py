"""Reference data: matters, units, regions, reasons, limits, and the workflow itself as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.kernel.paging import page
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import ReasonGroup
from huiyin.orders.states import FACES, FINAL, STEPS, State, Step
from huiyin.orgs import queries as orgs
from huiyin.orgs.policy import roles_with
from huiyin.orgs.states import UnitKind
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.inputs import Code
from huiyin.web.api.order_telling import ADDRESSES
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["基础数据"])
BY_PATH = ("path", "id")
NEVER_ASSIGNED = (UnitKind.CENTRE, UnitKind.VENDOR)


@with_config(shape("一个分类"))
class CategoryTold(TypedDict):
    """One node of the tree of matters."""

    code: Annotated[str, said("编码，每级两位")]
    name: Annotated[str, said("名称")]
    full_name: Annotated[str, said("含上级的全名")]
    parent: Annotated[str, said("上级编码；空为顶级")]
    level: Annotated[int, said("级别，从 1 起")]


@with_config(shape("分类目录"))
class CategoryList(TypedDict):
    """The tree of matters."""

    categories: Annotated[list[CategoryTold], said("按编码排列")]


@with_config(shape("一个单位"))
class UnitTold(TypedDict):
    """One unit."""

    code: Annotated[str, said("编码")]
    name: Annotated[str, said("全称")]
    short_name: Annotated[str, said("简称")]
    kind: Annotated[str, said("类别")]
    kind_label: Annotated[str, said("类别名称")]
    parent: Annotated[str, said("上级单位编码；空为市级")]
    region: Annotated[str, said("所在地区编码")]
    depth: Annotated[int, said("层级，0 为市级")]
    joined_on: Annotated[date | None, said("加入热线的日期；空为不详")]
    assignable: Annotated[bool, said("能否承办工单")]


@with_config(shape("一页单位"))
class UnitPage(TypedDict):
    """One page of units."""

    units: Annotated[list[UnitTold], said("上级在前，下级随后")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


class UnitQuery(BaseModel):
    """What a list of units is narrowed to."""

    model_config = asked("单位列表的筛选条件")

    q: Annotated[
        str, StringConstraints(max_length=60), said("名称、简称或拼音中的词，空格分隔")
    ] = ""
    below: Annotated[Code, said("只要这个单位及其下属，单位编码")] = ""
    cursor: Annotated[str, StringConstraints(max_length=600), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 100


@with_config(shape("一个地区"))
class RegionTold(TypedDict):
    """One place in the tree of regions."""

    code: Annotated[str, said("行政区划代码")]
    name: Annotated[str, said("名称")]
    level: Annotated[str, said("city 市，county 县市区，street 乡镇街道")]
    parent: Annotated[str, said("上级代码")]
    served_from: Annotated[date | None, said("从哪天起由本热线服务；空为一直服务")]


@with_config(shape("地区"))
class RegionList(TypedDict):
    """The tree of regions."""

    regions: Annotated[list[RegionTold], said("按代码排列")]


@with_config(shape("一个原因"))
class ReasonTold(TypedDict):
    """One reason code."""

    code: Annotated[str, said("编码")]
    name: Annotated[str, said("名称")]
    advice: Annotated[str, said("给诉求人的说明")]
    needs: Annotated[str, said("须附的材料")]


@with_config(shape("一组原因"))
class ReasonList(TypedDict):
    """The reasons of one group."""

    group: Annotated[ReasonGroup, said("组")]
    reasons: Annotated[list[ReasonTold], said("按编码排列")]


@with_config(shape("一个标签"))
class TagTold(TypedDict):
    """One tag."""

    code: Annotated[str, said("编码")]
    group: Annotated[str, said("组，如七有、五性")]
    name: Annotated[str, said("名称")]
    note: Annotated[str, said("说明")]


@with_config(shape("标签目录"))
class TagList(TypedDict):
    """The taxonomy of tags."""

    tags: Annotated[list[TagTold], said("按组和编码排列")]


@with_config(shape("一条时限规则"))
class LimitTold(TypedDict):
    """One limit."""

    code: Annotated[str, said("编码")]
    clock: Annotated[str, said("计时种类")]
    kind: Annotated[str, said("限于诉求类型；空为不限")]
    case_class: Annotated[str, said("限于工单类别；空为不限")]
    category: Annotated[str, said("限于分类；空为不限")]
    urgency: Annotated[str, said("限于紧急程度；空为不限")]
    channel: Annotated[str, said("限于来源；空为不限")]
    round: Annotated[int | None, said("从第几轮起；空为不限")]
    limit: Annotated[str, said("时限：wd 工作日，d 天，h 小时，m 分钟")]
    postpone: Annotated[bool, said("夜间和节假日是否顺延")]
    valid_from: Annotated[date, said("自何日起（含）")]
    valid_to: Annotated[date | None, said("至何日止（不含）；空为至今有效")]
    source: Annotated[str, said("依据")]
    text: Annotated[str, said("说明")]


@with_config(shape("时限规则"))
class LimitList(TypedDict):
    """Every limit, past and present."""

    limits: Annotated[list[LimitTold], said("按计时种类和日期排列")]


@with_config(shape("一个状态"))
class StateTold(TypedDict):
    """One state."""

    code: Annotated[State, said("状态")]
    label: Annotated[str, said("工作人员看到的名称")]
    public: Annotated[str, said("市民看到的名称")]
    waits_for: Annotated[str, said("在等谁")]
    to_do: Annotated[str, said("等什么")]
    clock: Annotated[str, said("按哪项计时")]
    final: Annotated[bool, said("是否已结束")]


@with_config(shape("一个动作"))
class StepTold(TypedDict):
    """One step of the workflow."""

    verb: Annotated[str, said("动作")]
    label: Annotated[str, said("名称")]
    sources: Annotated[list[State], said("可在哪些状态办理")]
    targets: Annotated[list[State], said("之后的状态，首个为默认；空为不变")]
    perm: Annotated[str, said("所需权限；空为只由系统办理")]
    roles: Annotated[str, said("有此权限的角色")]
    side: Annotated[str, said("centre 中心，lead 主办，assigned 承办，system 系统")]
    starts: Annotated[list[str], said("开始哪些计时")]
    stops: Annotated[list[str], said("停止哪些计时")]
    guard: Annotated[str, said("还须满足的条件")]
    public: Annotated[bool, said("市民能否看到")]
    address: Annotated[str, said("办理地址；空为不能经接口办理")]
    source: Annotated[str, said("出处")]


@with_config(shape("工单的流程，供程序读取"))
class Workflow(TypedDict):
    """States and steps as one table."""

    states: Annotated[list[StateTold], said("状态")]
    steps: Annotated[list[StepTold], said("动作")]


@endpoint(router, "GET", "/categories", summary="分类目录")
def list_categories(request: ApiRequest) -> CategoryList:
    """Tell the active categories. No query while remembered."""
    return {
        "categories": [
            {
                "code": row.code,
                "name": row.name,
                "full_name": row.full_name,
                "parent": row.code[:-2],
                "level": len(row.code) // 2,
            }
            for row in knowledge.categories()
        ]
    }


@endpoint(
    router,
    "GET",
    "/units",
    summary="单位",
    about="按名称查找，或列出一个单位及其下属。按 next 翻页。",
    problems=(422,),
)
def list_units(request: ApiRequest, wanted: Query[UnitQuery]) -> UnitPage:
    """Tell the active units. One query, two with ``below``."""
    reading.only_known(request, UnitQuery)
    below = reading.unit(wanted.below, "below") if wanted.below else None
    rows = orgs.units_found(wanted.q, below)
    told = page(rows, by=BY_PATH, cursor=wanted.cursor, size=wanted.size)
    return {
        "units": [
            {
                "code": row.code,
                "name": row.name,
                "short_name": row.short_name,
                "kind": row.kind,
                "kind_label": UnitKind(row.kind).label,
                "parent": row.parent.code if row.parent else "",
                "region": row.region.code if row.region else "",
                "depth": row.depth,
                "joined_on": row.joined_on,
                "assignable": row.kind not in NEVER_ASSIGNED,
            }
            for row in told.rows
        ],
        "next": told.next,
    }


@endpoint(router, "GET", "/regions", summary="地区")
def list_regions(request: ApiRequest) -> RegionList:
    """Tell the regions. No query while remembered."""
    return {
        "regions": [
            {
                "code": row.code,
                "name": row.name,
                "level": row.level,
                "parent": row.parent.code if row.parent else "",
                "served_from": row.served_from,
            }
            for row in orgs.all_regions()
        ]
    }


@endpoint(
    router, "GET", "/reasons", summary="原因编码", about="一组原因，如 group=return 为退单原因。",
    problems=(422,),
)  # fmt: skip
def list_reasons(request: ApiRequest, group: ReasonGroup) -> ReasonList:
    """Tell the active reasons of one group. No query while remembered."""
    return {
        "group": group,
        "reasons": [
            {"code": row.code, "name": row.name, "advice": row.advice, "needs": row.needs}
            for row in knowledge.reasons(group)
        ],
    }


@endpoint(router, "GET", "/tags", summary="标签")
def list_tags(request: ApiRequest) -> TagList:
    """Tell the active tags. No query while remembered."""
    return {
        "tags": [
            {"code": row.code, "group": row.group, "name": row.name, "note": row.note}
            for row in knowledge.tags()
        ]
    }


@endpoint(
    router, "GET", "/limits", summary="时限规则",
    about="本市各环节的时限，含已失效的，带依据和生效日期。最具体的有效规则优先。",
)  # fmt: skip
def list_limits(request: ApiRequest) -> LimitList:
    """Tell every limit. One query."""
    return {
        "limits": [
            {
                "code": row.code,
                "clock": row.clock,
                "kind": row.kind,
                "case_class": row.case_class,
                "category": row.category,
                "urgency": row.urgency,
                "channel": row.channel,
                "round": row.round,
                "limit": row.limit,
                "postpone": row.postpone,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
                "source": row.source,
                "text": row.text,
            }
            for row in knowledge.limit_rules()
        ]
    }


@endpoint(
    router, "GET", "/workflow", summary="流程", about="全部状态和动作，与页面、接口出自同一张表。"
)
def read_workflow(request: ApiRequest) -> Workflow:
    """Tell states and steps. No query."""
    return {"states": [_state(state) for state in State], "steps": [_step(s) for s in STEPS]}


def _state(state: State) -> StateTold:
    face = FACES[state]
    return {
        "code": state,
        "label": face.label,
        "public": face.public,
        "waits_for": face.waits_for,
        "to_do": face.to_do,
        "clock": face.clock.value if face.clock else "",
        "final": state in FINAL,
    }


def _step(step: Step) -> StepTold:
    return {
        "verb": step.verb,
        "label": step.label,
        "sources": [state for state in State if state in step.sources],
        "targets": list(step.targets),
        "perm": step.perm.value if step.perm else "",
        "roles": roles_with(step.perm) if step.perm else "",
        "side": step.side.value,
        "starts": [kind.value for kind in step.starts],
        "stops": [kind.value for kind in step.stops],
        "guard": step.guard,
        "public": step.public,
        "address": address_of(step),
        "source": step.source,
    }


def address_of(step: Step) -> str:
    """Return where a step is taken, as a pattern; empty when not over the API."""
    if step.perm is None or not step.built:
        return ""
    if step.verb == "create":
        return "/api/v1/orders"
    return f"/api/v1/orders/{{number}}/{ADDRESSES.get(step.verb, f'steps/{step.verb}')}"
