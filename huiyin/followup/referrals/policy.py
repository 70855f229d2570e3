"""Who knows of referrals, proposes them and decides."""

from __future__ import annotations

from huiyin.followup.referrals.models import Referral
from huiyin.followup.referrals.rules import check_second_person
from huiyin.followup.referrals.states import ReferralStep
from huiyin.kernel.errors import NotAllowed, Refused
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm


def require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` supervises: nobody else knows of referrals.

    Source: R-423 (handbook domain.md 4.4).
    """
    require(actor, Perm.SUPERVISE)


def require_step(actor: Actor, step: ReferralStep, referral: Referral) -> None:
    """Raise NotAllowed unless ``actor`` may take a step: decisions are a second person's.

    Source: R-424 (requirement 155).
    """
    require(actor, Perm.SUPERVISE)
    if not step.decides:
        return
    if Perm.DECIDE not in actor.perms:
        raise NotAllowed("您的岗位不能审批问责移送", remedy="请由中心负责人审批")
    check_second_person(referral.proposed_by_id, actor.staff.pk if actor.staff else None)


def offered(
    actor: Actor, referral: Referral, steps: tuple[ReferralStep, ...]
) -> list[ReferralStep]:
    """Return the steps that ``actor`` may take now. No query."""
    return [
        step for step in steps if step.source is referral.standing and _may(actor, step, referral)
    ]


def _may(actor: Actor, step: ReferralStep, referral: Referral) -> bool:
    try:
        require_step(actor, step, referral)
    except Refused:
        return False
    return True
