"""Who handles an order: units confer, a unit contests after a refused return, the centre rules."""

from __future__ import annotations

import pytest

from huiyin.kernel.errors import Invalid, NotAllowed, WrongState
from huiyin.orders import actions, policy, queries
from huiyin.orders.application_queries import Returns, returns_by_unit
from huiyin.orders.dispute_queries import candidates, disputes_of
from huiyin.orders.models import Assignment, Clock, Dispute, ReplyDraft, WorkOrder
from huiyin.orders.policy import offers
from huiyin.orders.rules import check_confer
from tests.world import Story, at


def told(story: Story) -> WorkOrder:
    order = queries.get_visible(story.world.actor("manager"), story.order.number)
    assert order is not None
    return order


def running(story: Story) -> dict[tuple[str, str], object]:
    rows = Clock.objects.filter(order=story.order, stopped_at=None).select_related(
        "assignment__unit"
    )
    return {(c.kind, c.assignment.unit.code if c.assignment else ""): c.due_at for c in rows}


def refused(story: Story) -> Story:
    return story.created().submitted().dispatched().return_refused()


@pytest.mark.rule("R-101")
@pytest.mark.parametrize(
    ("candidates_", "returns", "fits"),
    [(2, 0, True), (5, 0, True), (1, 0, False), (1, 1, False), (0, 1, False), (1, 2, True),
     (0, 2, True), (0, 3, True)],
)  # fmt: skip
def test_when_units_may_confer(candidates_: int, returns: int, fits: bool) -> None:
    if fits:
        check_confer(candidates=candidates_, returns=returns, after=2)
        return
    with pytest.raises(Invalid, match="两个以上候选单位"):
        check_confer(candidates=candidates_, returns=returns, after=2)


@pytest.mark.rule("R-101")
@pytest.mark.rule("R-102")
def test_units_confer_and_the_ruling_gives_the_order_to_one(story: Story) -> None:
    world = story.world
    order = story.created().submitted().conferred().order
    assert (order.state, order.lead_unit, order.waits_until) == ("dispute", None, at(5, 0))
    assert running(story) == {("dispute", ""): at(5, 0)}
    assert [row.unit.code for row in candidates(order)] == ["water", "housing"]
    how = {"by": world.actor("dispatcher"), "now": at(2, 11)}
    actions.give_opinion(
        order.pk, unit=world.housing, opinion="楼内由我局负责", basis="三定", **how
    )
    actions.give_opinion(order.pk, unit=world.county, opinion="同意市住建局", **how)
    order = story.ruled(world.housing, assist=[world.water], now=at(3, 9)).order
    assert (order.state, order.lead_unit) == ("to_sign", world.housing)
    assert order.due_at == at(11, 0)
    assert running(story) == {
        ("sign", "housing"): at(5, 0), ("contact", "housing"): at(5, 0),
        ("finish", "housing"): at(11, 0),
    }  # fmt: skip
    parts = {a.unit.code: (a.role, a.no_return) for a in Assignment.objects.select_related("unit")}
    assert parts == {"housing": ("lead", True), "water": ("assist", False)}
    [dispute] = disputes_of(told(story))
    assert (dispute.basis, dispute.ruling, dispute.unit) == ("管网分界不清", "三定方案第四条", None)
    assert dispute.ruled_by == world.people["manager"]
    assert [(r.unit.code, r.candidate, r.opinion, r.role) for r in dispute.units.all()] == [
        ("water", True, "", "assist"), ("housing", True, "楼内由我局负责", "lead"),
        ("county", False, "同意市住建局", ""),
    ]  # fmt: skip
    last = queries.public_events(order).last()
    assert last is not None
    assert last.public_note == "经会商确定由市住建局办理"
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-102")
def test_a_contested_order_goes_to_another_unit_with_new_clocks(story: Story) -> None:
    world = story.world
    refused(story).signed().assisted()
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team, due_at=None,
        now=at(2, 17),
    )  # fmt: skip
    order = story.contested().order
    assert (order.state, order.lead_unit, order.due_at) == ("dispute", world.water, at(10, 0))
    assert ("finish", "water") in running(story), "the deadline has stopped"
    order = story.ruled(world.housing).order
    assert (order.state, order.lead_unit, order.due_at) == ("to_sign", world.housing, at(11, 0))
    assert {unit for _, unit in running(story)} == {"housing"}
    open_parts = Assignment.objects.filter(ended_at=None).select_related("unit")
    assert [(a.unit.code, a.role, a.no_return) for a in open_parts] == [("housing", "lead", True)]
    assert Assignment.objects.filter(ended_at=at(3, 15)).count() == 3
    with pytest.raises(NotAllowed):
        actions.sign(order.pk, by=world.actor("water_handler"), now=at(3, 16))
    assert actions.sign(
        order.pk, by=world.actor("housing_handler"), now=at(3, 16)
    ).state == "in_progress"  # fmt: skip
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-52")
@pytest.mark.rule("R-102")
@pytest.mark.parametrize("signed", [False, True])
def test_a_unit_that_keeps_the_order_has_its_old_clocks_and_no_way_back(
    story: Story, signed: bool
) -> None:
    world = story.world
    refused(story)
    if signed:
        story.signed()
    before = running(story)
    story.contested().ruled()
    assert story.order.state == ("in_progress" if signed else "to_sign")
    assert running(story) == before
    assert story.order.due_at == at(10, 0)
    assert story.order.waits_until == (at(10, 0) if signed else before["sign", "water"])
    [part] = Assignment.objects.all()
    assert (part.no_return, part.ended_at) == (True, None)
    with pytest.raises(NotAllowed, match="裁定"):
        story.return_asked()
    with pytest.raises(NotAllowed, match="裁定"):
        story.contested()
    offered = {
        o.step.verb: o.refusal for o in offers(world.actor("water_handler"), told(story), part)
    }
    assert "裁定" in offered["contest"]
    assert "裁定" in offered["ask_return"]


