"""What is due now for me."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huiyin.dispatch.incidents import queries as incidents
from huiyin.kernel import clock
from huiyin.knowledge import article_queries
from huiyin.orders import queries
from huiyin.orders.states import State
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.errands import errands
from huiyin.web.workbench.pressed import pressed
from huiyin.web.workbench.queues import (
    OVERVIEW,
    WAITING_STATES,
    Queue,
    queue_of,
    queues_of,
)
from huiyin.web.workbench.rows import rows_for

FIRST = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A queue with its count; the count leads to the list behind it."""

    queue: Queue
    count: int

    @property
    def shown(self) -> str:
        """Return the count as words: ``1000+`` when there are more than are counted."""
        return counted_in_words(self.count)

    @property
    def url(self) -> str:
        """Return the address of the list behind the count."""
        return f"{reverse('workbench:orders')}?queue={self.queue.key}"


def counted_in_words(count: int) -> str:
    """Return a count of which no more than ``CAPPED`` are counted."""
    return f"{queries.CAPPED}+" if count >= queries.CAPPED else str(count)


@staff_page()
def home(request: StaffRequest) -> HttpResponse:
    """Show the queues of the person's roles, and the first orders of the most pressing one.

    One query per queue and fifteen more, whatever their number.
    """
    now, actor = clock.now(), request.actor
    tiles = [Tile(q, queries.counted(actor, q.wanted(now))) for q in queues_of(actor)]
    tiles = [tile for tile in tiles if tile.count or not tile.queue.rare]
    first = next((tile for tile in tiles if tile.count), None)
    page = queries.listed(actor, first.queue.wanted(now), size=FIRST) if first else None
    found = {
        "now": now,
        "tiles": tiles,
        "first": first,
        "rows": rows_for(actor, page.rows, now) if page else [],
        "states": _overview(actor),
        "next_url": _next_url(first),
        "incidents": incidents.counted() if Perm.DISPATCH in actor.perms else 0,
        "knowledge": _knowledge(actor),
        "pressed": pressed(actor, now),
        "errands": errands(actor, now),
        "may_intake": Perm.INTAKE in actor.perms,
        "may_audit": bool({Perm.AUDIT, Perm.SUPERVISE, Perm.REPORTS} & actor.perms),
    }
    return render(request, "workbench/home.html", found)


@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def next_order(request: StaffRequest, key: str) -> HttpResponse:
    """Go to the most pressing order of a queue; to the start page when there is none.

    ``after`` names an order that is not to come again at once.
    """
    queue = queue_of(request.actor, key)
    if queue is None:
        return redirect("workbench:home")
    page = queries.listed(request.actor, queue.wanted(clock.now()), size=2)
    after = request.GET.get("after", "")
    order = next((o for o in page.rows if o.number != after), None)
    if order is None:
        return redirect("workbench:home")
    return redirect("workbench:order", number=order.number)


def _knowledge(actor: Actor) -> dict[str, int]:
    """Return what of the knowledge base waits for its keepers, nothing for others. Two queries."""
    if not {Perm.CONTENT, Perm.SIGN_OFF, Perm.HANDLE} & actor.perms:
        return {}
    told = article_queries.waiting(actor)
    return told if any(told.values()) else {}


def _next_url(first: Tile | None) -> str:
    if first is None:
        return ""
    if first.queue.key == "to_call":
        return reverse("workbench:callback")
    return reverse("workbench:next", kwargs={"key": first.queue.key})


def _overview(actor: Actor) -> list[tuple[State, str]]:
    """Return every waiting state with its count, for those who answer for the whole."""
    if not OVERVIEW & actor.perms:
        return []
    counts = queries.open_by_state(actor)
    return [(state, str(counts[state])) for state in WAITING_STATES if counts.get(state)]
