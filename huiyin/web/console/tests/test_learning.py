"""What the platform is sure enough of, and what other costs would lead to."""

from __future__ import annotations

import pytest
from django.test import Client

from huiyin.dispatch.learning.tests.messages import model_version
from huiyin.kernel import cached
from huiyin.knowledge.models import Parameter
from tests.world import START, World

URL = "/console/models/thresholds"


@pytest.mark.rule("R-560")
def test_thresholds_follow_the_costs_and_are_tried(
    world: World, client: Client, django_assert_max_num_queries
) -> None:
    model_version()
    for key, value in (
        ("suggest.costs", {"manual": 6, "wrong": 40, "of": {"0404": 60}}),
        ("suggest.tags", False),
        ("assistant.order", True),
    ):
        Parameter.objects.create(key=key, value=value, valid_from=START, source="t", text="t")
    client.force_login(world.people["administrator"])
    cached.forget_all()
    client.get(URL)
    with django_assert_max_num_queries(4):
        page = client.get(URL).content.decode()
    assert '把握在 <b class="num">85%</b> 以上' in page
    assert '把握在 <b class="num">90%</b> 以上' in page
    assert world.heating.full_name in page or world.heating.name in page
    switches = page.split("各项建议")[1].split("<tr>")
    told = {key: "开" in row for row in switches for key in ("tags", "kind") if f".{key}<" in row}
    assert told == {"tags": False, "kind": True}
    assert ["开" in row for row in switches if "assistant." in row] == [False, True, False]
    cheap = [row for row in page.split("<tr>") if "最省" in row]
    assert len(cheap) == 1
    assert "80%" in cheap[0]
    tried = client.get(URL, {"manual": "30", "wrong": "30"}).content.decode()
    assert '把握在 <b class="num">0%</b> 以上才建议' in tried
    wrong = client.get(URL, {"manual": "x", "wrong": "-1"})
    assert wrong.status_code == 422
    assert "请填整数" in wrong.content.decode()


def test_a_version_from_before_says_that_nothing_was_measured(world: World, client: Client) -> None:
    found = model_version()
    found.figures.pop("acceptance")
    found.save()
    client.force_login(world.people["manager"])
    assert "还没有测这些" in client.get(URL).content.decode()
