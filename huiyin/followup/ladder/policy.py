"""Who sees escalations and who answers them."""

from __future__ import annotations

from django.db.models import Q

from huiyin.followup.ladder.models import Escalation
from huiyin.followup.ladder.states import Addressee
from huiyin.kernel.errors import NotAllowed
from huiyin.orders.policy import sees_all
from huiyin.orgs import queries as units
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm


def visible_to(actor: Actor) -> Q:
    """Return the condition for escalations that ``actor`` may see.

    The centre sees all; a unit those that are addressed to its head, or to it as the department
    above or as the unit that checks.

    Source: R-422 (handbook domain.md 4.4).
    """
    if sees_all(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    mine = units.subtree_ids(actor.unit.realm)
    head = Q(unit__in=mine, to__contains=[Addressee.UNIT_HEAD.value])
    return head | Q(superior__in=mine) | Q(supervising__in=mine)


def may_answer(actor: Actor, row: Escalation) -> bool:
    """Tell whether ``actor`` may say what came of it: a supervisor, or an addressed unit.

    Source: R-422 (requirements 2, 12).
    """
    if Perm.SUPERVISE in actor.perms:
        return True
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return False
    addressed = {row.superior_id, row.supervising_id}
    if Addressee.UNIT_HEAD.value in row.to:
        addressed.add(row.unit_id)
    return actor.unit.pk in addressed


def require_answer(actor: Actor, row: Escalation) -> None:
    """Raise NotAllowed unless ``actor`` may answer this escalation.

    Source: R-422 (requirements 2, 12).
    """
    if not may_answer(actor, row):
        raise NotAllowed("这条升级提醒不是给您的", remedy="由被告知的单位或督办人员办理")
