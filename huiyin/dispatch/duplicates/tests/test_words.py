"""Requests that say the same: sketches made by the worker, found by words, told with reasons."""

from __future__ import annotations

import csv
import os
from datetime import timedelta
from pathlib import Path

import pytest

from huiyin.dispatch.duplicates import actions, queries, rules
from huiyin.dispatch.duplicates.models import Sketch, SketchHash
from huiyin.dispatch.duplicates.queries import Subject, likely_same
from huiyin.dispatch.duplicates.rules import Alike, Reasons, Words
from huiyin.dispatch.rules import Sameness
from huiyin.kernel import cached, outbox
from huiyin.knowledge.models import Category, Parameter
from huiyin.orders import actions as orders
from huiyin.orders.actions.intake import Request
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import State
from tests.world import REQUEST, START, Story, at

ROAD = "人民路与育才街交叉口的路灯坏了三盏，晚上漆黑一片，学生放学很不安全，请尽快维修。"
SAME = "人民路与育才街路口的路灯坏了，晚上一片漆黑，学生放学不安全，希望尽快维修。"
PIPE = "锦绣家园三号楼供水管破裂，从昨天晚上起停水，家里做不了饭，请派人抢修。"
FAR = {"place": "", "phone": "13900001111"}


def words(text: str) -> Words:
    return Words.of("", text)


@pytest.mark.rule("R-190")
def test_words_are_compared_without_spelling_and_short_ones_with_their_title() -> None:
    assert rules.alike(words(ROAD), words(ROAD.replace("，", " "))) == Alike(100, verbatim=True)
    near = rules.alike(words(ROAD), words(SAME))
    assert 50 <= near.percent < 100
    assert not near.verbatim
    assert rules.alike(words(ROAD), words(PIPE)).percent < 15
    assert rules.alike(words(""), words("")) == Alike(0)
    assert Words.of("幸福路路灯不亮", "如题。").text == "幸福路路灯不亮如题"
    assert Words.of("标题不算", ROAD) == words(ROAD)


@pytest.mark.rule("R-191")
@pytest.mark.parametrize(
    ("sameness", "same_class", "percent", "verbatim", "likely"),
    [
        ({}, False, 100, True, True),
        ({}, True, 50, False, True),
        ({}, True, 49, False, False),
        ({Sameness.CALLER: 0}, True, 0, False, True),
        ({Sameness.CALLER: 0}, False, 25, False, True),
        ({Sameness.PLACE: 0}, False, 24, False, False),
        ({Sameness.NEAR: 12}, True, 3, False, True),
    ],
)
def test_what_makes_the_same_event(sameness, same_class, percent, verbatim, likely) -> None:
    found = Reasons(sameness, same_class, Alike(percent, verbatim=verbatim))
    assert rules.is_likely(found) is likely


@pytest.mark.rule("R-191")
def test_agreeing_words_come_before_a_mere_caller() -> None:
    verbatim = Reasons({}, same_class=False, words=Alike(100, verbatim=True))
    caller = Reasons({Sameness.CALLER: 0}, same_class=True, words=Alike(5))
    both = Reasons({Sameness.CALLER: 0, Sameness.PLACE: 0}, same_class=True, words=Alike(60))
    ranked = sorted((caller, verbatim, both), key=rules.weight, reverse=True)
    assert ranked[-1] is caller


@pytest.mark.rule("R-191")
def test_another_caller_elsewhere_is_found_by_words_alone(story: Story) -> None:
    other = Category.objects.create(code="0405", name="路灯", full_name="公共服务/路灯")
    stored = story.created(content=ROAD, title="路灯", place="路口").order
    Story(story.world).created(content=PIPE, title="停水", phone="13900002222", place="三号楼下")
    assert Sketch.objects.count() == 0
    outbox.drain()
    assert Sketch.objects.count() == 2
    assert SketchHash.objects.filter(order_key=stored.pk).count() == 24
    found = likely_same(Subject.typed(SAME, category=other), at(2, 10))
    assert [each.order.pk for each in found] == [stored.pk]
    assert found[0].why == (f"内容相似 {found[0].words.percent}%",)
    left, right = found[0].side_by_side
    assert "".join(part.text for part in right) == ROAD
    assert any(not part.same for part in left)
    assert likely_same(Subject.typed(PIPE[:5]), at(2, 10)) == []


