"""What citizens' own apps may do without an account: write, follow a case, say how it went."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.channels.intake import actions as intake
from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks import queries as attempts
from huiyin.followup.callbacks.actions import Answers
from huiyin.kernel import clock, text
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.knowledge.states import Kind, ReasonGroup
from huiyin.orders import actions, around, numbers, queries
from huiyin.orders.actions.beside import LONGEST_SUPPLEMENT
from huiyin.orders.actions.intake import Request
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import BY_VERB, FINAL, Channel, Satisfaction, Solved, State
from huiyin.orgs.actors import CITIZEN
from huiyin.web import tries
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.endpoints import BODY, IDEMPOTENCY_KEY, REPLAYED, endpoint
from huiyin.web.api.inputs import Code, Content, Latitude, Longitude, Name, Phone, Place
from huiyin.web.api.orders import Created, created
from huiyin.web.api.step_inputs import Note, Units
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["市民"])
SHORTEST_KEY = 16
WRONG = "编号或查询码不正确"
# Stands in for what cannot be a number, so that every try takes the same way through the database.
_NOBODYS = numbers.make(date(2000, 1, 1), 0)


class MessageIn(BaseModel):
    """What a citizen writes."""

    model_config = asked(
        "市民写给热线的诉求",
        {
            "content": "幸福路 8 号门前井盖破损，晚上看不清，怕有人摔倒。",
            "kind": "help",
            "place": "幸福路 8 号门前",
            "phone": "13800000000",
            "channel": "app",
            "agreed": True,
        },
    )

    content: Annotated[Content, said("诉求内容，至少 5 个字")]
    kind: Annotated[Kind, said("诉求类型；举报自动保密")] = Kind.HELP
    channel: Annotated[
        Literal[Channel.WEB, Channel.WECHAT, Channel.APP, Channel.MAIL], said("从哪里写来")
    ] = Channel.APP
    place: Annotated[Place, said("地点")] = ""
    region: Annotated[Code, said("地区编码")] = ""
    longitude: Annotated[Longitude | None, said("经度，与纬度一起填")] = None
    latitude: Annotated[Latitude | None, said("纬度，与经度一起填")] = None
    name: Annotated[Name, said("姓名，可不填")] = ""
    phone: Annotated[Phone, said("电话；不填则无法告知结果")] = ""
    wants_reply: Annotated[bool, said("希望答复")] = True
    confidential: Annotated[bool, said("不让承办单位知道我是谁")] = False
    agreed: Annotated[Literal[True], said("本人已阅读并同意隐私告知，必须为 true")]


class CaseIn(BaseModel):
    """Number and code."""

    model_config = asked("编号和查询码", {"number": "26030200000011", "code": "123456"})

    number: Annotated[str, StringConstraints(max_length=30), said("工单编号")]
    code: Annotated[str, StringConstraints(max_length=12), said("6 位查询码")]


class MoreIn(CaseIn):
    """What the citizen adds."""

    model_config = asked(
        "补充情况",
        {"number": "26030200000011", "code": "123456", "words": "今天又停暖了，室内 12 度。"},
    )

    words: Annotated[str, StringConstraints(max_length=LONGEST_SUPPLEMENT), said("新的情况")]


class RatingIn(CaseIn):
    """The two questions, and what the citizen adds."""

    model_config = asked(
        "评价",
        {
            "number": "26030200000011",
            "code": "123456",
            "solved": "yes",
            "satisfaction": "satisfied",
        },
    )

    solved: Annotated[Solved, said("是否解决")]
    satisfaction: Annotated[Satisfaction, said("满意度")]
    reasons: Annotated[Units, said("不满意的原因编码")] = []  # noqa: RUF012 - pydantic copies it
    comment: Annotated[Note, said("想说的话")] = ""


@with_config(shape("一步进展"))
class Progress(TypedDict):
    """One step that the citizen may see."""

    at: Annotated[datetime, said("时间")]
    label: Annotated[str, said("进展")]
    note: Annotated[str, said("说明")]


@with_config(shape("诉求的进展，不含个人信息"))
class Case(TypedDict):
    """What the citizen may know of their case."""

    number: Annotated[str, said("工单编号")]
    state: Annotated[State, said("状态")]
    state_label: Annotated[str, said("给市民看的状态")]
    kind: Annotated[str, said("诉求类型")]
    created_at: Annotated[datetime, said("登记时间")]
    unit: Annotated[str, said("承办单位；空为尚未派出")]
    due_at: Annotated[datetime | None, said("办结期限")]
    round: Annotated[int, said("办理轮次")]
    ended: Annotated[bool, said("是否已结束")]
    answer: Annotated[str, said("答复；审核通过后才有")]
    may_rate: Annotated[bool, said("现在可以评价")]
    steps: Annotated[list[Progress], said("进展，由早到晚")]


@endpoint(
    router,
    "POST",
    "/public/messages",
    summary="市民提交诉求",
    about=(
        "无需登录。返回编号和查询码，请保存好。按网络地址和电话限制次数。"
        f"Idempotency-Key 必填，至少 {SHORTEST_KEY} 个字符，须随机生成。"
    ),
    statuses=(201, 200),
    problems=(*BODY, 409, 429),
    public=True,
    extra={
        "parameters": [
            {
                **IDEMPOTENCY_KEY,
                "required": True,
                "schema": {"type": "string", "minLength": SHORTEST_KEY, "maxLength": 80},
            }
        ],
        "responses": {200: {"headers": REPLAYED}},
    },
)
def send_message(request: HttpRequest, body: MessageIn) -> Answered[Created]:
    """Take in a citizen's message, once per key."""
    now, key = clock.now(), reading.key_required(request, SHORTEST_KEY)
    if (body.longitude is None) != (body.latitude is None):
        raise Invalid("经度和纬度须一起填写", fields={"longitude": "须与纬度一起填写"})
    tries.submission(request, body.phone, now)
    wanted = Request(
        content=body.content,
        kind=body.kind,
        channel=body.channel,
        place=body.place,
        region=reading.region(body.region),
        longitude=body.longitude,
        latitude=body.latitude,
        name=body.name,
        phone=body.phone,
        wants_reply=body.wants_reply,
        confidential=body.confidential or body.kind is Kind.REPORT,
    )
    receipt = intake.take_in(wanted, by=CITIZEN, source="public", key=key, now=now)
    return _without_links(created(receipt))


