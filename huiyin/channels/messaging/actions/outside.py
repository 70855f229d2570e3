"""Messages to people outside the units: a number of a matter, never a word about a citizen."""

from __future__ import annotations

from datetime import datetime

from huiyin.channels.messaging import queries, rules
from huiyin.channels.messaging.actions.writing import sealed
from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import PLACEHOLDERS, Medium, outside_key
from huiyin.followup.outside import actions as outside
from huiyin.followup.outside import queries as notices
from huiyin.kernel import text
from huiyin.kernel.outbox import Payload
from huiyin.orgs import queries as orgs


def hear_outside(topic: str, payload: Payload, now: datetime) -> None:  # noqa: ARG001 - one topic
    """Write the message of one notice (outbox consumer); heard twice it is one message.

    The text is filled with the number of the matter, the city and its hotline; whatever else a text
    of the city may name stays empty.

    Source: R-504 (requirements 27, 56; handbook domain.md 7.2).
    """
    notice = notices.notice(payload["notice"])
    if notice is None:
        return
    key = outside_key(notice.occasion)
    found = queries.template_for(key, Medium.SMS, now)
    if found is None:
        raise ValueError(f"no template {key!r}")
    city = orgs.city()
    facts = dict.fromkeys(PLACEHOLDERS, "") | {
        "number": notice.document,
        "city": city.name if city else "",
        "hotline": city.hotline if city else "12345",
    }
    body = text.clean(rules.fill(found.body, facts))
    message = Message(
        dedupe=rules.outside_name(notice.pk),
        template=key,
        body_masked=body,
        written_by=notice.by.name,
    )
    to = (Medium.SMS, outside.phone_of(notice.contact))
    Message.objects.bulk_create([sealed(message, to, body, now)], ignore_conflicts=True)
