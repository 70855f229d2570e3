"""How a case is told to the citizen: plain words for states, steps, kinds and limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from huiyin.knowledge.states import Kind
from huiyin.orders.models import NEVER, OrderEvent, WorkOrder
from huiyin.orders.states import State
from huiyin.worktime import deadline as worktime
from huiyin.worktime.calendar import SHANGHAI

KINDS = (
    (Kind.INQUIRY, "想问政策、流程、电话或地址"),
    (Kind.HELP, "遇到困难，需要帮忙解决"),
    (Kind.COMPLAINT, "对服务、管理或收费不满意"),
    (Kind.REPORT, "发现违法违规的人或事，自动保密"),
    (Kind.SUGGESTION, "有改进的好主意"),
    (Kind.PRAISE, "感谢认真办事的人和单位"),
)

# The way of a case in five stations, as on a parcel's slip.
STATIONS = ("登记", "受理", "办理", "答复", "办结")
_STATION_OF = {
    State.DRAFT: 0,
    State.REVIEW: 1,
    State.TO_DISPATCH: 1,
    State.DISPUTE: 1,
    State.RETURN_REVIEW: 1,
    State.TO_SIGN: 2,
    State.IN_PROGRESS: 2,
    State.EXT_REVIEW: 2,
    State.SUSPENDED: 2,
    State.REPLY_REVIEW: 2,
    State.REWORK: 2,
    State.TO_CALLBACK: 3,
    State.CLOSED: 4,
    State.UNSAT: 4,
    State.ARCHIVED: 4,
    State.VOID: 4,
}

NEXT = {
    State.DRAFT: "工作人员会先看您写的内容，需要时会打电话向您核实。",
    State.REVIEW: "正在核对内容，之后转给负责的单位。",
    State.TO_DISPATCH: "正在确定由哪个单位办理。",
    State.DISPUTE: "这件事涉及几个单位，正在商定由谁办理。",
    State.TO_SIGN: "{unit}收到后会签收，并与您联系。",
    State.RETURN_REVIEW: "正在核实由哪个单位办理。",
    State.IN_PROGRESS: "{unit}正在办理，办完会给出答复。",
    State.EXT_REVIEW: "{unit}正在办理，办完会给出答复。",
    State.SUSPENDED: "暂时办不了，已经记下来，条件具备后继续办理。",
    State.REPLY_REVIEW: "{unit}已经回复，审核通过后您就能在这里看到。",
    State.TO_CALLBACK: "请看下面的答复，告诉我们事情解决了没有。",
    State.REWORK: "正在安排单位重新办理。",
    State.CLOSED: "事情又出现了，请再反映一次，写上这个编号。",
    State.UNSAT: "没有完全办好，承办单位会继续改进。",
    State.ARCHIVED: "事情又出现了，请再反映一次，写上这个编号。",
    State.VOID: "这件诉求已经撤销，不再办理。",
}

STEPS = {
    "create": "您的诉求已登记",
    "answer": "热线已答复",
    "refer": "热线已告知办理渠道",
    "transfer": "已转紧急热线",
    "submit": "已受理",
    "merge": "与同一事件合并办理",
    "join": "与同一事件合并办理",
    "split_off": "单独办理",
    "end_with_main": "合并办理的事情有了结果",
    "rate_merged": "您已评价",
    "supplement": "您补充了情况",
    "answer_from_file": "热线已答复",
    "dispatch": "已派给承办单位",
    "rule": "已确定承办单位",
    "sign": "承办单位已签收",
    "contact": "承办单位已与您联系",
    "decide_extension": "办理期限有调整",
    "suspend": "暂缓办理，继续跟踪",
    "resume": "恢复办理",
    "grant_termination": "已终止办理",
    "reply": "承办单位已回复",
    "pass_audit": "答复已通过审核",
    "explain": "承办单位向您说明了情况",
    "sign_reply": "承办单位已回复",
    "tell": "热线已把结果告诉您",
    "verify": "您已评价，正在审核",
    "close": "已办结",
    "redo": "您不满意，重新办理",
    "close_unsatisfied": "已结案，继续跟踪",
    "close_unreached": "多次没有联系上您，已结案",
    "send_again": "已重新交办",
    "reassign": "办理单位有调整",
    "progress": "承办单位反馈了进展",
    "move_unit": "承办单位有调整",
    "accept_raise": "由上一级单位办理",
    "settle_raise": "办理单位有调整",
    "write_off": "整改完成",
    "confirm_void": "已撤销",
}
# What is due until when, as long as it is: the answer no longer is once the unit has replied.
_DUE = {
    State.DRAFT: "受理",
    State.TO_DISPATCH: "派给办理单位",
    State.TO_SIGN: "答复",
    State.RETURN_REVIEW: "答复",
    State.IN_PROGRESS: "答复",
    State.EXT_REVIEW: "答复",
}
# Steps whose public note is the whole answer; it stands in the answer's own box.
_ANSWERING = frozenset(
    {
        "answer",
        "refer",
        "transfer",
        "answer_from_file",
        "pass_audit",
        "end_with_main",
        "grant_termination",
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the timeline; ``earlier_answer`` is an answer that a later one has replaced."""

    at: datetime
    title: str
    note: str
    earlier_answer: str
    latest: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when what is due: the exact end, how much is left, and whether it has passed."""

    what: str
    end: str
    left: str
    late: bool


def headline(order: WorkOrder) -> str:
    """Return the state in the citizen's words."""
    return order.standing.public


