"""Who sees supervision orders and takes which step."""

from __future__ import annotations

from django.db.models import Q

from huiyin.followup.mandates.models import Mandate
from huiyin.followup.mandates.states import STEPS, MandateSide, MandateState, MandateStep
from huiyin.kernel.errors import NotAllowed
from huiyin.orders.policy import sees_all
from huiyin.orgs import queries as units
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import require, roles_with
from huiyin.orgs.states import Perm


def visible_to(actor: Actor) -> Q:
    """Return the condition for supervision orders that ``actor`` may see.

    The centre sees all; a unit sees those that were issued to it or one below, and those that it
    checks. What was not sent is not seen by a unit.

    Source: R-412 (handbook domain.md 4.4).
    """
    if sees_all(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    mine = units.subtree_ids(actor.unit.realm)
    sent = ~Q(state__in=[MandateState.DRAFT.value, MandateState.DROPPED.value])
    return sent & (Q(unit__in=mine) | Q(supervising__in=mine))


def may(actor: Actor, step: MandateStep, mandate: Mandate) -> bool:
    """Tell whether ``actor`` is the one who takes ``step``, whatever the state.

    Source: R-412 (requirements 2, 12).
    """
    if step.side is MandateSide.CENTRE:
        return Perm.SUPERVISE in actor.perms
    own = actor.unit is not None and Perm.HANDLE in actor.perms
    if step.side is MandateSide.UNIT:
        return own and actor.unit is not None and actor.unit.pk == mandate.unit_id
    if step.side is MandateSide.CHECKER:
        checks = own and actor.unit is not None and actor.unit.pk == mandate.supervising_id
        return checks or Perm.SUPERVISE in actor.perms
    return False


def require_step(actor: Actor, step: MandateStep, mandate: Mandate) -> None:
    """Raise NotAllowed unless ``actor`` may take ``step``.

    Source: R-412 (requirements 2, 12).
    """
    if may(actor, step, mandate):
        return
    if step.side is MandateSide.UNIT:
        raise NotAllowed(f"{step.label}由被督办单位办理", remedy=f"被督办单位：{mandate.unit}")
    who = str(mandate.supervising) if mandate.supervising else "督办组"
    if step.side is MandateSide.CHECKER:
        raise NotAllowed("您不负责检查这张督办单", remedy=f"由{who}检查")
    raise NotAllowed("您的岗位不能办理督办单", remedy=f"由{roles_with(Perm.SUPERVISE)}办理")


def require_supervisor(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` supervises for the hotline.

    Source: R-412 (requirements 2, 12).
    """
    require(actor, Perm.SUPERVISE)


def offered(actor: Actor, mandate: Mandate) -> list[MandateStep]:
    """Return the steps that ``actor`` may take now. No query."""
    found = [
        step
        for step in STEPS
        if step.side is not MandateSide.SYSTEM
        and mandate.state in step.sources
        and may(actor, step, mandate)
    ]
    asked = mandate.extend_until is not None
    unused = {"ask_extension"} if asked else {"grant_extension", "refuse_extension"}
    return [step for step in found if step.verb not in unused]
