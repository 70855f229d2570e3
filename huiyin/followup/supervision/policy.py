"""Who may urge."""

from __future__ import annotations

from huiyin.kernel.errors import NotAllowed
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import State
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import roles_with
from huiyin.orgs.states import Perm

WITH_THE_UNIT = frozenset({State.TO_SIGN, State.IN_PROGRESS})


def require(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` may urge units.

    Source: R-184 (requirements 2, 12: supervision is kept by the government's own staff).
    """
    if Perm.SUPERVISE not in actor.perms:
        raise NotAllowed("您的角色不能催办", remedy=f"催办由{roles_with(Perm.SUPERVISE)}办理")


def may_urge(actor: Actor, order: WorkOrder) -> bool:
    """Tell whether ``actor`` may urge about this order now: it must lie with a unit."""
    return Perm.SUPERVISE in actor.perms and order.standing in WITH_THE_UNIT
