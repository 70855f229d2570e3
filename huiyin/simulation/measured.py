"""The rates of a run, counted from the rows that the platform itself has written.

Nothing here knows what the simulation meant to do. Codes and formulas are those of handbook
domain.md 3.3; where a formula leaves a choice open, ``about`` says how it is read here:
"dispatched" are dispatches, "closed" are cases closed after a unit has handled them (a case
answered on the spot needs no call-back), a limit counts once it has been kept or has run out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.knowledge.states import ClockKind
from huiyin.orders.models import Clock, OrderEvent, WorkOrder
from huiyin.orders.states import CONTENT_GRADES, CloseType, Solved, State
from huiyin.simulation.queries import these


@dataclass(frozen=True, slots=True)
class Rate:
    """One indicator: its code in the handbook, its Chinese name, and the two counts."""

    code: str
    name: str
    about: str
    numerator: int
    denominator: int

    @property
    def rate(self) -> float | None:
        """Return the share, None when there was nothing to count."""
        return self.numerator / self.denominator if self.denominator else None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data, the rate with four figures."""
        return {
            "code": self.code,
            "name": self.name,
            "rate": None if self.rate is None else round(self.rate, 4),
            "numerator": self.numerator,
            "denominator": self.denominator,
            "about": self.about,
        }


Counts = tuple[int, int]


def rates(made: Sequence[int], now: datetime) -> dict[str, Rate]:
    """Return every rate of these orders as it stands at ``now``. About ten queries."""
    found = {}
    for name, (code, label, about, count) in _RATES.items():
        numerator, denominator = count(made, now)
        found[name] = Rate(code, label, about, numerator, denominator)
    return found


def _two(rows: QuerySet[Any], counted: Q, out_of: Q) -> Counts:
    facts = rows.aggregate(n=Count("pk", filter=out_of & counted), of=Count("pk", filter=out_of))
    return facts["n"], facts["of"]


def _direct(made: Sequence[int], _: datetime) -> Counts:
    rows = WorkOrder.objects.filter(pk__in=these(made))
    return _two(rows, Q(close_type=CloseType.DIRECT.value), ~Q(state=State.VOID.value))


def _lead_clocks(made: Sequence[int], kind: ClockKind) -> QuerySet[Clock]:
    """Return the limits of accountable lead units; assisting and lower parts do not count."""
    return Clock.objects.filter(
        order__in=these(made),
        kind=kind.value,
        assignment__role="lead",
        assignment__parent__isnull=True,
    )


def _kept(made: Sequence[int], now: datetime, kind: ClockKind, done: str) -> Counts:
    """Count limits that were kept, out of those that were kept or have run out.

    A limit that ended otherwise before its time (the order was returned) is not counted.
    """
    done_at = f"assignment__{done}"
    ran_out = Q(due_at__lte=now) & (Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("due_at")))
    in_time = Q(**{f"{done_at}__lt": F("due_at")})
    return _two(_lead_clocks(made, kind), in_time, Q(**{f"{done_at}__isnull": False}) | ran_out)


def _signed(made: Sequence[int], now: datetime) -> Counts:
    return _kept(made, now, ClockKind.SIGN, "signed_at")


def _contacted(made: Sequence[int], now: datetime) -> Counts:
    return _kept(made, now, ClockKind.CONTACT, "contacted_at")


def _finished(made: Sequence[int], now: datetime) -> Counts:
    return _kept(made, now, ClockKind.FINISH, "replied_at")


def _returned(made: Sequence[int], _: datetime) -> Counts:
    rows = OrderEvent.objects.filter(order__in=these(made))
    facts = rows.aggregate(
        n=Count("pk", filter=Q(verb="ask_return")), of=Count("pk", filter=Q(verb="dispatch"))
    )
    return facts["n"], facts["of"]


def _closed(made: Sequence[int]) -> QuerySet[WorkOrder]:
    """Return the orders that were closed after a unit had handled them."""
    ended = [State.CLOSED.value, State.UNSAT.value, State.ARCHIVED.value]
    return WorkOrder.objects.filter(pk__in=these(made), state__in=ended, lead_unit__isnull=False)


def _redone(made: Sequence[int], _: datetime) -> Counts:
    return _two(_closed(made), Q(round__gte=2), Q())


def _called_back(made: Sequence[int], _: datetime) -> Counts:
    closed = _closed(made)
    attempts = CallbackAttempt.objects.filter(order__in=closed.values("pk"))
    asked = attempts.order_by().values("order").distinct().count()
    return asked, closed.count()


def _reached(made: Sequence[int], _: datetime) -> Counts:
    attempts = CallbackAttempt.objects.filter(order__in=_closed(made).values("pk"))
    facts = attempts.aggregate(
        n=Count("order", distinct=True, filter=Q(reached=True)), of=Count("order", distinct=True)
    )
    return facts["n"], facts["of"]


def _last_answers(made: Sequence[int]) -> QuerySet[WorkOrder]:
    """Return the closed orders whose citizen has answered."""
    return _closed(made).exclude(solved="")


def _solved(made: Sequence[int], _: datetime) -> Counts:
    return _two(_last_answers(made), Q(solved=Solved.YES.value), Q())


def _satisfied(made: Sequence[int], _: datetime) -> Counts:
    content = [grade.value for grade in CONTENT_GRADES]
    return _two(_last_answers(made), Q(satisfaction__in=content), Q())


def _first_satisfied(made: Sequence[int], _: datetime) -> Counts:
    first = CallbackAttempt.objects.filter(order__in=these(made), round=1, reached=True)
    content = [grade.value for grade in CONTENT_GRADES]
    return _two(first.exclude(satisfaction=""), Q(satisfaction__in=content), Q())


_RATES: dict[str, tuple[str, str, str, Callable[[Sequence[int], datetime], Counts]]] = {
    "direct_answer_rate": ("K08", "直接答复率", "当场答复办结 / 有效诉求（不含作废）", _direct),
    "on_time_sign_rate": ("K11", "及时签收率", "时限内签收 / 已签收或已过时限的派单", _signed),
    "on_time_contact_rate": ("K12", "先行联系率", "时限内联系 / 已联系或已过时限", _contacted),
    "return_rate": ("K13", "退单率", "申请退单 / 派单次数", _returned),
    "on_time_finish_rate": ("K15", "按时办结率", "时限内回复 / 已回复或已过时限的各轮", _finished),
    "redo_rate": ("K18", "重办率", "办理两轮以上 / 经单位办理后办结", _redone),
    "callback_rate": ("K20", "回访率", "做过回访 / 经单位办理后办结", _called_back),
    "reached_rate": ("K20", "有效回访率", "回访到本人 / 做过回访", _reached),
    "solved_rate": ("K22", "解决率", "回访答“已解决” / 有效回访（部分解决不计）", _solved),
    "satisfied_rate": ("K23", "满意率", "基本满意以上 / 有效回访", _satisfied),
    "first_satisfied_rate": (
        "K23",
        "首次满意率",
        "第一轮基本满意以上 / 第一轮有效回访",
        _first_satisfied,
    ),
}
