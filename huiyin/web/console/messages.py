"""Messages to citizens: what was sent, what was not, and trying again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from huiyin.channels.messaging import actions, queries
from huiyin.channels.messaging.queries import MessageFilter
from huiyin.channels.messaging.states import MEDIUM_LABELS, Medium, MessageState, own_text
from huiyin.channels.messaging.states import TEMPLATE_KEYS as KEYS
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.orgs.states import Perm
from huiyin.web.console.forms import MessageFilterForm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.worktime.calendar import SHANGHAI

_AGAIN = frozenset({MessageState.FAILED, MessageState.GIVEN_UP})


@require_GET
@staff_page(Perm.MESSAGES)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of messages, newest first."""
    form = MessageFilterForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    wanted = MessageFilter(
        states=(MessageState(asked["state"]),) if asked.get("state") else (),
        medium=asked.get("medium", ""),
        number=asked.get("number", ""),
        since=asked.get("since"),
        until=asked.get("until"),
    )
    counts = queries.counted_by_state(request.actor)
    found = {
        "form": form,
        "page": queries.listed(request.actor, wanted, cursor=request.GET.get("cursor", "")),
        "counts": [(state, counts[state]) for state in MessageState],
        "capped": queries.CAPPED,
        "chosen": asked.get("state", ""),
    }
    return render(request, "console/messages.html", found, status=200 if form.is_valid() else 422)


@require_GET
@staff_page(Perm.MESSAGES)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one message with its masked text and what became of it."""
    message = queries.get_visible(request.actor, key)
    if message is None:
        raise NotFound("没有这条消息")
    found = {
        "message": message,
        "state": MessageState(message.state),
        "may_retry": message.state in _AGAIN and bool(message.body_sealed),
        "retried": "retried" in request.GET,
    }
    return render(request, "console/message.html", found)


@require_POST
@staff_page(Perm.MESSAGES)
def retry(request: StaffRequest, key: int) -> HttpResponse:
    """Let a message that was not delivered start anew."""
    actions.retry(key, by=request.actor, now=clock.now())
    response = redirect("console:message", key=key)
    response["Location"] += "?retried"
    return response


@require_GET
@staff_page(Perm.MESSAGES)
def templates(request: StaffRequest) -> HttpResponse:
    """Show the texts: the city's with their dates, and our own where it has none."""
    today = clock.now().astimezone(SHANGHAI).date()
    rows = list(queries.templates())
    held = {(row.key, row.medium) for row in rows}
    own = [
        (key, MEDIUM_LABELS[medium], own_text(key, medium))
        for key in KEYS
        for medium in Medium
        if (key, medium.value) not in held
    ]
    return render(request, "console/templates.html", {"rows": rows, "own": own, "today": today})
