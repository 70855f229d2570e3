"""Who flags cases, calls meetings, reads them, and works on joint cases."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from huiyin.followup.coordination.models import Invitation, JointPartner
from huiyin.followup.coordination.states import LIVE, FlagState
from huiyin.followup.tasks.policy import is_office as is_office
from huiyin.followup.tasks.policy import require_office as require_office
from huiyin.kernel.errors import NotAllowed
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import OPEN
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import roles_with
from huiyin.orgs.states import Perm

COORDINATORS = frozenset({Perm.SUPERVISE, Perm.DISPATCH})
LIVE_STATES: tuple[FlagState, ...] = tuple(LIVE)


def coordinates(actor: Actor) -> bool:
    """Tell whether ``actor`` flags cases and reads all flags and meetings."""
    return bool(COORDINATORS & actor.perms)


def require_coordinator(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` may flag a case.

    Source: R-443 (requirements 2, 138).
    """
    if not coordinates(actor):
        who = f"{roles_with(Perm.DISPATCH)}、{roles_with(Perm.SUPERVISE)}"
        raise NotAllowed("您的岗位不能提请协调", remedy=f"由{who}提请")


def may_flag(actor: Actor, order: WorkOrder) -> bool:
    """Tell whether ``actor`` may flag this order: it is still open."""
    return coordinates(actor) and order.standing in OPEN


def meetings_of(actor: Actor) -> Q:
    """Return the condition for meetings that ``actor`` may read: all, or those they are asked to.

    Source: R-444 (requirement 138; handbook domain.md 4.4).
    """
    if coordinates(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    asked = Invitation.objects.filter(
        meeting=OuterRef("pk"),
        unit__in=orgs.subtree_ids(actor.unit.realm),
        sent_at__isnull=False,
    )
    return Q(Exists(asked))


def joint_of(actor: Actor) -> Q:
    """Return the condition for joint cases that ``actor`` may read: all, or those of their units.

    Source: R-449 (requirement 108; handbook domain.md 4.4).
    """
    if coordinates(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    mine = orgs.subtree_ids(actor.unit.realm)
    partner = JointPartner.objects.filter(case=OuterRef("pk"), unit__in=mine)
    return Q(lead__in=mine) | Q(Exists(partner))


def may_answer(actor: Actor, invitation: Invitation) -> bool:
    """Tell whether ``actor`` answers an invitation: staff of the invited unit."""
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return False
    asked = invitation.unit
    return actor.unit.pk == asked.pk or (not asked.active and asked.is_within(actor.unit))
