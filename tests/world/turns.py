"""What may come between: returns, disputes, extensions, whistles, merging and the like."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from huiyin.knowledge.models import Reason
from huiyin.orders import actions
from huiyin.orders.actions.files import Upload
from huiyin.orgs.actors import CITIZEN
from huiyin.orgs.models import Unit
from tests.world.course import Course
from tests.world.places import at


class Turns(Course):
    """The ways an order may take that is not dealt with straight away."""

    def return_asked(self) -> Self:
        self.order = actions.ask_return(
            self.order.pk, by=self.world.actor("water_handler"), now=at(2, 11),
            reason=Reason.objects.get(group="return"), basis="不属本单位",
            suggested=self.world.housing,
        )  # fmt: skip
        return self

    def assisted(self) -> Self:
        self.order = actions.add_units(
            self.order.pk,
            by=self.world.actor("dispatcher"),
            assist=[self.world.housing],
            now=at(2, 15),
        )
        if self.order.state == "in_progress":
            actions.sub_sign(self.order.pk, by=self.world.actor("housing_handler"), now=at(2, 16))
        return self

    def with_news(self) -> Self:
        self.order = actions.supplement(
            self.order.pk, by=CITIZEN, words="今天又停暖了", now=at(2, 11)
        )
        return self

    def extension_asked(self, until: datetime | None = None) -> Self:
        self.order = actions.ask_extension(
            self.order.pk, by=self.world.actor("water_handler"),
            reason=Reason.objects.get(group="extension"), basis="需委托检测",
            until=until or at(13, 0), explanation="检测需要几天", now=at(3, 9),
        )  # fmt: skip
        return self

    def suspension_asked(self, until: datetime | None = None) -> Self:
        self.order = actions.ask_suspension(
            self.order.pk, by=self.world.actor("water_handler"), basis="管网改造已列入计划",
            explanation="完工前暂时办不了", until=until or at(20), now=at(4, 9),
            files=[Upload("报告.pdf", b"%PDF-1.4 sealed")],
        )  # fmt: skip
        return self

    def suspended(self) -> Self:
        self.order = actions.suspend(self.order.pk, by=self.world.actor("manager"), now=at(4, 12))
        return self

    def termination_asked(self) -> Self:
        self.order = actions.ask_termination(
            self.order.pk, by=self.world.actor("water_handler"),
            reason=Reason.objects.get(group="termination"), basis="两次拒绝现场核实",
            explanation="因无法核实，终止办理", now=at(4, 9),
        )  # fmt: skip
        return self

    def return_refused(self) -> Self:
        self.return_asked()
        self.order = actions.refuse_return(
            self.order.pk, by=self.world.actor("dispatcher"), note="确属供热管理", now=at(2, 13)
        )
        return self

    def on_street(self) -> Self:
        """Let the township hold and sign an order."""
        self.created().submitted().dispatched(lead=self.world.township)
        self.order = actions.sign(
            self.order.pk, by=self.world.actor("township_handler"), now=at(2, 14)
        )
        return self

    def whistled(self, **changes: object) -> Self:
        """Let the township call the housing bureau to the matter."""
        from huiyin.orders.actions.calling import Calling

        values: dict[str, object] = {"units": [self.world.housing], "why": "请到场认定"} | changes
        self.order = actions.whistle(
            self.order.pk,
            Calling(**values),  # type: ignore[arg-type]
            by=self.world.actor("township_handler"),
            now=at(2, 15),
        )
        return self

    def came(self) -> Self:
        """Let the housing bureau report on the spot."""
        self.order = actions.report_in(
            self.order.pk, by=self.world.actor("housing_handler"), on_site=True, person="安全科",
            now=at(3, 9),
        )  # fmt: skip
        return self

    def came_and_told(self) -> Self:
        self.came()
        self.order = actions.sub_reply(
            self.order.pk, by=self.world.actor("housing_handler"), process="到场查看",
            result="已认定为安全", now=at(3, 11),
        )  # fmt: skip
        return self

    def raise_asked(self, to: Unit | None = None, *, city: bool = False) -> Self:
        """Let the township ask the county, or the city, to take the matter up."""
        self.order = actions.ask_raise(
            self.order.pk, by=self.world.actor("township_handler"),
            to=None if city else to or self.world.county, basis="管网跨三个街道",
            tried="已协调两次", now=at(3, 10),
        )  # fmt: skip
        return self

    def conferred(self) -> Self:
        """Let the water bureau and the housing bureau confer before the dispatch."""
        self.order = actions.confer(
            self.order.pk, by=self.world.actor("dispatcher"),
            units=[self.world.water, self.world.housing], basis="管网分界不清", now=at(2, 10),
        )  # fmt: skip
        return self

    def contested(self) -> Self:
        """Let the water bureau contest the dispatch after its refused return."""
        self.order = actions.contest(
            self.order.pk, by=self.world.actor("water_handler"), basis="管网已移交",
            suggested=self.world.housing, now=at(3, 9),
        )  # fmt: skip
        return self

    def two_rule(self) -> Self:
        """Let two people make a ruling in this city."""
        return self.city("ruling.two_persons", True)

    def ruled(self, lead: Unit | None = None, **changes: object) -> Self:
        """Rule, for the water bureau unless another unit is named."""
        values: dict[str, object] = {"basis": "三定方案第四条", "now": at(3, 15)} | changes
        self.order = actions.rule(
            self.order.pk,
            by=self.world.actor("manager"),
            lead=lead or self.world.water,
            **values,  # type: ignore[arg-type]
        )
        return self

    def reopened(self) -> Self:
        """Let the dispatcher, who did not rule, reopen the ruling."""
        self.order = actions.reopen_ruling(
            self.order.pk,
            by=self.world.actor("dispatcher"),
            basis="所据文件已作废",
            now=at(4, 10),
        )
        return self

    def signed_by_hand(self) -> Self:
        """Let the water bureau's leader reply under a picture of the own signature."""
        from huiyin.orgs import actions as orgs
        from tests.world.places import reply_form, scrawl

        leader = self.world.actor("water_leader")
        orgs.put_up_signature(scrawl(), by=leader, now=at(2, 8))
        actions.reply(self.order.pk, reply_form(sign_off="water_leader"), by=leader, now=at(4, 9))
        self.order.refresh_from_db()
        return self

    def void_asked(self) -> Self:
        self.order = actions.ask_void(
            self.order.pk, by=self.world.actor("dispatcher"), note="撤诉", now=at(2, 10)
        )
        return self

    def with_main(self) -> Self:
        """Make another order about the same event, into which this one may be merged."""
        other = type(self)(self.world).created().submitted().order
        self.main = other
        return self

    def merged(self) -> Self:
        self.order = actions.merge(
            self.order.pk, by=self.world.actor("dispatcher"), main=self.main.pk, now=at(2, 10)
        )
        return self
