"""Use, judgement, gaps, frequent matters: what becomes a task, for whom, and who may close it."""

from __future__ import annotations

from datetime import date, time

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge import actions, article_queries
from huiyin.knowledge.actions import DutyRow, Missing
from huiyin.knowledge.article_states import TaskKind, TaskState, UseKind, Visibility
from huiyin.knowledge.models import CatalogueItem, Duty, KnowledgeTask, Parameter
from huiyin.knowledge.tests.test_answers import published
from huiyin.orgs.actors import CITIZEN
from tests.world import START, World, at


@pytest.fixture
def catalogue(world: World) -> World:
    CatalogueItem.objects.create(
        code="PD1", category=world.heating, matter="供热", lead=world.water, valid_from=START
    )
    return world


@pytest.mark.rule("R-359")
def test_use_is_counted_and_a_wrong_one_is_a_task_of_the_owner(world: World) -> None:
    article = published(world)
    agent = world.actor("agent")
    actions.record_use(article.pk, UseKind.USED, by=agent, now=at(4), number="26030200000011")
    actions.record_use(article.pk, UseKind.RIGHT, by=CITIZEN, now=at(4))
    for note in ("电话 05342345678 打不通", "流程变了"):
        actions.record_use(article.pk, UseKind.WRONG, by=CITIZEN, now=at(4), note=note)
    assert article_queries.uses_of(article) == {"used": 1, "right": 1, "wrong": 2}
    task = KnowledgeTask.objects.get()
    assert (task.kind, task.unit, task.times) == (TaskKind.WRONG, world.water, 2)
    assert task.evidence == ["电话 … 打不通", "流程变了"]
    assert article_queries.waiting(world.actor("water_leader"))["tasks"] == 1
    assert article_queries.waiting(world.actor("housing_handler"))["tasks"] == 0


def test_citizens_judge_only_what_they_may_read(world: World) -> None:
    article = published(world, visibility=Visibility.STAFF)
    with pytest.raises(NotFound):
        actions.record_use(article.pk, UseKind.RIGHT, by=CITIZEN, now=at(4))
    actions.record_use(article.pk, UseKind.RIGHT, by=world.actor("agent"), now=at(4))


@pytest.mark.rule("R-360")
def test_a_search_without_a_result_is_a_task_asked_again_it_counts(catalogue: World) -> None:
    world, agent = catalogue, catalogue.actor("agent")
    for words in ("供热管网改造  补助", "供熱管網改造补助？"):
        actions.report_gap(words, category="0404", by=agent, now=at(4))
    task = KnowledgeTask.objects.get()
    assert (task.unit, task.times, task.words) == (world.water, 2, "供热管网改造 补助")
    assert actions.report_gap("？", by=agent, now=at(4)) is None
    held = actions.report_gap("王小明 13812345678 的事", by=CITIZEN, now=at(4))
    assert held is not None
    assert (held.words, held.unit) == ("王小明 … 的事", None)
    handler = world.actor("water_handler")
    with pytest.raises(Invalid):
        actions.close_task(task.pk, by=handler, now=at(5), dismissed=True)
    with pytest.raises(NotAllowed):
        actions.close_task(task.pk, by=world.actor("housing_handler"), now=at(5))
    closed = actions.close_task(task.pk, by=handler, now=at(5), note="已写问答")
    assert closed.state == TaskState.DONE
    with pytest.raises(WrongState):
        actions.close_task(task.pk, by=handler, now=at(5))
    with pytest.raises(NotFound):
        actions.close_task(0, by=handler, now=at(5))
    assert actions.report_gap("供热管网改造补助", by=agent, now=at(6)).pk != task.pk


@pytest.mark.rule("R-361")
def test_what_is_asked_often_is_suggested_once(catalogue: World) -> None:
    rows = [Missing(catalogue.heating, 9, ("26030200000011",))]
    actions.suggest_from_orders(rows, now=at(4))
    more = [Missing(catalogue.heating, 12, ("26030200000012",))]
    actions.suggest_from_orders(more, now=at(5))
    task = KnowledgeTask.objects.get()
    assert (task.kind, task.times, task.unit) == (TaskKind.FREQUENT, 12, catalogue.water)
    assert task.evidence == ["26030200000011", "26030200000012"]
    actions.close_task(
        task.pk, by=catalogue.actor("manager"), now=at(5), note="不写", dismissed=True
    )
    actions.suggest_from_orders(more, now=at(6))
    assert KnowledgeTask.objects.count() == 1


DUTY = DutyRow("Z1", "water", "供水抢修", ("0401",), "", time(17), time(8, 30), "先关总阀。")


@pytest.mark.rule("R-355")
@pytest.mark.parametrize(
    ("opens", "closes", "hour", "answered"),
    [
        (None, None, 3, True),
        (time(8), time(18), 7, False),
        (time(8), time(18), 8, True),
        (time(8), time(18), 18, False),
        (time(17), time(8), 23, True),
        (time(17), time(8), 7, True),
        (time(17), time(8), 12, False),
    ],
)
def test_hours_of_duty(opens: time | None, closes: time | None, hour: int, answered: bool) -> None:
    assert article_queries.on_duty(Duty(opens=opens, closes=closes), at(2, hour)) is answered


@pytest.mark.rule("R-355")
def test_a_number_that_the_city_filled_in_outlives_a_load(world: World) -> None:
    actions.sync_duties([DUTY])
    duty = Duty.objects.get()
    with pytest.raises(NotAllowed):
        actions.set_duty_phone(
            duty.pk, phone="110", hint="", by=world.actor("housing_handler"), now=at(2)
        )
    with pytest.raises(Invalid):
        actions.set_duty_phone(
            duty.pk, phone="打给我", hint="", by=world.actor("water_handler"), now=at(2)
        )
    actions.set_duty_phone(
        duty.pk, phone="0534-234 5678", hint="关阀。", by=world.actor("water_handler"), now=at(2)
    )
    actions.sync_duties([DUTY])
    cached.forget_all()
    assert [d.phone for d in article_queries.duties("040101")] == ["05342345678"]
    assert article_queries.duties("0501") == []
    actions.sync_duties([])
    cached.forget_all()
    assert article_queries.duties() == []


@pytest.mark.rule("R-356")
def test_scripts_are_dated_data(world: World) -> None:
    row = {"kind": "complaint", "category": "", "text": "请您说说经过。"}
    Parameter.objects.create(
        key="intake.scripts", value=[row], valid_from=date(2026, 3, 3), source="t", text="t"
    )
    cached.forget_all()
    assert article_queries.scripts(at(2)) == []
    assert article_queries.scripts(at(3)) == [row]


@pytest.mark.rule("R-358")
def test_a_category_is_reported_under_the_group_that_names_it_most_closely(world: World) -> None:
    groups = [
        {"code": "A", "name": "城建城管", "categories": ["04", "05"]},
        {"code": "B", "name": "民生", "categories": ["0404"]},
    ]
    Parameter.objects.create(
        key="report.groups", value=groups, valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert article_queries.reporting_group("0401", at(3)) == "城建城管"
    assert article_queries.reporting_group("040402", at(3)) == "民生"
    assert article_queries.reporting_group("99", at(3)) == ""
