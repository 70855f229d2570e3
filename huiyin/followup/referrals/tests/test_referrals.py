"""Referrals: proposed by one, decided by another, with histories that can be held to the paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from huiyin.followup.referrals import actions, queries
from huiyin.followup.referrals.models import Referral, ReferralOrder
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.kernel.models import AccessLog
from huiyin.orders import actions as orders
from tests.races import at_once
from tests.world import Story, at, build

pytestmark = pytest.mark.django_db


def proposed(story: Story) -> Story:
    return story.created().submitted().dispatched().referred()


def take(story: Story, verb: str, by: str = "manager", note: str = "情况属实") -> Referral:
    return actions.take(story.referral.pk, verb, by=story.world.actor(by), note=note, now=at(4, 10))


@pytest.mark.rule("R-423")
@pytest.mark.rule("R-424")
def test_from_the_proposal_to_the_result(story: Story) -> None:
    proposed(story)
    assert queries.counted(story.world.actor("manager")) == 1
    assert queries.counted(story.world.actor("supervisor")) == 0, "not one's own"
    referral = take(story, "approve")
    assert (referral.number, referral.state) == ("问责〔2026〕1号", "sent")
    line = ReferralOrder.objects.get()
    order = line.order
    assert (line.events, line.head, line.whole) == (
        order.event_count, bytes(order.head).hex(), True
    )  # fmt: skip
    referral = take(story, "end", by="supervisor", note="已诫勉谈话")
    assert (referral.state, referral.result) == ("ended", "已诫勉谈话")
    assert queries.listed(story.world.actor("manager"), state="ended").rows[0].about == 1
    with pytest.raises(NotAllowed):
        queries.listed(story.world.actor("agent"))


@pytest.mark.rule("R-423")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"), ({"agency": ""}, "agency"), ({"unit": None}, "unit"),
        ({"facts": "拖延"}, "facts"), ({"basis": ""}, "basis"), ({"orders": []}, "orders"),
        ({"orders": ["26030200000000"]}, "orders"), ({"title": "很" * 81}, "title"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(story: Story, changes, field) -> None:
    number = story.created().submitted().dispatched().order.number
    values = {
        "title": "久拖不办", "agency": "市纪委监委", "unit": story.world.water, "basis": "办法",
        "facts": "三月二日派单，多次催办，至今没有签收，也没有联系。", "orders": [number],
    }  # fmt: skip
    by = story.world.actor("supervisor")
    with pytest.raises(Invalid) as refused:
        actions.propose(actions.Proposal(**(values | changes)), by=by, now=at(4))
    assert field in refused.value.facts["fields"]
    with pytest.raises(NotAllowed):
        actions.propose(actions.Proposal(**values), by=story.world.actor("agent"), now=at(4))
    assert not Referral.objects.exists()


@pytest.mark.rule("R-605")
def test_no_order_of_another_unit_is_evidence(story: Story) -> None:
    """A wrong number must not put what another unit did, and another citizen, into a referral."""
    world = story.world
    mine = story.created().submitted().dispatched().order.number
    theirs = Story(world).created().submitted().dispatched(lead=world.housing).order.number
    form = actions.Proposal(
        "久拖不办", "市纪委监委", world.water, "三月二日派单，多次催办，至今没有签收，也没有联系。",
        "办法", [mine, theirs],
    )  # fmt: skip
    by = world.actor("supervisor")
    with pytest.raises(Invalid, match=f"市水务局没有承办过这些工单：{theirs}$") as refused:
        actions.propose(form, by=by, now=at(4))
    assert set(refused.value.facts["fields"]) == {"orders"}
    assert not Referral.objects.exists()
    actions.propose(replace(form, orders=[mine]), by=by, now=at(4))
    assert [line.order.number for line in ReferralOrder.objects.all()] == [mine]


@pytest.mark.rule("R-424")
@pytest.mark.parametrize(
    ("verb", "by", "note", "error"),
    [
        ("approve", "supervisor", "同意", NotAllowed),
        ("refuse", "agent", "不同意", NotAllowed),
        ("approve", "manager", "", Invalid),
        ("end", "manager", "已处理", WrongState),
        ("loud", "manager", "同意", NotFound),
    ],
)
def test_what_is_refused(story: Story, verb, by, note, error) -> None:
    proposed(story)
    with pytest.raises(error):
        take(story, verb, by, note)
    assert Referral.objects.get().state == "proposed"


@pytest.mark.rule("R-424")
def test_nobody_decides_on_the_own_proposal(story: Story) -> None:
    proposed(story)
    Referral.objects.update(proposed_by=story.world.people["manager"])
    with pytest.raises(NotAllowed):
        take(story, "approve")
    assert take(story, "withdraw", by="supervisor").state == "withdrawn"
    assert take(proposed(story), "refuse").state == "refused"


@pytest.mark.rule("R-425")
def test_the_package_tells_whether_the_history_still_fits(story: Story) -> None:
    proposed(story)
    (before,) = queries.evidence(queries.get(story.world.actor("manager"), story.referral.pk))
    assert (before.broken, before.same, before.tried) == ("", None, "还没有催过")
    take(story, "approve")
    orders.add_note(story.order.pk, by=story.world.actor("agent"), note="来电催问", now=at(5))
    (after,) = queries.evidence(queries.get(story.world.actor("manager"), story.referral.pk))
    assert (after.broken, after.same) == ("", True), "what was added later changes nothing"
    assert after.head != after.sent_head
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table orders_orderevent disable trigger user")
        cursor.execute(
            "update orders_orderevent set note = '改过' where order_id = %s and seq = 2",
            [story.order.pk],
        )
        cursor.execute("alter table orders_orderevent enable trigger user")
    (altered,) = queries.evidence(queries.get(story.world.actor("manager"), story.referral.pk))
    assert altered.broken == "第 2 条：历史记录被改动"


@pytest.mark.rule("R-425")
def test_opening_the_package_is_logged(story: Story) -> None:
    proposed(story)
    found = queries.get(story.world.actor("supervisor"), story.referral.pk)
    actions.log_reading(found, by=story.world.actor("supervisor"), now=at(4, 11))
    subjects = set(AccessLog.objects.values_list("subject", flat=True))
    assert subjects == {f"referral:{found.pk}", f"order:{story.order.number}"}


@pytest.mark.rule("R-424")
def test_two_at_once_decide_once(transactional_db) -> None:
    story = proposed(Story(build()))
    runs = at_once(lambda: take(story, "approve"), lambda: take(story, "refuse"))
    assert [type(run.error) for run in runs if run.error] == [WrongState]


def test_the_package_costs_the_same(story: Story, django_assert_num_queries) -> None:
    proposed(story)
    found = queries.get(story.world.actor("manager"), story.referral.pk)
    with django_assert_num_queries(5):
        assert len(queries.evidence(found)[0].events) == 3
