"""Who may urge."""

from __future__ import annotations

from django.db.models import Q

from huiyin.followup.supervision.models import Letter
from huiyin.kernel.errors import NotAllowed
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import sees_all
from huiyin.orders.states import State
from huiyin.orgs import queries as units
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import roles_with
from huiyin.orgs.states import Perm

WITH_THE_UNIT = frozenset({State.TO_SIGN, State.IN_PROGRESS})


def require(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` may urge units.

    Source: R-184 (requirements 2, 12: supervision is kept by the government's own staff).
    """
    if Perm.SUPERVISE not in actor.perms:
        raise NotAllowed("您的岗位不能催办", remedy=f"催办由{roles_with(Perm.SUPERVISE)}办理")


def may_urge(actor: Actor, order: WorkOrder) -> bool:
    """Tell whether ``actor`` may urge about this order now: it must lie with a unit."""
    return Perm.SUPERVISE in actor.perms and order.standing in WITH_THE_UNIT


def letters_visible_to(actor: Actor) -> Q:
    """Return the condition for letters that ``actor`` may see: all, or those of their own tree.

    Source: R-419 (handbook domain.md 4.4).
    """
    if sees_all(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    return Q(unit__in=units.subtree_ids(actor.unit.realm))


def may_answer_letter(actor: Actor, letter: Letter) -> bool:
    """Tell whether ``actor`` says what the unit arranges: staff of the very unit, once. No query.

    Source: R-501 (handbook domain.md 5: 工作提醒函).
    """
    own = actor.unit is not None and actor.unit.pk == letter.unit_id
    return own and reads_letters(actor) and letter.answered_at is None


def reads_letters(actor: Actor) -> bool:
    """Tell whether ``actor`` reads letters on behalf of a unit."""
    return actor.unit is not None and Perm.HANDLE in actor.perms and not sees_all(actor)
