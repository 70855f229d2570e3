"""Disputes about who handles an order: units confer, a unit contests, the centre rules, or anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.actions import end_ruled
from huiyin.orders import dispute_queries, moving, rules
from huiyin.orders.actions.applying import LONGEST, lapse, withdraw_drafts
from huiyin.orders.actions.assigning import (
    SUPERVISED,
    assign,
    assist_with,
    check_units,
    given_to,
    lead_clocks,
    review_time_back,
    supervisor_for,
    was_refused,
)
from huiyin.orders.actions.timing import HELD
from huiyin.orders.actions.turn import Turn, begin, finish, lead_of, only
from huiyin.orders.models import Assignment, Clock, Dispute, DisputeUnit, WorkOrder
from huiyin.orders.states import (
    CONFER,
    CONTEST,
    GIVE_OPINION,
    PROPOSE_RULING,
    REOPEN_RULING,
    RULE,
    AssignmentRole,
    State,
)
from huiyin.orgs import succession
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI


@transaction.atomic
def confer(
    order_id: int, *, by: Actor, units: Sequence[Unit], basis: str, now: datetime
) -> WorkOrder:
    """Let candidate units confer before the order is dispatched, because it is not clear whose.

    Args:
        order_id: the order.
        by: the dispatcher.
        units: the candidates; two, or fewer once the order was returned often enough.
        basis: what is in dispute.
        now: when.

    Raises:
        Invalid: too few candidates, or no reason.

    Source: R-101 (handbook domain.md 2.8, 4.3: pre-dispatch discussion).
    """
    turn = begin(CONFER, order_id, by, now)
    why = _said(basis, "basis", "会商的理由")
    check_units(units, turn)
    rules.check_confer(
        candidates=len(units),
        returns=dispute_queries.returns_granted(turn.order),
        after=int(knowledge.parameter("dispute.after_returns", now, default=2)),
    )
    dispute = _raise(turn, why)
    _add_candidates(dispute, units)
    named = "、".join(str(u) for u in units)
    return finish(
        turn,
        note=why + (f"；候选单位 {named}" if named else ""),
        data={"candidates": [u.code for u in units]},
    )


@transaction.atomic
def contest(
    order_id: int, *, by: Actor, basis: str, suggested: Unit | None, now: datetime
) -> WorkOrder:
    """Contest a dispatch after the return was refused; the unit's clocks keep running.

    The unit and the one that it suggests are the candidates.

    Raises:
        Invalid: basis or suggestion is missing, or the unit suggests itself.
        NotAllowed: no return of the unit was refused, or a ruling named it.

    Source: R-101 (handbook domain.md 2.8 派单异议).
    """
    turn = begin(CONTEST, order_id, by, now)
    mine = present(turn.mine)
    if mine.no_return:
        raise NotAllowed("本单位由裁定指定承办", remedy="如有困难请联系热线中心")
    if not was_refused(turn.order, mine):
        raise NotAllowed("请先申请退单", remedy="被驳回后仍有异议的，再提出派单异议")
    why = _said(basis, "basis", "异议的依据")
    if suggested is None:
        raise Invalid("请填写建议承办单位", fields={"suggested": "必填"})
    if suggested.pk == mine.unit_id:
        raise Invalid("建议的承办单位不能是本单位", fields={"suggested": "请选择其他单位"})
    check_units([suggested], turn)
    lapse(turn)
    dispute = _raise(turn, why, unit=mine.unit, suggested=suggested)
    own, _ = _add_candidates(dispute, [mine.unit, suggested])
    own.opinion, own.basis = "不应由本单位承办", why
    own.given_at, own.given_by = now, by.staff
    own.save()
    return finish(
        turn,
        note=f"{why}；建议由{suggested}承办",
        data={"unit": mine.unit.code, "suggested": suggested.code, "from_state": turn.was["state"]},
    )


@transaction.atomic
def give_opinion(
    order_id: int, *, by: Actor, unit: Unit, opinion: str, basis: str = "", now: datetime
) -> WorkOrder:
    """Record what a candidate unit, or an authority that was asked, says in the conference.

    A second opinion of the same unit takes the place of the first; the history keeps both. A unit
    that was not a candidate, such as the staffing office, may be heard as well.

    Raises:
        Invalid: no opinion.

    Source: R-101 (handbook domain.md 2.8: meeting; opinion of the staffing or justice office).
    """
    turn = begin(GIVE_OPINION, order_id, by, now)
    said = _said(opinion, "opinion", "意见")
    why = _fitting(basis, "basis")
    row, _ = DisputeUnit.objects.get_or_create(
        dispute=_open(turn), unit=unit, defaults={"candidate": False}
    )
    row.opinion, row.basis, row.given_at, row.given_by = said, why, now, by.staff
    row.save()
    note = f"{unit}：{said}" + (f"；依据 {why}" if why else "")
    return finish(turn, note=note, data={"unit": unit.code})


@transaction.atomic
def propose_ruling(order_id: int, *, by: Actor, lead: Unit, basis: str, now: datetime) -> WorkOrder:
    """Propose a ruling, which somebody else then makes; a later proposal takes the place of it.

    Raises:
        Invalid: no basis, or a unit that cannot be given the order.
        NotAllowed: one person rules in this city.

    Source: R-212 (handbook domain.md 4.3: two persons; our default where a city wants it).
    """
    turn = begin(PROPOSE_RULING, order_id, by, now)
    if not rules_two(now):
        raise NotAllowed("本市由一人裁定，不用先拟裁定", remedy="请直接裁定")
    why = _said(basis, "basis", "裁定依据")
    check_units([lead], turn)
    dispute = _open(turn)
    dispute.proposed_at, dispute.proposed_by = now, by.staff
    dispute.proposed_lead, dispute.proposal = lead, why
    dispute.save(update_fields=["proposed_at", "proposed_by", "proposed_lead", "proposal"])
    return finish(turn, note=f"拟由{lead}主办；依据 {why}", data={"lead": lead.code})


def rules_two(now: datetime) -> bool:
    """Tell whether two people make a ruling in this city.

    Source: R-212 (handbook domain.md 4.3: two persons; our default where a city wants it).
    """
    return bool(knowledge.parameter("ruling.two_persons", now, default=False))


def _check_two(dispute: Dispute, lead: Unit, by: Actor) -> None:
    """Refuse a ruling that nobody else has proposed, or another one than was proposed."""
    if dispute.proposed_at is None:
        raise NotAllowed("须先由一人拟裁定，再由另一人裁定", remedy="请先拟裁定")
    person = by.staff.pk if by.staff else None
    rules.check_different_person(dispute.proposed_by_id, person, "拟裁定和裁定")
    if dispute.proposed_lead_id != lead.pk:
        raise Invalid(
            "与所拟的主办单位不一致", remedy="不同意的请另拟",
            fields={"lead": f"所拟为{dispute.proposed_lead}"},
        )  # fmt: skip


@transaction.atomic
def rule(  # noqa: PLR0913 - a ruling names what a dispatch names, and its basis
    order_id: int,
    *,
    by: Actor,
    lead: Unit,
    assist: Sequence[Unit] = (),
    supervise: Unit | None = None,
    basis: str,
    now: datetime,
) -> WorkOrder:
    """Rule which unit leads and which assist; the named unit may not return the order any more.

    The unit that held the order gets it back as it was, its clocks never stopped. Any other gets it
    as by a dispatch, with new clocks, and every part given before ends.

    Raises:
        Invalid: no basis, or a unit that cannot be given the order.

    Source: R-102 (handbook domain.md 2.8: lead and co fixed, the named unit may not return).
    """
    turn = begin(RULE, order_id, by, now)
    why = _said(basis, "basis", "裁定依据")
    dispute = _open(turn)
    if rules_two(now):
        _check_two(dispute, lead, by)
    held = Assignment.objects.select_related("unit").filter(
        order=turn.order, role="lead", parent__isnull=True, ended_at__isnull=True
    )
    holder = only(held)
    stays = holder is not None and holder.unit_id == lead.pk
    named = supervise
    if named is None and not stays and knowledge.parameter(SUPERVISED, now, default=False):
        named = supervisor_for(lead, [lead, *assist], now)
    check_units([lead, *assist, *([named] if named else [])], turn)
    more = _overruled(turn, lead)
    dispute.ruled_at, dispute.ruled_by, dispute.ruling = now, by.staff, why
    dispute.save(update_fields=["ruled_at", "ruled_by", "ruling"])
    _note_parts(dispute, lead, assist, named)
    if holder is not None and stays:
        clocks, said = _leave(turn, holder, assist, named, dispute.raised_at)
        more += said
    else:
        clocks = _hand_over(turn, lead, assist, named)
    signed = stays and holder is not None and holder.signed_at is not None
    return finish(
        turn,
        target=State.IN_PROGRESS if signed else State.TO_SIGN,
        note=given_to(lead, assist, named, [f"依据 {why}", "不得再退", *more]),
        public_note=f"经会商确定由{lead.name}办理",
        data={
            "lead": lead.code,
            "assist": [u.code for u in assist],
            "supervise": named.code if named else "",
            "from": holder.unit.code if holder else "",
            "due_at": turn.order.due_at.isoformat() if turn.order.due_at else "",
            "rules": [clock.rule.code for clock in clocks if clock.rule],
        },
        clocks=clocks,
        starts=False,
    )


@transaction.atomic
def reopen_ruling(order_id: int, *, by: Actor, basis: str, now: datetime) -> WorkOrder:
    """Let units confer anew, because the ruling that named the present lead turned out wrong.

    The lead's clocks keep running, as when it contests a dispatch. The candidates are those of the
    last conference and the lead; of a unit that has ended, who took it over.

    Args:
        order_id: the order.
        by: somebody of the centre, but not who ruled.
        basis: what is wrong with the ruling.
        now: when.

    Raises:
        Invalid: no reason.
        NotAllowed: no ruling named the lead, or the actor made it.

    Source: R-591 (handbook domain.md 2.8; another person: our default).
    """
    turn = begin(REOPEN_RULING, order_id, by, now)
    why = _said(basis, "basis", "重新会商的理由")
    holder, ruled = lead_of(turn.order), dispute_queries.last_ruled(turn.order)
    if ruled is None or ruled.lead.pk != holder.unit_id:
        raise NotAllowed("主办单位不是由裁定指定的", remedy="派错单位的，请转派")
    person = by.staff.pk if by.staff else None
    rules.check_different_person(ruled.dispute.ruled_by_id, person, "裁定和重新会商")
    lapse(turn)
    heard = ruled.dispute.units.filter(candidate=True).select_related("unit").order_by("pk")
    heirs = [succession.heir(row.unit) for row in heard]
    units = list({unit.pk: unit for unit in [*heirs, holder.unit]}.values())
    _add_candidates(_raise(turn, why), units)
    return finish(
        turn,
        note=f"裁定 {ruled.code} 由{holder.unit}主办；{why}",
        data={
            "ruling": ruled.code,
            "candidates": [unit.code for unit in units],
            "from_state": turn.was["state"],
        },
    )


def _overruled(turn: Turn, lead: Unit) -> list[str]:
    """End what an earlier ruling that named another lead has put into the dispatch catalogue.

    Returns words for the history. Two queries, of an order that was ruled on before two more.

    Source: R-595 (requirements 47, 152; handbook domain.md 2.8).
    """
    before = dispute_queries.last_ruled(turn.order)
    if before is None or before.lead.pk == lead.pk:
        return []
    ended = end_ruled(before.code, today=turn.now.astimezone(SHANGHAI).date())
    return [f"原裁定 {before.code} 写入派单目录的一条随之失效"] if ended else []


def _leave(
    turn: Turn,
    holder: Assignment,
    assist: Sequence[Unit],
    supervise: Unit | None,
    since: datetime,
) -> tuple[list[Clock], list[str]]:
    """Leave the order with its lead, who may not return it; name units that have no part yet.

    Where the city gives the time of a review back, that of the conference is given back too.
    """
    holder.no_return = True
    holder.save(update_fields=["no_return"])
    clocks, said = review_time_back(turn, since, "派单异议会商用时补回")
    holder.due_at = turn.order.due_at
    running = Assignment.objects.filter(order=turn.order, ended_at__isnull=True)
    taken = set(running.values_list("unit", flat=True))
    assist_with(turn, [u for u in assist if u.pk not in taken], holder, shared=False)
    if supervise and supervise.pk not in taken:
        assign(turn, supervise, AssignmentRole.SUPERVISE, due_at=holder.due_at)
    return clocks, said


def _hand_over(
    turn: Turn, lead: Unit, assist: Sequence[Unit], supervise: Unit | None
) -> list[Clock]:
    """Give the order to another unit as by a dispatch.

    Parts given before end with their clocks, and drafts that wait for a signature.
    """
    order = turn.order
    withdraw_drafts(turn, "已裁定由其他单位承办")
    moving.stop(order, HELD, turn.now)
    Assignment.objects.filter(order=order, ended_at__isnull=True).update(ended_at=turn.now)
    head = assign(turn, lead, AssignmentRole.LEAD)
    head.no_return = True
    head.save(update_fields=["no_return"])
    clocks = lead_clocks(turn, head)
    assist_with(turn, assist, head, shared=False)
    if supervise:
        assign(turn, supervise, AssignmentRole.SUPERVISE, due_at=head.due_at)
    order.lead_unit, order.due_at = lead, head.due_at
    return clocks


def _raise(
    turn: Turn, basis: str, *, unit: Unit | None = None, suggested: Unit | None = None
) -> Dispute:
    return Dispute.objects.create(
        order=turn.order,
        round=turn.order.round,
        raised_at=turn.now,
        raised_by=turn.by.staff,
        unit=unit,
        basis=basis,
        suggested=suggested,
    )


def _add_candidates(dispute: Dispute, units: Iterable[Unit]) -> list[DisputeUnit]:
    return DisputeUnit.objects.bulk_create(DisputeUnit(dispute=dispute, unit=u) for u in units)


def _open(turn: Turn) -> Dispute:
    return Dispute.objects.get(order=turn.order, ruled_at__isnull=True)


def _note_parts(
    dispute: Dispute, lead: Unit, assist: Sequence[Unit], supervise: Unit | None
) -> None:
    """Store with the dispute which part the ruling gives to whom. Two queries a unit."""
    parts = [(lead, AssignmentRole.LEAD), *((u, AssignmentRole.ASSIST) for u in assist)]
    parts += [(supervise, AssignmentRole.SUPERVISE)] if supervise else []
    for unit, role in parts:
        DisputeUnit.objects.update_or_create(
            dispute=dispute,
            unit=unit,
            defaults={"role": role.value},
            create_defaults={"role": role.value, "candidate": False},
        )


def _said(words: str, name: str, what: str) -> str:
    """Return cleaned words that must not be missing. Raises Invalid."""
    rules.check_note(words, name, what)
    return _fitting(words, name)


def _fitting(words: str, name: str) -> str:
    said = text.clean(words, lines=True)
    if len(said) > LONGEST:
        raise Invalid("填写过长", fields={name: f"最多 {LONGEST} 个字"})
    return said
