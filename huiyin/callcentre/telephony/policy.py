"""Who may set telephony up, and who leads the floor."""

from __future__ import annotations

from huiyin.kernel.errors import NotAllowed
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Staff
from huiyin.orgs.policy import require, roles_with
from huiyin.orgs.states import Perm

KEEPERS = (Perm.STAFF, Perm.SUPERVISE)


def keeper(actor: Actor) -> Staff:
    """Return who keeps seats, lines, lists and prompts.

    Raises:
        NotAllowed: the actor may not, or is no person.
    """
    if actor.staff is None or not actor.perms & set(KEEPERS):
        roles = "、".join(roles_with(perm) for perm in KEEPERS)
        raise NotAllowed("您的岗位不能这样操作", remedy=f"请由{roles}办理")
    return actor.staff


def leader(actor: Actor) -> Staff:
    """Return who leads the floor.

    Raises:
        NotAllowed: the actor may not, or is no person.
    """
    require(actor, Perm.SUPERVISE)
    if actor.staff is None:
        raise NotAllowed("须由本人操作")
    return actor.staff
