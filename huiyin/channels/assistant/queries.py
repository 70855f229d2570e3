"""Whether the assistant may be asked, where it is, and who has asked."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from huiyin.channels.assistant.client import Service
from huiyin.channels.assistant.models import AssistantUse
from huiyin.channels.assistant.states import Task
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge


def service() -> Service | None:
    """Return the language model of this installation; None when the operator has set none."""
    if not settings.ASSISTANT_URL:
        return None
    return Service(
        settings.ASSISTANT_URL,
        settings.ASSISTANT_MODEL,
        settings.ASSISTANT_SECRET,
        float(settings.ASSISTANT_TIMEOUT),
    )


def is_on(task: Task, now: datetime) -> bool:
    """Tell whether the operator has set a service and the city has switched this kind on.

    Source: R-208 (handbook domain.md 7.2: off unless asked for).
    """
    return service() is not None and bool(knowledge.parameter(task.parameter, now, default=False))


def offered(now: datetime) -> list[Task]:
    """Return the kinds that are on. No query while remembered."""
    return [task for task in Task if is_on(task, now)]


def listed(*, cursor: str = "", size: int = 50) -> Page[AssistantUse]:
    """Return one page of the log, the newest first. One query."""
    rows = AssistantUse.objects.select_related("by", "order")
    return page(rows, by=("-id",), cursor=cursor, size=size)
