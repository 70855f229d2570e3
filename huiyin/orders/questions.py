"""What citizens ask often, counted from closed orders."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count

from huiyin.knowledge import article_queries
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.actions import Missing
from huiyin.knowledge.states import Kind
from huiyin.orders.models import WorkOrder

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
