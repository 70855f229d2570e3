"""What citizens ask often, counted from closed orders, and what they were answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from huiyin.kernel import masks
from huiyin.knowledge import article_queries
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.actions import Missing
from huiyin.knowledge.states import Kind
from huiyin.orders import numbers, policy
from huiyin.orders.models import WorkOrder
from huiyin.orders.rules import is_secret
from huiyin.orgs.actors import Actor

DAYS, LEAST, MOST, EXAMPLES = 30, 20, 50, 3


def asked_without_article(now: datetime) -> list[Missing]:
    """Return the categories in which inquiries were closed often of late but no answer stands.

    The most asked first, with the numbers of some of the orders. Two queries, and one per category
    that is found.

    Source: R-361 (requirement 99; handbook domain.md 1.2 (一)).
    """
    days = int(knowledge.parameter("knowledge.frequent_days", now, DAYS))
    least = int(knowledge.parameter("knowledge.frequent_least", now, LEAST))
    asked = WorkOrder.objects.filter(
        kind=Kind.INQUIRY.value,
        closed_at__gte=now - timedelta(days=days),
        closed_at__lt=now,
        category__isnull=False,
    )
    counted = asked.values_list("category").annotate(times=Count("pk")).order_by("-times")
    shown = article_queries.in_force(now, staff=True).filter(category__isnull=False)
    answered = set(shown.values_list("category__code", flat=True))
    found = []
    for key, times in counted.filter(times__gte=least)[:MOST]:
        category = knowledge.category_by_id(key)
        if category is None or any(code.startswith(category.code) for code in answered):
            continue
        numbers = asked.filter(category=key).order_by("-closed_at")
        examples = tuple(numbers.values_list("number", flat=True)[:EXAMPLES])
        found.append(Missing(category, times, examples))
    return found


@dataclass(frozen=True, slots=True)
class Example:
    """A closed order from which an article may be written, numbers of people masked."""

    number: str
    title: str
    answer: str
    category: str


def example(actor: Actor, typed: str) -> Example | None:
    """Return what a closed order asked and was answered; None when the actor may not see it.

    None as well while it is open, has no answer, or nobody may know who asked. Two queries.

    Source: R-562 (requirement 99; handbook domain.md 1.2 (一)).
    """
    seen = WorkOrder.objects.filter(policy.visible_to(actor), closed_at__isnull=False)
    rows = seen.select_related("category").prefetch_related("replies")
    order = rows.filter(number=numbers.read(typed) or "-").first()
    if order is None or is_secret(order.kind, order.confidential):
        return None
    replies = sorted(order.replies.all(), key=lambda reply: reply.pk)
    answer = order.answer or next((r.public_answer for r in reversed(replies) if r.passed), "")
    if not answer:
        return None
    category = order.category.code if order.category else ""
    return Example(order.number, masks.in_text(order.title), masks.in_text(answer), category)
