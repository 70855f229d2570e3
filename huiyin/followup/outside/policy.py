"""Who keeps contacts outside the units, reads their numbers and tells them."""

from __future__ import annotations

from huiyin.kernel.errors import NotAllowed
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import require, roles_with
from huiyin.orgs.states import Perm

KEEPERS = (Perm.SUPERVISE, Perm.STAFF)


def require_keeper(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` supervises or keeps the accounts.

    Source: R-503 (requirements 2, 56).
    """
    if not set(KEEPERS) & actor.perms:
        raise NotAllowed("您的岗位不能维护联动联系人", remedy=f"由{roles_with(Perm.SUPERVISE)}维护")


def require_teller(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` supervises: nobody else tells agencies outside.

    Source: R-504 (requirements 2, 56).
    """
    require(actor, Perm.SUPERVISE)
