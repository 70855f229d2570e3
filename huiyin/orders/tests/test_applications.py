"""What a unit applies for - return, extension, suspension, termination - and what follows."""

from __future__ import annotations

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed, Refused, TooLate, WrongState
from huiyin.knowledge.models import LimitRule, Parameter, Reason
from huiyin.orders import actions, queries
from huiyin.orders.actions.files import Upload
from huiyin.orders.application_queries import Returns, returns_by_unit
from huiyin.orders.models import Application, Assignment, Attachment, Clock
from huiyin.orders.rules import check_extension, check_return, check_review_date
from tests.world import START, Story, at

SEALED = [Upload("报告.pdf", b"%PDF-1.4 sealed")]


def held(story: Story) -> Story:
    return story.created().submitted().dispatched().signed()


def decree(key: str, value: object) -> None:
    Parameter.objects.filter(key=key).delete()
    Parameter.objects.create(key=key, value=value, valid_from=START, source="test", text=key)
    cached.forget_all()


def finish_clocks(story: Story) -> list[tuple[object, bool, bool]]:
    rows = Clock.objects.filter(order=story.order, kind="finish").order_by("pk")
    return [(c.due_at, c.stopped_at is not None, c.replaced) for c in rows]


# ---- return ----


@pytest.mark.rule("R-103")
@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({}, None, ""),
        ({"refused": True}, NotAllowed, "已被驳回"),
        ({"returns": 1}, NotAllowed, "已退单 1 次"),
        ({"no_return": True}, NotAllowed, "裁定"),
        ({"now": at(4)}, TooLate, "退单时限"),
    ],
)
def test_when_a_return_may_be_asked(changes, error, words) -> None:
    facts = {
        "now": at(3),
        "until": at(4),
        "returns": 0,
        "most": 1,
        "no_return": False,
        "refused": False,
    } | changes
    if error is None:
        check_return(**facts)
        return
    with pytest.raises(error, match=words):
        check_return(**facts)


@pytest.mark.rule("R-103")
def test_a_refused_return_is_counted_and_leaves_only_the_dispute(story: Story) -> None:
    decree("return.max_times", 9)
    story.created().submitted().dispatched().return_refused()
    asked = Application.objects.get()
    assert (asked.kind, asked.outcome, asked.unit.code) == ("return", "refused", "water")
    assert (asked.suggested.code, asked.basis, asked.decision) == (
        "housing", "不属本单位", "确属供热管理",
    )  # fmt: skip
    with pytest.raises(NotAllowed) as refusal:
        story.return_asked()
    assert refusal.value.remedy == "仍有异议的，请提出派单异议"
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-104")
def test_the_time_of_the_review_is_given_back_only_where_the_city_says_so(story: Story) -> None:
    LimitRule.objects.filter(code="finish").update(limit="24h")
    story.created().submitted().dispatched().return_refused()
    assert story.order.due_at == at(3, 10)
    decree("return.review_time_added_back", True)
    story.created().submitted().dispatched().return_refused()
    assert story.order.due_at == at(3, 12)
    assert story.order.assignments.get().due_at == at(3, 12)
    assert finish_clocks(story) == [(at(3, 10), True, True), (at(3, 12), False, False)]
    last = story.order.events.order_by("-seq")[0]
    assert "退单审核用时补回，办理时限由 2026年3月3日 10:00 改为 2026年3月3日 12:00" in last.note
    assert list(queries.breaks()) == [2]


# ---- extension ----


@pytest.mark.rule("R-105")
@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({}, None, ""),
        ({"until": at(17)}, None, ""),
        ({"latest": None, "until": at(30)}, None, ""),
        ({"due_at": None}, Refused, "没有办理时限"),
        ({"now": at(10)}, TooLate, "已到办理时限"),
        ({"granted": 1}, NotAllowed, "已延期 1 次"),
        ({"until": at(10)}, Invalid, "晚于"),
        ({"until": at(17, 9, 1)}, Invalid, "超过"),
    ],
)
def test_when_an_extension_may_be_asked(changes, error, words) -> None:
    facts = {
        "now": at(3),
        "due_at": at(10),
        "until": at(12),
        "latest": at(17),
        "granted": 0,
        "most": 1,
    } | changes
    if error is None:
        check_extension(**facts)
        return
    with pytest.raises(error, match=words):
        check_extension(**facts)


