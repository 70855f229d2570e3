"""How often each tag was given: what citizens' requests are about, and how that shifts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Func

from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Tag
from huiyin.orders import policy
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import State
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class TagFigure:
    """How many requests have a tag in a span of days, and in as many days before.

    ``share`` and ``share_before`` are shares of the requests with any tag of the same group.
    """

    tag: Tag
    count: int
    before: int
    share: float | None
    share_before: float | None


def figures_by_tag(actor: Actor, since: date, until: date) -> list[tuple[str, list[TagFigure]]]:
    """Return the figures of every tag by group, for the days ``since`` to ``until``, both included.

    Orders are counted by the local day on which they were taken down, void ones left out, only
    those that ``actor`` may see. Two queries beside the remembered tags.

    Source: R-397 (requirements 206, 215).
    """
    days = (until - since).days + 1
    now = _counted(actor, since, until)
    before = _counted(actor, since - timedelta(days), since - timedelta(1))
    groups: dict[str, list[Tag]] = {}
    for tag in knowledge.tags():
        groups.setdefault(tag.group, []).append(tag)
    return [(group, list(_figures(tags, now, before))) for group, tags in groups.items()]


def _figures(tags: list[Tag], now: Counter[str], before: Counter[str]) -> Iterator[TagFigure]:
    whole, whole_before = (sum(counted[tag.code] for tag in tags) for counted in (now, before))
    for tag in tags:
        count, was = now[tag.code], before[tag.code]
        yield TagFigure(
            tag,
            count,
            was,
            count / whole if whole else None,
            was / whole_before if whole_before else None,
        )


def _counted(actor: Actor, since: date, until: date) -> Counter[str]:
    begins = datetime.combine(since, time.min, SHANGHAI)
    ends = datetime.combine(until, time.min, SHANGHAI) + timedelta(1)
    rows = WorkOrder.objects.filter(
        policy.visible_to(actor), created_at__gte=begins, created_at__lt=ends
    ).exclude(tags=[])
    rows = rows.exclude(state=State.VOID.value).order_by()
    each = rows.annotate(one=Func(F("tags"), function="unnest")).values("one")
    return Counter(dict(each.annotate(n=Count("pk")).values_list("one", "n")))
