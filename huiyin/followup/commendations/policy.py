"""Who sees and fills the register."""

from __future__ import annotations

from django.db.models import Q

from huiyin.orders.policy import sees_all
from huiyin.orgs import policy as orgs
from huiyin.orgs import queries as units
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm


def visible_to(actor: Actor) -> Q:
    """Return the condition for entries that ``actor`` may see: all, or those of their own tree.

    Source: R-135 (requirement 51; handbook domain.md 4.4).
    """
    if sees_all(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    return Q(unit__in=units.subtree_ids(actor.unit.path))


def require_writer(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` works in the centre.

    Source: R-135 (requirement 51).
    """
    orgs.require(actor, Perm.SEE_ALL)