@pytest.mark.rule("R-105")
def test_an_extension_moves_the_due_time_by_a_recorded_step(story: Story) -> None:
    world = story.world
    held(story).assisted()
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team, due_at=at(5, 17),
        now=at(2, 16),
    )  # fmt: skip
    # Five working days after the due time, which ends Monday 9 March.
    assert actions.latest_extension(story.order, at(3)) == at(17, 0)
    order = story.extension_asked(at(13, 0)).order
    assert (order.state, order.due_at) == ("ext_review", at(10, 0))
    assert order.clocks.filter(kind="finish", stopped_at=None).count() == 2
    order = actions.decide_extension(order.pk, by=world.actor("manager"), note="同意", now=at(4, 9))
    assert (order.state, order.due_at, order.waits_until) == ("in_progress", at(13, 0), at(13, 0))
    dues = {a.unit.code: a.due_at for a in Assignment.objects.select_related("unit")}
    assert dues == {"water": at(13, 0), "housing": at(13, 0), "water-team": at(5, 17)}
    old, new = Clock.objects.filter(
        order=order, kind="finish", assignment__unit=world.water
    ).order_by("pk")
    assert (old.stopped_at, old.replaced, old.due_at) == (at(4, 9), True, at(10, 0))
    assert "经批准延期：需要检测；原期限 2026年3月9日 24:00，改为 2026年3月12日 24:00" in new.words
    told = queries.public_events(order).last()
    assert told is not None
    assert (told.verb, told.public_note[:6]) == ("decide_extension", "检测需要几天")
    with pytest.raises(NotAllowed, match="已延期 1 次"):
        story.extension_asked(at(16, 0))
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-105")
def test_a_refused_extension_leaves_the_clock_as_it_was(story: Story) -> None:
    held(story).extension_asked()
    clerk = story.world.actor("dispatcher")
    with pytest.raises(Invalid, match="驳回理由"):
        actions.refuse_extension(story.order.pk, by=clerk, note=" ", now=at(4))
    order = actions.refuse_extension(story.order.pk, by=clerk, note="可以按期办结", now=at(4))
    assert (order.state, order.due_at) == ("in_progress", at(10, 0))
    assert finish_clocks(story) == [(at(10, 0), False, False)]
    assert "refuse_extension" not in [e.verb for e in queries.public_events(order)]
    story.extension_asked()  # what was refused does not use up the times


@pytest.mark.rule("R-105")
def test_an_extension_tells_the_citizen_unless_the_city_leaves_it_to_the_unit(story: Story) -> None:
    held(story)
    ask = {
        "by": story.world.actor("water_handler"), "reason": Reason.objects.get(group="extension"),
        "basis": "需检测", "until": at(12, 0), "now": at(3, 9),
    }  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        actions.ask_extension(story.order.pk, **ask)
    assert "explanation" in refusal.value.facts["fields"]
    with pytest.raises(Invalid, match="延期原因"):
        actions.ask_extension(
            story.order.pk, **(ask | {"reason": Reason.objects.get(group="return")})
        )
    decree("extension.notify_citizen", False)
    order = actions.ask_extension(story.order.pk, **ask)
    assert order.state == "ext_review"


# ---- suspension ----


@pytest.mark.rule("R-106")
@pytest.mark.parametrize(
    ("until", "latest", "words"),
    [
        (at(20), at(30), ""),
        (at(20), None, ""),
        (at(3), None, "晚于"),
        (at(31), at(30), "太晚"),
    ],
)
def test_when_a_suspension_is_reviewed(until, latest, words) -> None:
    if not words:
        check_review_date(now=at(3), until=until, latest=latest)
        return
    with pytest.raises(Invalid, match=words):
        check_review_date(now=at(3), until=until, latest=latest)


