"""Bulletins over the API."""

from __future__ import annotations

import pytest

from huiyin.web.api.tests.asking import Api
from tests.world import Story, World, at

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R-496")
def test_a_unit_reads_what_is_addressed_to_it(world: World) -> None:
    story = Story(world).created().submitted().dispatched().bulletined()
    api, path = Api(world, at(4, 9)), f"/bulletins/{story.bulletin.pk}"
    (draft,) = api.get("/bulletins?state=draft", "manager").body["bulletins"]
    assert (draft["kind"], draft["number"]) == ("special", "")
    assert api.get("/bulletins", "water_handler").body["bulletins"] == []
    assert api.get(path, "water_handler").status == 404
    story.handed_in().given_out()
    told = api.get(path, "water_handler").body
    assert told["number"] == "专报2026年第1期（总第1期）"
    assert [case["number"] for case in told["cases"]] == [story.order.number]
    assert "13812345678" not in str(told)
    assert api.get(path, "housing_handler").status == 404
    assert api.get("/bulletins?state=loud", "manager").status == 422
    assert api.get("/bulletins?colour=red", "manager").status == 422
    # A program that fetches it has not read it.
    assert story.bulletin.reads.count() == 0
