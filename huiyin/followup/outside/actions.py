"""Keeping contacts outside the units, reading a number, telling somebody of a matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.followup.outside import policy, rules
from huiyin.followup.outside.models import OutsideChange, OutsideContact, OutsideNotice
from huiyin.followup.outside.queries import About
from huiyin.followup.outside.states import TOPIC, Agency
from huiyin.kernel import access, crypto, masks, outbox, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orders import actions as orders
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI

FIELD = "outside.phone"


@dataclass(frozen=True, slots=True)
class ContactForm:
    """Who it is and how to reach them; an empty number leaves the one that is held."""

    agency: Agency
    office: str = ""
    name: str = ""
    post: str = ""
    phone: str = ""
    active: bool = True


@transaction.atomic
def keep(key: int | None, form: ContactForm, *, by: Actor, now: datetime) -> OutsideContact:
    """Add a contact or change one; the change is kept, with the number masked.

    Raises:
        NotAllowed: the actor keeps no contacts.
        NotFound: there is no such contact.
        Invalid: names every wrong field.

    Source: R-503 (requirement 56; handbook domain.md 7.2).
    """
    policy.require_keeper(by)
    contact = _locked(key) if key is not None else OutsideContact()
    before = _said(contact) if key is not None else ""
    said = {name: text.clean(getattr(form, name)) for name in ("office", "name", "post")}
    phone = form.phone.strip() or (phone_of(contact) if key is not None else "")
    rules.check_contact(**said, phone=phone)
    contact.agency, contact.active, contact.changed_at = form.agency.value, form.active, now
    contact.office, contact.name, contact.post = said["office"], said["name"], said["post"]
    contact.phone_sealed, contact.phone_masked = crypto.seal(phone, FIELD), masks.phone(phone)
    contact.save()
    after = _said(contact)
    if after != before:
        OutsideChange.objects.create(
            contact=contact, at=now, by=by.label, before=before, after=after
        )
    return contact


def _said(contact: OutsideContact) -> str:
    ended = "" if contact.active else "，停用"
    return f"{contact.kind.label} {contact} {contact.phone_masked}{ended}"


def _locked(key: int) -> OutsideContact:
    found = OutsideContact.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound("没有这位联系人")
    return found


def phone_of(contact: OutsideContact) -> str:
    """Return the number in the clear, for sending alone; people read it with ``reveal``."""
    return crypto.unseal(contact.phone_sealed, FIELD)


@transaction.atomic
def reveal(key: int, *, by: Actor, purpose: str, now: datetime, address: str | None = None) -> str:
    """Return the number of a contact in the clear, and log who read it and why.

    Raises:
        NotAllowed, NotFound: as named.
        Invalid: no purpose is given.

    Source: R-503 (handbook domain.md 7.2: reveal with purpose and log).
    """
    policy.require_keeper(by)
    contact = _locked(key)
    access.record(
        reader=by.reference, subject=f"outside:{contact.pk}", fields=["phone"], purpose=purpose,
        now=now, address=address,
    )  # fmt: skip
    return phone_of(contact)


@transaction.atomic
def notify(contact: int | None, about: About, *, by: Actor, now: datetime) -> OutsideNotice:
    """Tell a contact of a matter by a message that names nothing but its number.

    An order at risk tells in its history that somebody was told, not at which number.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid, Refused, Conflict: the person is not for this, has no mobile number, knows already.

    Source: R-504 (requirements 27, 56; handbook domain.md 7.2).
    """
    policy.require_teller(by)
    if contact is None:
        raise Invalid("请选择联系人", fields={"contact": "请选择联系人"})
    person, day = _locked(contact), now.astimezone(SHANGHAI).date()
    earlier = OutsideNotice.objects.filter(
        contact=person, occasion=about.occasion.value, subject=about.subject, day=day
    )
    rules.check_told(
        about.occasion,
        person.kind,
        active=person.active,
        phone=phone_of(person),
        told_today=earlier.exists(),
    )
    made = OutsideNotice.objects.create(
        contact=person,
        occasion=about.occasion.value,
        subject=about.subject,
        document=about.document,
        order=about.order,
        day=day,
        at=now,
        by=present(by.staff),
    )
    if about.order is not None:
        said = f"{about.occasion.label}：已短信通知{person.office}{person.post}"
        orders.add_note(about.order.pk, by=by, note=said, now=now)
    outbox.announce(TOPIC, {"notice": made.pk}, now=now)
    return made
