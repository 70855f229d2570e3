"""Who may see and do what with units and staff."""

from __future__ import annotations

from huiyin.kernel.errors import NotAllowed
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import PERMS, ROLE_LABELS, Perm


def roles_with(perm: Perm) -> str:
    """Return the Chinese names of the roles that have ``perm``."""
    return "、".join(label for role, label in ROLE_LABELS.items() if perm in PERMS[role])


def require(actor: Actor, perm: Perm) -> None:
    """Raise NotAllowed unless the actor has ``perm``."""
    if perm not in actor.perms:
        raise NotAllowed("您的角色不能这样操作", remedy=f"请由{roles_with(perm)}办理")
