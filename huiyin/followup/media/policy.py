"""Who sees media follow-ups and keeps them."""

from __future__ import annotations

from django.db.models import Q

from huiyin.orders.policy import sees_all
from huiyin.orgs import queries as units
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm


def visible_to(actor: Actor) -> Q:
    """Return the condition for follow-ups that ``actor`` may see: all, or those of their own tree.

    Source: R-426 (handbook domain.md 4.4).
    """
    if sees_all(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    return Q(unit__in=units.subtree_ids(actor.unit.realm))


def require_keeper(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` supervises.

    Source: R-426 (requirement 151).
    """
    require(actor, Perm.SUPERVISE)