def next_step(order: WorkOrder, *, merged: bool = False) -> str:
    """Return what happens next, in one sentence; ``merged`` when it is told to another caller."""
    if merged and order.standing is State.TO_CALLBACK:
        return "承办单位已经答复，办结后请您评价。"
    unit = order.lead_unit.name if order.lead_unit else "承办单位"
    return NEXT[order.standing].format(unit=unit)


def station(order: WorkOrder) -> int:
    """Return at which of the ``STATIONS`` a case stands."""
    return _STATION_OF[order.standing]


def superseded(order: WorkOrder) -> bool:
    """Tell whether the answer belongs to an earlier round and a new one is being worked on."""
    return order.round > 1 and station(order) < STATIONS.index("答复")


def told(events: Iterable[OrderEvent], answer: str) -> list[Told]:
    """Return the timeline, newest first.

    Args:
        events: the public steps, oldest first.
        answer: the answer that stands in its own box and is not repeated here.
    """
    rows = list(events)
    return [_told(event, answer, latest=event is rows[-1]) for event in reversed(rows)]


def _told(event: OrderEvent, answer: str, *, latest: bool) -> Told:
    title, note, earlier = STEPS.get(event.verb, "有新进展"), event.public_note, ""
    if event.verb in _ANSWERING:
        note, earlier = "", "" if note == answer else note
    elif note.startswith(title):
        title, note = note, ""
    return Told(event.at, title, note, earlier, latest)


def limit(order: WorkOrder, now: datetime) -> Limit | None:
    """Return until when what is due to the citizen; None when nothing is or no limit is set."""
    what = _DUE.get(order.standing)
    due_at = order.due_at if what == "答复" else order.waits_until
    if what is None or due_at is None or due_at >= NEVER:
        return None
    late = now >= due_at
    left = worktime.remaining(now, due_at)
    if late:
        left = left.replace("超期", "已超过").replace("刚刚已超过", "刚刚超过")
    return Limit(what, ending(due_at), left, late)


def ending(due_at: datetime) -> str:
    """Return an exclusive end as people say it: ``3月9日（周一）24:00``, never 0:00 of the next."""
    local = due_at.astimezone(SHANGHAI)
    clock = f"{local:%H:%M}"
    if clock == "00:00":
        local, clock = local - timedelta(minutes=1), "24:00"
    day = "一二三四五六日"[local.weekday()]
    return f"{local.month}月{local.day}日（周{day}）{clock}"
