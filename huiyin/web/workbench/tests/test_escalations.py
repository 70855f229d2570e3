"""The ladder on the desk: what went up, why, what was done; the rows of the city."""

from __future__ import annotations

import pytest

from tests.world import Story

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-422")
def test_what_went_up_is_shown_and_answered(story: Story, desk) -> None:
    story.created().submitted().dispatched().risen()
    centre, unit = desk("supervisor"), desk("water_leader")
    page = text(centre.get("/desk/supervision/ladder"))
    for words in ("暖气不热", "派单后满 1 天未签收", "告知单位负责人", "升级的规定", "1 个工作日"):
        assert words in page
    assert "升级提醒" in text(unit.get("/desk/"))
    assert "升级的规定" not in text(unit.get("/desk/supervision/ladder"))
    assert "升级第 1 级" in text(centre.get(f"/desk/orders/{story.order.number}"))
    key = story.order.escalations.get().pk
    one = f"/desk/supervision/ladder/{key}"
    assert "还没有催过" in text(unit.get(one))
    assert unit.post(one, {"said": ""}).status_code == 422
    assert unit.post(one, {"said": "好"}).status_code == 422
    unit.post(one, {"said": "今天签收"})
    assert unit.post(one, {"said": "今天签收"}).status_code == 409
    assert "今天签收" in text(centre.get(one))
    assert "没有升级提醒" in text(centre.get("/desk/supervision/ladder"))
    assert "已办理" in text(centre.get("/desk/supervision/ladder?show=all"))
    assert desk("housing_handler").get(one).status_code == 404
