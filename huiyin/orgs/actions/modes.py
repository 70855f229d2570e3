"""How a unit works inside: whether its leader signs what goes out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from huiyin.kernel import cached
from huiyin.orgs import policy
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit, UnitMode
from huiyin.orgs.states import Perm


@transaction.atomic
def set_mode(unit: Unit, *, signed: bool, by: Actor, now: datetime) -> UnitMode:
    """Let a unit answer directly, or signed by its leader, from now on; the change is kept.

    Drafts that wait are signed or returned as before.

    Raises:
        NotAllowed: neither the unit's own leader nor who keeps the accounts.

    Source: R-158 (requirement 197: direct or signed mode inside a unit).
    """
    own = by.unit is not None and by.unit.pk == unit.pk and Perm.SIGN_OFF in by.perms
    if not own:
        policy.require(by, Perm.STAFF)
    Unit.objects.select_for_update().get(pk=unit.pk)
    held = UnitMode.objects.filter(unit=unit).order_by("-pk").first()
    if held is not None and held.signed == signed:
        return held
    made = UnitMode.objects.create(unit=unit, signed=signed, at=now, by=by.label)
    transaction.on_commit(cached.forget_all)
    return made
