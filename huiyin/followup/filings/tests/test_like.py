"""Difficult matters on file are recognised by their words as well."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.followup.filings import queries, rules
from huiyin.kernel import cached
from huiyin.knowledge.models import Parameter
from tests.world import START, Story, at

SAID = "楼内管网老化，须整体改造，冬天暖气一直不热。"
TODAY = date(2026, 3, 2)


@pytest.mark.rule("R-209")
@pytest.mark.parametrize(
    ("said", "like"),
    [
        (SAID, True),
        ("楼内的管网老化，须要整体改造。", True),
        ("饭店油烟扰民，请查处。", False),
        ("", False),
    ],
)  # fmt: skip
def test_saying_the_like(said: str, like: bool) -> None:
    assert rules.says_the_like(said, "楼内管网老化，须整体改造。") is like


@pytest.mark.rule("R-209")
@pytest.mark.rule("R-564")
def test_filings_in_force_of_the_class_or_of_a_like_order(story: Story) -> None:
    story.created().submitted().filed(place="别处的小区 9 号楼")
    heating = story.world.heating
    found = queries.like(SAID, orders=(), category=heating, today=TODAY)
    assert [each.pk for each in found] == [story.filing.pk]
    assert queries.like("饭店油烟", orders=(), category=heating, today=TODAY) == []
    assert queries.like(SAID, orders=(), category=None, today=TODAY) == []
    assert queries.like(SAID, orders=(), category=heating, today=date(2030, 1, 1)) == []
    assert queries.is_on(at(2))
    Parameter.objects.create(
        key="suggest.filings", value=False, valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert not queries.is_on(at(2))
    story.filing.order = story.order
    story.filing.save()
    found = queries.like("", orders=[story.order.pk], category=None, today=TODAY)
    assert [each.pk for each in found] == [story.filing.pk]
