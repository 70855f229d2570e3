"""A model is trained, takes over or not, is used again, is switched off."""

from __future__ import annotations

import pytest

from huiyin.dispatch.learning import actions, queries
from huiyin.dispatch.learning.jobs import learn_from_orders
from huiyin.dispatch.learning.models import ModelVersion
from huiyin.dispatch.learning.rules import Costs
from huiyin.dispatch.learning.states import ModelState, Purpose
from huiyin.dispatch.learning.tests.messages import samples
from huiyin.kernel import cached
from huiyin.kernel.errors import NotAllowed, NotFound, WrongState
from huiyin.knowledge.models import Category, Parameter
from huiyin.orders.models import WorkOrder
from tests.world import START, Story, World, at


def learned(found, day: int, **more):
    cached.forget_all()
    return actions.learn(
        found, Purpose.LABEL, source="试验", by="测试", costs=Costs(), now=at(day), **more
    )


@pytest.mark.rule("R-373")
def test_versions_follow_each_other_and_a_worse_one_stays_out(db) -> None:
    first = learned(samples(160), 2)
    assert first.adopted
    worse = learned(samples(160, seed=2, mixed=0.9), 3)
    assert not worse.adopted
    assert "保留原模型" in worse.why
    assert queries.in_use(Purpose.LABEL) == first.version
    better = learned(samples(200, seed=3), 4)
    assert better.adopted
    assert [v.state for v in ModelVersion.objects.order_by("number")] == [
        "replaced",
        "refused",
        "active",
    ]
    assert learned(samples(160, seed=4, mixed=0.9), 5, replace=True).adopted


@pytest.mark.rule("R-374")
def test_a_person_takes_an_earlier_version_or_switches_off(world: World) -> None:
    first, second = learned(samples(60), 2).version, learned(samples(80, seed=2), 3).version
    administrator = world.actor("administrator")
    if second.state != ModelState.ACTIVE.value:
        first, second = second, first
    actions.activate(first.pk, by=administrator, now=at(4))
    assert queries.in_use(Purpose.LABEL) == first
    with pytest.raises(WrongState):
        actions.activate(first.pk, by=administrator, now=at(4))
    with pytest.raises(WrongState):
        actions.switch_off(second.pk, by=administrator, now=at(4))
    with pytest.raises(NotAllowed):
        actions.switch_off(first.pk, by=world.actor("dispatcher"), now=at(4))
    with pytest.raises(NotFound):
        actions.switch_off(0, by=administrator, now=at(4))
    actions.switch_off(first.pk, by=administrator, now=at(4))
    cached.forget_all()
    assert queries.model_for(Purpose.LABEL) is None


def test_the_model_in_use_is_read_once(db, django_assert_num_queries) -> None:
    learned(samples(60), 2)
    cached.forget_all()
    with django_assert_num_queries(2):
        queries.model_for(Purpose.LABEL)
    with django_assert_num_queries(0):
        assert queries.model_for(Purpose.LABEL) is not None


@pytest.mark.rule("R-370")
def test_every_night_when_enough_orders_were_confirmed(story: Story) -> None:
    world = story.world
    water = Category.objects.create(
        code="0405", name="供水", full_name="公共服务/供水", parent=world.heating.parent
    )
    for sample in samples(40):
        heats = sample.label in ("供热", "道路")
        Story(world).created(
            title=sample.title, content=sample.detail, kind="help" if heats else "complaint",
            category=world.heating if heats else water,
        )  # fmt: skip
    WorkOrder.objects.update(
        state="closed", close_type="solved", lead_unit=world.water, closed_at=at(3)
    )  # fmt: skip
    assert actions.learn_nightly(at(4)) == 0, "five hundred are wanted"
    Parameter.objects.create(
        key="suggest.learn_after", value=40, valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert learn_from_orders(at(4)) == 2, "one unit alone teaches nothing about units"
    assert set(ModelVersion.objects.values_list("purpose", flat=True)) == {"category", "kind"}
    assert actions.learn_nightly(at(5)) == 0, "nothing new was confirmed"
