"""The official order sheet 承办单: a page to print, and the same as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.kernel import access, clock
from huiyin.kernel.errors import NotFound
from huiyin.knowledge.states import Kind
from huiyin.orders import numbers, reply_queries
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import BY_VERB, Channel
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, address_of, order_or_404, staff_page
from huiyin.web.workbench.papers import said_moment, said_until
from huiyin.web.workbench.rows import asker_of
from huiyin.web.workbench.sheet_pdf import draw
from huiyin.web.workbench.signature import send_signature
from huiyin.web.workbench.story import role_of

# Steps whose notes are instructions to the units.
_INSTRUCTING = frozenset(
    {"dispatch", "reassign", "rule", "add_units", "pass_down", "reject_reply", "handle_again",
     "supervise_reply", "send_again", "decide_extension", "whistle", "accept_raise",
     "answer_raise", "settle_raise"}
)  # fmt: skip
PURPOSE = "打印承办单"


@dataclass(frozen=True, slots=True)
class Signed:
    """A reply on the sheet: what was answered, who signed it and when, with the picture."""

    reply: int
    head: str
    said: str
    sign_off: str
    at: str
    picture: bytes


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
    replies: tuple[Signed, ...]
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


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def signature(request: StaffRequest, number: str, key: int) -> HttpResponse:
    """Send the picture with which a reply was signed, to who may see the order."""
    found = reply_queries.signatures_of(order_or_404(request, number)).get(key)
    if found is None:
        raise NotFound("没有找到这个签名")
    return send_signature(found)


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
        ("登记时间", said_moment(order.created_at)),
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
        deadline=said_until(order.due_at) + " 前办结并回复" if order.due_at else "未设办结期限",
        why=timed[-1].words if timed else "",
        replies=_replies(order),
        printed=f"{said_moment(now)} {actor.label}打印",
    )


def _instructions(order: WorkOrder) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{said_moment(event.at)} {BY_VERB[event.verb].past}", event.note or "—")
        for event in order.events.all()
        if event.verb in _INSTRUCTING
    )


def _replies(order: WorkOrder) -> tuple[Signed, ...]:
    """Return the replies by age, each with the signature that it was signed with. Up to one query.

    Source: R-511 (requirement 106).
    """
    pictures = reply_queries.signatures_of(order)
    return tuple(
        Signed(
            reply=each.pk,
            head=f"第 {each.round} 轮，{each.assignment.unit}：{each.get_outcome_display()}",
            said=each.public_answer,
            sign_off=each.sign_off or "—",
            at=said_moment(each.at),
            picture=orgs.signature_picture(pictures[each.pk]) if each.pk in pictures else b"",
        )
        for each in sorted(order.replies.all(), key=lambda reply: reply.pk)
    )


def _unit(each: Assignment) -> tuple[str, str, str, str]:
    role = role_of(each)
    state = "已结束" if each.ended_at and not each.replied_at else ""
    due = said_until(each.due_at)
    return role, str(each.unit), due, state or each.instructions or "—"


def _log(request: StaffRequest, order: WorkOrder, now: datetime) -> None:
    access.record(
        reader=request.actor.reference,
        subject=f"order:{order.number}",
        fields=["sheet"],
        purpose=PURPOSE,
        now=now,
        address=address_of(request),
    )
