"""Who registers instructions and who reads them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from huiyin.followup.tasks.models import Task
from huiyin.followup.tasks.policy import is_office as is_office
from huiyin.followup.tasks.policy import require_office as require_office
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm


def visible_to(actor: Actor) -> Q:
    """Return the condition for instructions that ``actor`` may read.

    The office reads all, dispatchers all but the confidential ones, units those from which they or
    units in their care have a task; of the confidential ones only the leader of the very unit.

    Source: R-448 (requirements 111, 154; handbook domain.md 4.4, 7.2).
    """
    if is_office(actor):
        return Q()
    if Perm.DISPATCH in actor.perms:
        return Q(confidential=False)
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    given = Task.objects.filter(sheet=OuterRef("sheet"))
    seen = Exists(given.filter(unit__in=orgs.subtree_ids(actor.unit.realm)))
    mine = Q(seen, confidential=False)
    if Perm.SIGN_OFF in actor.perms:
        ended = Q(unit__active=False, unit__path__startswith=actor.unit.path)
        mine |= Q(Exists(given.filter(Q(unit=actor.unit.pk) | ended)))
    return mine
