"""Contacts outside the units: kept with their changes, read with a log, told of matters."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from huiyin.followup.media import actions as media
from huiyin.followup.media.states import MediaForm
from huiyin.followup.outside import actions, queries, rules
from huiyin.followup.outside.actions import ContactForm
from huiyin.followup.outside.models import OutsideChange, OutsideContact, OutsideNotice
from huiyin.followup.outside.states import TOPIC, Agency, Occasion
from huiyin.followup.referrals import actions as referrals
from huiyin.kernel import crypto
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.kernel.models import AccessLog, OutboxRow
from tests.races import at_once, outcome
from tests.world import Story, World, at

PHONE = "13900001234"
INSPECTOR = ContactForm(Agency.DISCIPLINE, "市纪委监委", "李主任", "信访室主任", PHONE)


def kept(world: World, **changes: object) -> OutsideContact:
    form = replace(INSPECTOR, **changes)  # type: ignore[arg-type]
    return actions.keep(None, form, by=world.actor("supervisor"), now=at(2))


@pytest.mark.rule("R-503")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("office", ""), ("office", "市" * 61), ("name", "李"), ("post", ""),
        ("phone", ""), ("phone", "打不通"), ("phone", "1" * 30),
    ],
)  # fmt: skip
def test_what_a_contact_needs(field: str, value: str) -> None:
    said = {"office": "市信访局", "name": "李主任", "post": "主任", "phone": PHONE}
    rules.check_contact(**said)
    with pytest.raises(Invalid) as refused:
        rules.check_contact(**(said | {field: value}))
    assert set(refused.value.facts["fields"]) == {field}


@pytest.mark.rule("R-504")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"active": False}, Invalid),
        ({"agency": Agency.MEDIA}, Invalid),
        ({"phone": "05341234567"}, Refused),
        ({"told_today": True}, Conflict),
    ],
)
def test_who_may_be_told(changes, error) -> None:
    said = {"agency": Agency.PETITION, "active": True, "phone": PHONE, "told_today": False}
    rules.check_told(Occasion.RISK, **said)
    with pytest.raises(error):
        rules.check_told(Occasion.RISK, **(said | changes))


@pytest.mark.django_db
@pytest.mark.rule("R-503")
def test_a_contact_is_kept_with_its_changes_and_its_number_is_read_with_a_log(
    world: World,
) -> None:
    contact, by = kept(world), world.actor("supervisor")
    assert PHONE.encode() not in bytes(contact.phone_sealed)
    assert crypto.unseal(contact.phone_sealed, actions.FIELD) == PHONE
    assert PHONE not in contact.phone_masked
    actions.keep(contact.pk, replace(INSPECTOR, phone=""), by=by, now=at(3))
    assert OutsideChange.objects.count() == 1, "nothing has changed"
    actions.keep(contact.pk, replace(INSPECTOR, post="副主任", phone=""), by=by, now=at(3))
    changed = OutsideChange.objects.latest("pk")
    assert ("副主任" in changed.after, PHONE in changed.after) == (True, False)
    with pytest.raises(Invalid):
        actions.reveal(contact.pk, by=by, purpose="", now=at(3))
    assert not AccessLog.objects.exists()
    assert actions.reveal(contact.pk, by=by, purpose="联系移送", now=at(3)) == PHONE
    assert AccessLog.objects.get().subject == f"outside:{contact.pk}"
    for who in ("dispatcher", "water_leader"):
        stranger = world.actor(who)
        with pytest.raises(NotAllowed):
            actions.keep(None, INSPECTOR, by=stranger, now=at(3))
        with pytest.raises(NotAllowed):
            actions.reveal(contact.pk, by=stranger, purpose="想看看", now=at(3))
    with pytest.raises(NotFound):
        actions.reveal(contact.pk + 1, by=by, purpose="联系", now=at(3))


@pytest.mark.django_db
@pytest.mark.rule("R-504")
def test_discipline_inspection_is_told_of_a_referral_once_a_day(
    story: Story,
) -> None:
    world = story.world
    story.created().submitted().dispatched().referred()
    contact, by = kept(world), world.actor("supervisor")
    with pytest.raises(WrongState):
        queries.about(by, Occasion.REFERRAL, story.referral.pk, at(4))
    referrals.take(
        story.referral.pk, "approve", by=world.actor("manager"), note="情况属实", now=at(4, 10)
    )
    matter = queries.about(by, Occasion.REFERRAL, story.referral.pk, at(4, 11))
    with pytest.raises(NotAllowed):
        actions.notify(contact.pk, matter, by=world.actor("dispatcher"), now=at(4, 11))
    with pytest.raises(Invalid):
        actions.notify(None, matter, by=by, now=at(4, 11))
    notice = actions.notify(contact.pk, matter, by=by, now=at(4, 11))
    row = OutboxRow.objects.get(topic=TOPIC)
    assert row.consumer == "outside"
    assert row.payload == {"notice": notice.pk}
    with pytest.raises(Conflict):
        actions.notify(contact.pk, matter, by=by, now=at(4, 17))
    assert actions.notify(contact.pk, matter, by=by, now=at(5)).day == at(5).date()
    assert [each.contact for each in queries.told(Occasion.REFERRAL, [matter.subject])[
        matter.subject
    ]] == [contact, contact]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.rule("R-504")
def test_the_petition_office_is_told_of_a_risk_and_the_order_tells_it(story: Story) -> None:
    world = story.world
    story.city("risk.tags", ["elderly"]).created().tagged().submitted().dispatched()
    by = world.actor("supervisor")
    petition = kept(world, agency=Agency.PETITION, office="市信访局")
    kept(world, agency=Agency.MEDIA, office="市晚报")
    assert queries.offered(Occasion.RISK) == [petition]
    matter = queries.about(by, Occasion.RISK, story.order.pk, at(4))
    actions.notify(petition.pk, matter, by=by, now=at(4))
    last = story.order.events.order_by("seq").last()
    assert last is not None
    assert "市信访局" in last.note
    assert PHONE not in last.note
    story.city("risk.tags", ["threat"])
    with pytest.raises(WrongState):
        queries.about(by, Occasion.RISK, story.order.pk, at(4))
    with pytest.raises(NotFound):
        queries.about(by, Occasion.RISK, story.order.pk + 1, at(4))


@pytest.mark.django_db
def test_a_medium_is_told_only_while_it_follows(story: Story) -> None:
    by = story.world.actor("supervisor")
    entry = media.Entry(MediaForm.NEWSPAPER, "市晚报", "暖气不热", at(3).date(), story.world.water)
    case = media.add(entry, by=by, now=at(3))
    assert queries.about(by, Occasion.MEDIA, case.pk, at(3)).document == f"媒体{case.pk:06d}"
    media.end(case.pk, by=by, result="已修复", now=at(4))
    with pytest.raises(WrongState):
        queries.about(by, Occasion.MEDIA, case.pk, at(4))


@pytest.mark.rule("R-504")
def test_two_people_tell_one_contact_at_once(standing_world: World) -> None:
    contact = kept(standing_world, agency=Agency.MEDIA)
    by = standing_world.actor("supervisor")
    matter = queries.About(Occasion.MEDIA, 1, "媒体000001")
    tell = partial(actions.notify, contact.pk, matter, by=by, now=at(4))
    done, refused = outcome(at_once(tell, tell))
    assert (len(done), len(refused)) == (1, 1)
    assert isinstance(refused[0], Conflict)
    assert OutsideNotice.objects.filter(contact=contact).count() == 1
