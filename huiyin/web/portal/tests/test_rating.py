"""Two questions, once per round, by a link that cannot be guessed; and what happens then."""

from __future__ import annotations

import pytest
from django.test import Client

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.kernel import clock
from huiyin.knowledge.states import Kind
from huiyin.orders.models import WorkOrder
from huiyin.orders.numbers import rating_token
from huiyin.orders.states import State
from huiyin.web.portal import tries
from huiyin.web.portal.tests.support import opened
from tests.world import Story, at

CONTENT = {"solved": "yes", "satisfaction": "satisfied"}
NOT_CONTENT = {"solved": "no", "satisfaction": "very_unsatisfied", "reasons": ["U01"]}


def link(order: WorkOrder, round_: int = 1) -> str:
    return f"/rate/{order.number}/{rating_token(order.number, round_)}"


def test_content_closes_the_case(story: Story, client: Client) -> None:
    order = story.to_callback().order
    assert "问题解决了吗" in client.get(link(order)).content.decode()
    answer = client.post(link(order), CONTENT | {"comment": "师傅很负责"})
    assert answer["Location"] == link(order)
    order.refresh_from_db()
    assert (order.standing, order.satisfaction) == (State.CLOSED, "satisfied")
    attempt = CallbackAttempt.objects.get()
    assert (attempt.method, attempt.round, attempt.comment) == ("web", 1, "师傅很负责")
    page = client.get(link(order)).content.decode()
    assert "谢谢您的评价" in page
    assert "已办结" in page


def test_not_content_is_done_again_with_a_new_deadline(story: Story, client: Client) -> None:
    order = story.to_callback().order
    with clock.driven(at(5)):
        client.post(link(order), NOT_CONTENT)
        order.refresh_from_db()
        assert (order.standing, order.round) == (State.IN_PROGRESS, 2)
        page = client.get(link(order)).content.decode()
    assert "请单位重新办理" in page
    assert "3月10日（周二）24:00" in page
    assert CallbackAttempt.objects.get().reasons == ["U01"]


def test_a_link_works_once(story: Story, client: Client) -> None:
    order = story.to_callback().order
    client.post(link(order), NOT_CONTENT)
    again = client.post(link(order), CONTENT)
    assert "谢谢您的评价" in again.content.decode()
    order.refresh_from_db()
    assert (order.standing, order.round) == (State.IN_PROGRESS, 2)
    assert CallbackAttempt.objects.count() == 1


def test_after_the_last_round_a_person_calls(story: Story, client: Client) -> None:
    order = story.to_callback().order
    WorkOrder.objects.filter(pk=order.pk).update(round=3)
    client.post(link(order, 3), NOT_CONTENT)
    page = client.get(link(order, 3)).content.decode()
    assert "回访员会打电话" in page
    case = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert "您已经评价过了" in case
    assert "问题解决了吗" not in case


def test_the_case_page_asks_as_well(story: Story, client: Client) -> None:
    order = story.to_callback().order
    page = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert f'action="{link(order)}"' in page


def test_before_there_is_an_answer_nothing_is_asked(story: Story, client: Client) -> None:
    order = story.created().submitted().dispatched().order
    page = client.get(link(order)).content.decode()
    assert "现在不需要评价" in page
    assert client.post(link(order), CONTENT).status_code == 200
    assert not CallbackAttempt.objects.exists()


def test_closed_by_the_clerk_nothing_more_is_asked(story: Story, client: Client) -> None:
    order = story.to_callback().closed().order
    assert "现在不需要评价" in client.get(link(order)).content.decode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "请选择是否解决"),
        ({"solved": "yes"}, "请选择满意程度"),
        ({"solved": "perhaps", "satisfaction": "satisfied"}, "选择一个有效的选项"),
        (CONTENT | {"reasons": ["none-such"]}, "选择一个有效的选项"),
        (CONTENT | {"comment": "长" * 501}, "最多 500 个字"),
    ],
)
def test_an_incomplete_rating_is_asked_for_again(story, client, data, message) -> None:
    order = story.to_callback().order
    answer = client.post(link(order), data)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not CallbackAttempt.objects.exists()


def test_a_wrong_link_says_nothing_and_is_counted(story: Story, client: Client) -> None:
    order = story.to_callback().order
    wrong = f"/rate/{order.number}/{'0' * 24}"
    with clock.driven(at(5)):
        statuses = [client.get(wrong).status_code for _ in range(tries.RATINGS_PER_NUMBER + 1)]
        nobody = client.get(f"/rate/26030299999999/{'0' * 24}").status_code
    assert statuses == [404] * tries.RATINGS_PER_NUMBER + [429]
    assert nobody == 404
    assert client.get(f"/rate/{order.number}/错误").status_code == 404


def test_a_report_shows_no_title(story: Story, client: Client) -> None:
    order = story.created(kind=Kind.REPORT, title="张三卖假药").submitted().dispatched().signed()
    order = order.contacted().replied().audited().order
    page = client.get(link(order)).content.decode()
    assert "张三" not in page
    assert "您的诉求已有答复" in page
