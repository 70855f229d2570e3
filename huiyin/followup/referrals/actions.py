"""Proposing a referral, deciding as a second person, writing down what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.followup.referrals import policy, rules
from huiyin.followup.referrals.models import Referral, ReferralOrder
from huiyin.followup.referrals.states import APPROVE, BY_VERB, END, ReferralState
from huiyin.followup.supervision.actions import next_number
from huiyin.kernel import access, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orders import numbers
from huiyin.orders import queries as orders
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

SERIES = "问责"
PURPOSE = "问责移送证据材料"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a supervisor proposes."""

    title: str = ""
    agency: str = ""
    unit: Unit | None = None
    facts: str = ""
    basis: str = ""
    orders: Sequence[str] = ()


@transaction.atomic
def propose(form: Proposal, *, by: Actor, now: datetime) -> Referral:
    """Propose to send a matter to discipline inspection.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: something is missing, or an order does not exist or was never the unit's.

    Source: R-423, R-605 (requirements 27, 155).
    """
    policy.require_reader(by)
    words = {
        "title": text.clean(form.title),
        "agency": text.clean(form.agency),
        "facts": text.clean(form.facts, lines=True),
        "basis": text.clean(form.basis),
    }
    wanted = list(dict.fromkeys(numbers.read(each) or each for each in form.orders))
    rules.check_proposal(words, unit=form.unit is not None, orders=len(wanted))
    found = list(WorkOrder.objects.filter(number__in=wanted).order_by("pk"))
    if missing := set(wanted) - {order.number for order in found}:
        said = f"没有这些工单：{'、'.join(sorted(missing))[:100]}"
        raise Invalid(said, fields={"orders": said})
    _check_part(found, present(form.unit))
    referral = Referral.objects.create(
        **words,
        state=ReferralState.PROPOSED.value,
        unit=present(form.unit),
        proposed_at=now,
        proposed_by=present(by.staff),
    )
    ReferralOrder.objects.bulk_create(
        ReferralOrder(referral=referral, order=order) for order in found
    )
    return referral


def _check_part(found: Sequence[WorkOrder], unit: Unit) -> None:
    """Refuse as evidence an order in which neither the unit nor one below it ever had a part.

    Source: R-605 (requirements 12, 155).
    """
    parts = Assignment.objects.filter(order__in=found, unit__path__startswith=unit.path)
    held = set(parts.values_list("order", flat=True))
    others = [order.number for order in found if order.pk not in held]
    if others:
        words = f"{unit}没有承办过这些工单：{'、'.join(others)[:100]}"
        raise Invalid(words, fields={"orders": words})


@transaction.atomic
def take(key: int, verb: str, *, by: Actor, note: str, now: datetime) -> Referral:
    """Approve, refuse, withdraw or end a referral; approving keeps how the histories stand.

    Raises:
        NotFound: there is none, or no such step.
        NotAllowed: the actor may not, or proposed it themselves.
        WrongState, Invalid: from another state, or without words.

    Source: R-423, R-424, R-425 (requirements 27, 155).
    """
    step = BY_VERB.get(verb)
    referral = Referral.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if referral is None or step is None:
        raise NotFound("没有找到这份移送")
    policy.require_step(by, step, referral)
    words = text.clean(note, lines=True)
    rules.check_step(step, referral.standing, words)
    referral.state = step.target.value
    if step is END:
        referral.ended_at, referral.ended_by, referral.result = now, by.staff, words
    else:
        referral.decided_at, referral.decided_by, referral.decision = now, by.staff, words
    if step is APPROVE:
        referral.number = next_number(SERIES, now)
        _keep_heads(referral)
    referral.save()
    return referral


def _keep_heads(referral: Referral) -> None:
    """Keep count, digest and soundness of each history as it is sent.

    Source: R-425 (architecture 3).
    """
    keys = list(referral.lines.values_list("order", flat=True))
    locked = WorkOrder.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    held = {order.pk: order for order in locked}
    broken = orders.broken_among(keys)
    for line in referral.lines.order_by("pk"):
        order = held[line.order_id]
        line.events, line.head = order.event_count, bytes(order.head).hex()
        line.whole = order.number not in broken
        line.save(update_fields=["events", "head", "whole"])


def log_reading(
    referral: Referral, *, by: Actor, now: datetime, address: str | None = None
) -> None:
    """Write down that somebody opened the evidence, for the referral and each of its orders.

    Source: R-425 (handbook domain.md 7.2: reading is logged).
    """
    subjects = [f"referral:{referral.pk}"]
    subjects += [f"order:{line.order.number}" for line in referral.lines.all()]
    for subject in subjects:
        access.record(
            reader=by.reference, subject=subject, fields=["evidence"], purpose=PURPOSE, now=now,
            address=address,
        )  # fmt: skip
