"""Who drafts, approves and reads bulletins."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from huiyin.assessment.bulletins.models import Addressee, Bulletin
from huiyin.assessment.bulletins.rules import Kind
from huiyin.assessment.bulletins.states import BulletinState, Scope
from huiyin.kernel.errors import NotAllowed
from huiyin.orgs import policy as orgs
from huiyin.orgs.actors import Actor, ActorKind
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm, UnitKind


def is_editor(actor: Actor) -> bool:
    """Tell whether the actor drafts bulletins of the whole city."""
    return Perm.ASSESS in actor.perms or actor.kind is ActorKind.SYSTEM


def own_county(actor: Actor) -> str:
    """Return the path of the county whose bulletins the actor drafts; empty for none.

    It is that of the leaders of a county's hotline office.

    Source: R-499 (requirement 131).
    """
    if actor.unit is None or Perm.REPORTS not in actor.perms:
        return ""
    return actor.unit.realm if actor.unit.kind == UnitKind.SUB_CENTRE else ""


def drafts(actor: Actor) -> bool:
    """Tell whether the actor drafts any kind of bulletin."""
    return is_editor(actor) or bool(own_county(actor))


def may_draft(actor: Actor, kind: Kind, county: Unit | None) -> bool:
    """Tell whether the actor drafts this kind, about this county.

    Source: R-499 (requirement 131; handbook domain.md 4.4).
    """
    if is_editor(actor):
        return True
    return kind.scope is Scope.COUNTY and county is not None and county.path == own_county(actor)


def may_edit(actor: Actor, bulletin: Bulletin) -> bool:
    """Tell whether the actor works on a bulletin before it is issued."""
    if is_editor(actor):
        return True
    return bulletin.county is not None and bulletin.county.path == own_county(actor)


def require_editor(actor: Actor, bulletin: Bulletin) -> None:
    """Raise NotAllowed unless the actor works on this bulletin."""
    if not may_edit(actor, bulletin):
        orgs.require(actor, Perm.ASSESS)


def require_approver(actor: Actor, bulletin: Bulletin) -> None:
    """Raise NotAllowed unless the actor may issue: never who handed it in.

    Source: R-495 (handbook domain.md 6.1: 拟稿-核稿-签发; approval by a second person).
    """
    require_editor(actor, bulletin)
    if actor.staff is not None and actor.staff.pk == bulletin.submitted_by_id:
        raise NotAllowed("送审人不能签发自己送审的稿子", remedy="请由另一人签发")


def visible_to(actor: Actor) -> Q:
    """Return the condition for bulletins that ``actor`` may read.

    Editors read all, a county's hotline office those of its county; everybody else what is issued
    and addressed to their very unit, or to themselves.

    Source: R-496 (requirements 12, 58, 131; handbook domain.md 4.4).
    """
    if is_editor(actor):
        return Q()
    seen = Q(pk__in=[])
    if path := own_county(actor):
        seen |= Q(county__path=path)
    if actor.staff is not None:
        to = Addressee.objects.filter(addressed_to(actor), bulletin=OuterRef("pk"))
        seen |= Q(Exists(to), state=BulletinState.ISSUED.value)
    return seen


def addressed_to(actor: Actor) -> Q:
    """Return the condition for addressees in whose place ``actor`` reads.

    Source: R-496 (requirement 58: read receipt).
    """
    if actor.staff is None:
        return Q(pk__in=[])
    mine = Q(staff=actor.staff.pk)
    if Perm.HANDLE in actor.perms and actor.unit is not None:
        mine |= Q(unit=actor.unit.pk)
    return mine
