"""Who draws call tests and hears them."""

from __future__ import annotations

from huiyin.kernel.errors import NotAllowed
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import roles_with
from huiyin.orgs.states import Perm

HEARERS = (Perm.QUALITY, Perm.SUPERVISE)


def require_hearer(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` checks quality or supervises.

    Source: R-506 (requirements 2, 57).
    """
    if not set(HEARERS) & actor.perms:
        raise NotAllowed("您的岗位不能测听", remedy=f"由{roles_with(Perm.QUALITY)}测听")
