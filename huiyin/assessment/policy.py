"""Who may see and do what with rounds, results and the orders behind a figure."""

from __future__ import annotations

from huiyin.assessment.models import Correction, ExclusionRequest, Round, UnitResult
from huiyin.assessment.states import FIXED, OPEN_REQUESTS, RequestState, RoundState
from huiyin.kernel.errors import NotAllowed, WrongState
from huiyin.orders.policy import sees_all
from huiyin.orgs import policy as orgs
from huiyin.orgs.actors import Actor, ActorKind
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm


def require_manager(actor: Actor) -> None:
    """Raise NotAllowed unless the actor runs assessments."""
    orgs.require(actor, Perm.ASSESS)


def sees_round(actor: Actor, round_: Round) -> bool:
    """Tell whether a round exists for this person: units see it from the preview on."""
    if Perm.ASSESS in actor.perms or actor.kind is ActorKind.SYSTEM:
        return True
    if round_.standing is RoundState.OPEN:
        return False
    return Perm.HANDLE in actor.perms or Perm.REPORTS in actor.perms


def sees_unit(actor: Actor, unit: Unit) -> bool:
    """Tell whether the figures of a unit, down to its orders, are this person's to see.

    The centre sees all; staff of a unit see their own and those in its care.

    Source: R-267 (requirements 12, 126; handbook domain.md 4.4).
    """
    if sees_all(actor):
        return True
    return actor.unit is not None and unit.path.startswith(actor.unit.realm)


def sees_result(actor: Actor, round_: Round, result: UnitResult | Correction) -> bool:
    """Tell whether a row of the ranking, or a correction of one, is this person's to see.

    All of them once published, else one's own.

    Source: R-267 (handbook domain.md 2.1 art. 34).
    """
    return round_.standing is RoundState.PUBLISHED or sees_unit(actor, result.unit)


def require_state(round_: Round, *states: RoundState) -> None:
    """Raise WrongState unless the round stands where the step may be taken."""
    if round_.standing not in states:
        remedy = "已冻结的结果不能改动；确有差错的，记一条更正" if round_.standing in FIXED else ""
        raise WrongState(f"“{round_}”现为“{round_.standing.label}”，不能这样操作", remedy=remedy)


def require_reviewer(actor: Actor, request: ExclusionRequest, *, appeal: bool = False) -> None:
    """Raise unless this person may decide: never the applicant, nor on an appeal a first reviewer.

    Raises:
        NotAllowed: says who may.

    Source: R-268 (handbook domain.md 2.4: reviewer not the same person; appeal).
    """
    require_manager(actor)
    key = actor.staff.pk if actor.staff else None
    if key == request.asked_by_id:
        raise NotAllowed("申请人不能审核自己的申请", remedy="请由另一人审核")
    if actor.unit is not None and actor.unit.pk == request.unit_id:
        raise NotAllowed("本单位的申请由别的单位的人审核")
    if appeal and key in (request.decided_by_id, request.second_by_id):
        raise NotAllowed("申诉由没有参加过审核的人复审", remedy="请由另一人复审")
    if request.state == "second" and key == request.decided_by_id:
        raise NotAllowed("这类剔除须两人审核", remedy="请由另一人复核")


def may_decide(actor: Actor, request: ExclusionRequest) -> bool:
    """Tell whether this person may decide a request as it stands. No query.

    Source: R-268, R-606 (handbook domain.md 2.4: reviewer not the same person; appeal).
    """
    if request.standing not in OPEN_REQUESTS:
        return False
    try:
        require_reviewer(actor, request, appeal=request.standing is RequestState.APPEALED)
    except NotAllowed:
        return False
    return True
