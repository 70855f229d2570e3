"""The figures of a whole year, counted from the platform's rows, beside what a city published.

Nothing here knows how people were meant to behave; published figures are only put beside ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from huiyin.callcentre.calls import queries as calls
from huiyin.followup.supervision import queries as supervision
from huiyin.orders.models import OrderEvent, WorkOrder
from huiyin.orders.states import FINAL, State
from huiyin.simulation.behaviour import Published
from huiyin.simulation.measured import Rate
from huiyin.simulation.queries import these

# The steps by which an order comes to a unit.
_SENDING = ("dispatch", "reassign", "rule")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many calls, requests and orders there were.

    Attributes:
        calls: incoming calls that arrived in the time of the run; ``connected`` of them answered,
            ``prompt`` of these within 15 seconds.
        requests: orders that were not withdrawn; ``ended`` of them have come to an end.
        dispatched: of the requests, given to a unit at least once; ``urged`` of those.
        answered_by_agents: of the requests, ended without ever having been given to a unit.
    """

    calls: int
    connected: int
    prompt: int
    requests: int
    ended: int
    dispatched: int
    answered_by_agents: int
    urged: int


def counts(made: Sequence[int], start: datetime, end: datetime) -> Counts:
    """Return the counts of a run with these orders. Three queries.

    Source: R-187 (requirements 54, 71-78; handbook domain.md 3.3).
    """
    sent = OrderEvent.objects.filter(order=OuterRef("pk"), verb__in=_SENDING)
    urged = supervision.urged().filter(order=OuterRef("pk"))
    ended = Q(state__in=[state.value for state in FINAL])
    facts = (
        WorkOrder.objects.filter(pk__in=these(made))
        .exclude(state=State.VOID.value)
        .annotate(was_sent=Exists(sent), was_urged=Exists(urged))
        .aggregate(
            requests=Count("pk"),
            ended=Count("pk", filter=ended),
            dispatched=Count("pk", filter=Q(was_sent=True)),
            answered_by_agents=Count("pk", filter=ended & Q(was_sent=False)),
            urged=Count("pk", filter=Q(was_sent=True, was_urged=True)),
        )
    )
    found = calls.traffic(start, end)
    return Counts(calls=found.offered, connected=found.answered, prompt=found.prompt, **facts)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a year: its name, how it is read, whether it is a share, and its value."""

    name: str
    about: str
    share: bool
    value: Callable[[Counts, Mapping[str, Rate]], float | None]


def _part(counted: str, out_of: str) -> Callable[[Counts, Mapping[str, Rate]], float | None]:
    def value(found: Counts, _: Mapping[str, Rate]) -> float | None:
        whole = getattr(found, out_of)
        return getattr(found, counted) / whole if whole else None

    return value


def _count(name: str) -> Callable[[Counts, Mapping[str, Rate]], float | None]:
    return lambda found, _: getattr(found, name)


def _rate(name: str) -> Callable[[Counts, Mapping[str, Rate]], float | None]:
    return lambda _, rates: rates[name].rate


def _overdue(_: Counts, rates: Mapping[str, Rate]) -> float | None:
    on_time = rates["on_time_finish_rate"].rate
    return None if on_time is None else 1 - on_time


COUNT, SHARE = False, True
FIGURES: Mapping[str, Figure] = {
    "calls": Figure("来电", "呼入的电话，不论接通与否", COUNT, _count("calls")),
    "requests": Figure("受理诉求", "工单，不含作废", COUNT, _count("requests")),
    "dispatched": Figure("派单", "派给过承办单位的诉求", COUNT, _count("dispatched")),
    "answered_by_agents": Figure(
        "中心办结", "未派单而办结：直接答复、告知渠道、转紧急热线等", COUNT,
        _count("answered_by_agents"),
    ),
    "connected": Figure("接通率", "人工应答 / 呼入", SHARE, _part("connected", "calls")),
    "answered_promptly": Figure(
        "及时应答率", "15 秒内人工应答 / 人工应答", SHARE, _part("prompt", "connected")
    ),
    "answered_on_spot": Figure(
        "首接答复率", "未派单而办结 / 受理诉求", SHARE, _part("answered_by_agents", "requests")
    ),
    "transferred_of_calls": Figure(
        "转办占来电", "派单的诉求 / 呼入", SHARE, _part("dispatched", "calls")
    ),
    "completed": Figure("办结率", "已办结 / 受理诉求", SHARE, _part("ended", "requests")),
    "on_time_sign": Figure(
        "及时签收率", "时限内签收 / 已签收或已过时限", SHARE, _rate("on_time_sign_rate")
    ),
    "on_time": Figure(
        "按时办结率", "时限内回复 / 已回复或已过时限的各轮", SHARE, _rate("on_time_finish_rate")
    ),
    "overdue": Figure("超期办结率", "按时办结率的余数", SHARE, _overdue),
    "returned": Figure("退单率", "申请退单 / 派单次数", SHARE, _rate("return_rate")),
    "redone": Figure("再次交办率", "两轮以上 / 经单位办理后办结", SHARE, _rate("redo_rate")),
    "urged": Figure("催办率", "电话或通知催过的 / 派单", SHARE, _part("urged", "dispatched")),
    "called_back": Figure("回访率", "做过回访 / 经单位办理后办结", SHARE, _rate("callback_rate")),
    "solved": Figure("解决率", "答“已解决” / 有效回访", SHARE, _rate("solved_rate")),
    "satisfied": Figure("满意率", "基本满意以上 / 有效回访", SHARE, _rate("satisfied_rate")),
    "first_satisfied": Figure(
        "首次办理满意率", "第一轮基本满意以上 / 第一轮有效回访", SHARE,
        _rate("first_satisfied_rate"),
    ),
}  # fmt: skip


def values(found: Counts, rates: Mapping[str, Rate]) -> dict[str, float | None]:
    """Return every figure by its key."""
    return {key: figure.value(found, rates) for key, figure in FIGURES.items()}


def compared(
    found: Mapping[str, float | None], published: Sequence[Published], scale: float
) -> list[dict[str, Any]]:
    """Return every figure beside the published one, as ``insight.runs`` stores them.

    Published counts are those of a whole city, so a smaller run is compared with its part.
    """
    known = {each.key: each for each in published}
    rows = []
    for key, figure in FIGURES.items():
        other = known.get(key)
        value = other.value if other else None
        rows.append(
            {
                "key": key,
                "name": figure.name,
                "about": figure.about,
                "share": figure.share,
                "measured": found[key],
                "published": value if value is None or figure.share else value * scale,
                "source": other.source if other else "",
            }
        )
    return rows