@pytest.mark.rule("R-104")
def test_the_time_of_the_conference_is_given_back_where_the_city_says_so(story: Story) -> None:
    from huiyin.knowledge.models import LimitRule

    LimitRule.objects.filter(code="finish").update(limit="48h")
    story.city("return.review_time_added_back", True)
    refused(story)
    assert story.order.due_at == at(4, 12)
    story.contested().ruled()
    assert story.order.due_at == at(4, 18)
    last = story.order.events.order_by("-seq")[0]
    assert (
        "派单异议会商用时补回，办理时限由 2026年3月4日 12:00 改为 2026年3月4日 18:00" in last.note
    )


@pytest.mark.rule("R-102")
def test_the_city_that_wants_a_supervising_unit_gets_one_with_the_ruling(story: Story) -> None:
    story.city("dispatch.supervising_unit_required", True)
    story.city("dispatch.supervising_unit", "county")
    story.created().submitted().conferred().ruled(story.world.housing)
    assert list(Assignment.objects.order_by("pk").values_list("unit__code", "role")) == [
        ("housing", "lead"), ("county", "supervise"),
    ]  # fmt: skip


@pytest.mark.rule("R-101")
def test_what_is_refused(story: Story) -> None:
    world = story.world
    who, now = world.actor("dispatcher"), at(2, 10)
    key = story.created().submitted().order.pk
    with pytest.raises(Invalid, match="两个以上") as one:
        actions.confer(key, by=who, units=[world.water], basis="分界不清", now=now)
    assert one.value.facts["fields"] == {"units": "至少选两个；已同意退单 0 次"}
    with pytest.raises(Invalid, match="理由"):
        actions.confer(key, by=who, units=[world.water, world.housing], basis=" ", now=now)
    with pytest.raises(Invalid, match="重复"):
        actions.confer(key, by=who, units=[world.water] * 2, basis="分界不清", now=now)
    with pytest.raises(Invalid, match="不能承办"):
        actions.confer(key, by=who, units=[world.water, world.vendor], basis="不清", now=now)
    with pytest.raises(NotAllowed):
        actions.confer(key, by=world.actor("agent"), units=[], basis="分界不清", now=now)
    with pytest.raises(WrongState):
        story.ruled()
    story.dispatched()
    with pytest.raises(NotAllowed, match="先申请退单"):
        story.contested()
    story.return_refused()
    mine = world.actor("water_handler")
    for suggested, words in ((None, "建议承办单位"), (world.water, "不能是本单位")):
        with pytest.raises(Invalid, match=words):
            actions.contest(key, by=mine, basis="已移交", suggested=suggested, now=at(3))
    with pytest.raises(Invalid, match="依据"):
        actions.contest(key, by=mine, basis="", suggested=world.housing, now=at(3))
    with pytest.raises(NotAllowed):
        actions.contest(
            key, by=world.actor("housing_handler"), basis="已移交", suggested=world.housing,
            now=at(3),
        )  # fmt: skip
    story.contested()
    with pytest.raises(Invalid, match="裁定依据"):
        story.ruled(basis="")
    with pytest.raises(Invalid, match="最多|过长"):
        story.ruled(basis="长" * 501)
    with pytest.raises(Invalid, match="意见"):
        actions.give_opinion(key, by=who, unit=world.housing, opinion="", now=at(3, 10))
    with pytest.raises(NotAllowed):
        actions.rule(key, by=mine, lead=world.housing, basis="三定方案", now=at(3, 10))
    assert Dispute.objects.get().ruled_at is None


