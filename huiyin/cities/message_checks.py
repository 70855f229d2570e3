"""Checks of the messages to citizens: placeholders, length, completeness."""

from collections.abc import Sequence
from string import Formatter
from typing import TypeVar

from huiyin.cities import vocabulary
from huiyin.cities.draft import Draft, Listing
from huiyin.cities.marks import note_doubles
from huiyin.cities.reading import WHOLE_FILE, Notebook
from huiyin.cities.shapes import EmailTemplate, SmsTemplate

M = TypeVar("M", SmsTemplate, EmailTemplate)


def check_messages(draft: Draft, notebook: Notebook) -> None:
    """Check that every message exists as SMS and as e-mail, with known placeholders, and fits."""
    _check_all_there(draft.sms, "短信", notebook)
    _check_all_there(draft.emails, "邮件", notebook)
    for sms in draft.sms.records:
        _check_placeholders(draft.sms.file, sms.line, sms.text, notebook)
        if draft.city:
            _check_size(draft.sms.file, sms, draft.city.hotline_sms_signature, notebook)
    for email in draft.emails.records:
        for text in (email.subject, email.body):
            _check_placeholders(draft.emails.file, email.line, text, notebook)


def _check_all_there(listing: Listing[M], label: str, notebook: Notebook) -> None:
    """Note messages that stand twice or not at all."""
    note_doubles(listing, lambda each: each.code, f"{label}模板", notebook)
    for code in vocabulary.MESSAGES:
        if not listing.may_hold(code):
            notebook.note(listing.file, WHOLE_FILE, f"缺少{label}模板 {code}")


def pieces(text: str) -> Sequence[tuple[str, str | None]]:
    """Split a template into texts and the placeholders that follow them.

    Raises:
        ValueError: the braces do not pair, or a placeholder carries a format.
    """
    found = []
    for before, name, style, conversion in Formatter().parse(text):
        if style or conversion:
            raise ValueError("placeholder with a format")
        found.append((before, name))
    return found


def _check_placeholders(file: str, line: int, text: str, notebook: Notebook) -> None:
    """Note broken braces and unknown placeholders."""
    known = "、".join(f"{{{name}}}" for name in vocabulary.PLACEHOLDERS)
    try:
        found = pieces(text)
    except ValueError:
        notebook.note(file, line, f"花括号不成对或写法不对，只能用 {known}")
        return
    for _, name in found:
        if name is not None and name not in vocabulary.PLACEHOLDERS:
            notebook.note(file, line, f"不认识的占位“{{{name}}}”，只能用 {known}")


def longest(text: str) -> int:
    """Return the length of a template when each placeholder takes its longest content.

    Raises:
        ValueError: the braces do not pair.
    """
    return sum(
        len(before) + vocabulary.PLACEHOLDERS.get(name or "", 0) for before, name in pieces(text)
    )


def _check_size(file: str, sms: SmsTemplate, signature: str, notebook: Notebook) -> None:
    """Note a text message that may need more parts than it says."""
    most = vocabulary.SMS_SIZES[sms.parts]
    try:
        size = longest(sms.text) + len(f"【{signature}】")
    except ValueError:
        return
    if size > most:
        reason = f"连签名最长 {size} 字，parts = {sms.parts} 时不能超过 {most} 字"
        notebook.note(file, sms.line, reason)
