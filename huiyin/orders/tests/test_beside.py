"""Tags, calls that tell somebody at once, the citizen's news, aid and enforcement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed, Refused, WrongState, WrongType
from huiyin.knowledge.models import Tag
from huiyin.orders import actions, around, queries
from huiyin.orders.actions.beside import CallForm, FactForm
from huiyin.orders.actions.files import Upload
from huiyin.orders.kinds import FactKind, Handing
from huiyin.orders.models import Attachment, CallThrough, WorkOrder
from huiyin.orders.queries import OrderFilter
from huiyin.orgs.actors import CITIZEN
from tests.world import REQUEST, Story, World, at

CALL = CallForm("东关社区值班员", "0534-2345678", answered=True, said="已派人上门，老人平安")
AID = FactForm(FactKind.AID, date(2026, 3, 2), "临时救助", "民政局", Decimal("5000.00"))


@pytest.fixture(autouse=True)
def _tags(world: World) -> None:
    for code, name in (("elderly", "涉老"), ("threat", "扬言"), ("old", "停用的")):
        Tag.objects.create(code=code, group="主体", name=name, active=code != "old")
    cached.forget_all()


@pytest.mark.rule("R-130")
def test_tags_are_set_at_intake_and_changed_later(story: Story) -> None:
    order = story.created(tags=["elderly"]).order
    assert order.tags == ["elderly"]
    assert WorkOrder.objects.get(pk=order.pk).tags == ["elderly"]
    by = story.world.actor("agent")
    order = actions.tag(order.pk, by=by, tags=["threat"], now=at(2, 10))
    last = order.events.order_by("seq").last()
    assert last.note == "加上“扬言”、去掉“涉老”"
    assert last.data == {"added": ["threat"], "removed": ["elderly"]}
    found = queries.listed(by, OrderFilter(tag="threat"))
    assert [row.pk for row in found.rows] == [order.pk]
    assert not queries.listed(by, OrderFilter(tag="elderly")).rows


@pytest.mark.rule("R-130")
@pytest.mark.parametrize("tags", [["nonsense"], ["old"], ["elderly"]])
def test_a_tag_must_be_in_the_taxonomy_and_a_change(story: Story, tags: list[str]) -> None:
    order = story.created(tags=["elderly"]).order
    with pytest.raises(Invalid):
        actions.tag(order.pk, by=story.world.actor("agent"), tags=tags, now=at(2, 10))


@pytest.mark.rule("R-130")
def test_a_tag_out_of_use_stays_where_it_is(story: Story) -> None:
    order = story.created().order
    WorkOrder.objects.filter(pk=order.pk).update(tags=["old"])
    by = story.world.actor("agent")
    assert actions.tag(order.pk, by=by, tags=["old", "threat"], now=at(2)).tags == ["old", "threat"]
    with pytest.raises(Invalid):
        actions.known_tags(["elderly"] + [f"t{n}" for n in range(20)])
    with pytest.raises(NotAllowed):
        actions.tag(order.pk, by=story.world.actor("water_handler"), tags=[], now=at(2))


@pytest.mark.rule("R-131")
def test_a_call_is_logged_with_its_number_sealed(story: Story) -> None:
    order = story.created().order
    form = replace(CALL, unit=story.world.township)
    actions.call_through(order.pk, form, by=story.world.actor("agent"), now=at(2, 9, 10))
    row = around.call_throughs_of(order)[0]
    assert (row.told, row.answered, row.number_masked) == ("东关社区值班员", True, "053****5678")
    assert b"2345678" not in bytes(CallThrough.objects.get(pk=row.pk).number_sealed)
    note = order.events.order_by("seq").last().note
    assert "已接通" in note
    assert "2345678" not in note


@pytest.mark.rule("R-131")
@pytest.mark.parametrize(
    ("changes", "field"),
    [({"told": ""}, "told"), ({"number": "12"}, "number"), ({"said": ""}, "said"),
     ({"at": at(9)}, "at")],
)  # fmt: skip
def test_a_call_says_who_where_and_what(story: Story, changes: dict, field: str) -> None:
    order = story.created().order
    with pytest.raises(Invalid) as refusal:
        actions.call_through(
            order.pk, replace(CALL, **changes), by=story.world.actor("agent"), now=at(2, 10)
        )
    assert set(refusal.value.facts["fields"]) == {field}
    assert not CallThrough.objects.exists()


@pytest.mark.rule("R-131")
def test_three_ways_of_handing_over(story: Story) -> None:
    story.created().submitted()
    with pytest.raises(Invalid, match="登记通话"):
        story.dispatched(handing=Handing.TELEPHONE)
    story.dispatched(handing=Handing.TELEPHONE, call=CALL)
    head = story.order.assignments.get()
    assert head.handed_by == "telephone"
    row = CallThrough.objects.get()
    assert (row.unit, row.handing_over) == (story.world.water, True)
    event = story.order.events.order_by("seq").last()
    assert "电话交办，已接通，东关社区值班员 053****5678" in event.note
    paper = Story(story.world).created().submitted().dispatched(handing=Handing.PAPER)
    assert "纸质交办" in paper.order.events.order_by("seq").last().note
    assert CallThrough.objects.count() == 1


@pytest.mark.rule("R-132")
def test_the_citizen_adds_to_the_case_and_the_unit_is_told(story: Story) -> None:
    order = story.created().submitted().dispatched().signed().order
    files = [Upload("a.pdf", b"%PDF-1.4 x")]
    words = "今天又停暖了，打 13812345678 找我"
    order = actions.supplement(order.pk, by=CITIZEN, words=words, files=files, now=at(3, 9))
    last = order.events.order_by("seq").last()
    assert (last.verb, last.actor) == ("supplement", "citizen")
    assert last.public_note == words
    assert "138****5678" in last.note
    assert Attachment.objects.get().public
    handler = story.world.actor("water_handler")
    news = OrderFilter(with_news=True, mine_only=True)
    assert queries.counted(handler, news) == 1
    actions.heed(order.pk, by=handler, now=at(3, 10))
    assert queries.counted(handler, news) == 0
    with pytest.raises(Refused):
        actions.heed(order.pk, by=handler, now=at(3, 10))


@pytest.mark.rule("R-132")
def test_what_cannot_be_added(story: Story) -> None:
    order = story.created().order
    with pytest.raises(Invalid):
        actions.supplement(order.pk, by=CITIZEN, words="短", now=at(3))
    with pytest.raises(Invalid):
        actions.supplement(order.pk, by=CITIZEN, words="长" * 1001, now=at(3))
    with pytest.raises(WrongType):
        actions.supplement(
            order.pk, by=CITIZEN, words="今天又停暖了", files=[Upload("x.exe", b"MZ")], now=at(3)
        )
    with pytest.raises(NotAllowed):
        actions.supplement(
            order.pk, by=story.world.actor("dispatcher"), words="今天又停暖了", now=at(3)
        )
    assert order.events.count() == 1
    assert not Attachment.objects.exists()


@pytest.mark.rule("R-132")
def test_news_of_a_merged_case_reaches_the_main_order(story: Story) -> None:
    world = story.world
    main = story.created().submitted().dispatched().order
    order = Story(world).created().submitted().order
    actions.merge(order.pk, by=world.actor("dispatcher"), main=main.pk, now=at(2, 11))
    actions.supplement(order.pk, by=CITIZEN, words="五号楼也停了", now=at(3, 9))
    main.refresh_from_db()
    assert main.news_at == at(3, 9)
    assert order.number in main.events.order_by("seq").last().note
    assert queries.counted(world.actor("water_handler"), OrderFilter(with_news=True)) == 1


@pytest.mark.rule("R-133")
def test_aid_is_found_again_in_the_next_case_of_the_caller(story: Story) -> None:
    order = story.created().order
    by = story.world.actor("agent")
    actions.record_fact(order.pk, AID, by=by, now=at(2, 10))
    fact = around.facts_of(order)[0]
    assert (fact.kind, fact.amount, fact.giver) == ("aid", Decimal("5000.00"), "民政局")
    assert order.events.order_by("seq").last().note == (
        "帮扶救助 2026-03-02；民政局；临时救助，5,000.00 元"
    )
    again = Story(story.world).created(phone=REQUEST.phone).order
    assert [f.pk for f in around.aid_to(again)] == [fact.pk]
    assert around.aid_to(order) == []
    stranger = Story(story.world).created(phone="13900002222").order
    assert around.aid_to(stranger) == []


@pytest.mark.rule("R-133")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": FactKind.ENFORCEMENT}, "document"),
        ({"giver": ""}, "giver"),
        ({"what": ""}, "what"),
        ({"on": date(2026, 3, 9)}, "on"),
        ({"on": None}, "on"),
        ({"amount": Decimal(0)}, "amount"),
    ],
)
def test_a_fact_says_what_its_kind_needs(story: Story, changes: dict, field: str) -> None:
    order = story.created().order
    with pytest.raises(Invalid) as refusal:
        actions.record_fact(
            order.pk, replace(AID, **changes), by=story.world.actor("agent"), now=at(2, 10)
        )
    assert set(refusal.value.facts["fields"]) == {field}
    assert around.facts_of(order) == []


@pytest.mark.rule("R-133")
def test_a_unit_records_only_in_its_own_order(story: Story) -> None:
    order = story.created().submitted().dispatched().order
    done = replace(AID, kind=FactKind.ENFORCEMENT, document="德综执罚〔2026〕12 号")
    actions.record_fact(order.pk, done, by=story.world.actor("water_handler"), now=at(3))
    assert around.facts_of(order)[0].document == "德综执罚〔2026〕12 号"
    with pytest.raises(NotAllowed):
        actions.record_fact(order.pk, AID, by=story.world.actor("housing_handler"), now=at(3))
    archived = Story(story.world).to_callback().closed().order
    actions.archive_closed(until=at(28, month=12))
    with pytest.raises(WrongState):
        actions.record_fact(archived.pk, AID, by=story.world.actor("agent"), now=at(28, month=12))
