"""What random people do: a verb becomes a call of an action, mostly with right arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from huiyin.channels.intake import actions as intake
from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.filings import actions as filings
from huiyin.followup.filings.models import Filing
from huiyin.followup.writeoffs import actions as writeoffs
from huiyin.kernel.errors import Refused
from huiyin.knowledge.models import Reason
from huiyin.knowledge.states import Kind, Urgency
from huiyin.orders import actions
from huiyin.orders.actions.beside import CallForm, FactForm
from huiyin.orders.actions.calling import Calling
from huiyin.orders.actions.files import Upload
from huiyin.orders.kinds import FactKind, LinkKind, WhistleGrade
from huiyin.orders.models import (
    OrderMatter,
    WorkOrder,
)
from huiyin.orders.reply_states import Told
from huiyin.orders.rules import MatterAnswer
from huiyin.orders.states import (
    BY_VERB,
    Channel,
    Outcome,
    Satisfaction,
    Solved,
)
from huiyin.orgs import actions as orgs
from huiyin.orgs.actors import CITIZEN, SYSTEM, Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import StaffMove
from huiyin.worktime.calendar import SHANGHAI
from tests.world import REQUEST, World, reply_form

T = TypeVar("T")


def mostly(random: Random, right: T, wrong: T) -> T:
    """Return the right thing nine times in ten."""
    return right if random.random() < 0.9 else wrong


@dataclass(slots=True)
class Doings:
    """Everything that can be done to an order, by verb."""

    world: World

    def actor(self, name: str) -> Actor:
        """Return one of the small city's people, the citizen or the system."""
        return {"citizen": CITIZEN, "system": SYSTEM}.get(name) or self.world.actor(name)

    def create(self, random: Random, by: Actor, now: datetime) -> WorkOrder:
        """Make an order; the citizen does it through the intake."""
        request = replace(
            REQUEST,
            kind=random.choice(list(Kind)),
            urgency=random.choice(list(Urgency)),
            category=mostly(random, self.world.heating, None),
            channel=Channel.WEB if by is CITIZEN else Channel.PHONE,
        )
        if by is not CITIZEN:
            return actions.create(request, by=by, now=now)
        key = str(random.random())
        return intake.order_of(intake.take_in(request, by=by, source="test", key=key, now=now))

    def do(self, verb: str, key: int, random: Random, by: Actor, now: datetime) -> None:
        """Do ``verb`` on the order ``key``.

        Raises:
            Refused: as the action does.
        """
        call: Callable[..., object] = getattr(self, f"_{verb}", None) or getattr(actions, verb)
        call(key, *((random,) if hasattr(self, f"_{verb}") else ()), by=by, now=now)

    def _unit(self, random: Random) -> Any:
        world = self.world
        return random.choice(
            [
                world.water,
                world.water,
                world.housing,
                world.county,
                world.township,
                world.water_team,
            ]
        )

    def _say(self, random: Random) -> str:
        return mostly(random, random.choice(["已核实情况", "请补充现场照片"]), "")

    def _edit(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        request = replace(REQUEST, category=self.world.heating, kind=random.choice(list(Kind)))
        actions.update_draft(key, request, by=by, now=now)

    def _answer(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.answer(key, by=by, text_=self._say(random), now=now)

    def _refer(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        reason = Reason.objects.get(group=mostly(random, "refer", "return"))
        actions.refer(key, by=by, reason=reason, note="", now=now)

    def _transfer(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.transfer(key, by=by, to=mostly(random, "110", ""), note="", now=now)

    def _send_back(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.send_back(key, by=by, note=self._say(random), now=now)

    def _dispatch(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        lead = self._unit(random)
        others = [self.world.housing, self.world.township, self.world.water_team]
        assist = random.sample(others, random.choice([0, 0, 1, 2]))
        supervise = random.choice([None, None, self.world.county])
        if lead in (*assist, supervise):
            assist, supervise = mostly(random, [], assist), mostly(random, None, supervise)
        actions.dispatch(key, by=by, lead=lead, assist=assist, supervise=supervise, now=now)

    def _add_units(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.add_units(key, by=by, assist=[self._unit(random)], now=now)

    def _reassign(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.reassign(key, by=by, lead=self._unit(random), note=self._say(random), now=now)

    def _pass_down(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        unit = random.choice([self.world.water_team, self.world.township, self.world.housing])
        due = mostly(random, random.choice([None, now + timedelta(days=1)]), now)
        actions.pass_down(key, by=by, unit=unit, due_at=due, now=now)

    def _contact(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        at = now - timedelta(days=mostly(random, 0, 400))
        number = mostly(random, "053412345", "1")
        actions.contact(key, by=by, at=at, number=number, now=now)

    def _sub_reply(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.sub_reply(key, by=by, process="已到现场", result=self._say(random), now=now)

    def _reply(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        form = reply_form(
            outcome=random.choice(list(Outcome)),
            contacted_at=mostly(random, now, None),
            basis=mostly(random, "有关规定", ""),
            answers=self._answers(key, random),
        )
        if form.outcome is Outcome.PLANNED:
            form = replace(form, planned_on=mostly(random, now.date() + timedelta(days=30), None))
        actions.reply(key, form, by=by, now=now)

    def _answers(self, key: int, random: Random) -> tuple[MatterAnswer, ...]:
        listed = OrderMatter.objects.filter(order=key).values_list("seq", flat=True)
        seqs = mostly(random, list(listed), [])
        return tuple(MatterAnswer(seq, Outcome.SOLVED, "已修复") for seq in seqs)

    def _pass_audit(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.pass_audit(key, by=by, now=now)
        for _ in range(random.choice([0, 2, 2])):
            callbacks.record_survey_sent(key, now=now)

    def _draft_reply(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        form = reply_form(
            contacted_at=mostly(random, now, None), answers=self._answers(key, random)
        )
        actions.draft_reply(key, form, by=by, now=now)

    def _return_draft(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.return_draft(key, by=by, note=self._say(random), now=now)

    def _local_call(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        content = random.random() < 0.7
        actions.local_call(key, by=by, content=content, note=self._say(random), now=now)

    def _tell(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.tell(key, by=by, how=random.choice(list(Told)), now=now)

    def _list_matters(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        matters = mostly(random, random.choice([[], ["暖气不热", "收费不合理"]]), ["一", "一"])
        actions.list_matters(key, by=by, matters=matters, now=now)

    def _explain(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.explain(key, by=by, said=self._say(random), basis="有关规定", now=now)

    def _progress(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.progress(key, by=by, note=self._say(random), now=now)

    def _handle_again(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.handle_again(key, by=by, note=self._say(random), now=now)

    def _supervise_reply(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.supervise_reply(key, by=by, note=self._say(random), now=now)

    def _report_plan(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.report_plan(key, by=by, note=self._say(random), now=now)

    def _confirm_plan(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        done = random.random() < 0.5
        actions.confirm_plan(key, by=by, done=done, note=self._say(random), now=now)

    def _verify(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        """Call back, which leads to the audit where the city asks first."""
        answers = Answers(Solved.YES, Satisfaction.SATISFIED)
        callbacks.record_call(key, answers, by=by, now=now)

    def _reject_reply(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.reject_reply(key, by=by, note=self._say(random), now=now)

    def _ask_return(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.ask_return(
            key, by=by, reason=Reason.objects.get(group="return"), basis="不属本单位",
            suggested=mostly(random, self.world.housing, None), now=now,
        )  # fmt: skip

    def _refuse_return(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.refuse_return(key, by=by, note=self._say(random), now=now)

    def _confer(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        units = [self._unit(random), self._unit(random)]
        actions.confer(key, by=by, units=units, basis=self._say(random), now=now)

    def _contest(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        suggested = mostly(random, self.world.housing, None)
        actions.contest(key, by=by, basis=self._say(random), suggested=suggested, now=now)

    def _give_opinion(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        unit, opinion = self._unit(random), self._say(random)
        actions.give_opinion(key, by=by, unit=unit, opinion=opinion, now=now)

    def _rule(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        lead, assist = self._unit(random), random.choice([[], [self.world.county]])
        actions.rule(key, by=by, lead=lead, assist=assist, basis=self._say(random), now=now)

    def _reopen_ruling(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.reopen_ruling(key, by=by, basis=self._say(random), now=now)

    def _send_again(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        unit = random.choice([None, None, self._unit(random)])
        actions.send_again(key, by=by, unit=unit, now=now)

    def _close(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        """Close as the desks do: with the citizen's answers, or without for a reason."""
        solved = mostly(random, random.choice(list(Solved)), None)
        grade = mostly(random, random.choice(list(Satisfaction)), None)
        answers = Answers(solved, grade, dutiful=random.random() < 0.2)
        way = random.choice(["call", "call", "rating", "none"])
        if way == "call":
            callbacks.record_call(key, answers, by=by, now=now)
        elif way == "rating":
            callbacks.record_rating(key, answers, now=now)
        else:
            reason = Reason.objects.get(group="no_callback")
            callbacks.close_without_callback(key, by=by, reason=reason, now=now)

    def _redo(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        grade = random.choice([Satisfaction.UNSATISFIED, None])
        actions.redo(key, by=by, solved=Solved.NO, grade=grade, now=now)

    def _close_unsatisfied(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        callbacks.close_unsatisfied(key, by=by, note=self._say(random), now=now)

    def _close_unreached(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        if random.random() < 0.6:
            callbacks.record_unreached(key, by=by, reason=None, now=now)
        else:
            callbacks.close_unreached(key, by=by, now=now)

    def _ask_void(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.ask_void(key, by=by, note=self._say(random), now=now)

    def _refuse_void(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.refuse_void(key, by=by, note=self._say(random), now=now)

    def _note(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.add_note(key, by=by, note=self._say(random), now=now)

    def _other(self, key: int, random: Random) -> int:
        others = list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))
        return mostly(random, random.choice([k for k in others if k != key] or [key]), key)

    def _merge(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.merge(key, by=by, main=self._other(key, random), now=now)

    def _join(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.join(key, by=by, main=self._other(key, random), now=now)

    def _absorb(self, *_: object, **__: object) -> None:
        """Recorded with merging."""
        raise Refused("不能单独记录")

    def _split_off(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.split_off(key, by=by, note=self._say(random), now=now)

    def _end_with_main(self, key: int, _: Random, *, by: Actor, now: datetime) -> None:
        actions.end_with_main(key, verb="close", now=now)

    def _answer_from_file(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        found = Filing.objects.first()
        if found is None:
            raise Refused("没有备案")
        filings.answer_from_file(key, filing=found.pk, by=by, now=now)

    def _ask_write_off(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        writeoffs.ask(key, by=by, improvement=self._say(random), now=now)

    def _write_off(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        answers = Answers(random.choice(list(Solved)), random.choice(list(Satisfaction)))
        called = writeoffs.Called(random.random() < 0.8, answers)
        writeoffs.record_call(key, called, by=by, now=now)

    def _stay_unsatisfied(self, *_: object, **__: object) -> None:
        """Recorded with the call of a write-off."""
        raise Refused("不能单独记录")

    def _rate_merged(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        grade = random.choice(list(Satisfaction))
        callbacks.record_rating(key, Answers(random.choice(list(Solved)), grade), now=now)

    def _link(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        kind = random.choice(list(LinkKind))
        actions.link(key, by=by, other=self._other(key, random), kind=kind, now=now)

    def _tag(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.tag(key, by=by, tags=random.choice([[], ["nonsense"]]), now=now)

    def _call_through(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        form = CallForm("值班员", mostly(random, "05342345678", ""), answered=True, said="请上门")
        actions.call_through(key, form, by=by, now=now)

    def _supplement(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.supplement(key, by=by, words=mostly(random, "今天又停暖了", ""), now=now)

    def _record_fact(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        form = FactForm(random.choice(list(FactKind)), now.date(), "临时救助", "民政局")
        actions.record_fact(key, form, by=by, now=now)

    def _propose_ruling(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        lead = random.choice([self.world.housing, self.world.water])
        actions.propose_ruling(key, by=by, lead=lead, basis=self._say(random), now=now)

    def _enter_ruling(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        entry = actions.RuledMatter(
            matter=self._say(random), category=self.world.heating, lead=None,
            assist=(), basis="派单裁定", valid_from=None,
        )  # fmt: skip
        actions.enter_ruling(key, entry, by=by, now=now)

    def _whistle(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        calling = Calling(
            [mostly(random, self.world.housing, self.world.water_team)], self._say(random)
        )
        actions.whistle(key, calling, by=by, now=now)

    def _report_in(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        person = mostly(random, "安全科", "")
        actions.report_in(key, by=by, on_site=random.random() < 0.5, person=person, now=now)

    def _judge_whistle(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.judge_whistle(
            key, by=by, unit=self.world.housing, grade=random.choice(list(WhistleGrade)),
            note=self._say(random), now=now,
        )  # fmt: skip

    def _ask_raise(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        to = random.choice([self.world.county, self.world.county, None, self.world.water])
        actions.ask_raise(key, by=by, to=to, basis="跨街道", tried=self._say(random), now=now)

    def _answer_raise(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.answer_raise(key, by=by, note=self._say(random), now=now)

    def _settle_raise(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        lead = random.choice([None, self.world.county, self.world.housing, self.world.water])
        actions.settle_raise(key, by=by, lead=lead, note=self._say(random), now=now)

    def _ask_extension(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        days = random.choice([1, 3, 6, mostly(random, 8, 400)])
        actions.ask_extension(
            key, by=by, reason=Reason.objects.get(group="extension"), basis="需要检测",
            until=now + timedelta(days=days), explanation=self._say(random), now=now,
        )  # fmt: skip

    def _refuse_extension(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.refuse_extension(key, by=by, note=self._say(random), now=now)

    def _ask_suspension(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        files = mostly(random, [Upload("a.pdf", b"%PDF-1.4 sealed")], [])
        until = now + timedelta(days=random.choice([0, 2, 30, 200]), hours=random.choice([1, 5]))
        actions.ask_suspension(
            key, by=by, basis="已列入计划", explanation=self._say(random), until=until, files=files,
            now=now,
        )  # fmt: skip

    def _refuse_suspension(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.refuse_suspension(key, by=by, note=self._say(random), now=now)

    def _resume(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        if random.random() < 0.5:
            actions.resume_due(until=now)
        else:
            actions.resume(key, by=by, now=now)

    def _ask_termination(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.ask_termination(
            key, by=by, reason=Reason.objects.get(group="termination"), basis="拒绝配合",
            explanation=self._say(random), now=now,
        )  # fmt: skip

    def _refuse_termination(self, key: int, random: Random, *, by: Actor, now: datetime) -> None:
        actions.refuse_termination(key, by=by, note=self._say(random), now=now)

    def _archive(self, *_: object, now: datetime, **__: object) -> None:
        actions.archive_closed(until=now)

    def _overdue(self, *_: object, now: datetime, **__: object) -> None:
        actions.record_overdue(until=now)

    def _move_unit(self, *_: object, now: datetime, **__: object) -> None:
        """Merge the housing bureau into the county once; orders given to it later follow too."""
        housing = Unit.objects.get(pk=self.world.housing.pk)
        if not housing.active:
            actions.move_left(now=now)
            return
        terms = orgs.Terms(now.astimezone(SHANGHAI).date(), "机构改革方案", StaffMove.CLOSE)
        [plan] = orgs.plan_merge(
            [housing], into=self.world.county, terms=terms, by=self.actor("administrator"), now=now
        )
        actions.carry_out(plan.pk, now=now)

    def _recompute(self, _: int, random: Random, *, now: datetime, **__: object) -> None:
        """Publish the table of the year after, then let the platform recompute."""
        closed = [date(2027, 1, day) for day in random.choice([(1,), (1, 4, 5), (6, 7, 8)])]
        orgs.load_calendar_year(
            2027, closed=closed, opened=[], names={}, source="test", by=SYSTEM, now=now
        )
        actions.recompute_provisional(now=now)


VERBS = tuple(step.verb for step in BY_VERB.values() if step.built and step.verb != "create")
PEOPLE = (
    "agent", "vendor_agent", "dispatcher", "auditor", "callback", "manager", "supervisor",
    "administrator", "water_handler", "water_leader", "team_handler", "housing_handler",
    "township_handler", "county_handler", "citizen", "system",
)  # fmt: skip
