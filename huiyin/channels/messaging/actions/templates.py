"""The texts of messages: one at a time by hand, or all of a city profile at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from huiyin.channels.messaging import rules
from huiyin.channels.messaging.models import MessageTemplate
from huiyin.channels.messaging.states import Medium, Text
from huiyin.kernel import bulk, cached
from huiyin.kernel.compare import Changes
from huiyin.kernel.errors import Invalid
from huiyin.orgs import policy as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm

ALWAYS = date(2020, 1, 1)
"""From when the first text of a message holds, so that none is missing for orders brought in."""


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A text of a city profile; it has no dates, it holds from the day on which it is loaded."""

    key: str
    medium: Medium
    words: Text


@transaction.atomic
def put_template(
    key: str,
    medium: Medium,
    words: Text,
    *,
    valid_from: date,
    source: str,
    by: Actor,
    valid_to: date | None = None,
) -> str:
    """Let a text hold from a day on; the one before ends on that day. Repeating changes nothing.

    Args:
        key: which message.
        medium: by what it travels.
        words: subject (e-mail) and body.
        valid_from: the first day.
        source: where it comes from, for people.
        by: the system when a profile is loaded, or staff who may set rules.
        valid_to: the first day on which it no longer holds.

    Returns:
        ``same``, ``new`` or ``changed`` (a text that began on the very same day was replaced).

    Raises:
        Invalid: a placeholder is unknown, or something is missing or too long.

    Source: R-76 (architecture 4; handbook domain.md 2.9).
    """
    if by.staff:
        orgs.require(by, Perm.RULES)
    _check_template(key, medium, words)
    rows = MessageTemplate.objects.select_for_update().filter(key=key, medium=medium.value)
    present = rules.choose_template(list(rows), key, medium, valid_from)
    if present and (present.subject, present.body, present.valid_to) == (*words, valid_to):
        return "same"
    changed = present is not None and present.valid_from == valid_from
    rows.filter(valid_from__lt=valid_from).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from)
    ).update(valid_to=valid_from)
    MessageTemplate.objects.update_or_create(
        key=key,
        medium=medium.value,
        valid_from=valid_from,
        defaults={
            "subject": words.subject,
            "body": words.body,
            "valid_to": valid_to,
            "source": source,
        },
    )
    cached.forget_all()
    return "changed" if changed else "new"


@transaction.atomic(savepoint=False)
def sync_templates(rows: Sequence[TemplateRow], *, today: date, source: str) -> Changes:
    """Let these be the texts in force from today on; those in force before end. Three statements.

    A text that is already planned for a later day still takes over then. Texts that are not among
    ``rows`` stay.

    Raises:
        Invalid: a placeholder is unknown, or something is missing or too long.

    Source: R-76 (architecture 4; handbook domain.md 2.9).
    """
    held = list(MessageTemplate.objects.select_for_update().order_by("pk"))
    new: list[MessageTemplate] = []
    touched: list[MessageTemplate] = []
    added: list[str] = []
    changed: list[str] = []
    for row in rows:
        _check_template(row.key, row.medium, row.words)
        of_row = [each for each in held if (each.key, each.medium) == (row.key, row.medium)]
        present = rules.choose_template(of_row, row.key, row.medium, today)
        if present and (present.subject, present.body) == row.words:
            continue
        (changed if of_row else added).append(f"{row.medium.label} {row.key}")
        if present and present.valid_from == today:
            present.subject, present.body, present.source = *row.words, source
            touched.append(present)
            continue
        if present:
            touched.append(present)
        new.append(_following(row, of_row, present, today, source))
    bulk.store(MessageTemplate, touched, ["subject", "body", "source", "valid_to"])
    bulk.add(MessageTemplate, new)
    return Changes(
        "消息模板",
        added=tuple(added),
        changed=tuple(changed),
        unchanged=len(rows) - len(added) - len(changed),
    )


def _following(
    row: TemplateRow,
    of_row: Sequence[MessageTemplate],
    present: MessageTemplate | None,
    today: date,
    source: str,
) -> MessageTemplate:
    """End the present text and return the one that follows it, until the next that is planned."""
    later = min((each.valid_from for each in of_row if each.valid_from > today), default=None)
    if present:
        present.valid_to = today
    return MessageTemplate(
        key=row.key,
        medium=row.medium.value,
        subject=row.words.subject,
        body=row.words.body,
        valid_from=today if of_row else ALWAYS,
        valid_to=later,
        source=source,
    )


def _check_template(key: str, medium: Medium, words: Text) -> None:
    wrong = {}
    for name, value, most in (("subject", words.subject, 120), ("body", words.body, 2000)):
        if len(value) > most:
            wrong[name] = f"最多 {most} 个字"
        try:
            rules.check_text(value)
        except ValueError as error:
            wrong[name] = str(error)
    if not words.body.strip():
        wrong["body"] = "不能为空"
    if (medium is Medium.EMAIL) != bool(words.subject.strip()):
        wrong["subject"] = "邮件须有标题，短信没有标题"
    if wrong:
        raise Invalid(f"模板 {key} 有误：" + "；".join(wrong.values()), fields=wrong)
