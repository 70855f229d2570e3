"""Questions about call-backs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from huiyin.followup.callbacks import rules
from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.callbacks.rules import Proof, Script
from huiyin.followup.callbacks.states import Method
from huiyin.kernel import access
from huiyin.knowledge import queries as knowledge
from huiyin.orders import around
from huiyin.orders import queries as orders
from huiyin.orders.models import Reply, WorkOrder
from huiyin.orders.reply_queries import LAST_REPLY
from huiyin.orders.states import FINAL, State
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI

REST = timedelta(hours=2)
"""How long a number that has been called is left alone."""
CALL = timedelta(minutes=15)
"""How long a clerk who has read a number is taken to be calling it."""
_LOOKED_AT = 20


def attempts_of(order: WorkOrder) -> QuerySet[CallbackAttempt]:
    """Return the attempts of an order, newest first. One query."""
    return CallbackAttempt.objects.filter(order=order).select_related("by").order_by("-at", "-pk")


def not_now(at: datetime) -> str:
    """Return why citizens are not called at ``at``; empty when they may be. No query."""
    local = at.astimezone(SHANGHAI)
    return rules.not_now(
        local.time(),
        str(knowledge.parameter("callback.quiet_hours", at, default="")),
        works=orgs.calendar().is_working(local.date()),
        workdays_only=bool(knowledge.parameter("callback.workdays_only", at, default=False)),
    )


def script_for(order: WorkOrder, at: datetime) -> str:
    """Return what the clerk may say about this order; empty when the city has no script."""
    rows = knowledge.parameter("callback.script", at, default=[])
    scripts = [Script(row["kind"], row["category"], row["text"]) for row in rows]
    category = order.category.code if order.category else ""
    found = rules.choose_script(scripts, order.kind, category)
    if found is None:
        return ""
    city = orgs.city()
    facts = {
        "title": order.title,
        "unit": str(order.lead_unit) if order.lead_unit else "承办单位",
        "city": city.name if city else "",
    }
    words = found.text
    for name, value in facts.items():
        words = words.replace("{" + name + "}", value)
    return words


def proofs(order: WorkOrder, at: datetime) -> list[Proof]:
    """Return what has been tried in this round and what closing as unsatisfied asks. One query."""
    tried = list(CallbackAttempt.objects.filter(order=order, round=order.round))
    messages = int(knowledge.parameter("callback.sms", at, default=2))
    return [
        Proof("短信或网上回访", sum(a.method != Method.PHONE for a in tried), messages),
        Proof("电话接通回访", sum(a.method == Method.PHONE and a.reached for a in tried), 1),
    ]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many orders that a unit had answered ended in a span, and how many were asked about."""

    ended: int
    asked: int
    reached: int

    @property
    def share(self) -> float | None:
        """Return the share that was asked, in percent; None without any."""
        return round(self.asked * 100 / self.ended, 1) if self.ended else None


def coverage(since: date, until: date) -> Coverage:
    """Return the coverage of call-backs over orders ended on these days, both counted. One query.

    Source: R-156 (requirement 166: call-back coverage 100 %).
    """
    begin = datetime.combine(since, time.min, SHANGHAI)
    end = datetime.combine(until, time.max, SHANGHAI)
    tried = CallbackAttempt.objects.filter(order=OuterRef("pk"), round=OuterRef("round"))
    ended = WorkOrder.objects.filter(
        Exists(Reply.objects.filter(order=OuterRef("pk"))), closed_at__gte=begin, closed_at__lte=end
    )
    found = ended.aggregate(
        ended=Count("pk"),
        asked=Count("pk", filter=Exists(tried)),
        reached=Count("pk", filter=Exists(tried.filter(reached=True))),
    )
    return Coverage(found["ended"], found["asked"], found["reached"])


def is_audited(order: WorkOrder) -> bool:
    """Tell whether the latest reply has passed the audit, or waits for it after the call-back.

    One query.
    """
    last = LAST_REPLY.one(order.pk)
    return bool(last and last.passed)


