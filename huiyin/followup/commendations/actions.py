"""Filling the register of commendations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiyin.followup.commendations import policy, rules
from huiyin.followup.commendations.models import Commendation
from huiyin.followup.commendations.states import Form
from huiyin.kernel import crypto, masks, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, WrongType
from huiyin.orders import queries as orders
from huiyin.orders.actions.files import Accepted, Upload, accept, keep
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class Entry:
    """Thanks as they are written down; ``giver`` is in the clear here only."""

    form: Form
    on: date | None
    words: str
    unit: Unit | None
    giver: str = ""
    person: str = ""
    order: str = ""


@transaction.atomic
def add(entry: Entry, *, photo: Upload | None = None, by: Actor, now: datetime) -> Commendation:
    """Write thanks into the register, with a photo of the banner or letter if there is one.

    Raises:
        Invalid: it does not say when, whom and what for, or names an order that is not there.
        WrongType: the photo is no picture.
        NotAllowed: the actor does not work in the centre.

    Source: R-135 (requirements 51, 92, 214).
    """
    policy.require_writer(by)
    picture = _picture(photo)
    giver, person, words = (text.clean(x) for x in (entry.giver, entry.person, entry.words))
    on = rules.check_entry(
        giver=giver,
        person=person,
        words=words,
        on=entry.on,
        today=now.astimezone(SHANGHAI).date(),
        has_unit=entry.unit is not None,
    )
    order = orders.by_number(entry.order) if entry.order else None
    if entry.order and order is None:
        raise Invalid("没有找到这件工单", fields={"order": "请核对编号"})
    return Commendation.objects.create(
        form=entry.form.value,
        on=on,
        giver_sealed=crypto.seal(giver, "commendation.giver"),
        giver_masked=masks.name(giver),
        unit=present(entry.unit),
        person=person,
        order=order,
        words=words,
        photo_name=picture.name if picture else "",
        photo_digest=keep(picture) if picture else "",
        added_at=now,
        added_by=present(by.staff),
    )


def _picture(photo: Upload | None) -> Accepted | None:
    if photo is None:
        return None
    found = accept([photo])[0]
    if not found.media_type.startswith("image/"):
        raise WrongType("请上传照片", remedy="锦旗和感谢信请拍照上传")
    return found
