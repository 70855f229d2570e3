"""The straight way of one order, from the call to its closing, told step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Self

from huiyin.knowledge.models import Parameter
from huiyin.orders import actions
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import Outcome, Satisfaction, Solved
from tests.world.places import REQUEST, START, World, at, reply_form


class Course:
    """One order told step by step; each method is one step at a given moment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.order: WorkOrder
        self.main: WorkOrder

    def created(self, now: datetime | None = None, by: str = "agent", **changes: object) -> Self:
        request = replace(REQUEST, **({"category": self.world.heating} | changes))  # type: ignore[arg-type]
        self.order = actions.create(request, by=self.world.actor(by), now=now or at(2, 9))
        return self

    def submitted(self) -> Self:
        self.order = actions.submit(self.order.pk, by=self.world.actor("agent"), now=at(2, 9, 5))
        return self

    def dispatched(self, now: datetime | None = None, **changes: object) -> Self:
        values: dict[str, object] = {"lead": self.world.water} | changes
        self.order = actions.dispatch(
            self.order.pk,
            by=self.world.actor("dispatcher"),
            now=now or at(2, 10),
            **values,  # type: ignore[arg-type]
        )
        return self

    def signed(self) -> Self:
        self.order = actions.sign(
            self.order.pk, by=self.world.actor("water_handler"), now=at(2, 14)
        )
        return self

    def contacted(self) -> Self:
        self.order = actions.contact(
            self.order.pk, by=self.world.actor("water_handler"), at=at(2, 15), number="053412345",
            now=at(2, 15, 5),
        )  # fmt: skip
        return self

    def replied(self, now: datetime | None = None, **changes: object) -> Self:
        actions.reply(
            self.order.pk,
            reply_form(**changes),
            by=self.world.actor("water_handler"),
            now=now or at(4, 9),
        )
        self.order.refresh_from_db()
        return self

    def audited(self) -> Self:
        self.order = actions.pass_audit(
            self.order.pk, by=self.world.actor("auditor"), now=at(4, 11)
        )
        return self

    def to_callback(self) -> Self:
        return self.created().submitted().dispatched().signed().contacted().replied().audited()

    def closed(self) -> Self:
        self.order = actions.close(
            self.order.pk, by=self.world.actor("callback"), solved=Solved.YES,
            grade=Satisfaction.SATISFIED, now=at(5, 9),
        )  # fmt: skip
        return self

    def planned(self) -> Self:
        """Close as planned for May, with the plan in the ledger."""
        self.created().submitted().dispatched().signed().contacted()
        self.replied(outcome=Outcome.PLANNED, basis="改造计划", planned_on=date(2026, 5, 1))
        return self.audited().closed()

    def plan_reported(self) -> Self:
        self.order = actions.report_plan(
            self.order.pk, by=self.world.actor("water_handler"), note="已完工", now=at(28, 9)
        )
        return self

    def verified(self, **changes: object) -> Self:
        """Call back before the audit, in a city that asks first."""
        answers = {"solved": Solved.YES, "grade": Satisfaction.SATISFIED} | changes
        self.order = actions.verify(
            self.order.pk,
            by=self.world.actor("callback"),
            now=at(4, 10),
            **answers,  # type: ignore[arg-type]
        )
        return self

    def signing(self) -> Self:
        """Let the water bureau's leader sign its replies."""
        from huiyin.kernel import cached
        from huiyin.orgs.models import UnitMode

        UnitMode.objects.create(unit=self.world.water, signed=True, at=at(1), by="t")
        cached.forget_all()
        return self

    def drafted(self) -> Self:
        """Send the draft of a reply to the leader."""
        self.order = actions.draft_reply(
            self.order.pk, reply_form(), by=self.world.actor("water_handler"), now=at(3, 11)
        )
        return self

    def asks_first(self) -> Self:
        """Let the city call back before it audits."""
        return self.city("callback.order", "callback_then_audit")

    def city(self, key: str, value: object) -> Self:
        """Set a parameter of the city since its beginning."""
        from huiyin.kernel import cached

        Parameter.objects.filter(key=key).delete()
        Parameter.objects.create(key=key, value=value, valid_from=START, source="t", text="t")
        cached.forget_all()
        return self

    def verbs(self) -> list[str]:
        return list(self.order.events.order_by("seq").values_list("verb", flat=True))

    def to_review(self) -> Self:
        from huiyin.kernel import cached

        Parameter.objects.create(
            key="review.before_dispatch", value=True, valid_from=START, source="t", text="t"
        )
        cached.forget_all()
        return self.submitted()

    def rejected(self) -> Self:
        self.order = actions.reject_reply(
            self.order.pk, by=self.world.actor("auditor"), note="写明结果", now=at(4, 10)
        )
        return self

    def tagged(self) -> Self:
        from huiyin.kernel import cached
        from huiyin.knowledge.models import Tag

        Tag.objects.create(code="elderly", group="主体", name="涉老")
        cached.forget_all()
        self.order = actions.tag(
            self.order.pk, by=self.world.actor("agent"), tags=["elderly"], now=at(2, 9, 2)
        )
        return self

    def unsatisfied(self) -> Self:
        self.order = actions.close_unsatisfied(
            self.order.pk, by=self.world.actor("callback"), solved=Solved.NO,
            grade=Satisfaction.UNSATISFIED, note="已尽责", now=at(4, 11, 30),
        )  # fmt: skip
        return self
