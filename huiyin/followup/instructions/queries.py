"""Questions about instructions."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Prefetch, Q

from huiyin.followup.instructions import policy
from huiyin.followup.instructions.models import Instruction, InstructionFile
from huiyin.followup.instructions.states import InstructionState
from huiyin.followup.tasks.models import Task
from huiyin.kernel import text
from huiyin.kernel.paging import Page, page
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor

LATE = "late"


def listed(
    actor: Actor, *, now: datetime, state: str = "", words: str = "", cursor: str = ""
) -> Page[Instruction]:
    """Return one page of the instructions that ``actor`` may read, the first due first.

    ``state`` may also be ``late``: not answered in time. At most two queries.
    """
    rows = Instruction.objects.filter(policy.visible_to(actor)).select_related("order")
    rows = rows.annotate(
        given=Count("sheet__tasks"), done=Count("sheet__tasks", filter=_ended("sheet__tasks__"))
    )
    if state == LATE:
        rows = rows.filter(state=InstructionState.OPEN.value, due_at__lte=now)
    elif state:
        rows = rows.filter(state=state)
    for word in text.clean(words).split()[:5]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(leader__icontains=word) | Q(office__icontains=word)
        )
    return page(rows, by=("due_at", "id"), cursor=cursor)


def _ended(prefix: str = "") -> Q:
    return Q(**{f"{prefix}state__in": ("done", "cancelled")})


def counted(actor: Actor, now: datetime) -> dict[str, int]:
    """Return how many instructions ``actor`` may read, by state, and the late ones. Two queries."""
    late = Q(state=InstructionState.OPEN.value, due_at__lte=now)
    wanted = {s.value: Count("pk", filter=Q(state=s.value)) for s in InstructionState}
    rows = Instruction.objects.filter(policy.visible_to(actor))
    return dict(rows.aggregate(**wanted, **{LATE: Count("pk", filter=late)}))


def get_visible(actor: Actor, key: int) -> Instruction | None:
    """Return one instruction with files and tasks, if ``actor`` may read it. At most five."""
    tasks = Task.objects.select_related("unit").order_by("due_at", "pk")
    rows = Instruction.objects.filter(policy.visible_to(actor)).select_related(
        "order", "sheet", "registered_by", "fed_back_by", "closed_by", "staff"
    )
    return rows.prefetch_related("files", Prefetch("sheet__tasks", tasks)).filter(pk=key).first()


def file_for(actor: Actor, key: int) -> InstructionFile | None:
    """Return one file of an instruction that ``actor`` may read. At most two queries."""
    visible = Instruction.objects.filter(policy.visible_to(actor))
    rows = InstructionFile.objects.filter(pk=key, instruction__in=visible)
    return rows.select_related("instruction").first()


def of_order(actor: Actor, order: WorkOrder) -> list[Instruction]:
    """Return the instructions on an order that ``actor`` may read, newest first. At most two."""
    rows = Instruction.objects.filter(policy.visible_to(actor), order=order)
    return list(rows.order_by("-pk"))