def _without_links(answer: Answered[Created]) -> Answered[Created]:
    """Leave out the addresses that only staff can open."""
    links = {"case": f"{telling.ROOT}/public/case", "rating": f"{telling.ROOT}/public/case/rating"}
    body: Created = {**answer.body, "links": links}
    headers = {name: value for name, value in answer.headers.items() if name != "Location"}
    return replace(answer, body=body, headers=headers)


@endpoint(
    router,
    "POST",
    "/public/case",
    summary="市民查询进展",
    about="凭编号和查询码。不论编号是否存在，不对都返回同样的 404；按编号和网络地址限制次数。",
    problems=(*BODY, 404, 429),
    public=True,
)
def follow_case(request: HttpRequest, body: CaseIn) -> Case:
    """Tell how far a case has come. Four queries."""
    return _told(_unlocked(request, body, clock.now()))


@endpoint(
    router,
    "POST",
    "/public/case/more",
    summary="市民补充情况",
    about="在同一件诉求上补充新的情况，承办单位会看到。按编号限制次数。",
    problems=(*BODY, 404, 409, 429),
    public=True,
)
def add_to_case(request: HttpRequest, body: MoreIn) -> Case:
    """Take in what the citizen adds to a case."""
    now = clock.now()
    order = _unlocked(request, body, now)
    tries.supplement(request, order.number, now)
    return _told(actions.supplement(order.pk, by=CITIZEN, words=body.words, now=now))


@endpoint(
    router,
    "POST",
    "/public/case/rating",
    summary="市民评价",
    about="答复之后，每轮可评价一次。已解决且满意的办结，否则重新办理。",
    problems=(*BODY, 404, 409, 429),
    public=True,
)
def rate_case(request: HttpRequest, body: RatingIn) -> Case:
    """Record the citizen's own answer to the two questions."""
    now = clock.now()
    order = _unlocked(request, body, now)
    reasons = [reading.reason(ReasonGroup.UNSATISFIED, code).code for code in body.reasons]
    answers = Answers(body.solved, body.satisfaction, reasons, body.comment)
    return _told(callbacks.record_rating(order.pk, answers, now=now))


def _unlocked(request: HttpRequest, body: CaseIn, now: datetime) -> WorkOrder:
    """Return the order that this pair opens.

    Every wrong pair takes the same way and gets the same words: nothing tells whether a number
    exists.

    Raises:
        TooMany, NotFound: too many tries, or a wrong pair.
    """
    tries.code(request, text.phone_digits(body.number)[:20], now)
    wanted = numbers.read(body.number) or _NOBODYS
    order = queries.by_number(wanted)
    given = "".join(body.code.split()).encode("utf-8", "replace")
    right = hmac.compare_digest(numbers.query_code(wanted).encode(), given)
    if order is None or not right:
        raise NotFound(WRONG, remedy="请核对短信中的编号和查询码")
    return order


def _told(order: WorkOrder) -> Case:
    link = around.main_of(order)
    main = link.other if link else order
    events = list(queries.public_events(order))
    if link:
        events = sorted([*events, *around.shared_events(main)], key=lambda e: (e.at, e.pk))
    steps: list[Progress] = [
        {
            "at": telling.here(event.at),
            "label": BY_VERB[event.verb].past,
            "note": event.public_note,
        }
        for event in events
    ]
    return {
        "number": order.number,
        "state": main.standing,
        "state_label": main.standing.public,
        "kind": order.get_kind_display(),
        "created_at": telling.here(order.created_at),
        "unit": main.lead_unit.name if main.lead_unit else "",
        "due_at": telling.local(main.due_at),
        "round": order.round,
        "ended": main.standing in FINAL,
        "answer": main.answer,
        "may_rate": attempts.may_rate(order),
        "steps": steps,
    }
