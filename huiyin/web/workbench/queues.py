"""The queues of each role: what waits for whom, as one table for tiles, lists and "next"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from huiyin.orders.application_states import ApplicationKind
from huiyin.orders.queries import OrderFilter
from huiyin.orders.states import (
    OPEN,
    State,
)
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: its name, who works on it, and which orders it holds.

    One that is ``rare`` is shown on the start page only while it holds something.
    """

    key: str
    label: str
    about: str
    icon: str
    perms: frozenset[Perm]
    base: OrderFilter
    tone: str = "blue"
    due: Literal["", "late", "today", "below"] = ""
    rare: bool = False

    def wanted(self, now: datetime) -> OrderFilter:
        """Return what the queue holds at ``now``."""
        if self.due == "late":
            return replace(self.base, late_at=now)
        if self.due == "today":
            return replace(self.base, due_after=now, due_by=_midnight_after(now))
        if self.due == "below":
            return replace(self.base, late_below_at=now)
        return self.base


def _midnight_after(now: datetime) -> datetime:
    day = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


def _for(*perms: Perm) -> frozenset[Perm]:
    return frozenset(perms)


def _in(*states: State) -> OrderFilter:
    return OrderFilter(states=states)


_HELD = (State.TO_SIGN, State.IN_PROGRESS)
QUEUES: tuple[Queue, ...] = (
    Queue("drafts", "待受理", "网上来件和未转派的登记", "inbox", _for(Perm.INTAKE),
          _in(State.DRAFT)),
    Queue("to_dispatch", "待派单", "选定承办单位", "git-branch", _for(Perm.DISPATCH),
          _in(State.TO_DISPATCH)),
    Queue("returns", "退单待审", "单位申请退回", "arrow-back-up", _for(Perm.DISPATCH),
          _in(State.RETURN_REVIEW), "amber"),
    Queue("disputes", "争议会商", "确定承办单位", "users", _for(Perm.DECIDE),
          _in(State.DISPUTE), "amber"),
    Queue("extensions", "延期待审", "单位申请延期", "calendar", _for(Perm.DECIDE),
          _in(State.EXT_REVIEW), "amber"),
    Queue("suspensions", "挂账待批", "单位申请挂账", "file-text", _for(Perm.DECIDE),
          OrderFilter(pending=ApplicationKind.SUSPENSION), "amber"),
    Queue("raised", "提级待定", "提请上级研究", "arrow-forward-up", _for(Perm.DECIDE),
          OrderFilter(pending=ApplicationKind.RAISING), "amber", rare=True),
    Queue("suspended", "挂账", "到复核日期自动恢复", "clock", _for(Perm.DECIDE),
          _in(State.SUSPENDED)),
    Queue("rework", "待重派", "审核退回或不满意", "refresh", _for(Perm.DISPATCH),
          _in(State.REWORK), "amber"),
    Queue("review_team", "本组待审查", "本组登记，派单前审查", "checks", _for(Perm.REVIEW),
          OrderFilter(states=(State.REVIEW,), own_team=True), rare=True),
    Queue("review", "待审查", "派单前审查", "checks", _for(Perm.REVIEW), _in(State.REVIEW)),
    Queue("mine_late", "已超期", "本单位超过时限", "alert-triangle", _for(Perm.HANDLE),
          OrderFilter(mine_only=True), "red", due="late"),
    Queue("mine_today", "今天到期", "今天要办完", "clock", _for(Perm.HANDLE),
          OrderFilter(mine_only=True), "amber", due="today"),
    Queue("subs_late", "下级超期", "下派后没有按时报送", "alert-triangle", _for(Perm.HANDLE),
          OrderFilter(states=_HELD), "red", due="below"),
    Queue("to_sign", "待签收", "新派到本单位", "inbox", _for(Perm.HANDLE),
          OrderFilter(states=(State.TO_SIGN,), led_by_mine=True)),
    Queue("whistled", "吹哨报到", "街道请本单位报到", "urgent", _for(Perm.HANDLE),
          OrderFilter(states=_HELD, called_to_mine=True), "red", rare=True),
    Queue("raised_here", "提级研究", "下级提请本单位", "arrow-forward-up", _for(Perm.HANDLE),
          OrderFilter(states=(State.IN_PROGRESS,), raised_to_mine=True), "amber", rare=True),
    Queue("contested", "会商中", "本单位是候选单位，可以阅看", "users", _for(Perm.HANDLE),
          OrderFilter(states=(State.DISPUTE,), contested_mine=True), rare=True),
    Queue("news", "诉求人有补充", "看过后确认已阅", "message", _for(Perm.HANDLE),
          OrderFilter(with_news=True, mine_only=True), "amber"),
    Queue("in_progress", "办理中", "本单位主办", "clipboard-list", _for(Perm.HANDLE),
          OrderFilter(states=(State.IN_PROGRESS,), led_by_mine=True)),
    Queue("tasks", "协办和下派", "上级下派或协办", "users", _for(Perm.HANDLE),
          OrderFilter(states=_HELD, passed_to_mine=True)),
    Queue("to_audit", "待审核", "承办单位的回复", "checks", _for(Perm.AUDIT),
          _in(State.REPLY_REVIEW)),
    Queue("to_call", "待回访", "请诉求人评价", "phone", _for(Perm.CALL_BACK),
          _in(State.TO_CALLBACK)),
    Queue("supervised", "审核转督办", "审核要求督办的回复", "alert-triangle",
          _for(Perm.SUPERVISE), OrderFilter(supervised=True), "amber"),
    Queue("void", "待确认作废", "由另一人确认", "x", _for(Perm.CONFIRM_VOID),
          OrderFilter(void_asked=True), "amber"),
    Queue("late", "已超期", "全部超过时限", "alert-triangle",
          _for(Perm.SUPERVISE, Perm.DISPATCH), OrderFilter(), "red", due="late"),
)  # fmt: skip
# Whoever answers for the whole centre also sees where everything stands.
OVERVIEW = _for(Perm.SUPERVISE, Perm.QUALITY)
WAITING_STATES = tuple(state for state in State if state in OPEN)


def queues_of(actor: Actor) -> list[Queue]:
    """Return the queues on which ``actor`` works, the most pressing first."""
    return [queue for queue in QUEUES if queue.perms & actor.perms]


def queue_of(actor: Actor, key: str) -> Queue | None:
    """Return one of the actor's queues by its key."""
    return next((queue for queue in queues_of(actor) if queue.key == key), None)
