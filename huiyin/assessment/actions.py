"""A round is opened, shown, frozen and published; units ask, others decide; errors are entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from huiyin.assessment import policy, queries, verifying
from huiyin.assessment.models import Correction, ExclusionRequest, Round, UnitResult
from huiyin.assessment.states import FIXED, GROUNDS, RequestState, RoundState
from huiyin.insight.facts import queries as facts
from huiyin.kernel import bulk, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import visible_to
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI
from huiyin.worktime.words import days_in_words

LONGEST_DAYS = 400
MOST_POINTS = 100
_SHOWN = (RoundState.OPEN, RoundState.PREVIEW)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a round is about: its days, its scheme and how it is listed."""

    first_day: date
    last_day: date
    scheme: str
    template: str = "four_lists"
    title: str = ""


@transaction.atomic
def open_round(opening: Opening, *, by: Actor, now: datetime) -> Round:
    """Open a round; from now on it keeps the rules by which it will be computed.

    Raises:
        NotAllowed: the person does not run assessments.
        Invalid: names the fields.

    Source: R-269 (requirements 25, 117, 175; handbook domain.md 2.10).
    """
    policy.require_manager(by)
    wrong = {}
    if opening.last_day < opening.first_day:
        wrong["last_day"] = "最后一天不能早于第一天"
    elif (opening.last_day - opening.first_day).days > LONGEST_DAYS:
        wrong["last_day"] = f"考核期最长 {LONGEST_DAYS} 天"
    kept = queries.rules_for(opening.scheme, opening.template, opening.last_day)
    if kept is None:
        wrong["scheme"] = "考核期末没有这样的计分办法或样式"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    rules = present(kept)
    span = days_in_words(opening.first_day, opening.last_day, base=0)
    title = text.clean(opening.title) or f"{span} {rules['scheme']['name']}"
    return Round.objects.create(
        title=title[:60],
        first_day=opening.first_day,
        last_day=opening.last_day,
        rules=rules,
        opened_at=now,
        opened_by=present(by.staff),
    )  # fmt: skip


@transaction.atomic
def preview(key: int, *, by: Actor, ask_until: date | None = None, now: datetime) -> Round:
    """Compute the round from the facts as they are and show it to the units; may be repeated.

    Until ``ask_until`` units may ask; the round is not frozen before that day is over.

    Raises:
        WrongState: it is frozen.
        Invalid: units would have no day left to ask.
        Conflict: the days of the round are not all closed.

    Source: R-271, R-587 (handbook domain.md 2.4, 2.5).
    """
    round_ = _locked(key, by)
    policy.require_state(round_, *_SHOWN)
    if ask_until and ask_until < now.astimezone(SHANGHAI).date():
        words = "申请截止日期不能早于今天"
        raise Invalid(words, fields={"ask_until": words})
    _compute(round_)
    round_.state, round_.previewed_at = RoundState.PREVIEW.value, now
    round_.ask_until = ask_until or round_.ask_until
    round_.save()
    return round_


@transaction.atomic
def freeze(key: int, *, by: Actor, now: datetime) -> Round:
    """Fix the round: computed once more, with its digest. Nothing of it changes afterwards.

    Raises:
        WrongState: it was not shown to the units, or is frozen.
        Conflict: requests wait for a decision, or units may still ask.

    Source: R-271, R-587 (handbook domain.md 2.4; requirement 175).
    """
    round_ = _locked(key, by)
    policy.require_state(round_, RoundState.PREVIEW)
    if round_.ask_until and now.astimezone(SHANGHAI).date() <= round_.ask_until:
        raise Conflict(
            f"单位可以申请到 {round_.ask_until:%Y-%m-%d}，还不能冻结", remedy="请在截止后冻结"
        )
    if waiting := queries.waiting_requests(round_):
        raise Conflict(f"还有 {waiting} 件申请没有审结，不能冻结", remedy="请先审结全部申请和申诉")
    _compute(round_)
    round_.state = RoundState.FROZEN.value
    round_.frozen_at, round_.frozen_by = now, by.staff
    round_.result = round_.result | {"from": verifying.sources(round_)}
    round_.digest = queries.digest_of(round_.result)
    round_.save()
    return round_


@transaction.atomic
def publish(key: int, *, by: Actor, now: datetime) -> Round:
    """Publish a frozen round to all units and, masked, to the public.

    Raises:
        WrongState: it is not frozen.

    Source: R-271 (handbook domain.md 2.1 art. 34).
    """
    round_ = _locked(key, by)
    policy.require_state(round_, RoundState.FROZEN)
    round_.state = RoundState.PUBLISHED.value
    round_.published_at, round_.published_by = now, by.staff
    round_.save()
    return round_


