"""Search over the API: pieces instead of markup, by policy, pages, what is refused."""

from __future__ import annotations

import pytest

from huiyin.kernel.models import AccessLog
from huiyin.knowledge.models import Article
from huiyin.orders.actions import texts
from huiyin.web.api.tests.asking import Api
from tests.world import Story, at


@pytest.fixture
def told(world) -> Api:
    """Return the API on the fourth of March, with three orders that can be found."""
    keys = [Story(world).created(title=f"暖气 {n}").order.pk for n in range(2)]
    keys.append(Story(world).created().submitted().dispatched().order.pk)
    texts.write(keys)
    return Api(world, at(4, 12))


def titles(answer) -> list[str]:
    return ["".join(p["words"] for p in hit["title"]) for hit in answer.body["orders"]]


def test_orders_are_found_in_pages_and_by_policy(told: Api) -> None:
    first = told.get("/search?q=暖氣&size=2")
    assert titles(first) == ["暖气不热", "暖气 1"]
    assert first.body["asked"] == "暖气"
    assert first.body["orders"][0]["title"][0] == {"words": "暖气", "hit": True}
    assert titles(told.get(f"/search?q=暖气&cursor={first.body['next']}")) == ["暖气 0"]
    assert titles(told.get("/search?q=暖气&sort=relevant&kind=help&since=2026-03-01")) != []
    assert titles(told.get("/search?q=暖气", "water_handler")) == ["暖气不热"]
    assert titles(told.get("/search?q=暖气", "administrator")) == []
    assert titles(told.get("/search?q=13812345678")) == ["暖气不热", "暖气 1", "暖气 0"]
    assert AccessLog.objects.count() == 1


def test_the_other_kinds_are_found(told: Api) -> None:
    Article.objects.create(code="a", kind="answer", title="供暖时间", body="x", published_at=at(1))
    found = told.get("/search?of=articles&q=供暖").body["articles"]
    assert [each["code"] for each in found] == ["a"]
    found = told.get("/search?of=units&q=水务").body["units"]
    assert [each["code"] for each in found] == ["water"]
    found = told.get("/search?of=people&q=water_leader", "water_handler").body["people"]
    assert [each["roles"] for each in found] == ["单位负责人"]
    assert told.get("/search?of=people&q=housing_handler", "water_handler").body["people"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 422), ("q=", 422), ("q=x&unit=none", 422), ("q=x&cursor=y", 400), ("q=x&of=all", 422)],
)
def test_what_is_wrong_is_refused(told: Api, query: str, status: int) -> None:
    assert told.get(f"/search?{query}").status == status
