"""The search page: an address for words, none for telephones, what was found, at what cost."""

from __future__ import annotations

import pytest

from huiyin.kernel.models import AccessLog
from huiyin.knowledge.models import Article
from huiyin.orders.actions import texts
from huiyin.orgs.models import Region
from tests.world import Story, at


def text(answer) -> str:
    return answer.content.decode()


def plain(answer) -> str:
    return text(answer).replace("<mark>", "").replace("</mark>", "")


@pytest.fixture
def found(story: Story) -> Story:
    """Take down two orders and write their words."""
    other = Story(story.world).created(title="路灯不亮", content="<b>路灯</b>坏了，晚上很黑")
    story.created().submitted().dispatched()
    texts.write([other.order.pk, story.order.pk])
    return story


def test_words_get_an_address_and_hits_are_marked(found: Story, desk) -> None:
    answer = desk("agent").post("/desk/search", {"q": "路灯", "sort": "", "tab": ""})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/search?q=%E8%B7%AF%E7%81%AF")
    page = text(desk("agent").get(answer["Location"]))
    assert "<mark>路灯</mark>不亮" in page
    assert "&lt;b&gt;<mark>路灯</mark>&lt;/b&gt;坏了" in page
    assert "暖气不热" not in page


def test_a_telephone_number_gets_no_address(found: Story, desk) -> None:
    page = desk("agent").post("/desk/search", {"q": "138 1234 5678"})
    assert page.status_code == 200
    assert "暖气不热" in text(page)
    assert "路灯不亮" in text(page)
    assert "138 1234 5678" not in "".join(text(page).split("href=")[1:]).split('value="138')[0]
    assert AccessLog.objects.get().subject == "phone:138****5678"


def test_a_number_opens_its_order(found: Story, desk) -> None:
    answer = desk("agent").get("/desk/search", {"q": found.order.number})
    assert answer["Location"] == f"/desk/orders/{found.order.number}"
    page = desk("housing_handler").get("/desk/search", {"q": found.order.number})
    assert "没有找到" in text(page)


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ({"q": "暖气 老人"}, "<mark>暖气</mark>不热", "路灯不亮"),
        ({"q": "暖气", "state": "draft"}, "没有找到", "暖气不热"),
        ({"q": "暖气", "kind": "help", "unit": "water", "since": "2026-03-01"}, "<mark>", "路灯"),
        ({"q": "暖气", "sort": "relevant"}, "<mark>暖气</mark>不热", "路灯不亮"),
        ({"q": "没有的词"}, "没有找到“没有的词”", "<mark>"),
        ({"q": ""}, "要找什么", "<mark>"),
        ({"q": "水务", "tab": "units"}, "市水务局", "市住建局"),
        ({"q": "wh", "tab": "people"}, "没有找到", "water_handler"),
        ({"q": "住建", "tab": "people"}, "housing_handler", "water_handler"),
        ({"q": "社保", "tab": "articles"}, "<mark>社保</mark>卡", "草稿"),
    ],
)
def test_tabs_and_filters(found: Story, desk, query, shown, hidden) -> None:
    Article.objects.create(
        code="a", kind="answer", title="补办社保卡", body="带上身份证", published_at=at(1)
    )
    Article.objects.create(code="b", kind="answer", title="社保草稿", body="…")
    page = text(desk("dispatcher").get("/desk/search", query)).split('aria-label="找什么"')[1]
    assert shown in page
    assert hidden not in page


def test_places_and_units_are_offered_by_initials(found: Story, desk) -> None:
    Region.objects.create(code="370001001", name="新湖街道", level="street")
    page = text(desk("dispatcher").get("/desk/search", {"q": "xhjd"}))
    assert "/desk/orders?scope=all&amp;region=370001001" in page.replace("&region", "&amp;region")
    assert desk("dispatcher").get("/desk/orders?scope=all&region=370001001").status_code == 200


def test_slips_of_the_ear_are_said(found: Story, desk) -> None:
    again = Story(found.world).created()
    texts.write([again.order.pk])
    texts.learn_words()
    assert "您是不是要找“暖气”" in text(desk("agent").get("/desk/search", {"q": "暖七"}))


def test_what_is_wrong_is_said(found: Story, desk) -> None:
    page = desk("agent").get("/desk/search", {"q": "暖气", "unit": "没有", "since": "x"})
    assert page.status_code == 422
    assert "没有这个单位" in text(page)
    assert desk("agent").get("/desk/search", {"q": "暖气", "cursor": "x"}).status_code == 400
    assert desk("agent").get("/desk/search", {"q": "字" * 201}).status_code == 422


def test_units_and_administrators_find_what_is_theirs(found: Story, desk) -> None:
    assert "暖气不热" in plain(desk("water_handler").get("/desk/search", {"q": "暖气"}))
    assert "暖气不热" not in plain(desk("housing_handler").get("/desk/search", {"q": "暖气"}))
    page = text(desk("administrator").get("/desk/search", {"q": "暖气"}))
    assert "工单</a>" not in page.split('aria-label="找什么"')[1].split("</nav>")[0]
    people = text(desk("water_handler").get("/desk/search", {"q": "局", "tab": "people"}))
    assert "water_leader" in people
    assert "housing_handler" not in people


def test_a_page_of_hits_costs_the_same_for_one_and_for_many(
    found: Story, desk, django_assert_max_num_queries
) -> None:
    for n in range(5):
        each = Story(found.world).created(title=f"暖气 {n}").submitted().dispatched()
        texts.write([each.order.pk])
    for who in ("agent", "water_handler"):
        browser = desk(who)
        browser.get("/desk/search", {"q": "暖气"})
        with django_assert_max_num_queries(17):
            assert "暖气 4" in plain(browser.get("/desk/search", {"q": "暖气"}))
