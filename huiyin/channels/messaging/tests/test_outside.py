"""Messages to people outside the units: a number and whom to call, nothing of a citizen."""

from __future__ import annotations

import pytest

from huiyin.channels.messaging import actions, queries, rules
from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import (
    OUTSIDE_BODIES,
    Medium,
    MessageState,
    outside_key,
    own_text,
)
from huiyin.followup.outside import actions as outside
from huiyin.followup.outside import queries as notices
from huiyin.followup.outside.actions import ContactForm
from huiyin.followup.outside.models import OutsideNotice
from huiyin.followup.outside.states import TOPIC, Agency, Occasion
from huiyin.followup.referrals import actions as referrals
from huiyin.kernel import crypto
from tests.world import Story, at

PHONE = "13900001234"


@pytest.mark.rule("R-504")
@pytest.mark.parametrize("occasion", Occasion)
def test_every_occasion_has_its_words_and_they_name_nothing_of_a_citizen(occasion) -> None:
    text = own_text(outside_key(occasion), Medium.SMS)
    assert text is not None
    rules.check_text(text.body)
    assert own_text(outside_key(occasion), Medium.EMAIL) is None
    for name in ("title", "link", "code", "unit", "contact"):
        assert f"{{{name}}}" not in text.body
    assert set(OUTSIDE_BODIES) == {outside_key(each) for each in Occasion}


@pytest.mark.django_db
@pytest.mark.rule("R-504")
def test_a_notice_is_one_message_however_often_it_is_heard(story: Story) -> None:
    world = story.created().submitted().dispatched().referred().world
    by = world.actor("supervisor")
    form = ContactForm(Agency.DISCIPLINE, "市纪委监委", "李主任", "信访室主任", PHONE)
    contact = outside.keep(None, form, by=by, now=at(2))
    key = story.referral.pk
    referrals.take(key, "approve", by=world.actor("manager"), note="情况属实", now=at(4, 10))
    matter = notices.about(by, Occasion.REFERRAL, key, at(4, 11))
    notice = outside.notify(contact.pk, matter, by=by, now=at(4, 11))
    assert queries.sent_to_outside([notice.pk]) == {}
    for _ in range(2):
        actions.hear_outside(TOPIC, {"notice": notice.pk}, at(4, 11))
    message = Message.objects.get()
    body = crypto.unseal(message.body_sealed, "message.body")
    assert "问责〔2026〕1号" in body
    said = (story.referral.title, "王小明", "13812345678", "幸福小区", story.order.number)
    assert not any(words in body for words in said)
    assert "{" not in body
    assert crypto.unseal(message.address_sealed, "message.address") == PHONE
    assert (message.order, PHONE in message.address_masked) == (None, False)
    assert queries.sent_to_outside([notice.pk]) == {notice.pk: MessageState.QUEUED}
    OutsideNotice.objects.all().delete()
    actions.hear_outside(TOPIC, {"notice": notice.pk}, at(4, 11))
    assert Message.objects.count() == 1
