"""Drafts by the language model, on request, for a person to confirm."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from huiyin.channels.assistant import queries
from huiyin.channels.assistant.actions import draft
from huiyin.channels.assistant.client import NoAnswer
from huiyin.channels.assistant.rules import Draft, Source
from huiyin.channels.assistant.states import Task
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.knowledge import article_queries
from huiyin.orders.models import WorkOrder
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, order_or_404, staff_page

LONGEST = 5000


@require_POST
@staff_page(Perm.INTAKE)
def intake(request: StaffRequest) -> HttpResponse:
    """Draft title and main points of what is being taken down; nothing is stored of it."""
    names = [request.POST.get("name", "")[:40]]
    return _told(request, Task.ORDER, request.POST.get("content", "")[:LONGEST], names=names)


@require_POST
@staff_page(Perm.INTAKE)
def answer(request: StaffRequest) -> HttpResponse:
    """Draft an answer to what is being taken down, from published articles alone."""
    names, content = [request.POST.get("name", "")[:40]], request.POST.get("content", "")[:LONGEST]
    sources: list[Source] = []
    if queries.is_on(Task.ANSWER, clock.now()):
        found = article_queries.suggest(content, clock.now(), staff=False, always=True)
        sources = [Source(e.article.code, e.article.title, e.article.body) for e in found]
    return _told(request, Task.ANSWER, content, names=names, sources=sources)


@require_POST
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def summary(request: StaffRequest, number: str) -> HttpResponse:
    """Sum up an order that the person may see."""
    order = order_or_404(request, number)
    lines = [order.title, order.content]
    lines += [f"{event.at:%m-%d} {event.note}" for event in order.events.all() if event.note]
    return _told(request, Task.SUMMARY, "\n".join(lines)[:LONGEST], order=order)


def _told(
    request: StaffRequest,
    task: Task,
    text: str,
    *,
    order: WorkOrder | None = None,
    names: Sequence[str] = (),
    sources: Sequence[Source] = (),
) -> HttpResponse:
    now = clock.now()
    if not queries.is_on(task, now):
        raise NotFound("本市没有启用语言模型助手")
    made: Draft | None = None
    refusal, status = "", 200
    try:
        made = draft(
            task, text, by=request.actor, now=now, order=order, names=names, sources=sources
        )
    except (NoAnswer, Invalid) as failure:
        refusal, status = f"{failure.message}。{failure.remedy}".rstrip("。") + "。", failure.status
    facts = {"task": task, "made": made, "refusal": refusal, "order": order}
    if request.headers.get("HX-Request"):
        return render(request, "workbench/_drafted.html", facts)
    return render(request, "workbench/drafted.html", facts, status=status)
