"""Who may see messages, send them again, read an address, or write to a citizen."""

from __future__ import annotations

from django.db.models import Q

from huiyin.kernel.errors import NotAllowed
from huiyin.orgs import policy as orgs
from huiyin.orgs.actors import Actor, ActorKind
from huiyin.orgs.states import Perm


def visible_to(actor: Actor) -> Q:
    """Return the condition for messages that ``actor`` may list in the console.

    The messages of one order are shown on its page to whoever may see the order, masked.

    Source: R-75 (handbook domain.md 4.4).
    """
    if actor.kind is ActorKind.SYSTEM or Perm.MESSAGES in actor.perms:
        return Q()
    return Q(pk__in=[])


def require_messages(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` looks after the messages.

    Source: R-75 (handbook domain.md 4.4).
    """
    orgs.require(actor, Perm.MESSAGES)


def require_writer(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` may write to a citizen in the hotline's name.

    Staff of the centre who may read the citizen's number may also write to it; units speak to the
    citizen themselves.

    Source: R-75 (handbook domain.md 4.4).
    """
    if not {Perm.SEE_ALL, Perm.REVEAL} <= actor.perms:
        raise NotAllowed("您的岗位不能给诉求人发消息", remedy="请由热线中心工作人员发送")
