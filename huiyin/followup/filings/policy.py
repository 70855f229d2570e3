"""Who sees filings, applies for them, reviews and cancels them."""

from __future__ import annotations

from django.db.models import Q

from huiyin.kernel.errors import NotAllowed
from huiyin.orders.policy import sees_all
from huiyin.orgs import policy as orgs
from huiyin.orgs import queries as units
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm


def visible_to(actor: Actor) -> Q:
    """Return the condition for filings that ``actor`` may see: all, or those of their own tree.

    Source: R-127 (requirement 112; handbook domain.md 4.4).
    """
    if sees_all(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    return Q(unit__in=units.subtree_ids(actor.unit.path))


def require_applicant(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` handles orders for a unit.

    Source: R-127 (requirement 112).
    """
    orgs.require(actor, Perm.HANDLE)


def require_reviewer(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` reviews for the hotline.

    Source: R-127 (requirement 112: the hotline office audits).
    """
    if Perm.REVIEW not in actor.perms:
        raise NotAllowed("您的岗位不能审核备案", remedy="由派单员或中心负责人审核")
