"""Who may see and do what with units and staff."""

from __future__ import annotations

from django.db.models import Q

from huiyin.kernel.errors import NotAllowed
from huiyin.orgs.actors import Actor, ActorKind
from huiyin.orgs.states import PERMS, ROLE_LABELS, Perm, UnitKind


def roles_with(perm: Perm) -> str:
    """Return the Chinese names of the roles that have ``perm``."""
    return "、".join(label for role, label in ROLE_LABELS.items() if perm in PERMS[role])


def require(actor: Actor, perm: Perm) -> None:
    """Raise NotAllowed unless the actor has ``perm``."""
    if perm not in actor.perms:
        raise NotAllowed("您的岗位不能这样操作", remedy=f"请由{roles_with(perm)}办理")


def colleagues_of(actor: Actor) -> Q:
    """Return the condition for accounts that ``actor`` may find: name, unit and roles, no more.

    The centre, the system and those who keep the accounts find everybody; staff of a unit find
    those of their own unit and of units in its care, and those of the centre.

    Source: R-304 (requirement 162).
    """
    if actor.kind is ActorKind.SYSTEM or actor.perms & {Perm.SEE_ALL, Perm.STAFF}:
        return Q()
    if actor.unit is None:
        return Q(pk__in=[])
    return Q(unit__path__startswith=actor.unit.realm) | Q(unit__kind=UnitKind.CENTRE.value)
