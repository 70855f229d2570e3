"""Replies by matter, audits with points, plans, and both orders of call-back and audit."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from huiyin.knowledge.models import LimitRule, Reason
from huiyin.orders import actions, queries, reply_queries
from huiyin.orders.models import Clock, Explanation, OrderMatter, PlannedSolution, Reply
from huiyin.orders.rules import MatterAnswer
from huiyin.orders.states import Outcome, Satisfaction, Solved
from tests.world import START, Story, at

CARD = [
    {"part": "substance", "code": "S1", "name": "逐项回应", "points": 60},
    {"part": "wording", "code": "W1", "name": "表述清楚", "points": 40},
]
CONTENT = Answers(Solved.YES, Satisfaction.SATISFIED)
UNHAPPY = Answers(Solved.NO, Satisfaction.UNSATISFIED)


def held(story: Story) -> Story:
    return story.created().submitted().dispatched().signed().contacted()


def list_matters(story: Story, *matters: str) -> None:
    by = story.world.actor("agent")
    actions.list_matters(story.order.pk, by=by, matters=matters, now=at(2, 9, 2))


@pytest.mark.rule("R-142")
def test_the_reply_answers_each_matter_and_keeps_its_words(story: Story) -> None:
    story.created()
    list_matters(story, "暖气不热", "收费 不合理 ", "")
    story.submitted().dispatched().signed().contacted()
    with pytest.raises(Invalid, match="第 2 项"):
        story.replied(answers=(MatterAnswer(1, Outcome.SOLVED, "已修复"),))
    story.replied(
        answers=(
            MatterAnswer(2, Outcome.EXPLAINED, "按标准收取"),
            MatterAnswer(1, Outcome.SOLVED, "已修复"),
        )
    )
    kept = Reply.objects.get().answers
    assert [(a["seq"], a["matter"], a["label"]) for a in kept] == [
        (1, "暖气不热", "已解决"),
        (2, "收费 不合理", "解释说明"),
    ]


@pytest.mark.rule("R-142")
def test_a_list_of_matters_is_replaced_and_checked(story: Story) -> None:
    story.created()
    list_matters(story, "一", "二")
    list_matters(story, "三")
    assert list(OrderMatter.objects.values_list("seq", "text")) == [(1, "三")]
    for wrong in (["同", "同"], ["长" * 201], [str(n) for n in range(21)]):
        with pytest.raises(Invalid):
            list_matters(story, *wrong)
    with pytest.raises(WrongState):
        list_matters(story.submitted().dispatched(), "四")
    assert OrderMatter.objects.count() == 1


@pytest.mark.rule("R-144")
def test_explanations_are_counted_and_the_reply_is_the_last(story: Story) -> None:
    held(story).city("reply.explanations", 2)
    unit = story.world.actor("water_handler")
    reply = {"outcome": Outcome.EXPLAINED, "basis": "供热条例第十条"}
    with pytest.raises(Invalid, match="还差 1 次"):
        story.replied(**reply)
    with pytest.raises(Invalid, match="政策依据"):
        actions.explain(story.order.pk, by=unit, said="说明情况", basis="", now=at(3))
    actions.explain(story.order.pk, by=unit, said="说明情况", basis="供热条例", now=at(3))
    story.replied(**reply)
    assert list(Explanation.objects.order_by("nth").values_list("nth", "basis")) == [
        (1, "供热条例"),
        (2, "供热条例第十条"),
    ]


@pytest.mark.rule("R-141")
def test_dual_feedback_asks_for_a_word_in_this_round(story: Story) -> None:
    held(story).city("reply.dual_feedback", True)
    with pytest.raises(Invalid, match="双反馈"):
        story.replied(contacted_at=at(2, 9, 30))
    story.replied(contacted_at=at(3))
    reply = Reply.objects.get()
    assert (reply.contacted_at, reply.at) == (at(3), at(4, 9))


@pytest.mark.rule("R-140")
def test_a_city_that_asks_for_no_contact_or_signature_takes_a_reply_without(story: Story) -> None:
    held(story).city("reply.contact_required", False).city("reply.signoff_required", False)
    story.replied(contacted_at=None, contact_number="", sign_off="", enforcement="〔2026〕3 号")
    reply = Reply.objects.get()
    assert (reply.contacted_at, reply.contact_masked, reply.enforcement) == (
        None, "", "〔2026〕3 号",
    )  # fmt: skip


@pytest.mark.rule("R-145")
@pytest.mark.rule("R-146")
def test_points_are_kept_with_the_reply_and_a_low_one_cannot_pass(story: Story) -> None:
    held(story).replied().city("audit.scorecard", CARD).city("audit.score_required", True)
    auditor = story.world.actor("auditor")
    with pytest.raises(Invalid, match="逐项回应"):
        actions.pass_audit(story.order.pk, by=auditor, now=at(4, 11))
    low = {"S1": 30, "W1": 40}
    with pytest.raises(Refused, match="未达合格线 60"):
        actions.pass_audit(story.order.pk, by=auditor, scores=low, now=at(4, 11))
    actions.reject_reply(story.order.pk, by=auditor, note="未答第二项", scores=low, now=at(4, 11))
    reply = Reply.objects.get()
    assert (reply.substance, reply.wording, reply.passed) == (50, 100, False)
    assert reply.scores[0] == {
        "part": "办理质量", "code": "S1", "name": "逐项回应", "points": 30, "of": 60,
    }  # fmt: skip


@pytest.mark.rule("R-147")
def test_handle_again_stays_in_the_round_and_keeps_the_deadline(story: Story) -> None:
    held(story).replied()
    due = story.order.due_at
    order = actions.handle_again(
        story.order.pk, by=story.world.actor("auditor"), note="补充照片", now=at(4, 11)
    )
    assert (order.state, order.round, order.due_at, order.waits_until) == (
        "in_progress", 1, due, due,
    )  # fmt: skip
    running = Clock.objects.get(stopped_at__isnull=True)
    assert (running.kind, running.assignment.unit.code) == ("finish", "water")
    assert Reply.objects.get().audit_outcome == "handle_again"
    story.replied(at(5)).audited()
    assert story.order.state == "to_callback"


@pytest.mark.rule("R-147")
def test_handle_again_after_the_deadline_gives_the_time_of_a_second_handling(story: Story) -> None:
    held(story).replied(at(12, 9))
    order = actions.handle_again(
        story.order.pk, by=story.world.actor("auditor"), note="补充照片", now=at(12, 11)
    )
    assert order.due_at == at(18, 0)  # three working days, the limit of the second round
    assert order.round == 1


@pytest.mark.rule("R-147")
def test_supervise_gives_the_time_of_a_supervision_order(story: Story) -> None:
    LimitRule.objects.create(
        code="supervision", clock="supervision", limit="2wd", valid_from=START,
        source="test", text="督办",
    )  # fmt: skip
    held(story).replied()
    order = actions.supervise_reply(
        story.order.pk, by=story.world.actor("auditor"), note="限期整改", now=at(4, 11)
    )
    assert (order.state, order.due_at) == ("in_progress", at(7, 0))
    assert (
        queries.counted(story.world.actor("supervisor"), queries.OrderFilter(supervised=True)) == 1
    )


@pytest.mark.rule("R-147")
def test_an_outcome_that_the_city_does_not_use_is_refused(story: Story) -> None:
    held(story).replied().city("audit.outcomes", ["close", "return"])
    with pytest.raises(NotAllowed, match="没有“继续办理”"):
        actions.handle_again(
            story.order.pk, by=story.world.actor("auditor"), note="补充", now=at(4, 11)
        )


@pytest.mark.rule("R-148")
def test_audit_then_call_back(story: Story) -> None:
    held(story).replied()
    assert story.order.state == "reply_review"
    assert story.order.answer == ""
    assert story.audited().order.state == "to_callback"
    callbacks.record_call(story.order.pk, CONTENT, by=story.world.actor("callback"), now=at(5))
    story.order.refresh_from_db()
    assert (story.order.state, story.order.close_type) == ("closed", "satisfied")
    assert story.verbs()[-3:] == ["reply", "pass_audit", "close"]


@pytest.mark.rule("R-148")
def test_call_back_then_audit(story: Story) -> None:
    story.asks_first()
    held(story).replied()
    assert (story.order.state, story.order.answer) == (
        "to_callback", "您好，换热站故障已修复，室温已达标。",
    )  # fmt: skip
    assert story.order.waits_until == at(7, 0)
    clerk = story.world.actor("callback")
    with pytest.raises(Refused, match="还没有审核"):
        actions.close(
            story.order.pk, by=clerk, solved=Solved.YES, grade=Satisfaction.SATISFIED, now=at(5)
        )
    order = callbacks.record_call(story.order.pk, CONTENT, by=clerk, now=at(5))
    assert (order.state, order.satisfaction) == ("reply_review", "satisfied")
    order = actions.pass_audit(order.pk, by=story.world.actor("auditor"), now=at(5, 10))
    assert (order.state, order.close_type, order.satisfaction) == (
        "closed", "satisfied", "satisfied",
    )  # fmt: skip
    assert story.verbs()[-3:] == ["reply", "verify", "pass_audit"]
    assert not Clock.objects.filter(stopped_at__isnull=True).exists()
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-148")
def test_asked_first_and_not_content_goes_to_the_next_round(story: Story) -> None:
    story.asks_first()
    held(story).replied()
    order = callbacks.record_call(
        story.order.pk, UNHAPPY, by=story.world.actor("callback"), now=at(5)
    )
    assert (order.state, order.round) == ("in_progress", 2)


@pytest.mark.rule("R-148")
@pytest.mark.parametrize("way", ["without", "unreached"])
def test_asked_first_the_audit_also_sees_who_was_not_asked(story: Story, way: str) -> None:
    story.asks_first()
    held(story).replied()
    clerk, key = story.world.actor("callback"), story.order.pk
    if way == "without":
        reason = Reason.objects.get(group="no_callback")
        callbacks.close_without_callback(key, by=clerk, reason=reason, now=at(5))
    else:
        for day in (4, 5, 5):
            callbacks.record_unreached(key, by=clerk, reason=None, now=at(day, 10))
        callbacks.close_unreached(key, by=clerk, now=at(5, 11))
    order = actions.pass_audit(key, by=story.world.actor("auditor"), now=at(5, 12))
    assert order.close_type == {"without": "solved", "unreached": "unreached"}[way]


@pytest.mark.rule("R-148")
def test_an_answer_is_forgotten_when_the_audit_sends_the_reply_back(story: Story) -> None:
    story.asks_first()
    held(story).replied().verified().rejected()
    assert (story.order.state, story.order.solved, story.order.satisfaction) == ("rework", "", "")


@pytest.mark.rule("R-148")
def test_a_changed_order_moves_no_running_order(story: Story) -> None:
    story.asks_first()
    held(story).replied()
    story.city("callback.order", "audit_then_callback")
    clerk = story.world.actor("callback")
    order = callbacks.record_call(story.order.pk, CONTENT, by=clerk, now=at(5))
    assert order.state == "reply_review"
    order = actions.pass_audit(order.pk, by=story.world.actor("auditor"), now=at(5, 10))
    assert order.state == "closed"


@pytest.mark.rule("R-149")
@pytest.mark.parametrize("order_", ["audit_then_callback", "callback_then_audit"])
def test_who_is_not_drawn_is_closed_by_the_audit_with_the_reason(story: Story, order_) -> None:
    story.city("callback.order", order_).city("callback.scope", "none")
    held(story).replied()
    assert story.order.state == "reply_review"
    order = story.audited().order
    assert (order.state, order.close_type) == ("closed", "solved")
    last = order.events.order_by("seq").last()
    assert last.data["no_callback"] == "not_drawn"
    assert "按回访计划不回访" in last.note


@pytest.mark.rule("R-143")
@pytest.mark.rule("R-151")
def test_a_plan_is_followed_until_the_citizen_confirms(story: Story) -> None:
    story.planned()
    plan = PlannedSolution.objects.get()
    assert (plan.unit.code, plan.due_on, story.order.close_type) == (
        "water", date(2026, 5, 1), "planned",
    )  # fmt: skip
    clerk, key = story.world.actor("callback"), story.order.pk
    with pytest.raises(Refused, match="还没有申报"):
        actions.confirm_plan(key, by=clerk, done=True, note="核实", now=at(20))
    with pytest.raises(NotAllowed, match="市水务局落实"):
        actions.report_plan(key, by=story.world.actor("housing_handler"), note="完工", now=at(20))
    story.plan_reported()
    actions.confirm_plan(key, by=clerk, done=False, note="还没有动工", now=at(29))
    story.plan_reported()
    actions.confirm_plan(key, by=clerk, done=True, note="诉求人确认", now=at(30))
    plan.refresh_from_db()
    assert plan.done_at == at(30)
    with pytest.raises(Refused, match="没有待落实"):
        story.plan_reported()
    assert story.verbs()[-4:] == ["report_plan", "confirm_plan", "report_plan", "confirm_plan"]
    story.order.refresh_from_db()
    assert story.order.state == "closed"
    assert list(queries.breaks()) == [1]


def test_the_ledger_shows_what_is_open_late_reported_and_done(story: Story) -> None:
    story.planned()
    manager, stranger = story.world.actor("manager"), story.world.actor("housing_handler")

    def shown(show: str, today: date = date(2026, 4, 1), who=manager) -> int:
        return len(reply_queries.plans(who, show=show, today=today).rows)

    assert [shown(s) for s in ("open", "late", "reported", "done")] == [1, 0, 0, 0]
    assert shown("late", date(2026, 5, 1)) == 0
    assert shown("late", date(2026, 5, 2)) == 1
    assert shown("open", who=stranger) == 0
    story.plan_reported()
    assert shown("reported", who=story.world.actor("water_handler")) == 1


@pytest.mark.rule("R-150")
def test_figures_of_audits_per_unit(story: Story) -> None:
    story.city("audit.scorecard", CARD)
    held(story).replied()
    auditor = story.world.actor("auditor")
    actions.handle_again(
        story.order.pk, by=auditor, note="补充", scores={"S1": 30, "W1": 20}, now=at(4, 11)
    )
    story.replied(at(5))
    actions.pass_audit(story.order.pk, by=auditor, scores={"S1": 60, "W1": 40}, now=at(5, 11))
    span = (date(2026, 3, 4), date(2026, 3, 5))
    (row,) = reply_queries.audit_figures(auditor, *span)
    assert (row.unit, row.audited, row.passed, row.sent_back) == ("市水务局", 2, 1, 1)
    assert (row.substance, row.wording) == (75.0, 75.0)
    assert reply_queries.audit_figures(auditor, date(2026, 3, 6), date(2026, 3, 7)) == []
    assert len(reply_queries.audit_figures(story.world.actor("water_leader"), *span)) == 1
    assert reply_queries.audit_figures(story.world.actor("housing_handler"), *span) == []
