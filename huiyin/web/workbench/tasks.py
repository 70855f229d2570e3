"""Tasks: the list for units and for the office, and one task with its history."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.tasks import actions, policy, queries
from huiyin.followup.tasks.models import Task
from huiyin.followup.tasks.queries import TaskFilter
from huiyin.followup.tasks.states import BY_VERB, Origin, TaskState
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound, TooLarge, WrongType
from huiyin.orders import queries as orders
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_coordination import TaskForm
from huiyin.web.workbench.registers import send_file
from huiyin.web.workbench.steps import put_on

READERS = (Perm.SUPERVISE, Perm.DISPATCH, Perm.HANDLE)
LATE = "late"
_PAGES = {"XT": "meeting", "PS": "instruction", "LH": "joint_case"}


def page_of(document: str) -> str:
    """Return the address of what a sheet of tasks came from, by its number."""
    name = _PAGES[document[:2]]
    return reverse(f"workbench:{name}", kwargs={"key": int(document[2:])})


@require_GET
@staff_page(*READERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of tasks, the first due first. Four queries at most beside the session."""
    now, asked = clock.now(), request.GET
    state, origin = asked.get("state", TaskState.OPEN.value), asked.get("from", "")
    wanted = TaskFilter(
        state=state if state in set(TaskState) else "",
        origin=origin if origin in set(Origin) else "",
        late=state == LATE,
    )
    page = queries.listed(request.actor, wanted, now=now, cursor=asked.get("cursor", ""))
    told = queries.standing(request.actor, now)
    found = {
        "page": page,
        "state": state,
        "origin": wanted.origin,
        "states": [
            (TaskState.OPEN.value, TaskState.OPEN.label, told.open),
            (LATE, "已超期", told.late),
            (TaskState.REPORTED.value, TaskState.REPORTED.label, told.reported),
            (TaskState.DONE.value, TaskState.DONE.label, None),
            ("all", "全部", None),
        ],
        "origins": list(Origin),
        "now": now,
    }
    return render(request, "workbench/tasks.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(*READERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one task; report it, or decide what was reported."""
    task = queries.get_visible(request.actor, key)
    if task is None:
        raise NotFound("没有找到这项任务")
    form = TaskForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _take(request.actor, key, form.cleaned_data)
                return redirect("workbench:task", key=key)
            except (Invalid, TooLarge, WrongType) as refusal:
                put_on(form, refusal)
                status = refusal.status
    dress(form)
    return render(request, "workbench/task.html", _facts(request, task, form), status=status)


@require_GET
@staff_page(*READERS)
def proof(request: StaffRequest, key: int) -> HttpResponse:
    """Send one file of a report."""
    found = queries.file_for(request.actor, key)
    if found is None:
        raise NotFound("没有找到这个附件")
    return send_file(found.digest, found.name, found.media_type, cached=False)


def _take(actor: Actor, key: int, clean: dict[str, Any]) -> None:
    do, now = clean["do"], clock.now()
    if do == "report":
        actions.report(key, by=actor, said=clean["said"], files=clean["photos"], now=now)
        return
    if do == "postpone":
        actions.postpone(key, by=actor, due_on=clean["due_on"], note=clean["note"], now=now)
        return
    {"confirm": actions.confirm, "send_back": actions.send_back, "cancel": actions.cancel}[do](
        key, by=actor, note=clean["note"], now=now
    )


def _facts(request: StaffRequest, task: Task, form: TaskForm) -> dict[str, Any]:
    actor, office = request.actor, policy.is_office(request.actor)
    order = task.sheet.order
    return {
        "task": task,
        "files": list(task.files.all()),
        "form": form,
        "now": clock.now(),
        "lines": [(BY_VERB[event.verb].past, event) for event in queries.history(task)],
        "source": page_of(task.sheet.document),
        "order": order if order and orders.visible_key(actor, order.number) else None,
        "may_report": task.standing is TaskState.OPEN and policy.may_report(actor, task),
        "may_decide": office and task.standing is TaskState.REPORTED,
        "may_change": office and task.standing in (TaskState.OPEN, TaskState.REPORTED),
    }
