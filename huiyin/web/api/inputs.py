"""What may be sent to create and complete orders: form and limits; rules are in the actions."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_types import Ge, Le, Len
from pydantic import BaseModel, FiniteFloat, StringConstraints

from huiyin.knowledge.states import Kind, Urgency
from huiyin.orders.actions.beside import MOST_TAGS
from huiyin.orders.actions.intake import LONGEST
from huiyin.orders.states import Channel, State
from huiyin.web.api.words import Moment, asked, said

Code = Annotated[str, StringConstraints(max_length=40)]
Content = Annotated[str, StringConstraints(max_length=LONGEST["content"])]
Title = Annotated[str, StringConstraints(max_length=LONGEST["title"])]
Place = Annotated[str, StringConstraints(max_length=LONGEST["place"])]
Name = Annotated[str, StringConstraints(max_length=LONGEST["name"])]
Phone = Annotated[str, StringConstraints(max_length=LONGEST["phone"])]
Summary = Annotated[str, StringConstraints(max_length=LONGEST["summary"])]
Said = Annotated[str, StringConstraints(max_length=LONGEST["proposal"])]
Address = Annotated[str, StringConstraints(max_length=LONGEST["address"])]
Email = Annotated[
    str, StringConstraints(max_length=120, pattern=r"^([^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+)?$")
]
Tags = Annotated[list[Code], Len(max_length=MOST_TAGS)]
Longitude = Annotated[FiniteFloat, Ge(-180), Le(180)]
Latitude = Annotated[FiniteFloat, Ge(-90), Le(90)]
Day = Annotated[date, Ge(date(2000, 1, 1)), Le(date(2100, 1, 1))]


class AskerIn(BaseModel):
    """Who asks, in the clear; stored sealed."""

    model_config = asked("诉求人。加密保存，显示时脱敏")

    name: Annotated[Name, said("姓名")] = ""
    phone: Annotated[Phone, said("电话")] = ""
    email: Annotated[Email, said("电子邮箱")] = ""
    address: Annotated[Address, said("住址")] = ""
    is_enterprise: Annotated[bool, said("是否企业")] = False


NOBODY = AskerIn()


class OrderIn(BaseModel):
    """A new order."""

    model_config = asked(
        "登记一件诉求",
        {
            "content": "幸福小区 3 号楼昨晚起暖气不热，室内只有 14 度，家里有老人。",
            "title": "暖气不热",
            "kind": "help",
            "category": "0404",
            "channel": "api",
            "place": "幸福小区 3 号楼",
            "requester": {"name": "王小明", "phone": "13800000000"},
            "external_number": "WG-2026-000123",
        },
    )

    content: Annotated[Content, said("诉求内容，至少 5 个字")]
    title: Annotated[Title, said("标题；不填则取内容开头")] = ""
    kind: Annotated[Kind, said("诉求类型")] = Kind.OTHER
    category: Annotated[Code, said("分类编码，见 /categories")] = ""
    urgency: Annotated[Urgency, said("紧急程度")] = Urgency.NORMAL
    channel: Annotated[Channel, said("来源渠道")] = Channel.API
    place: Annotated[Place, said("事发地点")] = ""
    region: Annotated[Code, said("事发地区编码，见 /regions")] = ""
    longitude: Annotated[Longitude | None, said("经度，与纬度一起填")] = None
    latitude: Annotated[Latitude | None, said("纬度，与经度一起填")] = None
    occurred_at: Annotated[Moment | None, said("事发时间，须带时区")] = None
    requester: Annotated[AskerIn, said("诉求人")] = NOBODY
    case_class: Annotated[Code, said("工单类别编码，见 /classes；不填则自动确定")] = ""
    line: Annotated[Code, said("归并热线编码，见 /lines；不填为 12345")] = ""
    confidential: Annotated[bool, said("要求对承办单位保密")] = False
    wants_reply: Annotated[bool, said("要求答复")] = True
    summary: Annotated[Summary, said("要点")] = ""
    changed_since: Annotated[Said, said("再次反映的，与上次相比有什么变化")] = ""
    proposal: Annotated[Said, said("诉求人的想法")] = ""
    tags: Annotated[Tags, said("标签编码，见 /tags")] = []  # noqa: RUF012 - pydantic copies it
    external_number: Annotated[
        str, StringConstraints(max_length=80), said("调用方系统中的编号，同一调用方不能重复")
    ] = ""


class EditIn(BaseModel):
    """What is changed of a draft; what is left out stays."""

    model_config = asked(
        "整理待受理的诉求。只改填写的字段，未填写的不变",
        {"kind": "help", "category": "0404", "place": "幸福小区 3 号楼"},
    )

    content: Annotated[Content | None, said("诉求内容；原文留在历史中")] = None
    title: Annotated[Title | None, said("标题")] = None
    kind: Annotated[Kind | None, said("诉求类型")] = None
    category: Annotated[Code | None, said("分类编码")] = None
    urgency: Annotated[Urgency | None, said("紧急程度")] = None
    place: Annotated[Place | None, said("事发地点")] = None
    region: Annotated[Code | None, said("事发地区编码")] = None
    longitude: Annotated[Longitude | None, said("经度")] = None
    latitude: Annotated[Latitude | None, said("纬度")] = None
    occurred_at: Annotated[Moment | None, said("事发时间")] = None
    case_class: Annotated[Code | None, said("工单类别编码")] = None
    line: Annotated[Code | None, said("归并热线编码")] = None
    confidential: Annotated[bool | None, said("要求保密；只能加上，不能取消")] = None
    summary: Annotated[Summary | None, said("要点")] = None
    changed_since: Annotated[Said | None, said("与上次相比有什么变化")] = None
    proposal: Annotated[Said | None, said("诉求人的想法")] = None
    tags: Annotated[Tags | None, said("标签编码")] = None


class OrderQuery(BaseModel):
    """What a list of orders is narrowed to."""

    model_config = asked("工单列表的筛选条件")

    state: Annotated[list[State], said("状态，可重复")] = []  # noqa: RUF012 - pydantic copies it
    number: Annotated[str, StringConstraints(max_length=30), said("工单编号")] = ""
    phone: Annotated[Phone, said("诉求人电话")] = ""
    unit: Annotated[Code, said("主办单位编码，含其下属单位")] = ""
    category: Annotated[Code, said("分类编码，含其下级")] = ""
    kind: Annotated[Kind | None, said("诉求类型")] = None
    channel: Annotated[Channel | None, said("来源渠道")] = None
    case_class: Annotated[Code, said("工单类别编码")] = ""
    line: Annotated[Code, said("归并热线编码")] = ""
    tag: Annotated[Code, said("标签编码，见 /tags")] = ""
    q: Annotated[
        str, StringConstraints(max_length=100), said("在标题、内容、地点中查找，空格分隔")
    ] = ""
    since: Annotated[Day | None, said("登记日期自（含）")] = None
    until: Annotated[Day | None, said("登记日期至（含）")] = None
    late: Annotated[bool, said("只要已超过当前环节期限的")] = False
    mine: Annotated[bool, said("只要本单位正在承办的")] = False
    newest: Annotated[bool, said("按登记由近到远；默认按当前环节期限由早到晚")] = False
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 50


class RevealIn(BaseModel):
    """Why personal data is read."""

    model_config = asked("查看诉求人信息的用途，留痕", {"purpose": "电话核实事发地点"})

    purpose: Annotated[str, StringConstraints(max_length=200), said("用途，必填")]
