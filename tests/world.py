"""A small city with fixed values for tests: units on three levels, one person per role, rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from huiyin.assessment.models import ExclusionRequest, Round
from huiyin.followup.coordination.models import Flag, JointCase, Meeting
from huiyin.followup.filings.models import Filing
from huiyin.followup.instructions.models import Instruction
from huiyin.followup.mandates.models import Mandate
from huiyin.followup.referrals.models import Referral
from huiyin.followup.supervision.models import Letter
from huiyin.knowledge.models import Category, LimitRule, Parameter, Reason
from huiyin.knowledge.states import Kind
from huiyin.orders import actions
from huiyin.orders.actions.files import Upload
from huiyin.orders.actions.intake import Request
from huiyin.orders.models import WorkOrder
from huiyin.orders.rules import ReplyForm
from huiyin.orders.states import Channel, Outcome, Satisfaction, Solved
from huiyin.orgs.actors import CITIZEN, Actor, acting
from huiyin.orgs.models import City, Region, Staff, Unit
from huiyin.orgs.states import Role
from huiyin.worktime.calendar import SHANGHAI

START = date(2026, 1, 1)
PASSWORD = "Huiyin-2026"

LIMITS = (
    # code, clock, kind, urgency, round, limit
    ("accept", "accept", "", "", None, "2h"),
    ("review", "review", "", "", None, "2h"),
    ("dispatch", "dispatch", "", "", None, "2h"),
    ("sign", "sign", "", "", None, "1wd"),
    ("contact", "contact", "", "", None, "1wd"),
    ("finish", "finish", "", "", None, "5wd"),
    ("finish.inquiry", "finish", "inquiry", "", None, "3wd"),
    ("finish.emergency", "finish", "", "emergency", None, "2h"),
    ("finish.round2", "finish", "", "", 2, "3wd"),
    ("return", "return", "", "", None, "2wd"),
    ("extension", "extension", "", "", None, "5wd"),
    ("extension_review", "extension_review", "", "", None, "4wh"),
    ("dispute", "dispute", "", "", None, "2wd"),
    ("suspension", "suspension", "", "", None, "90d"),
    ("return_review", "return_review", "", "", None, "1wd"),
    ("audit", "audit", "", "", None, "1wd"),
    ("callback", "callback", "", "", None, "2wd"),
    ("redo", "redo", "", "", None, "1wd"),
)
PARAMETERS = {
    "redo.max_rounds": 3,
    "return.max_times": 1,
    "archive.after_days": 30,
    "callback.attempts": 3,
    "callback.days": 2,
    "callback.sms": 2,
}


def at(day: int, hour: int = 9, minute: int = 0, month: int = 3) -> datetime:
    """Return a moment of March 2026 in Shanghai; 2 March is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@dataclass(slots=True)
class World:
    """The people and places of the small city."""

    centre: Unit
    vendor: Unit
    water: Unit
    water_team: Unit
    housing: Unit
    county: Unit
    township: Unit
    heating: Category
    people: dict[str, Staff]

    def actor(self, name: str) -> Actor:
        """Return the actor of that name."""
        return acting(self.people[name])


def unit(code: str, name: str, kind: str, parent: Unit | None = None) -> Unit:
    return units((code, name, kind), parent=parent)[0]


def units(*rows: tuple[str, str, str], parent: Unit | None = None) -> list[Unit]:
    """Make units under one parent, in two statements."""
    made = Unit.objects.bulk_create(
        Unit(
            code=code,
            name=name,
            short_name=name,
            kind=kind,
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
        )
        for code, name, kind in rows
    )
    for each in made:
        each.path = f"{parent.path if parent else '/'}{each.pk}/"
    Unit.objects.bulk_update(made, ["path"])
    return made


def person(name: str, where: Unit, *roles: Role) -> Staff:
    staff = _person(name, where, *roles)
    staff.save()
    return staff


@cache
def _sealed() -> str:
    return make_password(PASSWORD)


def _person(name: str, where: Unit, *roles: Role) -> Staff:
    return Staff(
        username=name,
        name=name,
        unit=where,
        roles=[r.value for r in roles],
        created_at=at(1),
        password=_sealed(),
    )


