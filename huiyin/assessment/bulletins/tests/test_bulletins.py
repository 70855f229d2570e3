"""Bulletins as stories: drafted, approved by a second person, issued, read, corrected."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.assessment.bulletins import actions, queries
from huiyin.assessment.bulletins.actions import Drafting, Editing
from huiyin.assessment.bulletins.models import Bulletin
from huiyin.assessment.bulletins.states import Audience, BulletinState
from huiyin.insight.facts import actions as facts
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge.states import Kind
from huiyin.orgs.states import Role
from tests.world import Story, at, person, unit

APRIL = at(1, 8, month=4)


@pytest.mark.rule("R-495")
@pytest.mark.rule("R-496")
def test_a_special_report_from_draft_to_receipt(story: Story) -> None:
    story.created().submitted().dispatched().bulletined()
    world, key = story.world, story.bulletin.pk
    supervisor, manager = world.actor("supervisor"), world.actor("manager")
    water, leader = world.actor("water_handler"), world.actor("administrator")
    with pytest.raises(WrongState):
        actions.issue(key, by=manager, now=at(3, 10))
    assert queries.get_visible(water, key) is None
    story.handed_in()
    assert (queries.waiting(manager), queries.waiting(supervisor)) == (1, 0)
    with pytest.raises(NotAllowed, match="送审人"):
        actions.issue(key, by=supervisor, now=at(3, 10))
    with pytest.raises(Invalid, match="要改什么"):
        actions.send_back(key, by=manager, note=" ", now=at(3, 10))
    back = actions.send_back(key, by=manager, note="写明原因", now=at(3, 10))
    assert (back.standing, back.note) == (BulletinState.DRAFT, "写明原因")
    story.handed_in().given_out()
    issued = story.bulletin
    assert issued.number == "专报2026年第1期（总第1期）"
    assert (queries.unread(water), queries.unread(leader)) == (1, 1)
    assert queries.unread(world.actor("housing_handler")) == 0
    assert queries.get_visible(world.actor("housing_handler"), key) is None
    assert [str(each.unit or each.staff) for each in queries.receipts(issued).missing]
    assert actions.read(issued, by=water, now=at(3, 12))
    assert not actions.read(issued, by=water, now=at(3, 13))
    assert not actions.read(issued, by=manager, now=at(3, 13))
    told = queries.receipts(issued)
    assert [(row.staff.name, row.at) for row in told.reads] == [("water_handler", at(3, 12))]
    assert [each.staff.username for each in told.missing if each.staff] == ["administrator"]
    assert (queries.unread(water), queries.unread(world.actor("water_leader"))) == (0, 1)
    for act in (actions.submit, actions.refresh, actions.drop):
        with pytest.raises(WrongState, match="已签发"):
            act(key, by=manager, now=at(3, 14))


@pytest.mark.rule("R-496")
def test_orders_are_told_without_persons_and_secret_ones_without_subject(story: Story) -> None:
    world = story.world
    plain = story.created(title="王小明 13812345678 家暖气不热").submitted().dispatched().order
    secret = Story(world).created(kind=Kind.REPORT, confidential=True).order
    story.bulletined()
    supervisor = world.actor("supervisor")
    said = Editing(
        "专报", "", Audience.UNITS, cases=[(plain.number, "请尽快办理"), (secret.number, "")]
    )
    made = actions.edit(story.bulletin.pk, said, by=supervisor, now=at(3, 9))
    first, second = made.cases.order_by("pk")
    assert "13812345678" not in first.told["title"]
    assert (first.told["unit"], first.told["state"], first.remark) == (
        "市水务局", "待签收", "请尽快办理",
    )  # fmt: skip
    assert second.told["title"] == "（保密事项）"
    wrong = Editing("", "字" * 10_001, Audience.UNITS, cases=[("26030200000000", "")])
    with pytest.raises(Invalid) as refusal:
        actions.edit(made.pk, wrong, by=supervisor, now=at(3, 9))
    assert set(refusal.value.facts["fields"]) == {"title", "text", "cases"}
    assert made.cases.count() == 2


@pytest.mark.rule("R-492")
@pytest.mark.rule("R-497")
def test_figures_stay_what_they_were_and_errors_get_an_issue_of_their_own(story: Story) -> None:
    world, supervisor = story.world, story.world.actor("supervisor")
    manager = world.actor("manager")
    story.created().submitted().dispatched().signed().contacted()
    march = Drafting("monthly", date(2026, 3, 9))
    with pytest.raises(Conflict, match="结转"):
        actions.draft(march, by=supervisor, now=APRIL)
    facts.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    made = actions.draft(march, by=supervisor, now=APRIL)
    assert (made.title, made.as_of) == ("月通报（2026年3月）", date(2026, 3, 31))
    with pytest.raises(Conflict, match="已经有了"):
        actions.draft(march, by=manager, now=APRIL)
    assert made.parts[0]["rows"][2][:2] == ["派单", "1 件"]
    actions.submit(made.pk, by=supervisor, now=APRIL)
    issued = actions.issue(made.pk, by=manager, now=APRIL)
    everybody = {each.unit.code for each in issued.addressees.select_related("unit")}
    assert everybody == {"water", "water-team", "housing", "county", "township"}
    # Facts of March change later; the issue does not.
    kept = issued.parts
    story.replied(now=at(1, 11, month=4))
    facts.close_days(date(2026, 4, 1), now=at(2, 2, month=4))
    issued.refresh_from_db()
    assert issued.parts == kept
    correction = actions.correct(issued.pk, by=supervisor, now=at(2, month=4))
    assert "本期更正《月通报2026年第1期（总第1期）》" in correction.text
    with pytest.raises(Conflict, match="正在拟写"):
        actions.correct(issued.pk, by=supervisor, now=at(2, month=4))
    fresh = actions.refresh(correction.pk, by=supervisor, now=at(2, month=4))
    assert (fresh.as_of, fresh.parts == kept) == (date(2026, 4, 1), False)
    actions.submit(fresh.pk, by=manager, now=at(2, month=4))
    done = actions.issue(fresh.pk, by=supervisor, now=at(2, month=4))
    assert done.number == "月通报2026年第2期（总第2期）"
    assert [each.pk for each in queries.corrections(issued)] == [done.pk]
    assert actions.read(done, by=world.actor("housing_handler"), now=at(3, month=4))


@pytest.mark.rule("R-498")
def test_the_schedule_drafts_each_period_once(story: Story) -> None:
    story.created().submitted().dispatched()
    assert actions.draft_due(until=APRIL) == 0
    facts.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    assert actions.draft_due(until=APRIL) == 3
    assert sorted(Bulletin.objects.values_list("kind", flat=True)) == [
        "monthly", "quarterly", "weekly",
    ]  # fmt: skip
    monthly = Bulletin.objects.get(kind="monthly")
    assert monthly.made_by is None
    actions.drop(monthly.pk, by=story.world.actor("manager"), note="不发", now=APRIL)
    assert actions.draft_due(until=APRIL) == 0
    # By hand it may be drafted again.
    again = actions.draft(
        Drafting("monthly", date(2026, 3, 1)), by=story.world.actor("manager"), now=APRIL
    )
    assert again.standing is BulletinState.DRAFT


@pytest.mark.rule("R-499")
def test_the_office_of_a_county_drafts_for_its_county_alone(story: Story) -> None:
    world = story.world
    office = unit("east-office", "东县热线办", "sub_centre", world.county)
    other = unit("west", "西县", "county")
    from huiyin.orgs.actors import acting

    first, second = (acting(person(name, office, Role.UNIT_LEADER)) for name in ("one", "two"))
    story.on_street()
    facts.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    march = Drafting("county", date(2026, 3, 9), county=world.county)
    for wrong in (Drafting("monthly", date(2026, 3, 9)), Drafting("county", date(2026, 3, 9)),
                  Drafting("county", date(2026, 3, 9), county=other)):  # fmt: skip
        with pytest.raises(NotAllowed):
            actions.draft(wrong, by=first, now=APRIL)
    made = actions.draft(march, by=first, now=APRIL)
    assert made.title == "东县月通报（2026年3月）"
    west = actions.draft(
        Drafting("county", date(2026, 3, 9), county=other), by=world.actor("manager"), now=APRIL
    )
    assert [row.pk for row in queries.listed(first).rows] == [made.pk]
    with pytest.raises(NotFound):
        actions.drop(west.pk, by=first, now=APRIL)
    actions.submit(made.pk, by=first, now=APRIL)
    issued = actions.issue(made.pk, by=second, now=APRIL)
    assert issued.number == "东县月通报2026年第1期（总第1期）"
    codes = {each.unit.code for each in issued.addressees.select_related("unit")}
    assert codes == {"county", "township", "east-office"}
    assert queries.unread(world.actor("township_handler")) == 1
    assert queries.unread(world.actor("water_handler")) == 0


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (Drafting("nonsense"), "kind"),
        (Drafting("monthly"), "first_day"),
        (Drafting("monthly", date(2026, 4, 1)), "first_day"),
        (Drafting("analysis"), "first_day"),
        (Drafting("analysis", date(2026, 3, 9), date(2026, 3, 1)), "first_day"),
        (Drafting("county", date(2026, 3, 1)), "county"),
    ],
)
def test_what_cannot_be_drafted(story: Story, form: Drafting, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.draft(form, by=story.world.actor("manager"), now=APRIL)
    assert field in refusal.value.facts["fields"]
    with pytest.raises((NotAllowed, Invalid)):
        actions.draft(form, by=story.world.actor("water_leader"), now=APRIL)
    assert not Bulletin.objects.exists()
