"""What a citizen adds to a case, and a case that is handled together with another."""

from __future__ import annotations

import pytest
from django.test import Client

from huiyin.kernel import clock
from huiyin.orders.actions import grouping
from huiyin.orders.models import Attachment
from huiyin.orders.numbers import rating_token
from huiyin.web import tries
from huiyin.web.portal.tests.support import opened, photo
from tests.world import Story, at


def test_words_and_photos_are_added_once(story: Story, client: Client) -> None:
    order = story.created().submitted().dispatched().order
    with clock.driven(at(2, 12)):
        client = opened(client, order)
        page = client.get(f"/case/{order.number}").content.decode()
        assert "补充新的情况" in page
        for _ in range(2):  # a second press
            data = {"key": "k" * 16, "words": "今天又停暖了", "uploads": photo()}
            answer = client.post(f"/case/{order.number}/more", data)
            assert answer.status_code == 302
        page = client.get(answer["Location"]).content.decode()
    assert "已收到您补充的情况" in page
    assert "您补充了情况" in page
    assert "今天又停暖了" in page
    assert order.events.filter(verb="supplement").count() == 1
    assert Attachment.objects.get(order=order).public
    order.refresh_from_db()
    assert order.news_at == at(2, 12)


@pytest.mark.parametrize(("words", "status"), [("", 422), ("短", 422), ("长" * 1001, 422)])
def test_what_is_wrong_is_said_and_nothing_stored(
    story: Story, client: Client, words: str, status: int
) -> None:
    order = story.created().order
    answer = opened(client, order).post(
        f"/case/{order.number}/more", {"key": "k" * 16, "words": words}
    )
    assert answer.status_code == status
    assert order.events.count() == 1


def test_a_stranger_adds_nothing_and_nobody_too_often(story: Story, client: Client) -> None:
    order = story.created().order
    path, data = f"/case/{order.number}/more", {"key": "k" * 16, "words": "今天又停暖了"}
    assert client.post(path, data).status_code == 302
    assert order.events.count() == 1
    client = opened(client, order)
    statuses = [
        client.post(path, data | {"key": f"key-{n}" * 3}).status_code
        for n in range(tries.SUPPLEMENTS_PER_NUMBER + 1)
    ]
    assert statuses[-1] == 429
    assert set(statuses[:-1]) == {302}


@pytest.mark.rule("R-122")
def test_a_merged_case_shows_how_the_main_one_goes_and_is_rated(
    story: Story, client: Client
) -> None:
    order = story.created().submitted().with_main().merged().order
    main, story.order = story.main, story.main
    story.dispatched()
    with clock.driven(at(4, 12)):
        page = opened(client, order).get(f"/case/{order.number}").content.decode()
        assert "合在一起办理" in page
        assert "已派给承办单位" in page
        assert main.number not in page
        story.signed().contacted().replied().audited().closed()
        grouping.hear("order.close", {"order": main.pk}, at(5, 9))
        page = client.get(f"/case/{order.number}").content.decode()
        assert "换热站故障已修复" in page
        assert "请您评价" in page
        token = rating_token(order.number, 1)
        answer = client.post(
            f"/rate/{order.number}/{token}", {"solved": "yes", "satisfaction": "satisfied"}
        )
        assert answer.status_code == 302
        page = client.get(f"/case/{order.number}").content.decode()
        assert "请您评价" not in page
        assert "您已评价" in page
