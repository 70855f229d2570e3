"""Leaders' instructions: the queue, registering one, and one with its tasks and feedback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.assessment.bulletins import actions as bulletins
from huiyin.assessment.bulletins import queries as bulletin_queries
from huiyin.assessment.bulletins.models import Bulletin
from huiyin.followup.instructions import actions, policy, queries
from huiyin.followup.instructions.actions import Instructing
from huiyin.followup.instructions.models import Instruction
from huiyin.followup.instructions.states import FileKind, InstructionState, Priority
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.states import RUNNING
from huiyin.kernel import clock
from huiyin.kernel.errors import Conflict, Invalid, NotFound, TooLarge, WrongType
from huiyin.orders import queries as orders
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, address_of, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_coordination import (
    Duties,
    DutyForm,
    FeedbackForm,
    InstructionForm,
    ReasonForm,
)
from huiyin.web.workbench.once import made_once
from huiyin.web.workbench.registers import send_file
from huiyin.web.workbench.steps import put_on

_KINDS: dict[str, type[forms.Form]] = {
    "assign": DutyForm, "feed_back": FeedbackForm, "reopen": ReasonForm, "close": ReasonForm,
}  # fmt: skip
READERS = (Perm.SUPERVISE, Perm.DISPATCH, Perm.HANDLE)
LONGEST_KEY, LONGEST_TITLE = 19, 120


@require_GET
@staff_page(*READERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of instructions, the first due first. Four queries beside the session."""
    now, state = clock.now(), request.GET.get("state", InstructionState.OPEN.value)
    known = {*InstructionState, queries.LATE}
    words = request.GET.get("q", "")[:60]
    told = queries.counted(request.actor, now)
    found = {
        "page": queries.listed(
            request.actor, now=now, state=state if state in known else "", words=words,
            cursor=request.GET.get("cursor", ""),
        ),
        "state": state,
        "words": words,
        "states": [
            (InstructionState.OPEN.value, InstructionState.OPEN.label, told["open"]),
            (queries.LATE, "已超期", told[queries.LATE]),
            (InstructionState.FED_BACK.value, InstructionState.FED_BACK.label, told["fed_back"]),
            (InstructionState.CLOSED.value, InstructionState.CLOSED.label, told["closed"]),
        ],
        "may_register": policy.is_office(request.actor),
        "now": now,
    }  # fmt: skip
    return render(request, "workbench/instructions.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def new(request: StaffRequest) -> HttpResponse:
    """Register an instruction with its first tasks."""
    if request.method == "GET":
        return _new(request, InstructionForm(initial=_begun(request)), Duties())
    form, duties = InstructionForm(request.POST, request.FILES), Duties(request.POST)
    if not (form.is_valid() and duties.is_valid()):
        duties.is_valid()
        return _new(request, form, duties, status=422)
    clean = form.cleaned_data
    files = {FileKind.WORDS: clean.pop("photos"), FileKind.REPORT: clean.pop("report")}
    said = Instructing(**(clean | {"priority": Priority(clean["priority"])}))
    now, given, about = clock.now(), duties.read(), _about(request)

    def register() -> int:
        made = actions.register(said, files, duties=given, by=request.actor, now=now)
        if about is not None:
            bulletins.note_instruction(about, made)
        return made.pk

    try:
        key = made_once(request, register, now=now)
    except NotFound as refusal:
        form.add_error("order", refusal.message)
        return _new(request, form, duties, status=422)
    except (Invalid, TooLarge, WrongType) as refusal:
        put_on(form, refusal)
        return _new(request, form, duties, status=refusal.status)
    return redirect("workbench:instruction", key=key)


def _about(request: StaffRequest) -> Bulletin | None:
    """Return the bulletin that the instruction was given on, if it names one. Three queries."""
    key = request.POST.get("bulletin", "") or request.GET.get("bulletin", "")
    known = key.isascii() and key.isdigit() and len(key) < LONGEST_KEY
    found = bulletin_queries.get_visible(request.actor, int(key)) if known else None
    return found if found is not None and found.number else None


def _begun(request: StaffRequest) -> dict[str, Any]:
    if (about := _about(request)) is not None:
        return {"title": str(about)[:LONGEST_TITLE]}
    number = request.GET.get("order", "")
    order = orders.get_visible(request.actor, number) if number else None
    return {"order": order.number, "title": order.title} if order else {}


def _new(
    request: StaffRequest, form: InstructionForm, duties: Duties, *, status: int = 200
) -> HttpResponse:
    dress(form)
    duties.dress()
    found = {"form": form, "duties": duties, "bulletin": _about(request)}
    return render(request, "workbench/instruction_new.html", found, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(*READERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one instruction, which is logged; give tasks, tell the leader, close it."""
    found, now = queries.get_visible(request.actor, key), clock.now()
    if found is None:
        raise NotFound("没有找到这件批示")
    sent = request.POST.get("do", "") if request.method == "POST" else ""
    made = {
        name: kind(
            request.POST if name == sent else None,
            request.FILES if name == sent else None,
            auto_id=f"{name}_%s",
        )
        for name, kind in _KINDS.items()
    }
    status = 200
    if request.method == "POST":
        if sent not in made:
            raise NotFound("没有这个步骤")
        status = 422
        if made[sent].is_valid():
            try:
                made_once(
                    request, lambda: _take(request, key, sent, made[sent].cleaned_data), now=now
                )
                return redirect("workbench:instruction", key=key)
            except (Invalid, Conflict, TooLarge, WrongType) as refusal:
                put_on(made[sent], refusal)
                status = refusal.status
    actions.log_reading(found, by=request.actor, address=address_of(request), now=now)
    for each in made.values():
        dress(each)
    return render(
        request, "workbench/instruction.html", _facts(request, found, made), status=status
    )


def _take(request: StaffRequest, key: int, do: str, clean: dict[str, Any]) -> int:
    by, now = request.actor, clock.now()
    doings: dict[str, Callable[[], Any]] = {
        "assign": lambda: actions.assign(
            key, [Duty(next(iter(clean["unit"]), None), clean["what"], clean["due_on"])],
            by=by, now=now,
        ),
        "feed_back": lambda: actions.feed_back(
            key, by=by, said=clean["feedback"], files=clean["photos"], now=now
        ),
        "reopen": lambda: actions.reopen(key, by=by, note=clean["note"]),
        "close": lambda: actions.close(key, by=by, note=clean["note"], now=now),
    }  # fmt: skip
    doings[do]()
    return key


def _facts(
    request: StaffRequest, found: Instruction, made: dict[str, forms.Form]
) -> dict[str, Any]:
    office, state, order = policy.is_office(request.actor), found.standing, found.order
    seen = order is not None and orders.visible_key(request.actor, order.number)
    tasks = list(found.sheet.tasks.all()) if found.sheet else []
    return {
        "found": found,
        "files": list(found.files.all()),
        "tasks": tasks,
        "unfinished": sum(task.standing in RUNNING for task in tasks),
        "order": order if seen else None,
        "forms": made,
        "now": clock.now(),
        "may_assign": office and state is InstructionState.OPEN,
        "may_answer": office and state is InstructionState.OPEN,
        "may_close": office and state is InstructionState.FED_BACK,
    }


@require_GET
@staff_page(*READERS)
def paper(request: StaffRequest, key: int) -> HttpResponse:
    """Send one file of an instruction; the reading is logged."""
    found = queries.file_for(request.actor, key)
    if found is None:
        raise NotFound("没有找到这个附件")
    actions.log_reading(
        found.instruction, by=request.actor, address=address_of(request), now=clock.now(),
        what="file",
    )  # fmt: skip
    return send_file(found.digest, found.name, found.media_type, cached=False)