def build() -> World:
    """Make the city; in few statements, for most tests begin with it."""
    City.objects.create(
        code="370000", profile="test", name="测试市", hotline="12345", slogan="件件有回音",
        promise="有诉必应", loaded_at=at(1),
    )  # fmt: skip
    Region.objects.create(code="370000", name="测试市", level="city")
    centre, vendor, water, housing, county = units(
        ("centre", "市热线中心", "centre"),
        ("vendor", "话务服务商", "vendor"),
        ("water", "市水务局", "bureau"),
        ("housing", "市住建局", "bureau"),
        ("county", "东县", "county"),
    )
    team = unit("water-team", "供水管理科", "sub_unit", water)
    township = unit("township", "东关镇", "township", county)
    parent = Category.objects.create(code="04", name="公共服务", full_name="公共服务")
    heating = Category.objects.create(
        code="0404", name="供热", full_name="公共服务/供热", parent=parent
    )
    _rules()
    people = Staff.objects.bulk_create([
        _person("agent", centre, Role.AGENT),
        _person("vendor_agent", vendor, Role.AGENT),
        _person("dispatcher", centre, Role.DISPATCHER),
        _person("auditor", centre, Role.AUDITOR),
        _person("callback", centre, Role.CALLBACK),
        _person("supervisor", centre, Role.SUPERVISOR),
        _person("quality", centre, Role.QUALITY),
        _person("manager", centre, Role.MANAGER),
        _person("administrator", centre, Role.ADMINISTRATOR),
        _person("water_handler", water, Role.HANDLER),
        _person("water_leader", water, Role.UNIT_LEADER),
        _person("team_handler", team, Role.HANDLER),
        _person("housing_handler", housing, Role.HANDLER),
        _person("township_handler", township, Role.HANDLER),
        _person("county_handler", county, Role.HANDLER),
    ])  # fmt: skip
    return World(
        centre, vendor, water, team, housing, county, township, heating,
        {each.username: each for each in people},
    )  # fmt: skip


def _rules() -> None:
    LimitRule.objects.bulk_create(
        LimitRule(
            code=code, clock=clock, kind=kind, urgency=urgency, round=round_, limit=limit,
            valid_from=START, source="test", text=code,
        )
        for code, clock, kind, urgency, round_, limit in LIMITS
    )  # fmt: skip
    Parameter.objects.bulk_create(
        Parameter(key=key, value=value, valid_from=START, source="test", text=key)
        for key, value in PARAMETERS.items()
    )
    Reason.objects.bulk_create(
        Reason(group=group, code=code, name=name, advice=f"{name}，请按法定渠道办理")
        for group, code, name in (
            ("refer", "R01", "应通过诉讼解决"),
            ("return", "T01", "职责不符"),
            ("extension", "E01", "需要检测"),
            ("termination", "Z01", "诉求人拒绝配合"),
            ("no_callback", "N01", "诉求人要求不回访"),
            ("unsatisfied", "U01", "问题未解决"),
            ("unreached", "X01", "无人接听"),
            ("void", "V01", "诉求人撤诉"),
        )
    )


REQUEST = Request(
    content="幸福小区 3 号楼暖气不热，室内只有 14 度，家里有老人。",
    title="暖气不热",
    kind=Kind.HELP,
    channel=Channel.PHONE,
    place="幸福小区 3 号楼",
    name="王小明",
    phone="13812345678",
)


def reply_form(**changes: object) -> ReplyForm:
    values: dict[str, object] = {
        "outcome": Outcome.SOLVED,
        "process": "3 月 3 日上门测温并检修换热站。",
        "result": "已恢复供热，室温 20 度。",
        "public_answer": "您好，换热站故障已修复，室温已达标。",
        "contacted_at": at(3, 10),
        "contact_number": "13812345678",
        "sign_off": "李局长",
    }
    return ReplyForm(**(values | changes))  # type: ignore[arg-type]


