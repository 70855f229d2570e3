"""Everything that changes filings: application, review, cancelling, expiry, answering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from huiyin.followup.filings import policy, queries, rules
from huiyin.followup.filings.models import Filing, FilingReport, FilingUse
from huiyin.followup.filings.rules import Scope
from huiyin.followup.filings.states import FilingState
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import NotFound, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category
from huiyin.orders import actions as orders
from huiyin.orders import queries as orders_queries
from huiyin.orders import rules as order_rules
from huiyin.orders.actions.files import Accepted, Upload, accept, keep
from huiyin.orders.actions.intake import place_key
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI

VALID_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Application:
    """What a unit asks to be put on file; ``caller`` limits it to the caller of its order."""

    title: str
    category: Category | None
    cause: str
    process: str
    basis: str
    public_answer: str
    place: str = ""
    order: str = ""
    caller: bool = False


@transaction.atomic
def apply(form: Application, files: Sequence[Upload], *, by: Actor, now: datetime) -> Filing:
    """Ask to put a difficult matter on file, with the sealed written report.

    The caller's number is taken from the order and stays sealed; the unit never reads it here.

    Raises:
        Invalid: something is missing; nothing is stored.
        NotFound: the unit has no such order.
        NotAllowed: the actor does not handle orders.

    Source: R-127 (requirement 112; handbook domain.md 2.8).
    """
    policy.require_applicant(by)
    accepted = accept(list(files))
    order = _order(form, by)
    who = order.requester if order and form.caller else None
    words = {
        name: text.clean(str(value), lines=name not in ("title", "place", "basis"))
        for name, value in asdict(form).items()
        if name in rules.LONGEST
    }
    scope = Scope(
        form.category.code if form.category else "",
        place_key(words["place"]),
        bytes(who.phone_key) if who else b"",
    )
    rules.check_application(words, scope, reports=len(accepted))
    filing = Filing.objects.create(
        **words,
        state=FilingState.APPLIED.value,
        category=present(form.category),
        place_key=scope.place_key,
        phone_sealed=bytes(who.phone_sealed) if who else b"",
        phone_masked=who.phone_masked if who else "",
        phone_key=scope.phone_key,
        unit=present(by.unit),
        order=order,
        applied_at=now,
        applied_by=present(by.staff),
    )
    FilingReport.objects.bulk_create(_report(filing, each) for each in accepted)
    return filing


def _order(form: Application, by: Actor) -> WorkOrder | None:
    if not form.order:
        return None
    order = orders_queries.get_visible(by, form.order)
    if order is None:
        raise NotFound("没有找到这件工单", remedy="请核对编号，或确认由本单位承办")
    return order


def _report(filing: Filing, file: Accepted) -> FilingReport:
    return FilingReport(
        filing=filing, name=file.name, media_type=file.media_type, size=len(file.content),
        digest=keep(file),
    )  # fmt: skip


@transaction.atomic
def review(key: int, *, by: Actor, agreed: bool, note: str, now: datetime) -> Filing:
    """Agree with an application, which then holds for the city's months, or refuse it.

    Raises:
        NotAllowed: the actor does not review, or applied themselves.
        WrongState: it has been reviewed.
        Invalid: refused without a reason.

    Source: R-127 (requirement 112: the hotline office audits).
    """
    filing = _locked(key)
    policy.require_reviewer(by)
    rules.check_standing(filing.standing, FilingState.APPLIED, "审核")
    order_rules.check_different_person(
        filing.applied_by_id, by.staff.pk if by.staff else None, "申请和审核备案"
    )
    if not agreed:
        order_rules.check_note(note, "note", "不同意的理由")
    filing.reviewed_at, filing.reviewed_by, filing.review_note = (
        now,
        by.staff,
        text.clean(note)[:500],
    )
    filing.state = FilingState.REFUSED.value
    if agreed:
        months = int(knowledge.parameter("filing.valid_months", now, default=VALID_MONTHS))
        filing.state = FilingState.VALID.value
        filing.valid_from = now.astimezone(SHANGHAI).date()
        filing.valid_to = rules.valid_until(filing.valid_from, months)
    filing.save()
    return filing


@transaction.atomic
def cancel(key: int, *, by: Actor, reason: str, now: datetime) -> Filing:
    """Cancel a filing in force: the matter can be solved now. Raises Invalid without a reason.

    Source: R-127 (handbook domain.md 2.8: review, cancel 销账).
    """
    filing = _locked(key)
    policy.require_reviewer(by)
    rules.check_standing(filing.standing, FilingState.VALID, "撤销")
    order_rules.check_note(reason, "reason", "撤销原因")
    filing.state, filing.end_reason = FilingState.CANCELLED.value, text.clean(reason)[:500]
    filing.ended_at, filing.ended_by = now, by.staff
    filing.save()
    return filing


def expire(*, until: datetime) -> int:
    """End the filings whose last day is over at ``until``; return how many. One statement.

    Safe late, twice or in parallel; a filing past its day answers nothing in the meantime.

    Source: R-127 (handbook domain.md 2.8: expiry).
    """
    over = Filing.objects.filter(
        state=FilingState.VALID.value, valid_to__lte=until.astimezone(SHANGHAI).date()
    )
    return over.update(state=FilingState.EXPIRED.value, ended_at=until)


@transaction.atomic
def answer_from_file(order_id: int, *, filing: int, by: Actor, now: datetime) -> WorkOrder:
    """Answer an order that waits for dispatch from a filing in force, and count the use.

    Raises:
        Refused: the filing is not about this order, or its last day is over.
        WrongState: it is not in force, or the order does not wait for dispatch.

    Source: R-126 (requirement 113; handbook domain.md 2.8, 4.3).
    """
    found = _usable(filing, order_id, now)
    order = orders.answer_from_file(
        order_id, by=by, filing=found.number, answer=found.public_answer, now=now
    )
    return _used(found, order, by, now)


@transaction.atomic
def answer_at_intake(order_id: int, *, filing: int, by: Actor, now: datetime) -> WorkOrder:
    """Answer a call at once from a filing in force: the agent reads the answer to the caller.

    Source: R-126 (requirement 113: filing match at intake).
    """
    found = _usable(filing, order_id, now)
    order = orders.answer(order_id, by=by, text_=found.public_answer, filing=found.number, now=now)
    return _used(found, order, by, now)


def _usable(key: int, order_id: int, now: datetime) -> Filing:
    filing = _locked(key)
    rules.check_standing(filing.standing, FilingState.VALID, "用来答复")
    today = now.astimezone(SHANGHAI).date()
    if filing.valid_to is not None and filing.valid_to <= today:
        raise Refused(f"备案 {filing.number} 已到期", remedy="请派单，或由单位重新备案")
    order = WorkOrder.objects.select_related("category", "requester").filter(pk=order_id).first()
    if order is None:
        raise NotFound("没有这件工单")
    if not rules.answers(queries.scope_of(filing), queries.scope_of_order(order)):
        raise Refused(
            f"备案 {filing.number} 与这件诉求不符：分类、地点或诉求人不同", remedy="请正常派单"
        )
    return filing


def _used(filing: Filing, order: WorkOrder, by: Actor, now: datetime) -> WorkOrder:
    FilingUse.objects.create(filing=filing, order=order, at=now, by=by.staff)
    Filing.objects.filter(pk=filing.pk).update(uses=F("uses") + 1)
    return order


def _locked(key: int) -> Filing:
    rows = Filing.objects.select_for_update(of=("self",)).select_related("category")
    filing = rows.filter(pk=key).first()
    if filing is None:
        raise NotFound("没有这份备案")
    return filing
