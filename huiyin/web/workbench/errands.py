"""What of tasks, meetings and instructions stands on the start page and on an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from huiyin.assessment import queries as assessment
from huiyin.assessment.bulletins import queries as bulletins
from huiyin.followup.coordination import policy
from huiyin.followup.coordination import queries as coordination
from huiyin.followup.instructions import queries as instructions
from huiyin.followup.tasks import queries as tasks
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.worktime.calendar import SHANGHAI

_CONCERNED = frozenset({Perm.SUPERVISE, Perm.DISPATCH, Perm.HANDLE})


@dataclass(frozen=True, slots=True)
class Errand:
    """A line of the start page: what waits, how many, and where."""

    label: str
    count: int
    url: str
    tone: str = ""


def errands(actor: Actor, now: datetime) -> list[Errand]:
    """Return what waits for ``actor`` beside orders; what is none is left out.

    Nine queries at most, one or two for roles that have a part in bulletins alone.
    """
    found = [*_of_others(actor, now), *_assessed(actor, now), *_papers(actor)]
    return [each for each in found if each.count]


def _assessed(actor: Actor, now: datetime) -> list[Errand]:
    """Return rounds that a unit looks through, and what units ask of them. One query at most."""
    found, page = assessment.waiting(actor, now.astimezone(SHANGHAI).date()), "workbench:assessment"
    return [
        Errand("考核预告待核对", found.previews, reverse(page), "amber"),
        Errand("剔除和异议待审核", found.requests, reverse(page), "amber"),
    ]


def _papers(actor: Actor) -> list[Errand]:
    """Return the bulletins to read, and those to issue. Two queries at most."""
    page = reverse("workbench:bulletins")
    return [
        Errand("通报、报告待阅", bulletins.unread(actor), page, "amber"),
        Errand("通报、报告待签发", bulletins.waiting(actor), f"{page}?state=submitted", "amber"),
    ]


def _of_others(actor: Actor, now: datetime) -> list[Errand]:
    """Return tasks, invitations, flags, turns and instructions. Six queries at most."""
    if not _CONCERNED & actor.perms:
        return []
    told, asked = tasks.standing(actor, now), coordination.waiting(actor)
    leaders = instructions.counted(actor, now)
    turns = coordination.my_turns(actor, now.astimezone(SHANGHAI).date())
    page, office = reverse("workbench:tasks"), policy.is_office(actor)
    return [
        Errand("任务超期", told.late, f"{page}?state=late", "red"),
        Errand("任务待办", told.open, page),
        Errand("任务待确认", told.reported if office else 0, f"{page}?state=reported", "amber"),
        Errand("会议邀请待回执", asked.invitations, reverse("workbench:meetings"), "amber"),
        Errand("待协调事项", asked.flags, reverse("workbench:flags")),
        Errand("一周内轮到您参加网格例会", turns, reverse("workbench:turns"), "amber"),
        Errand("批示办理中", leaders["open"], reverse("workbench:instructions")),
    ]


def beside_order(actor: Actor, order: WorkOrder) -> dict[str, Any]:
    """Return what the page of an order shows of all this. Five queries at most."""
    if not _CONCERNED & actor.perms:
        return {}
    coordinates = policy.coordinates(actor)
    flags = coordination.flags_of(order) if coordinates else []
    return {
        "instructed": instructions.of_order(actor, order),
        "flags": flags,
        "joint": coordination.joint_of_order(order) if coordinates else None,
        "may_flag": policy.may_flag(actor, order)
        and not any(flag.standing in policy.LIVE_STATES for flag in flags),
        "may_instruct": policy.is_office(actor),
    }
