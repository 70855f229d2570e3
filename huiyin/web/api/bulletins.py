"""Bulletins and reports: the list, and one with its tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.assessment.bulletins import queries
from huiyin.assessment.bulletins.models import Bulletin
from huiyin.assessment.bulletins.states import BulletinState
from huiyin.kernel.errors import NotFound
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.inputs import Code
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["通报和报告"])


class BulletinQuery(BaseModel):
    """What the list is narrowed to."""

    model_config = asked("通报和报告的筛选条件")

    kind: Annotated[Code, said("种类编码，由城市规定")] = ""
    state: Annotated[BulletinState | None, said("状态；未签发的只有拟稿的单位能看")] = None
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 50


@with_config(shape("一份通报或报告"))
class BulletinRow(TypedDict):
    """One bulletin of the list."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("字号；没有签发的为空")]
    kind: Annotated[str, said("种类编码")]
    name: Annotated[str, said("种类名称")]
    title: Annotated[str, said("标题")]
    state: Annotated[BulletinState, said("状态")]
    state_label: Annotated[str, said("状态名称")]
    county: Annotated[str, said("县区的单位编码；全市的为空")]
    first_day: Annotated[date | None, said("期间第一天；没有期间的为空")]
    last_day: Annotated[date | None, said("期间最后一天（含）")]
    as_of: Annotated[date | None, said("数字截至哪一天结转的事实")]
    issued_at: Annotated[datetime | None, said("签发时间")]
    corrects: Annotated[int | None, said("所更正的那一期的标识；不是更正的为空")]


@with_config(shape("通报中的一张表"))
class BulletinTable(TypedDict):
    """One table of a bulletin, in words."""

    kind: Annotated[str, said("哪一种表")]
    head: Annotated[str, said("表名")]
    columns: Annotated[list[str], said("各列的名称")]
    rows: Annotated[list[list[str]], said("各行")]
    note: Annotated[str, said("说明")]


@with_config(shape("通报中列入的一件工单"))
class BulletinCaseTold(TypedDict):
    """One order of a bulletin, as it stood then."""

    number: Annotated[str, said("工单编号")]
    title: Annotated[str, said("事项，不含个人信息；保密的不写")]
    unit: Annotated[str, said("主办单位")]
    state: Annotated[str, said("当时状态")]
    remark: Annotated[str, said("说明")]


@with_config(shape("一份通报或报告的全文"))
class BulletinTold(BulletinRow):
    """One bulletin with text, tables and orders."""

    text: Annotated[str, said("正文")]
    tables: Annotated[list[BulletinTable], said("各表，拟稿时取定")]
    cases: Annotated[list[BulletinCaseTold], said("列入的工单")]


@with_config(shape("一页通报和报告"))
class BulletinPage(TypedDict):
    """One page of the list."""

    bulletins: Annotated[list[BulletinRow], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@endpoint(
    router, "GET", "/bulletins", summary="通报和报告", problems=(422,),
    about="只列出调用方可以看的：签发给本单位或本人的；拟稿的人看全部。",
)  # fmt: skip
def list_bulletins(request: ApiRequest, wanted: Query[BulletinQuery]) -> BulletinPage:
    """Tell one page of the bulletins that the caller may read. One query."""
    reading.only_known(request, BulletinQuery)
    page = queries.listed(
        request.auth.actor, kind=wanted.kind, state=wanted.state or "", cursor=wanted.cursor,
        size=wanted.size,
    )  # fmt: skip
    return {"bulletins": [_row(row) for row in page.rows], "next": page.next}


@endpoint(
    router, "GET", "/bulletins/{int:key}", summary="一份通报或报告", problems=(404,),
    about="正文、各表和列入的工单。系统读取不算阅读回执。",
)  # fmt: skip
def read_bulletin(request: ApiRequest, key: int) -> BulletinTold:
    """Tell one bulletin. Three queries."""
    found = queries.get_visible(request.auth.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这份通报或报告")
    return {
        **_row(found),
        "text": found.text,
        "tables": [
            {
                "kind": part["kind"],
                "head": part["head"],
                "columns": part["columns"],
                "rows": part["rows"],
                "note": part["note"],
            }
            for part in found.parts
        ],
        "cases": [
            {
                "number": case.told["number"],
                "title": case.told["title"],
                "unit": case.told["unit"],
                "state": case.told["state"],
                "remark": case.remark,
            }
            for case in found.cases.all()
        ],
    }


def _row(row: Bulletin) -> BulletinRow:
    return {
        "id": row.pk,
        "number": row.number,
        "kind": row.kind,
        "name": row.name,
        "title": row.title,
        "state": row.standing,
        "state_label": row.standing.label,
        "county": row.county.code if row.county else "",
        "first_day": row.first_day,
        "last_day": row.last_day,
        "as_of": row.as_of,
        "issued_at": telling.here(row.issued_at) if row.issued_at else None,
        "corrects": row.corrects_id,
    }
