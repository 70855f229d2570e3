"""The look at a reply on the pages of the auditor and of the unit."""

from __future__ import annotations

import pytest

from huiyin.followup.replychecks.models import ReplyCheck
from huiyin.kernel import cached, outbox
from huiyin.knowledge.models import Parameter
from tests.world import START, Story

POOR = "您好！您反映的问题已收悉，已转有关部门核查、办复，感谢您的留言，祝您生活愉快！"


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-192")
def test_auditor_and_unit_see_it_and_nobody_must_follow_it(story: Story, desk) -> None:
    story.created().submitted().dispatched().signed().contacted()
    url = f"/desk/orders/{story.order.number}"
    handler = desk("water_handler")
    page = text(handler.get(f"{url}/reply"))
    assert "交之前看一眼" in page
    data = {"seen": story.order.event_count, "look": "1", "public_answer": POOR}
    part = text(handler.post(f"{url}/reply", data, headers={"HX-Request": "true"}))
    assert "只说转办，没有答复" in part
    assert "<form" not in part
    whole = text(handler.post(f"{url}/reply", data))
    assert "回复体检" in whole
    assert POOR in whole
    assert not ReplyCheck.objects.exists()
    story.replied()
    assert "回复体检" in text(desk("auditor").get(url))
    outbox.drain()
    assert "回复体检" in text(desk("auditor").get(url))
    assert "回复体检" not in text(handler.get(url))
    Parameter.objects.create(
        key="suggest.replies", value=False, valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert "回复体检" not in text(desk("auditor").get(url))