@pytest.mark.rule("R-101")
def test_an_order_that_came_back_often_enough_may_be_conferred_with_one_unit(story: Story) -> None:
    world = story.city("dispute.after_returns", 1).world
    key = story.created().submitted().dispatched().return_asked().order.pk
    actions.grant_return(key, by=world.actor("dispatcher"), now=at(2, 13))
    order = actions.confer(
        key, by=world.actor("dispatcher"), units=[world.housing], basis="退回一次", now=at(2, 14)
    )
    assert order.state == "dispute"


@pytest.mark.rule("R-114")
def test_a_contest_is_no_second_return(story: Story) -> None:
    refused(story).contested().ruled()
    assert returns_by_unit(at(1), at(9)) == {story.world.water.pk: Returns(1, 1, 0, 1)}


def test_an_order_in_dispute_may_be_voided(story: Story) -> None:
    world = story.world
    key = story.created().submitted().conferred().order.pk
    actions.ask_void(key, by=world.actor("dispatcher"), note="诉求人撤诉", now=at(2, 11))
    order = actions.confirm_void(key, by=world.actor("manager"), now=at(2, 12))
    assert order.state == "void"
    assert running(story) == {}
    [dispute] = disputes_of(told(story))
    assert dispute.ruled_at is None


def test_orders_without_a_dispute_ask_nothing(story: Story, django_assert_num_queries) -> None:
    story.created().submitted()
    order = told(story)
    with django_assert_num_queries(0):
        assert disputes_of(order) == []
    story.conferred()
    order = told(story)
    with django_assert_num_queries(2):
        [dispute] = disputes_of(order)
        assert len(dispute.units.all()) == 2


@pytest.mark.rule("R-210")
def test_a_candidate_reads_a_contested_order_and_no_more_once_it_is_ruled(story: Story) -> None:
    world = story.world
    housing, team = world.actor("housing_handler"), world.actor("team_handler")
    story.created().submitted().dispatched().return_refused()
    assert queries.get_visible(housing, story.order.number) is None
    story.contested()
    order = queries.get_visible(housing, story.order.number)
    assert order is not None
    assert [o.step.verb for o in offers(housing, order, None) if o.allowed] == []
    with pytest.raises(NotAllowed):
        actions.give_opinion(
            order.pk, by=housing, unit=world.housing, opinion="不归我局", now=at(3, 10)
        )
    assert policy.may_reveal(housing, order, None)
    assert queries.get_visible(team, story.order.number) is None, "no candidate"
    listed = queries.listed(housing, queries.OrderFilter(contested_mine=True))
    assert [o.pk for o in listed.rows] == [order.pk]
    assert queries.listed(housing, queries.OrderFilter()).rows == []
    story.ruled(world.water)
    assert queries.get_visible(housing, story.order.number) is None


