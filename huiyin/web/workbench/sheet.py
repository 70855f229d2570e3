"""The official order sheet 承办单: a page to print, and the same as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.kernel import access, clock
from huiyin.knowledge.states import Kind
from huiyin.orders import numbers, reply_queries
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import BY_VERB, Channel
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, address_of, order_or_404, staff_page
from huiyin.web.workbench.rows import asker_of
from huiyin.web.workbench.sheet_pdf import draw
from huiyin.web.workbench.story import role_of
from huiyin.worktime.calendar import SHANGHAI

# Steps whose notes are instructions to the units.
_INSTRUCTING = frozenset(
    {"dispatch", "rule", "add_units", "pass_down", "reject_reply", "handle_again",
     "supervise_reply", "send_again", "decide_extension", "whistle", "accept_raise",
     "answer_raise", "settle_raise"}
)  # fmt: skip
PURPOSE = "打印承办单"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the sheet says, as plain lines: page and PDF print the same."""

    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    content: str
    matters: tuple[str, ...]
    units: tuple[tuple[str, str, str, str], ...]
    instructions: tuple[tuple[str, str], ...]
    deadline: str
    why: str
    printed: str


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def sheet(request: StaffRequest, number: str) -> HttpResponse:
    """Show the sheet of an order as a page to print; the reading is logged."""
    order, now = order_or_404(request, number), clock.now()
    _log(request, order, now)
    found = sheet_of(request.actor, order, now)
    return render(request, "workbench/sheet.html", {"order": order, "sheet": found})


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def sheet_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """Send the sheet of an order as PDF; the reading is logged."""
    order, now = order_or_404(request, number), clock.now()
    _log(request, order, now)
    response = HttpResponse(
        draw(sheet_of(request.actor, order, now)), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="{order.number}.pdf"'
    return response


def sheet_of(actor: Actor, order: WorkOrder, now: datetime) -> Sheet:
    """Return what the sheet of an order says to this person: masked, a report without its author.

    Source: R-152 (requirements 16, 163; handbook domain.md 4.4).
    """
    city = orgs.city()
    timed = [c for c in order.clocks.all() if c.kind == "finish" and c.due_at == order.due_at]
    facts = (
        ("类型", Kind(order.kind).label),
        ("分类", order.category.full_name if order.category else "—"),
        ("紧急程度", order.get_urgency_display()),
        ("来源", Channel(order.channel).label),
        ("登记时间", _moment(order.created_at)),
        ("诉求人", asker_of(actor, order)),
        ("地点", order.place or "—"),
        ("轮次", f"第 {order.round} 轮"),
    )
    return Sheet(
        title=f"{city.name if city else ''} 12345 热线承办单",
        number=numbers.spoken(order.number),
        facts=facts,
        content=order.content,
        matters=tuple(f"{m.seq}. {m.text}" for m in reply_queries.beside(order)["matters"]),
        units=tuple(_unit(each) for each in order.assignments.all()),
        instructions=_instructions(order),
        deadline=_moment(order.due_at) + " 前办结并回复" if order.due_at else "未设办结期限",
        why=timed[-1].words if timed else "",
        printed=f"{_moment(now)} {actor.label}打印",
    )


def _instructions(order: WorkOrder) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{_moment(event.at)} {BY_VERB[event.verb].past}", event.note or "—")
        for event in order.events.all()
        if event.verb in _INSTRUCTING
    )


def _unit(each: Assignment) -> tuple[str, str, str, str]:
    role = role_of(each)
    state = "已结束" if each.ended_at and not each.replied_at else ""
    due = _moment(each.due_at) if each.due_at else "—"
    return role, str(each.unit), due, state or each.instructions or "—"


def _moment(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.year} 年 {local.month} 月 {local.day} 日 {local:%H:%M}"


def _log(request: StaffRequest, order: WorkOrder, now: datetime) -> None:
    access.record(
        reader=request.actor.reference,
        subject=f"order:{order.number}",
        fields=["sheet"],
        purpose=PURPOSE,
        now=now,
        address=address_of(request),
    )