@pytest.mark.rule("R-190")
def test_a_sketch_follows_the_words_and_goes_with_time(story: Story) -> None:
    order = story.created(content=ROAD, **FAR).order
    outbox.drain()
    before = set(SketchHash.objects.values_list("value", flat=True))
    changed = Request(content=PIPE, kind=REQUEST.kind, category=story.world.heating)
    orders.update_draft(order.pk, changed, by=story.world.actor("agent"), now=at(2, 10))
    outbox.drain()
    after = set(SketchHash.objects.values_list("value", flat=True))
    assert len(after) == 24
    assert not before & after
    assert actions.sketch_orders([order.pk, order.pk + 99]) == 1, "safe to do twice"
    assert actions.forget_closed(at(2, 11)) == 0
    orders.answer(order.pk, by=story.world.actor("agent"), text_="已经抢修好了。", now=at(2, 12))
    assert actions.forget_closed(at(2, 12) + timedelta(days=29)) == 0
    assert actions.forget_closed(at(2, 13) + timedelta(days=30)) == 1
    assert (Sketch.objects.count(), SketchHash.objects.count()) == (0, 0)


def test_what_was_missed_is_caught_up_but_not_what_is_closed(story: Story) -> None:
    done = story.created(content=ROAD).order
    orders.answer(done.pk, by=story.world.actor("agent"), text_="已经修好了。", now=at(2, 12))
    order = Story(story.world).created(content=PIPE).order
    assert actions.catch_up(at(2, 13)) == 1
    assert actions.catch_up(at(2, 13)) == 0
    assert Sketch.objects.get().order_id == order.pk


@pytest.mark.rule("R-191")
def test_a_city_may_switch_it_off_or_ask_for_more(story: Story, django_assert_num_queries) -> None:
    story.created(content=ROAD, **FAR)
    outbox.drain()
    subject = Subject.typed(SAME)
    assert likely_same(subject, at(2, 10))
    wanted = {"key": "duplicate.like_percent", "value": 95}
    Parameter.objects.create(**wanted, valid_from=START, source="t", text="t")
    cached.forget_all()
    assert likely_same(subject, at(2, 10)) == []
    wanted = {"key": "suggest.duplicates", "value": False}
    Parameter.objects.create(**wanted, valid_from=START, source="t", text="t")
    cached.forget_all()
    queries.Limits.at(at(2, 10))
    with django_assert_num_queries(0):
        assert likely_same(Subject.typed(ROAD), at(2, 10)) == []


def test_a_voided_order_is_never_alike(story: Story) -> None:
    order = story.created(content=ROAD, **FAR).order
    outbox.drain()
    WorkOrder.objects.filter(pk=order.pk).update(state=State.VOID)
    assert likely_same(Subject.typed(ROAD), at(2, 10)) == []
    assert actions.sketch_orders([order.pk]) == 0


if os.environ.get("HUIYIN_DATA"):  # pragma: no cover - the real messages are nobody's to publish

    @pytest.mark.slow
    @pytest.mark.rule("R-190")
    def test_every_real_repeat_is_found_as_it_arrives(world) -> None:
        """Word for word repeats of a year of real messages, in the order in which they came."""
        csv.field_size_limit(1 << 30)
        path = Path(os.environ["HUIYIN_DATA"]) / "messages" / "stream_2019.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        first = orders.create(Request(content=ROAD), by=world.actor("agent"), now=at(2))
        stored = [
            WorkOrder(**{f.attname: getattr(first, f.attname) for f in WorkOrder._meta.fields})
            for _ in rows
        ]
        for number, (made, row) in enumerate(zip(stored, rows, strict=True)):
            made.pk, made.number = None, f"99{number:012}"
            made.title, made.content = row["title"][:80], row["detail"][:5000]
        WorkOrder.objects.bulk_create(stored, batch_size=500)
        said: dict[int, int] = {}
        repeats = missed = 0
        for row, made in zip(rows, stored, strict=True):
            subject = Subject.typed(row["detail"], title=row["title"])
            if subject.words.fingerprint in said:
                repeats += 1
                missed += said[subject.words.fingerprint] not in queries.by_words(subject.words)
            elif len(subject.words.text) >= 2:
                said[subject.words.fingerprint] = made.pk
                actions.sketch_orders([made.pk])
        assert repeats >= 100
        assert missed == 0
