"""The small cast of the benchmark and the steps that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.kernel import clock
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category
from huiyin.knowledge.states import Kind
from huiyin.orders import actions
from huiyin.orders.actions.intake import Request
from huiyin.orders.models import WorkOrder
from huiyin.orders.rules import ReplyForm
from huiyin.orders.states import Outcome, Satisfaction, Solved
from huiyin.orgs import actions as orgs
from huiyin.orgs import queries as orgs_queries
from huiyin.orgs.actors import Actor, acting
from huiyin.orgs.models import Staff, Unit
from huiyin.orgs.states import Role

TEXT = (
    "小区从昨天晚上开始停暖，室内温度只有十四度，家里有老人和孩子，打过供热公司电话没有人来，" * 4
)
CAST = (
    ("bench_agent", Role.AGENT, "centre"),
    ("bench_dispatcher", Role.DISPATCHER, "centre"),
    ("bench_auditor", Role.AUDITOR, "centre"),
    ("bench_callback", Role.CALLBACK, "centre"),
    ("bench_handler", Role.HANDLER, "bureau"),
    ("bench_manager", Role.MANAGER, "centre"),
)


def prepare(city: str) -> None:
    """Load the city and the cast, once."""
    from huiyin.cities import actions as cities

    now = clock.now()
    if orgs_queries.city() is None:  # a database kept from before has it
        cities.load(city, now=now)
    for username, role, kind in CAST:
        if not Staff.objects.filter(username=username).exists():
            unit = Unit.objects.filter(kind=kind, active=True).order_by("code")[0]
            orgs.create_staff(
                username=username, name=username, unit=unit, roles=[role],
                password="Bench-2026-xyz", now=now,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """The people of the cast as actors, and one category."""

    people: dict[str, Actor]
    unit: Unit
    category: Category

    @classmethod
    def present(cls) -> Scene:
        """Return the cast of the present database."""
        staff = Staff.objects.select_related("unit").filter(username__in=[c[0] for c in CAST])
        people = {s.username.removeprefix("bench_"): acting(s) for s in staff}
        unit = people["handler"].unit
        if unit is None:
            raise RuntimeError("the handler has no unit")
        return cls(people, unit, knowledge.categories()[-1])

    def create(self, n: int) -> WorkOrder:
        """Create one order, as an agent does."""
        request = Request(
            content=TEXT, title="供暖不热", kind=Kind.HELP, category=self.category,
            place=f"幸福路 {n % 5000} 号", name="王小明", phone=f"138{n % 10**8:08d}",
        )  # fmt: skip
        return actions.create(request, by=self.people["agent"], now=clock.now())

    def held(self, n: int) -> WorkOrder:
        """Lead one order from the call to the unit that has signed for it."""
        order, now, people = self.create(n), clock.now(), self.people
        actions.submit(order.pk, by=people["agent"], now=now)
        actions.dispatch(order.pk, by=people["dispatcher"], lead=self.unit, now=now)
        return actions.sign(order.pk, by=people["handler"], now=now)

    def live(self, n: int) -> WorkOrder:
        """Lead one order from the call to the closed, called-back case."""
        order, now, people = self.held(n), clock.now(), self.people
        moment = now + timedelta(seconds=1)
        actions.contact(
            order.pk, by=people["handler"], at=moment, number="053412345678", now=moment
        )
        form = ReplyForm(
            outcome=Outcome.SOLVED, process="上门检修", result="已恢复", 
            public_answer="已修好，请放心。",
            contacted_at=moment, contact_number="053412345678", sign_off="负责人",
        )  # fmt: skip
        actions.reply(order.pk, form, by=people["handler"], now=moment)
        actions.pass_audit(order.pk, by=people["auditor"], now=moment)
        answers = Answers(Solved.YES, Satisfaction.SATISFIED)
        return callbacks.record_call(order.pk, answers, by=people["callback"], now=moment)
