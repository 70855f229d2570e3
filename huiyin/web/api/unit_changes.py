"""Changes of the organisation, for other systems that keep a copy of the register of units."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.orgs import succession
from huiyin.orgs.models import UnitChange
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["基础数据"])


@with_config(shape("拆分的一行"))
class SplitTold(TypedDict):
    """Who takes over which matters and places."""

    category: Annotated[str, said("分类编码的开头；空为不限")]
    region: Annotated[str, said("区划编码的开头；空为不限")]
    numbers: Annotated[list[str], said("点名划转的工单编号；有编号的一行不看分类和区划")]
    successor: Annotated[str, said("承接单位编码")]


@with_config(shape("一项机构调整"))
class ChangeTold(TypedDict):
    """One change of a unit."""

    id: Annotated[int, said("编号")]
    kind: Annotated[str, said("rename 更名，merge 并入，split 拆分")]
    state: Annotated[str, said("planned 待执行，done 已执行，cancelled 已取消")]
    unit: Annotated[str, said("单位编码")]
    unit_name: Annotated[str, said("单位现在的全称")]
    name: Annotated[str, said("更名的新全称")]
    successor: Annotated[str, said("承接单位编码；拆分时为其余的承接单位")]
    parts: Annotated[list[SplitTold], said("拆分的各行")]
    effective: Annotated[date, said("生效日期")]
    basis: Annotated[str, said("依据")]


@with_config(shape("一页机构调整"))
class ChangePage(TypedDict):
    """One page of changes."""

    changes: Annotated[list[ChangeTold], said("新的在前")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


class ChangeQuery(BaseModel):
    """What a list of changes is narrowed to."""

    model_config = asked("机构调整的筛选条件")

    state: Annotated[Literal["", "planned", "done", "cancelled"], said("状态")] = ""
    cursor: Annotated[str, StringConstraints(max_length=600), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 100


@endpoint(
    router,
    "GET",
    "/units/changes",
    summary="机构调整",
    about="单位更名、并入、拆分的安排和经过。按 next 翻页。",
    problems=(422,),
)
def list_unit_changes(request: ApiRequest, wanted: Query[ChangeQuery]) -> ChangePage:
    """Tell the changes, latest planned first. Two queries."""
    reading.only_known(request, ChangeQuery)
    told = succession.changes_listed(wanted.state, cursor=wanted.cursor, size=wanted.size)
    return {"changes": [_told(row) for row in told.rows], "next": told.next}


def _told(row: UnitChange) -> ChangeTold:
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "unit": row.unit.code,
        "unit_name": row.unit.name,
        "name": row.name,
        "successor": row.successor.code if row.successor else "",
        "parts": [
            {
                "category": part.category,
                "region": part.region,
                "numbers": part.numbers,
                "successor": part.successor.code,
            }
            for part in row.rows.all()
        ],
        "effective": row.effective,
        "basis": row.basis,
    }