@pytest.mark.rule("R-106")
def test_a_suspension_needs_a_sealed_report_and_somebody_to_approve(story: Story) -> None:
    held(story)
    ask = {
        "by": story.world.actor("water_handler"), "basis": "已列入改造计划",
        "explanation": "完工前办不了", "until": at(20), "now": at(4, 9),
    }  # fmt: skip
    with pytest.raises(Invalid, match="盖章"):
        actions.ask_suspension(story.order.pk, **ask)
    other = Story(story.world).created().order
    agent = story.world.actor("agent")
    accepted = actions.files.accept(SEALED)
    strange = actions.attach(other, accepted, by=agent, now=at(2))[0]
    with pytest.raises(Invalid, match="没有这个附件"):
        actions.ask_suspension(story.order.pk, attached=[strange.pk], **ask)
    assert not Application.objects.exists()
    own = actions.attach(story.order, accepted, by=agent, now=at(2))[0]
    order = actions.ask_suspension(story.order.pk, attached=[own.pk], **ask)
    assert (order.state, order.pending, order.due_at) == ("in_progress", "suspension", at(10, 0))
    assert finish_clocks(story) == [(at(10, 0), False, False)], "nothing stops by asking"
    with pytest.raises(Refused, match="已申请挂账"):
        actions.ask_suspension(story.order.pk, attached=[own.pk], **ask)
    order = actions.suspend(order.pk, by=story.world.actor("manager"), now=at(4, 12))
    assert (order.state, order.pending, order.waits_until) == ("suspended", "", at(20))
    running = order.clocks.filter(stopped_at=None)
    assert [c.kind for c in running] == ["suspension"]
    told = order.events.order_by("-seq")[0]
    assert "办理时限自此暂停，2026年3月20日 09:00 复核" in told.note
    assert told.public_note == "完工前办不了"


@pytest.mark.rule("R-106")
def test_nobody_suspends_without_being_asked(story: Story) -> None:
    held(story)
    manager = story.world.actor("manager")
    with pytest.raises(Refused, match="尚无人申请挂账"):
        actions.suspend(story.order.pk, by=manager, now=at(4))
    story.suspension_asked()
    with pytest.raises(Refused, match="复核日期已过"):
        actions.suspend(story.order.pk, by=manager, now=at(20))
    with pytest.raises(Invalid, match="驳回理由"):
        actions.refuse_suspension(story.order.pk, by=manager, note="", now=at(5))
    order = actions.refuse_suspension(story.order.pk, by=manager, note="具备条件", now=at(5))
    assert (order.state, order.pending) == ("in_progress", "")
    story.suspension_asked()
    with pytest.raises(NotAllowed):
        actions.suspend(story.order.pk, by=story.world.actor("water_leader"), now=at(5))


@pytest.mark.rule("R-106")
@pytest.mark.rule("R-107")
def test_the_review_date_resumes_and_the_rest_of_the_time_goes_on(story: Story) -> None:
    world = story.world
    held(story)
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team,
        due_at=at(4, 22), now=at(2, 16),
    )  # fmt: skip
    story.suspension_asked().suspended()
    assert actions.record_overdue(until=at(19)) == 0, "a paused clock is not late"
    assert actions.resume_due(until=at(19)) == 0
    assert actions.record_overdue(until=at(20, 9)) == 0, "the review date is not a lateness"
    assert actions.resume_due(until=at(20, 9)) == 1
    assert actions.resume_due(until=at(20, 9)) == 0
    order = story.order
    order.refresh_from_db()
    # Wednesday noon to Monday midnight are 84 hours of working days, from Friday 20 March on.
    assert (order.state, order.due_at, order.waits_until) == ("in_progress", at(26, 0), at(26, 0))
    dues = {a.unit.code: a.due_at for a in order.assignments.select_related("unit")}
    assert dues == {"water": at(26, 0), "water-team": at(20, 19)}
    last = order.events.order_by("-seq")[0]
    assert (last.verb, last.actor) == ("resume", "system")
    assert "办理时限由 2026年3月9日 24:00 改为 2026年3月25日 24:00" in last.note
    assert Application.objects.get(kind="suspension").resumed_at == at(20, 9)
    story.contacted()
    assert story.replied(now=at(21)).order.state == "reply_review"
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-107")
def test_what_was_late_before_stays_late_and_is_recorded_once(story: Story) -> None:
    held(story)
    actions.record_overdue(until=at(10, 0))
    actions.ask_suspension(
        story.order.pk, by=story.world.actor("water_handler"), basis="已列入计划",
        explanation="暂时办不了", until=at(20), files=SEALED, now=at(11),
    )  # fmt: skip
    actions.suspend(story.order.pk, by=story.world.actor("manager"), now=at(11, 12))
    order = actions.resume(story.order.pk, by=story.world.actor("manager"), now=at(12))
    assert order.due_at == at(10, 0)
    late = order.events.filter(verb="overdue").count()
    actions.record_overdue(until=at(13))
    assert order.events.filter(verb="overdue").count() == late


