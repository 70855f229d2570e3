"""What may lie beside an order: letters, supervision orders, rounds, meetings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from huiyin.assessment.bulletins.models import Bulletin
from huiyin.assessment.models import ExclusionRequest, Round
from huiyin.followup.coordination.models import Flag, JointCase, Meeting
from huiyin.followup.filings.models import Filing
from huiyin.followup.instructions.models import Instruction
from huiyin.followup.mandates.models import Mandate
from huiyin.followup.referrals.models import Referral
from huiyin.followup.supervision.models import Letter
from huiyin.orders.actions.files import Upload
from tests.world.places import REQUEST, START, at
from tests.world.turns import Turns


class Story(Turns):
    """One order told step by step, with all that may lie beside it."""

    filing: Filing
    round: Round
    request: ExclusionRequest
    bulletin: Bulletin
    incident: int
    mandate: Mandate
    letter: Letter
    flag: Flag
    meeting: Meeting
    instruction: Instruction
    joint: JointCase
    referral: Referral

    def five_alike(self) -> Self:
        """Make five like requests at one place, found as a group incident."""
        from huiyin.dispatch.incidents import actions as incidents
        from huiyin.dispatch.incidents.models import Incident

        for n in range(5):
            self.created(phone=f"1380000000{n}").submitted()
        incidents.find(at(2, 10))
        self.incident = Incident.objects.get().pk
        return self

    def lettered(self, now: datetime | None = None) -> Self:
        """Send the water bureau a reminder letter about what is late."""
        from huiyin.followup.supervision import actions as urging
        from huiyin.followup.supervision.states import FOR_LETTERS

        (self.letter,) = urging.send_letters(
            [self.world.water.pk], reasons=FOR_LETTERS, signed_by="王主任",
            by=self.world.actor("supervisor"), now=now or at(10, 9),
        )  # fmt: skip
        return self

    def referred(self) -> Self:
        """Propose to send the water bureau's delay to discipline inspection."""
        from huiyin.followup.referrals import actions as referrals

        self.referral = referrals.propose(
            referrals.Proposal(
                "供热问题久拖不办", "市纪委监委", self.world.water,
                "三月二日派单，多次催办，至今没有签收，也没有联系诉求人。", "政务热线责任追究办法",
                [self.order.number],
            ),
            by=self.world.actor("supervisor"), now=at(4, 9),
        )  # fmt: skip
        return self

    def risen(self, *rows: dict[str, object], now: datetime | None = None) -> Self:
        """Let the ladder of the city look at the orders; by default for what is not signed."""
        from huiyin.followup.ladder import actions as ladder

        row = {
            "code": "unread", "level": 1, "name": "未签收", "when": "unread_days", "than": 1,
            "to": ["unit_head"], "action": "notify", "kind": "", "within": "1wd",
        }  # fmt: skip
        self.city("escalation.steps", [row | each for each in rows or ({},)])
        ladder.climb(until=now or at(4, 9))
        return self

    def pressed(self, **changes: object) -> Self:
        """Write a supervision order to the water bureau about this order."""
        from huiyin.followup.mandates import actions as mandates

        values: dict[str, object] = {
            "kind": "internal", "title": "暖气不热久拖未决", "demands": "请查明原因，书面反馈。",
            "unit": self.world.water, "orders": [self.order.number],
        }  # fmt: skip
        form = mandates.MandateForm(**(values | changes))  # type: ignore[arg-type]
        self.mandate = mandates.draft(form, by=self.world.actor("supervisor"), now=at(3, 9))
        return self

    def press(self, verb: str, by: str, now: datetime, **more: object) -> Mandate:
        """Take one step of the supervision order."""
        from huiyin.followup.mandates import actions as mandates

        act = getattr(mandates, verb)
        self.mandate = act(self.mandate.pk, by=self.world.actor(by), now=now, **more)
        return self.mandate

    def issued(self) -> Self:
        self.press("issue", "supervisor", at(3, 9, 30))
        return self

    def taken_up(self) -> Self:
        self.press("sign", "water_handler", at(3, 10))
        return self

    def answered(self) -> Self:
        files = [Upload("整改.pdf", b"%PDF-1.4 x")]
        self.press("reply", "water_handler", at(3, 15), note="已更换水泵，室温达标。", files=files)
        return self

    def applied(self, **changes: object) -> Self:
        """Let the water bureau apply to put the matter of this order on file."""
        from huiyin.followup.filings import actions as filings
        from huiyin.orders.actions.files import Upload

        values: dict[str, object] = {
            "title": "老旧管网供热不足", "category": self.world.heating, "place": REQUEST.place,
            "cause": "楼内管网老化，须整体改造。", "process": "已检修换热站并调高水温。",
            "basis": "供热条例第十条", "public_answer": "楼内管网改造已列入明年计划。",
        }  # fmt: skip
        self.filing = filings.apply(
            filings.Application(**(values | changes)),  # type: ignore[arg-type]
            [Upload("报告.pdf", b"%PDF-1.4 x")],
            by=self.world.actor("water_handler"),
            now=at(2, 9),
        )
        return self

    def filed(self, **changes: object) -> Self:
        """Put it on file: applied for and agreed with."""
        from huiyin.followup.filings import actions as filings

        self.applied(**changes)
        self.filing = filings.review(
            self.filing.pk, by=self.world.actor("manager"), agreed=True, note="", now=at(2, 9, 30)
        )
        return self

    def improved(self) -> Self:
        from huiyin.followup.writeoffs import actions as writeoffs

        self.order = writeoffs.ask(
            self.order.pk, by=self.world.actor("water_handler"), improvement="已换管道",
            now=at(4, 11, 45),
        )  # fmt: skip
        return self

    def assessed(self) -> Self:
        """Let the first three days of March be a round that its units look at."""
        from datetime import timedelta

        from huiyin.assessment import actions as assessment
        from huiyin.assessment.actions import Opening
        from huiyin.insight.facts import actions as facts
        from huiyin.knowledge.models import ScoringScheme

        ScoringScheme.objects.create(
            code="three-rates", name="三率", least_valid=1, valid_from=START, source="t",
            weights={"response": 20, "solved": 40, "satisfied": 40}, text="三率。",
        )  # fmt: skip
        last = date(2026, 3, 3)
        facts.close_days(last, now=at(4, 1))
        opening = Opening(last - timedelta(days=2), last, "three-rates", title="三月第一旬")
        manager = self.world.actor("manager")
        self.round = assessment.open_round(opening, by=manager, now=at(4, 2))
        self.round = assessment.preview(self.round.pk, by=manager, now=at(4, 2))
        return self

    def frozen(self) -> Self:
        from huiyin.assessment import actions as assessment

        self.round = assessment.freeze(self.round.pk, by=self.world.actor("manager"), now=at(4, 3))
        return self

    def exclusion_asked(self) -> Self:
        from huiyin.assessment import actions as assessment

        self.request = assessment.ask(
            self.round.pk, assessment.Asking("撤回", "录音", self.order.number, "X12"),
            by=self.world.actor("water_handler"), now=at(4, 4),
        )  # fmt: skip
        return self

    def bulletined(self) -> Self:
        """Draft a special report about this order, to the water bureau and a leader."""
        from huiyin.assessment.bulletins import actions as bulletins
        from huiyin.assessment.bulletins.actions import Drafting, Editing
        from huiyin.assessment.bulletins.states import Audience

        by = self.world.actor("supervisor")
        made = bulletins.draft(Drafting("special", title="供热专报"), by=by, now=at(3, 9))
        editing = Editing(
            "供热专报", "连日低温，室温不达标。", Audience.CHOSEN, [self.world.water],
            [self.world.people["administrator"]], [(self.order.number, "请尽快恢复")],
        )  # fmt: skip
        self.bulletin = bulletins.edit(made.pk, editing, by=by, now=at(3, 9))
        return self

    def handed_in(self) -> Self:
        from huiyin.assessment.bulletins import actions as bulletins

        by = self.world.actor("supervisor")
        self.bulletin = bulletins.submit(self.bulletin.pk, by=by, now=at(3, 10))
        return self

    def given_out(self) -> Self:
        from huiyin.assessment.bulletins import actions as bulletins

        by = self.world.actor("manager")
        self.bulletin = bulletins.issue(self.bulletin.pk, by=by, now=at(3, 11))
        return self

    def instructed(self) -> Self:
        """Register a leader's instruction on a report, with one task for the water bureau."""
        from huiyin.followup.instructions import actions as instructions
        from huiyin.followup.tasks.actions import Duty

        form = instructions.Instructing(
            "王市长",
            "市长",
            date(2026, 3, 2),
            date(2026, 3, 10),
            words="请尽快办理",
            title="供热专报",
        )
        duty = Duty(self.world.water, "一周内恢复供热", date(2026, 3, 9))
        supervisor = self.world.actor("supervisor")
        self.instruction = instructions.register(form, duties=[duty], by=supervisor, now=at(2, 9))
        return self

    def met(self) -> Self:
        """Flag this order and call a meeting of the water bureau about it."""
        from huiyin.followup.coordination import actions as coordination
        from huiyin.followup.coordination.actions import Planning, Raising
        from huiyin.followup.coordination.states import FlagKind

        office = self.world.actor("supervisor")
        raising = Raising(FlagKind.CASE, "分界不清", order=self.order.number)
        file = Upload("a.pdf", b"%PDF-1.4 x")
        self.flag = coordination.flag(raising, [file], by=office, now=at(3, 9))
        plan = Planning(
            "供热协调会", "三楼", "主任", at(4, 10), flags=[self.flag.pk], units=[self.world.water]
        )
        self.meeting = coordination.plan(plan, by=office, now=at(3, 10))
        coordination.call(self.meeting.pk, by=office, now=at(3, 11))
        return self

    def held(self) -> Self:
        from huiyin.followup.coordination import actions as coordination

        office = self.world.actor("supervisor")
        coordination.hold(self.meeting.pk, by=office, now=at(4, 11))
        return self

    def joined_forces(self) -> Self:
        """Open a joint case of the water and housing bureaus."""
        from huiyin.followup.coordination import actions as coordination

        form = coordination.Opening(
            "供热改造", "完成管网改造", self.world.water, [self.world.housing]
        )
        by = self.world.actor("supervisor")
        self.joint = coordination.open_joint(form, by=by, now=at(2, 9))
        return self