class Story:
    """One order told step by step; each method is one step at a given moment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.order: WorkOrder
        self.main: WorkOrder
        self.filing: Filing
        self.round: Round
        self.request: ExclusionRequest
        self.incident: int
        self.mandate: Mandate
        self.letter: Letter
        self.flag: Flag
        self.meeting: Meeting
        self.instruction: Instruction
        self.joint: JointCase
        self.referral: Referral

    def created(self, now: datetime | None = None, by: str = "agent", **changes: object) -> Story:
        from dataclasses import replace

        request = replace(REQUEST, **({"category": self.world.heating} | changes))  # type: ignore[arg-type]
        self.order = actions.create(request, by=self.world.actor(by), now=now or at(2, 9))
        return self

    def submitted(self) -> Story:
        self.order = actions.submit(self.order.pk, by=self.world.actor("agent"), now=at(2, 9, 5))
        return self

    def dispatched(self, now: datetime | None = None, **changes: object) -> Story:
        values: dict[str, object] = {"lead": self.world.water} | changes
        self.order = actions.dispatch(
            self.order.pk,
            by=self.world.actor("dispatcher"),
            now=now or at(2, 10),
            **values,  # type: ignore[arg-type]
        )
        return self

    def signed(self) -> Story:
        self.order = actions.sign(
            self.order.pk, by=self.world.actor("water_handler"), now=at(2, 14)
        )
        return self

    def contacted(self) -> Story:
        self.order = actions.contact(
            self.order.pk, by=self.world.actor("water_handler"), at=at(2, 15), number="053412345",
            now=at(2, 15, 5),
        )  # fmt: skip
        return self

    def replied(self, now: datetime | None = None, **changes: object) -> Story:
        actions.reply(
            self.order.pk,
            reply_form(**changes),
            by=self.world.actor("water_handler"),
            now=now or at(4, 9),
        )
        self.order.refresh_from_db()
        return self

    def audited(self) -> Story:
        self.order = actions.pass_audit(
            self.order.pk, by=self.world.actor("auditor"), now=at(4, 11)
        )
        return self

    def to_callback(self) -> Story:
        return self.created().submitted().dispatched().signed().contacted().replied().audited()

    def closed(self) -> Story:
        self.order = actions.close(
            self.order.pk, by=self.world.actor("callback"), solved=Solved.YES,
            grade=Satisfaction.SATISFIED, now=at(5, 9),
        )  # fmt: skip
        return self

    def planned(self) -> Story:
        """Close as planned for May, with the plan in the ledger."""
        self.created().submitted().dispatched().signed().contacted()
        self.replied(outcome=Outcome.PLANNED, basis="改造计划", planned_on=date(2026, 5, 1))
        return self.audited().closed()

    def plan_reported(self) -> Story:
        self.order = actions.report_plan(
            self.order.pk, by=self.world.actor("water_handler"), note="已完工", now=at(28, 9)
        )
        return self

    def verified(self, **changes: object) -> Story:
        """Call back before the audit, in a city that asks first."""
        answers = {"solved": Solved.YES, "grade": Satisfaction.SATISFIED} | changes
        self.order = actions.verify(
            self.order.pk,
            by=self.world.actor("callback"),
            now=at(4, 10),
            **answers,  # type: ignore[arg-type]
        )
        return self

    def signing(self) -> Story:
        """Let the water bureau's leader sign its replies."""
        from huiyin.kernel import cached
        from huiyin.orgs.models import UnitMode

        UnitMode.objects.create(unit=self.world.water, signed=True, at=at(1), by="t")
        cached.forget_all()
        return self

    def drafted(self) -> Story:
        """Send the draft of a reply to the leader."""
        self.order = actions.draft_reply(
            self.order.pk, reply_form(), by=self.world.actor("water_handler"), now=at(3, 11)
        )
        return self

    def asks_first(self) -> Story:
        """Let the city call back before it audits."""
        return self.city("callback.order", "callback_then_audit")

    def city(self, key: str, value: object) -> Story:
        """Set a parameter of the city since its beginning."""
        from huiyin.kernel import cached

        Parameter.objects.filter(key=key).delete()
        Parameter.objects.create(key=key, value=value, valid_from=START, source="t", text="t")
        cached.forget_all()
        return self

    def verbs(self) -> list[str]:
        return list(self.order.events.order_by("seq").values_list("verb", flat=True))

    def to_review(self) -> Story:
        from huiyin.kernel import cached

        Parameter.objects.create(
            key="review.before_dispatch", value=True, valid_from=START, source="t", text="t"
        )
        cached.forget_all()
        return self.submitted()

    def return_asked(self) -> Story:
        self.order = actions.ask_return(
            self.order.pk, by=self.world.actor("water_handler"), now=at(2, 11),
            reason=Reason.objects.get(group="return"), basis="不属本单位",
            suggested=self.world.housing,
        )  # fmt: skip
        return self

    def assisted(self) -> Story:
        self.order = actions.add_units(
            self.order.pk,
            by=self.world.actor("dispatcher"),
            assist=[self.world.housing],
            now=at(2, 15),
        )
        if self.order.state == "in_progress":
            actions.sub_sign(self.order.pk, by=self.world.actor("housing_handler"), now=at(2, 16))
        return self

    def rejected(self) -> Story:
        self.order = actions.reject_reply(
            self.order.pk, by=self.world.actor("auditor"), note="写明结果", now=at(4, 10)
        )
        return self

    def with_main(self) -> Story:
        """Make another order about the same event, into which this one may be merged."""
        other = Story(self.world).created().submitted().order
        self.main = other
        return self

    def five_alike(self) -> Story:
        """Make five like requests at one place, found as a group incident."""
        from huiyin.dispatch.incidents import actions as incidents
        from huiyin.dispatch.incidents.models import Incident

        for n in range(5):
            self.created(phone=f"1380000000{n}").submitted()
        incidents.find(at(2, 10))
        self.incident = Incident.objects.get().pk
        return self

    def lettered(self, now: datetime | None = None) -> Story:
        """Send the water bureau a reminder letter about what is late."""
        from huiyin.followup.supervision import actions as urging
        from huiyin.followup.supervision.states import FOR_LETTERS

        (self.letter,) = urging.send_letters(
            [self.world.water.pk], reasons=FOR_LETTERS, signed_by="王主任",
            by=self.world.actor("supervisor"), now=now or at(10, 9),
        )  # fmt: skip
        return self

    def referred(self) -> Story:
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

    def risen(self, *rows: dict[str, object], now: datetime | None = None) -> Story:
        """Let the ladder of the city look at the orders; by default for what is not signed."""
        from huiyin.followup.ladder import actions as ladder

        row = {
            "code": "unread", "level": 1, "name": "未签收", "when": "unread_days", "than": 1,
            "to": ["unit_head"], "action": "notify", "kind": "", "within": "1wd",
        }  # fmt: skip
        self.city("escalation.steps", [row | each for each in rows or ({},)])
        ladder.climb(until=now or at(4, 9))
        return self

    def pressed(self, **changes: object) -> Story:
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

    def issued(self) -> Story:
        self.press("issue", "supervisor", at(3, 9, 30))
        return self

    def taken_up(self) -> Story:
        self.press("sign", "water_handler", at(3, 10))
        return self

    def answered(self) -> Story:
        files = [Upload("整改.pdf", b"%PDF-1.4 x")]
        self.press("reply", "water_handler", at(3, 15), note="已更换水泵，室温达标。", files=files)
        return self

    def merged(self) -> Story:
        self.order = actions.merge(
            self.order.pk, by=self.world.actor("dispatcher"), main=self.main.pk, now=at(2, 10)
        )
        return self

    def tagged(self) -> Story:
        from huiyin.kernel import cached
        from huiyin.knowledge.models import Tag

        Tag.objects.create(code="elderly", group="主体", name="涉老")
        cached.forget_all()
        self.order = actions.tag(
            self.order.pk, by=self.world.actor("agent"), tags=["elderly"], now=at(2, 9, 2)
        )
        return self

    def with_news(self) -> Story:
        self.order = actions.supplement(
            self.order.pk, by=CITIZEN, words="今天又停暖了", now=at(2, 11)
        )
        return self

    def extension_asked(self, until: datetime | None = None) -> Story:
        self.order = actions.ask_extension(
            self.order.pk, by=self.world.actor("water_handler"),
            reason=Reason.objects.get(group="extension"), basis="需委托检测",
            until=until or at(13, 0), explanation="检测需要几天", now=at(3, 9),
        )  # fmt: skip
        return self

    def suspension_asked(self, until: datetime | None = None) -> Story:
        self.order = actions.ask_suspension(
            self.order.pk, by=self.world.actor("water_handler"), basis="管网改造已列入计划",
            explanation="完工前暂时办不了", until=until or at(20), now=at(4, 9),
            files=[Upload("报告.pdf", b"%PDF-1.4 sealed")],
        )  # fmt: skip
        return self

    def suspended(self) -> Story:
        self.order = actions.suspend(self.order.pk, by=self.world.actor("manager"), now=at(4, 12))
        return self

    def termination_asked(self) -> Story:
        self.order = actions.ask_termination(
            self.order.pk, by=self.world.actor("water_handler"),
            reason=Reason.objects.get(group="termination"), basis="两次拒绝现场核实",
            explanation="因无法核实，终止办理", now=at(4, 9),
        )  # fmt: skip
        return self

    def return_refused(self) -> Story:
        self.return_asked()
        self.order = actions.refuse_return(
            self.order.pk, by=self.world.actor("dispatcher"), note="确属供热管理", now=at(2, 13)
        )
        return self

    def on_street(self) -> Story:
        """Let the township hold and sign an order."""
        self.created().submitted().dispatched(lead=self.world.township)
        self.order = actions.sign(
            self.order.pk, by=self.world.actor("township_handler"), now=at(2, 14)
        )
        return self

    def whistled(self, **changes: object) -> Story:
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

    def came(self) -> Story:
        """Let the housing bureau report on the spot."""
        self.order = actions.report_in(
            self.order.pk, by=self.world.actor("housing_handler"), on_site=True, person="安全科",
            now=at(3, 9),
        )  # fmt: skip
        return self

    def came_and_told(self) -> Story:
        self.came()
        self.order = actions.sub_reply(
            self.order.pk, by=self.world.actor("housing_handler"), process="到场查看",
            result="已认定为安全", now=at(3, 11),
        )  # fmt: skip
        return self

    def raise_asked(self, to: Unit | None = None, *, city: bool = False) -> Story:
        """Let the township ask the county, or the city, to take the matter up."""
        self.order = actions.ask_raise(
            self.order.pk, by=self.world.actor("township_handler"),
            to=None if city else to or self.world.county, basis="管网跨三个街道",
            tried="已协调两次", now=at(3, 10),
        )  # fmt: skip
        return self

    def conferred(self) -> Story:
        """Let the water bureau and the housing bureau confer before the dispatch."""
        self.order = actions.confer(
            self.order.pk, by=self.world.actor("dispatcher"),
            units=[self.world.water, self.world.housing], basis="管网分界不清", now=at(2, 10),
        )  # fmt: skip
        return self

    def contested(self) -> Story:
        """Let the water bureau contest the dispatch after its refused return."""
        self.order = actions.contest(
            self.order.pk, by=self.world.actor("water_handler"), basis="管网已移交",
            suggested=self.world.housing, now=at(3, 9),
        )  # fmt: skip
        return self

    def two_rule(self) -> Story:
        """Let two people make a ruling in this city."""
        return self.city("ruling.two_persons", True)

    def ruled(self, lead: Unit | None = None, **changes: object) -> Story:
        """Rule, for the water bureau unless another unit is named."""
        values: dict[str, object] = {"basis": "三定方案第四条", "now": at(3, 15)} | changes
        self.order = actions.rule(
            self.order.pk,
            by=self.world.actor("manager"),
            lead=lead or self.world.water,
            **values,  # type: ignore[arg-type]
        )
        return self

    def applied(self, **changes: object) -> Story:
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

    def filed(self, **changes: object) -> Story:
        """Put it on file: applied for and agreed with."""
        from huiyin.followup.filings import actions as filings

        self.applied(**changes)
        self.filing = filings.review(
            self.filing.pk, by=self.world.actor("manager"), agreed=True, note="", now=at(2, 9, 30)
        )
        return self

    def unsatisfied(self) -> Story:
        self.order = actions.close_unsatisfied(
            self.order.pk, by=self.world.actor("callback"), solved=Solved.NO,
            grade=Satisfaction.UNSATISFIED, note="已尽责", now=at(4, 11, 30),
        )  # fmt: skip
        return self

    def improved(self) -> Story:
        from huiyin.followup.writeoffs import actions as writeoffs

        self.order = writeoffs.ask(
            self.order.pk, by=self.world.actor("water_handler"), improvement="已换管道",
            now=at(4, 11, 45),
        )  # fmt: skip
        return self

    def assessed(self) -> Story:
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

    def frozen(self) -> Story:
        from huiyin.assessment import actions as assessment

        self.round = assessment.freeze(self.round.pk, by=self.world.actor("manager"), now=at(4, 3))
        return self

    def exclusion_asked(self) -> Story:
        from huiyin.assessment import actions as assessment

        self.request = assessment.ask(
            self.round.pk, assessment.Asking("撤回", "录音", self.order.number, "X12"),
            by=self.world.actor("water_handler"), now=at(4, 4),
        )  # fmt: skip
        return self

    def instructed(self) -> Story:
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

    def met(self) -> Story:
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

    def held(self) -> Story:
        from huiyin.followup.coordination import actions as coordination

        office = self.world.actor("supervisor")
        coordination.hold(self.meeting.pk, by=office, now=at(4, 11))
        return self

    def joined_forces(self) -> Story:
        """Open a joint case of the water and housing bureaus."""
        from huiyin.followup.coordination import actions as coordination

        form = coordination.Opening(
            "供热改造", "完成管网改造", self.world.water, [self.world.housing]
        )
        by = self.world.actor("supervisor")
        self.joint = coordination.open_joint(form, by=by, now=at(2, 9))
        return self

    def void_asked(self) -> Story:
        self.order = actions.ask_void(
            self.order.pk, by=self.world.actor("dispatcher"), note="撤诉", now=at(2, 10)
        )
        return self