def test_an_application_lapses_when_the_order_moves_on_without_it(story: Story) -> None:
    held(story).contacted().suspension_asked()
    story.replied(now=at(4, 10))
    assert (story.order.pending, Application.objects.get().outcome) == ("", "lapsed")
    other = Story(story.world).created().submitted().dispatched().signed().extension_asked()
    actions.ask_void(other.order.pk, by=story.world.actor("dispatcher"), note="撤诉", now=at(4))
    actions.confirm_void(other.order.pk, by=story.world.actor("manager"), now=at(4))
    assert Application.objects.get(kind="extension").outcome == "lapsed"


# ---- termination ----


@pytest.mark.rule("R-108")
def test_a_granted_termination_closes_with_the_words_for_the_caller(story: Story) -> None:
    order = held(story).termination_asked().order
    assert (order.state, order.pending) == ("reply_review", "termination")
    auditor = story.world.actor("auditor")
    for step, more in ((actions.pass_audit, {}), (actions.reject_reply, {"note": "不行"})):
        with pytest.raises(Refused, match="申请终止"):
            step(order.pk, by=auditor, now=at(4, 10), **more)
    order = actions.grant_termination(order.pk, by=auditor, now=at(4, 10))
    assert (order.state, order.close_type, order.reason.code) == ("closed", "terminated", "Z01")
    assert order.answer == "因无法核实，终止办理"
    assert not Clock.objects.filter(order=order, stopped_at__isnull=True).exists()
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-108")
def test_a_refused_termination_goes_on_with_the_clocks_as_before(story: Story) -> None:
    order = held(story).contacted().termination_asked().order
    before = finish_clocks(story)
    assert before == [(at(10, 0), True, True)]
    with pytest.raises(Invalid, match="驳回理由"):
        actions.refuse_termination(order.pk, by=story.world.actor("auditor"), note="", now=at(5))
    order = actions.refuse_termination(
        order.pk, by=story.world.actor("auditor"), note="请再上门", now=at(5)
    )
    assert (order.state, order.due_at, order.waits_until) == ("in_progress", at(10, 0), at(10, 0))
    assert finish_clocks(story) == [(at(10, 0), False, False)]
    assert not order.clocks.filter(kind="contact", stopped_at=None).exists(), (
        "it was stopped before"
    )
    with pytest.raises(WrongState):
        actions.refuse_termination(
            order.pk, by=story.world.actor("auditor"), note="请再上门", now=at(5)
        )
    assert actions.record_overdue(until=at(10, 0)) == 1


@pytest.mark.rule("R-108")
def test_nobody_terminates_without_being_asked_nor_without_words(story: Story) -> None:
    held(story).contacted().replied()
    for step, more in (
        (actions.grant_termination, {}),
        (actions.refuse_termination, {"note": "不同意"}),
    ):
        with pytest.raises(Refused, match="尚无人申请终止"):
            step(story.order.pk, by=story.world.actor("auditor"), now=at(5), **more)
    other = held(Story(story.world)).order
    ask = {"by": story.world.actor("water_handler"), "now": at(4), "basis": "依据"}
    reason = Reason.objects.get(group="termination")
    with pytest.raises(Invalid, match="说明"):
        actions.ask_termination(other.pk, reason=reason, explanation="", **ask)
    wrong = Reason.objects.get(group="return")
    with pytest.raises(Invalid, match="原因"):
        actions.ask_termination(other.pk, reason=wrong, explanation="已说明", **ask)
    assert Attachment.objects.count() == 0


# ---- figures ----


@pytest.mark.rule("R-114")
def test_returns_are_counted_per_unit(story: Story, django_assert_num_queries) -> None:
    world = story.world
    story.created().submitted().dispatched().return_refused()
    granted = Story(world).created().submitted().dispatched().return_asked()
    actions.grant_return(granted.order.pk, by=world.actor("dispatcher"), now=at(2, 12))
    granted.dispatched(at(2, 13), lead=world.housing)
    Story(world).created().submitted().dispatched()
    Story(world).created().submitted().dispatched()
    Story(world).created(now=at(2)).submitted().dispatched(at(20))  # later, not counted
    with django_assert_num_queries(2):
        found = returns_by_unit(at(2), at(9))
    water = found[world.water.pk]
    assert water == Returns(dispatched=4, asked=2, granted=1, refused=1)
    assert (water.rate, water.improper_rate) == (0.5, 0.5)
    housing = found[world.housing.pk]
    assert (housing.dispatched, housing.rate, housing.improper_rate) == (1, 0.0, None)
    assert Returns(0, 0, 0, 0).rate is None
