"""The phone of the responsible people in a message."""

from __future__ import annotations

import pytest

from huiyin.channels.messaging import queries
from huiyin.channels.messaging.models import MessageTemplate
from huiyin.channels.messaging.states import Medium
from huiyin.kernel import cached
from huiyin.orgs import actions as orgs
from tests.world import START, Story, at


@pytest.mark.rule("R-163")
def test_a_message_tells_whom_to_call_at_the_unit(story: Story) -> None:
    MessageTemplate.objects.create(
        key="dispatched", medium="sms", body="您的诉求由{unit}办理，联系{contact}。",
        valid_from=START,
    )  # fmt: skip
    cached.forget_all()
    order = story.created().submitted().dispatched().order
    found = queries.written(order, "dispatched", Medium.SMS, at(3))
    assert found is not None
    assert found.body == "您的诉求由市水务局办理，联系热线 12345。"
    orgs.name_contact(
        story.world.water, by=story.world.actor("administrator"), title="供水科长",
        phone="05342345678", now=at(2),
    )  # fmt: skip
    found = queries.written(order, "dispatched", Medium.SMS, at(3))
    assert found is not None
    assert found.body == "您的诉求由市水务局办理，联系供水科长 05342345678。"