@pytest.mark.rule("R-212")
def test_two_people_make_a_ruling_where_the_city_wants_it(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched().return_refused().contested()
    first = {"by": world.actor("dispatcher"), "basis": "三定方案第四条", "now": at(3, 14)}
    with pytest.raises(NotAllowed, match="由一人裁定"):
        actions.propose_ruling(story.order.pk, lead=world.housing, **first)
    story.two_rule()
    with pytest.raises(NotAllowed, match="须先由一人拟裁定"):
        story.ruled(world.housing)
    actions.propose_ruling(story.order.pk, lead=world.housing, **first)
    with pytest.raises(Invalid, match="不一致"):
        story.ruled(world.water)
    with pytest.raises(NotAllowed, match="不能由同一人完成"):
        actions.rule(story.order.pk, lead=world.housing, **first)
    order = story.ruled(world.housing).order
    assert (order.state, order.lead_unit) == ("to_sign", world.housing)
    assert story.verbs()[-2:] == ["propose_ruling", "rule"]


@pytest.mark.rule("R-591")
def test_a_ruling_that_turns_out_wrong_is_made_anew_by_somebody_else(story: Story) -> None:
    world = story.world
    refused(story).contested().ruled(world.housing)
    story.order = actions.sign(story.order.pk, by=world.actor("housing_handler"), now=at(3, 16))
    key, before = story.order.pk, running(story)
    with pytest.raises(NotAllowed, match="裁定"):
        actions.reassign(
            key, by=world.actor("dispatcher"), lead=world.water, note="裁定有误", now=at(4, 9)
        )
    with pytest.raises(NotAllowed, match="不能由同一人完成"):
        actions.reopen_ruling(key, by=world.actor("manager"), basis="文件已作废", now=at(4, 9))
    with pytest.raises(Invalid, match="重新会商的理由"):
        actions.reopen_ruling(key, by=world.actor("dispatcher"), basis=" ", now=at(4, 9))
    refusals = {
        name: {o.step.verb: o.refusal for o in offers(world.actor(name), told(story), None)}
        for name in ("manager", "dispatcher", "auditor")
    }
    assert "另一位同事" in refusals["manager"]["reopen_ruling"]
    assert refusals["dispatcher"]["reopen_ruling"] == ""
    assert "reopen_ruling" not in refusals["auditor"]
    order = story.reopened().order
    assert (order.state, order.lead_unit, order.due_at) == ("dispute", world.housing, at(11, 0))
    assert running(story) == before | {("dispute", ""): at(7, 0)}
    assert [row.unit.code for row in candidates(order)] == ["water", "housing"]
    anew, first = disputes_of(told(story))
    assert (anew.anew, anew.basis, first.anew) == (True, "所据文件已作废", False)
    order = story.ruled(world.water, now=at(4, 15)).order
    assert (order.state, order.lead_unit, order.due_at) == ("to_sign", world.water, at(12, 0))
    assert {unit for _, unit in running(story)} == {"water"}
    assert Assignment.objects.get(ended_at=None).no_return
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-591")
def test_only_a_lead_that_a_ruling_named_is_conferred_about_anew(story: Story) -> None:
    story.created().submitted().dispatched()
    with pytest.raises(NotAllowed, match="不是由裁定指定"):
        story.reopened()
    mine = story.world.actor("dispatcher")
    assert "reopen_ruling" not in {o.step.verb for o in offers(mine, told(story), None)}


@pytest.mark.rule("R-159")
def test_a_draft_ends_when_the_ruling_gives_the_order_to_another_unit(story: Story) -> None:
    refused(story).signed().contacted().signing().drafted()
    actions.contest(
        story.order.pk, by=story.world.actor("water_handler"), basis="管网已移交",
        suggested=story.world.housing, now=at(4, 9),
    )  # fmt: skip
    assert ReplyDraft.objects.get().state == "waiting"
    story.ruled(story.world.housing, now=at(4, 15))
    assert ReplyDraft.objects.get().state == "returned"
