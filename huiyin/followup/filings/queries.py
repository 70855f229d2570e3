"""Questions about filings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from huiyin.followup.filings import policy, rules
from huiyin.followup.filings.models import Filing, FilingReport, FilingUse
from huiyin.followup.filings.rules import Scope
from huiyin.followup.filings.states import FilingState
from huiyin.kernel import crypto, text
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category
from huiyin.orders.actions.intake import place_key
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import visible_to
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI

_MOST_READ = 100


SOON = "soon"
SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class FilingFilter:
    """What a list of filings is narrowed to: a state or ``SOON``, and words."""

    state: str = ""
    words: str = ""


def soon_days(now: datetime) -> int:
    """Return how many days before its end a filing is said to end soon.

    Source: R-396 (requirement 112; own default: thirty days).
    """
    return int(knowledge.parameter("filing.warn_days", now, default=SOON_DAYS))


def soon(now: datetime) -> Q:
    """Return the condition for filings in force that have not ended but soon will. No query.

    Source: R-396 (requirement 112).
    """
    today = now.astimezone(SHANGHAI).date()
    ends = today + timedelta(soon_days(now))
    return Q(state=FilingState.VALID.value, valid_to__gt=today, valid_to__lte=ends)


def _seen(actor: Actor) -> QuerySet[Filing]:
    rows = Filing.objects.filter(policy.visible_to(actor))
    return rows.select_related("category", "unit", "order", "applied_by", "reviewed_by").defer(
        "phone_sealed"
    )


def listed(
    actor: Actor, wanted: FilingFilter, now: datetime, *, cursor: str = "", size: int = 50
) -> Page[Filing]:
    """Return one page of the filings that ``actor`` may see, newest first. One query or two."""
    rows = _seen(actor)
    if wanted.state:
        rows = rows.filter(soon(now) if wanted.state == SOON else Q(state=wanted.state))
    for word in wanted.words.split()[:5]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(place__icontains=word) | Q(unit__name__icontains=word)
        )
    return page(rows, by=("-id",), cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many filings there are: by state, in force but ending soon, and what they answered."""

    by_state: dict[FilingState, int]
    soon: int
    uses: int


def counted(actor: Actor, now: datetime) -> Counted:
    """Return how many filings ``actor`` may see, and how many requests they answered.

    Two queries, three for a unit.

    Source: R-396 (requirements 112, 113).
    """
    rows = Filing.objects.filter(policy.visible_to(actor)).order_by()
    found = dict(rows.values_list("state").annotate(n=Count("pk")))
    more = rows.aggregate(soon=Count("pk", filter=soon(now)), uses=Sum("uses"))
    return Counted(
        {state: found.get(state.value, 0) for state in FilingState}, more["soon"], more["uses"] or 0
    )


def used_by(actor: Actor, filing: Filing, *, cursor: str = "", size: int = 50) -> Page[FilingUse]:
    """Return one page of the orders that a filing answered, the latest first. Two queries.

    Only orders that ``actor`` may see anyway.
    """
    rows = FilingUse.objects.filter(
        filing=filing, order__in=WorkOrder.objects.filter(visible_to(actor))
    )
    rows = rows.select_related("order", "by")
    return page(rows, by=("-id",), cursor=cursor, size=size)


def get_visible(actor: Actor, key: int) -> Filing | None:
    """Return one filing with its reports, if ``actor`` may see it. Two queries."""
    return _seen(actor).prefetch_related("reports").filter(pk=key).first()


def report_for(actor: Actor, key: int) -> FilingReport | None:
    """Return one report of a filing that ``actor`` may see. One query."""
    visible = Filing.objects.filter(policy.visible_to(actor))
    return FilingReport.objects.filter(pk=key, filing__in=visible).first()


def by_number(number: str) -> Filing | None:
    """Return the filing with this number, however it is typed. One query."""
    digits = text.clean(number).upper().removeprefix("BA")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 12:
        return None
    return Filing.objects.filter(pk=int(digits)).select_related("category").first()


def scope_of(filing: Filing) -> Scope:
    """Return which orders a filing is about."""
    return Scope(filing.category.code, filing.place_key, bytes(filing.phone_key))


def scope_of_order(order: WorkOrder) -> Scope:
    """Return what of an order decides whether a filing answers it."""
    code = order.category.code if order.category else ""
    return Scope(code, order.place_key, bytes(order.requester.phone_key))


def is_on(now: datetime) -> bool:
    """Tell whether the city wants filings to be recognised. No query while remembered.

    Source: R-564 (requirement 113; every suggestion can be switched off).
    """
    return bool(knowledge.parameter("suggest.filings", now, default=True))


def matching(order: WorkOrder, today: date) -> list[Filing]:
    """Return the filings in force that answer an order, newest first. One query.

    Source: R-126 (requirement 113).
    """
    scope = scope_of_order(order)
    rows = _in_force(scope.place_key, scope.phone_key, today)
    return [each for each in rows if rules.answers(scope_of(each), scope)]


def at_intake(phone: str, place: str, today: date) -> list[Filing]:
    """Return the filings in force of a caller or a place, whatever the class. One query.

    Source: R-126 (requirement 113: suggested at intake).
    """
    key = crypto.lookup(text.phone_digits(phone), "phone")
    return list(_in_force(place_key(text.clean(place)), key, today))


def like(
    said: str, *, orders: Collection[int], category: Category | None, today: date
) -> list[Filing]:
    """Return the filings in force that a request resembles in words, the newest first.

    Those of orders that are likely the same event, and those of the class whose own request says
    the like. To be read by the one who decides: place or caller may be others. Two queries at most.

    Source: R-209 (requirement 113: recognised at intake).
    """
    rows = Filing.objects.filter(state=FilingState.VALID.value, valid_to__gt=today)
    rows = rows.select_related("category", "unit", "order").order_by("-pk")
    of_orders = rows.filter(Q(order__in=orders) | Q(used__order__in=orders)) if orders else []
    found = {each.pk: each for each in of_orders}
    if category is not None:
        for each in rows.filter(category=category)[:_MOST_READ]:
            if rules.says_the_like(said, each.order.content if each.order else each.cause):
                found[each.pk] = each
    return sorted(found.values(), key=lambda each: -each.pk)


def _in_force(place: str, caller: bytes, today: date) -> QuerySet[Filing]:
    same = Q(pk__in=[])
    if len(place) >= rules.SHORTEST_PLACE:
        same |= Q(place_key=place)
    if caller:
        same |= Q(phone_key=caller)
    rows = Filing.objects.filter(same, state=FilingState.VALID.value, valid_to__gt=today)
    return rows.select_related("category", "unit").order_by("-pk")[:10]