@dataclass(frozen=True, slots=True)
class Asking:
    """What a unit asks: to leave an order out on a ground, or (both empty) looks at a figure."""

    reason: str
    proof: str
    number: str = ""
    ground: str = ""


@transaction.atomic
def ask(
    key: int, asking: Asking, *, by: Actor, unit: Unit | None = None, now: datetime
) -> ExclusionRequest:
    """Ask to leave an order out of a round, or object to a figure, with proof.

    Those who run assessments may ask for a unit; they cannot decide what they asked.

    Raises:
        WrongState: the round is not in its preview, or its time for requests is over.
        Invalid: names the fields.
        NotFound: no such order of this unit.
        Conflict: asked before.

    Source: R-272 (handbook domain.md 2.4: applicant, reason, proof).
    """
    round_ = _there(Round.objects.select_for_update().filter(pk=key).first())
    whose = unit or by.unit
    if whose is None or not policy.sees_unit(by, whose) or not policy.sees_round(by, round_):
        raise NotAllowed("只能为本单位申请")
    policy.require_state(round_, RoundState.PREVIEW)
    if round_.ask_until and now.astimezone(SHANGHAI).date() > round_.ask_until:
        raise WrongState(f"申请截止到 {round_.ask_until:%Y-%m-%d}，已经过了")
    if not round_.results.filter(unit=whose).exists():
        raise NotAllowed(f"{whose}不在这一考核期内", remedy="只有参加考核的单位能申请")
    order = _asked_order(asking, round_, whose, by)
    if order and round_.requests.filter(unit=whose, order=order).exists():
        raise Conflict(f"工单 {order.number} 已经申请过", remedy="不同意的可以申诉")
    return ExclusionRequest.objects.create(
        round=round_,
        unit=whose,
        order=order,
        ground=asking.ground if order else "",
        reason=text.clean(asking.reason, lines=True)[:500],
        proof=text.clean(asking.proof)[:300],
        asked_at=now,
        asked_by=present(by.staff),
    )


def _asked_order(asking: Asking, round_: Round, unit: Unit, by: Actor) -> WorkOrder | None:
    """Return the order that is asked about: one of the unit, or of those merged into it."""
    wrong = {}
    if not asking.reason.strip():
        wrong["reason"] = "请写明理由"
    ground = GROUNDS.get(asking.ground)
    if asking.number and ground is None:
        wrong["ground"] = "请选择剔除事由"
    if asking.ground and not asking.number:
        wrong["number"] = "请填写工单编号"
    if not asking.proof.strip():
        wrong["proof"] = f"请提供{ground.proof if ground else '依据'}"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    if not asking.number:
        return None
    order = WorkOrder.objects.filter(visible_to(by), number=asking.number.strip()).first()
    units = queries.units_behind(round_, unit)
    if order is None or not order.assignments.filter(unit__in=units).exists():
        raise NotFound(f"{unit}没有承办过工单 {asking.number.strip()[:20]}")
    return order


@transaction.atomic
def decide(key: int, *, by: Actor, agreed: bool, note: str, now: datetime) -> ExclusionRequest:
    """Decide a request. Where its ground asks for two reviewers, another person confirms.

    What the first of two said is kept beside the words of the second.

    Raises:
        NotAllowed: the applicant, or the first reviewer once more.
        Invalid: a refusal without a reason.
        WrongState: it is decided, or the round is frozen.

    Source: R-268, R-272 (handbook domain.md 2.4: reviewer, decision; X07 two persons).
    """
    request = _request(key, RequestState.WAITING, RequestState.SECOND)
    policy.require_reviewer(by, request)
    _need_note(note, agreed=agreed)
    second = request.standing is RequestState.SECOND
    ground = GROUNDS.get(request.ground)
    if not agreed:
        state = RequestState.REFUSED
    elif ground is not None and ground.two and not second:
        state = RequestState.SECOND
    else:
        state = RequestState.GRANTED
    said = text.clean(note)
    request.state, request.decided_at = state.value, now
    if second:
        request.second_by = by.staff
        said = "；复核：".join(each for each in (request.decision, said) if each)
    else:
        request.decided_by = by.staff
    request.decision = said[:500]
    request.save()
    return request


