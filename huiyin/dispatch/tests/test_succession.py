"""The dispatch catalogue follows when a unit ends; its rows stay as they are."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.dispatch import queries
from huiyin.kernel.errors import Invalid
from huiyin.knowledge.models import CatalogueItem
from huiyin.orders import actions
from huiyin.orders.models import WorkOrder
from huiyin.orgs import actions as orgs
from huiyin.orgs.models import Unit
from tests.world import Story, World, at


@pytest.mark.rule("R-202")
def test_the_catalogue_follows_from_the_day(world: World, story: Story) -> None:
    CatalogueItem.objects.create(
        code="PD1", category=world.heating, matter="供热", lead=world.water,
        assist_codes=["county"], valid_from=date(2026, 1, 1),
    )  # fmt: skip
    order = story.created().submitted().order
    assert [s.unit for s in queries.suggestions(order, at(2, 10))] == [world.water]
    [plan] = orgs.plan_merge(
        [world.water], into=world.housing, terms=orgs.Terms(date(2026, 3, 3), "编办〔2026〕3 号"),
        by=world.actor("administrator"), now=at(2),
    )  # fmt: skip
    actions.carry_out(plan.pk, now=at(3))
    found = queries.suggestions(WorkOrder.objects.get(), at(3, 10))
    assert [(s.unit, s.assist) for s in found] == [(world.housing, (world.county,))]
    assert found[0].why.endswith("（市水务局的职责现由市住建局承担）")
    with pytest.raises(Invalid, match="不能承办工单") as caught:
        story.dispatched(now=at(3, 10), lead=Unit.objects.get(code="water"))
    assert caught.value.remedy == "它的职责现由市住建局承担"
