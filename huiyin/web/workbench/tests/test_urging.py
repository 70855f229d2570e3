"""The supervisor's desk: the list of units to call, the call, what is written down."""

from __future__ import annotations

import pytest

from huiyin.followup.supervision import actions
from huiyin.followup.supervision.models import Urging
from huiyin.kernel import cached
from huiyin.knowledge.models import Parameter
from tests.world import START, Story, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(story: Story) -> Story:
    """Return an order that its unit has not opened for two days."""
    Parameter.objects.create(
        key="urge.unread_days", value=1, valid_from=START, source="test", text=""
    )
    cached.forget_all()
    story.created().submitted().dispatched()
    actions.ask_for_calls(until=at(4))
    return story


def test_a_slow_unit_is_called_and_the_list_empties(slow: Story, desk) -> None:
    client, number = desk("supervisor"), slow.order.number
    page = client.get("/desk/urging").content.decode()
    assert "暖气不热" in page
    assert "派单后未签收" in page
    form = client.get(f"/desk/orders/{number}/urge").content.decode()
    assert "您好，这里是 12345 热线" in form
    told = client.post(
        f"/desk/orders/{number}/urge", {"kind": "telephone", "said": "承诺今天签收"}, follow=True
    )
    page = told.content.decode()
    assert "已记录" in page
    assert "现在" in page or "没有要催办的单位" in page
    assert Urging.objects.get().said == "承诺今天签收"
    order_page = client.get(f"/desk/orders/{number}").content.decode()
    assert "电话催办" in order_page
    assert "承诺今天签收" in order_page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": "telephone", "said": ""}, "请写明催办情况"),
        ({"kind": "telephone", "said": "好"}, "请写 2–500 个字"),
        ({"kind": "automatic", "said": "请办理"}, "请选择方式"),
        ({"said": "很" * 501, "kind": "written"}, "最多 500 个字"),
    ],
)
def test_what_is_not_filled_in_is_said_beside_it(slow: Story, desk, data, words) -> None:
    answer = desk("supervisor").post(f"/desk/orders/{slow.order.number}/urge", data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Urging.objects.get().at is None


def test_an_order_that_lies_with_nobody_is_not_urged(story: Story, desk) -> None:
    number = story.created().submitted().order.number
    assert desk("supervisor").get(f"/desk/orders/{number}/urge").status_code == 409
    assert "/urge" not in desk("supervisor").get(f"/desk/orders/{number}").content.decode()


def test_the_list_costs_the_same_for_many_units(
    slow: Story, desk, django_assert_max_num_queries
) -> None:
    for _ in range(8):
        Story(slow.world).created().submitted().dispatched()
    actions.ask_for_calls(until=at(4, 1))
    client = desk("supervisor")
    with django_assert_max_num_queries(8):
        assert client.get("/desk/urging").status_code == 200