@transaction.atomic
def appeal(key: int, *, by: Actor, words: str, now: datetime) -> ExclusionRequest:
    """Appeal once against a refusal, on behalf of the unit that asked.

    Raises:
        NotAllowed: another unit's request.
        Invalid: no reason is given.
        WrongState: it was not refused.

    Source: R-268 (handbook domain.md 2.4: appeal).
    """
    request = _request(key, RequestState.REFUSED)
    if by.unit is None or not policy.sees_unit(by, request.unit):
        raise NotAllowed("只能为本单位申诉")
    if not words.strip():
        raise Invalid("请写明申诉理由", fields={"words": "请写明申诉理由"})
    request.state, request.appeal = RequestState.APPEALED.value, text.clean(words, lines=True)[:500]
    request.appealed_at = now
    request.save()
    return request


@transaction.atomic
def decide_appeal(
    key: int, *, by: Actor, agreed: bool, note: str, now: datetime
) -> ExclusionRequest:
    """Decide an appeal, by somebody who neither asked nor decided before.

    Source: R-268 (handbook domain.md 2.4: appeal).
    """
    request = _request(key, RequestState.APPEALED)
    policy.require_reviewer(by, request, appeal=True)
    _need_note(note, agreed=agreed)
    request.state = (RequestState.GRANTED if agreed else RequestState.UPHELD).value
    request.appeal_by, request.appeal_decided_at = by.staff, now
    request.appeal_decision = text.clean(note)[:500]
    request.save()
    return request


@transaction.atomic
def correct(
    key: int, *, by: Actor, unit: Unit, points: Decimal, reason: str, now: datetime
) -> Correction:
    """Enter a correction of a fixed round; its result and digest stay as they are.

    Raises:
        WrongState: the round is not fixed yet.
        Invalid: names the fields.

    Source: R-273 (handbook domain.md 2.4; requirement 175).
    """
    round_ = _locked(key, by)
    policy.require_state(round_, *FIXED)
    wrong = {}
    if not round_.results.filter(unit=unit).exists():
        wrong["unit"] = "这个单位不在这一考核期内"
    if not reason.strip():
        wrong["reason"] = "请写明更正的理由和依据"
    if not points or abs(points) > MOST_POINTS:
        wrong["points"] = "更正的分数须在 -100 到 100 之间，不为 0"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    return Correction.objects.create(
        round=round_, unit=unit, points=points, reason=text.clean(reason, lines=True)[:500],
        at=now, by=present(by.staff),
    )  # fmt: skip


def _locked(key: int, by: Actor) -> Round:
    policy.require_manager(by)
    return _there(Round.objects.select_for_update().filter(pk=key).first())


def _there(round_: Round | None) -> Round:
    if round_ is None:
        raise NotFound("没有这一考核期")
    return round_


def _request(key: int, *states: RequestState) -> ExclusionRequest:
    """Take a request and its round, so that the round is not frozen meanwhile."""
    request = ExclusionRequest.objects.select_for_update().filter(pk=key).first()
    if request is None:
        raise NotFound("没有这件申请")
    round_ = Round.objects.select_for_update().get(pk=request.round_id)
    policy.require_state(round_, RoundState.PREVIEW)
    if request.standing not in states:
        raise WrongState(f"这件申请现为“{request.standing.label}”，不能这样办理")
    return request


def _need_note(note: str, *, agreed: bool) -> None:
    if not agreed and not note.strip():
        raise Invalid("不同意的须写明理由", fields={"note": "请写明理由"})


def _compute(round_: Round) -> None:
    """Compute the round from what is closed now, and store a row for each unit."""
    last = facts.last_closed()
    if last is None or last.day < round_.last_day:
        raise Conflict(
            f"{round_.last_day:%Y-%m-%d} 以前的日期还没有全部结转",
            remedy="每天夜里自动结转，请之后再试",
        )
    round_.basis = queries.basis_for(round_, last.day)
    lake = queries.lake_until(last.day)  # equal answers, several times faster
    round_.result = queries.computed(round_, round_.basis, source=lake)
    keys = {row[1]: row[0] for row in round_.basis["members"]}
    round_.results.all().delete()
    bulk.add(UnitResult, [_result(round_, keys, row) for row in round_.result["units"]])


def _result(round_: Round, keys: Mapping[str, int], row: dict[str, Any]) -> UnitResult:
    return UnitResult(
        round=round_,
        unit_id=keys[row["unit"]],
        group=row["group"],
        rank=row["rank"],
        score=Decimal(row["score"]) if row["score"] else None,
        told=row,
    )
