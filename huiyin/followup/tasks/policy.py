"""Who gives tasks, reads them, reports and confirms them."""

from __future__ import annotations

from django.db.models import Q

from huiyin.followup.tasks.models import Task
from huiyin.kernel.errors import NotAllowed
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import roles_with
from huiyin.orgs.states import Perm


def is_office(actor: Actor) -> bool:
    """Tell whether ``actor`` gives tasks and confirms them: the supervisors of the hotline."""
    return Perm.SUPERVISE in actor.perms


def require_office(actor: Actor, what: str) -> None:
    """Raise NotAllowed unless ``actor`` is of the office that coordinates.

    Source: R-440 (requirements 2, 138: supervision is kept by the government's own staff).
    """
    if not is_office(actor):
        raise NotAllowed(f"您的岗位不能{what}", remedy=f"{what}由{roles_with(Perm.SUPERVISE)}办理")


def visible_to(actor: Actor) -> Q:
    """Return the condition for tasks that ``actor`` may read.

    The office reads all, dispatchers all but the confidential ones, units their own and those of
    units in their care; of the confidential ones only the leader of the very unit.

    Source: R-440, R-448 (requirement 111; handbook domain.md 4.4).
    """
    if is_office(actor):
        return Q()
    if Perm.DISPATCH in actor.perms:
        return Q(sheet__confidential=False)
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    mine = Q(unit__in=orgs.subtree_ids(actor.unit.realm), sheet__confidential=False)
    if Perm.SIGN_OFF in actor.perms:
        ended = Q(unit__active=False, unit__path__startswith=actor.unit.path)
        mine |= Q(unit=actor.unit.pk) | ended
    return mine


def may_report(actor: Actor, task: Task) -> bool:
    """Tell whether ``actor`` reports what was done of ``task``: staff of its unit.

    For a unit that has ended, staff of the one that took over and under which it hangs now.
    """
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return False
    if actor.unit.pk != task.unit_id and (task.unit.active or not task.unit.is_within(actor.unit)):
        return False
    return not task.sheet.confidential or Perm.SIGN_OFF in actor.perms


def require_unit(actor: Actor, task: Task) -> None:
    """Raise NotAllowed unless ``actor`` reports for the unit of ``task``.

    Source: R-441 (requirement 138).
    """
    if not may_report(actor, task):
        raise NotAllowed("这项任务不是本单位的", remedy=f"由{task.unit}报送结果")