def has_rated(order: WorkOrder) -> bool:
    """Tell whether the citizen has already rated the present round. One query."""
    return CallbackAttempt.objects.filter(order=order, round=order.round, method="web").exists()


def may_rate(order: WorkOrder) -> bool:
    """Tell whether the citizen may rate now: after the answer, once per round. Two queries.

    The caller of a merged order rates when the main order has ended.

    Source: R-123 (requirement 164; handbook domain.md 4.3: all callers are kept).
    """
    if order.standing is State.TO_CALLBACK:
        return not has_rated(order)
    link = around.main_of(order)
    ended = link is not None and link.other.standing in FINAL - {State.VOID}
    return ended and not has_rated(order)


def waiting_for_survey(
    before: datetime, *, fewer_than: int, limit: int
) -> list[tuple[int, int, int]]:
    """Return key, round and surveys sent of orders that wait for an answer to an old survey.

    Orders with a survey of the present round, fewer than ``fewer_than`` and the last one sent
    before ``before``. One query.
    """
    sent = CallbackAttempt.objects.filter(
        order__state=State.TO_CALLBACK, method=Method.SMS, round=F("order__round")
    )
    rows = sent.values("order_id", "round").annotate(n=Count("pk"), last=Max("at"))
    due = rows.filter(n__lt=fewer_than, last__lt=before).order_by("last", "order_id")[:limit]
    return [(row["order_id"], row["round"], row["n"]) for row in due]


def rating_of(order: WorkOrder, round_: int) -> CallbackAttempt | None:
    """Return the citizen's own rating of one round. One query."""
    return CallbackAttempt.objects.filter(order=order, round=round_, method="web").first()


def to_call(actor: Actor, now: datetime) -> QuerySet[WorkOrder]:
    """Return the orders to call now, the oldest due first; not those called a moment ago.

    Nor those whose citizen is being asked by message, where the city calls afterwards.
    """
    called = CallbackAttempt.objects.filter(
        order=OuterRef("pk"), method=Method.PHONE.value, at__gt=now - REST
    )
    waiting = orders.filtered(actor, orders.OrderFilter(states=(State.TO_CALLBACK,)))
    rows = waiting.exclude(Exists(called)).exclude(_asked_by_message(now))
    return rows.order_by("waits_until", "pk")


def _asked_by_message(now: datetime) -> Q:
    """Return the condition for orders that are left to their surveys for the time being.

    The first was sent and the citizen has not answered; further ones are to come, or the last was
    sent less than ``callback.call_after_sms_hours`` ago. Not once the time for calling is over.

    Source: R-555 (requirement 114; handbook domain.md 2.8: SMS surveys, then a call).
    """
    hours = int(knowledge.parameter("callback.call_after_sms_hours", now, default=0))
    most = int(knowledge.parameter("callback.sms", now, default=2))
    if not hours or not most:
        return Q(pk__in=[])
    own = CallbackAttempt.objects.filter(order=OuterRef("pk"), round=OuterRef("round"))
    sent = own.filter(method=Method.SMS.value)
    return (
        Q(Exists(sent))
        & (
            ~Q(Exists(sent[most - 1 : most]))
            | Q(Exists(sent.filter(at__gt=now - timedelta(hours=hours))))
        )
        & ~Q(Exists(own.filter(method=Method.WEB.value)))
        & Q(waits_until__gt=now)
    )


def next_to_call(actor: Actor, now: datetime, *, but: str = "") -> str:
    """Return the number of the next order to call; empty when there is none. Two queries.

    Orders whose number a colleague has just read are left to that colleague, so that no citizen is
    called twice at once.

    Args:
        actor: the clerk.
        now: when.
        but: an order that is not to come again at once.
    """
    numbers = [n for n in to_call(actor, now).values_list("number", flat=True)[:_LOOKED_AT]]
    reading = access.reading({f"order:{n}" for n in numbers}, since=now - CALL)
    free = [n for n in numbers if reading.get(f"order:{n}", actor.reference) == actor.reference]
    return next((n for n in free if n != but), "")
