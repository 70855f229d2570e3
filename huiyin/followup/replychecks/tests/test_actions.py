"""A reply is looked at when it comes in, shown to auditor and unit, and the audit teaches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from huiyin.followup.replychecks import actions, files, learning, queries, rules
from huiyin.followup.replychecks.features import NAMES, SHIPPED
from huiyin.followup.replychecks.models import ReplyCheck, ReplyHash, ReplyWeights
from huiyin.kernel import outbox
from huiyin.kernel.errors import Refused
from huiyin.orders import actions as orders
from huiyin.orders.models import WorkOrder
from tests.world import Story, at

POOR = "您好！您反映的问题已收悉，已转有关部门核查、办复，感谢您的留言，祝您生活愉快！"


def replied(story: Story, answer: str = POOR, **request: str) -> Story:
    from tests.world import reply_form

    story.created(**request).submitted().dispatched().signed().contacted()
    orders.reply(
        story.order.pk, reply_form(public_answer=answer), by=story.world.actor("water_handler"),
        now=at(3, 16),
    )  # fmt: skip
    return story


@pytest.mark.rule("R-192")
def test_the_look_is_stored_and_the_audit_beside_it(story: Story) -> None:
    replied(story)
    outbox.drain()
    check = ReplyCheck.objects.get()
    assert check.poor > 0.5
    assert [each["kind"] for each in check.found][:2] == ["passed_on", "too_short"]
    assert (check.returned, check.weights, len(check.numbers)) == (None, None, len(NAMES))
    assert ReplyHash.objects.filter(unit_key=story.world.water.pk).count() == len(check.hashes)
    story.rejected()
    outbox.drain()
    check.refresh_from_db()
    assert check.returned is True
    assert check.decided_at == at(4, 10)
    assert queries.decided() == ([check.numbers], [True])


@pytest.mark.rule("R-194")
def test_replies_heard_together_see_each_other_in_a_fixed_number_of_queries(
    story: Story, django_assert_num_queries
) -> None:
    copied = (
        "经现场核实，幸福小区三号楼供水管道破裂，已于当日下午更换管道并恢复供水，请您放心使用。"
    )
    for matter in (
        "幸福小区三号楼今天停水，没有通知。",
        "东风路农贸市场下水道堵塞，污水流到马路上，气味很大。",
        "人民公园的健身器材坏了，孩子玩的时候容易受伤，请换新的。",
    ):
        replied(Story(story.world), copied, content=matter)
    keys = list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))
    news = [("order.reply", {"order": key}) for key in reversed(keys)]
    with django_assert_num_queries(9):  # a savepoint around, and seven for any number of replies
        actions.hear_all(news, at(3, 17))
    kinds = [
        [each["kind"] for each in check.found] for check in ReplyCheck.objects.order_by("reply")
    ]
    assert ["copied" in each for each in kinds] == [False, True, True]
    with django_assert_num_queries(4):
        actions.hear_all(news, at(3, 18))
    assert set(ReplyCheck.objects.values_list("at", flat=True)) == {at(3, 17)}


@pytest.mark.rule("R-203")
def test_learning_is_adopted_only_when_it_judges_better(db) -> None:
    width = len(NAMES)
    numbers = [[float((i * 7 + j) % 5) for j in range(width)] for i in range(60)]
    good = [i % 3 == 0 for i in range(60)]
    for row, poor in zip(numbers, good, strict=True):
        row[0] = 1.0 if poor else 5.0
    made, learned = actions.learn(numbers, good, source="test", now=at(5))
    assert learned.auc > 0.95
    assert made.adopted is (learned.auc >= learned.auc_before)
    weights, version = queries.in_force()
    assert version == made.pk
    assert weights.poor(numbers[0]) > weights.poor(numbers[1])
    noise = [i % 2 == 0 for i in range(60)]
    worse = learning.learn(numbers, noise, before=weights)
    assert 0 <= worse.auc <= 1
    row = ReplyWeights.objects.get()
    assert (row.rows, row.source) == (60, "test")


@pytest.mark.rule("R-203")
def test_too_few_decisions_teach_nothing(db) -> None:
    assert actions.learn_from_audits(at(5)) == 0
    with pytest.raises(Refused, match="太少"):
        learning.learn([[0.0] * len(NAMES)] * 6, [True] * 4 + [False] * 2, before=SHIPPED)


if os.environ.get("HUIYIN_DATA"):  # pragma: no cover - the real replies are nobody's to publish

    @pytest.mark.slow
    def test_the_real_replies_are_judged_better_than_by_their_length() -> None:
        path = Path(os.environ["HUIYIN_DATA"]) / "messages" / "replies.csv"
        judged = [line for line in files.lines(path) if line.good is not None]
        numbers = [rules.check(line.said, line.earlier).numbers for line in judged]
        learned = learning.learn(numbers, [not line.good for line in judged], before=SHIPPED)
        assert learned.auc > 0.985
        assert learned.auc > learned.auc_length
        assert learned.auc_before > learned.auc_length
