"""Which message, to whom, when, with what text, and when to try again. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from string import Formatter
from typing import Protocol, TypeVar

from huiyin.channels.messaging.states import (
    EVENTS,
    FIRST_RETRY_SECONDS,
    LONGEST_RETRY_SECONDS,
    MOST_ATTEMPTS,
    PLACEHOLDERS,
    RATING_TEMPLATES,
    SECRET_PLACEHOLDERS,
    TEMPLATE_KEYS,
    VERBS,
    Medium,
    MessageState,
)
from huiyin.kernel import masks, text
from huiyin.knowledge.rules import Dated, valid_on
from huiyin.worktime.calendar import SHANGHAI

_MOBILE = re.compile(r"1[3-9]\d{9}")
_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}")
_LONGEST_EMAIL = 120
_LINE = re.compile(r"([a-z_]+)(?:[.@>]([a-z_]+))?=([a-z_]*)")
_SPAN = re.compile(r"(\d{2}:\d{2})-(\d{2}:\d{2})")
_ONE_PART, _OF_MANY = 70, 67
_LONGEST_ERROR = 300

Quiet = tuple[time, time]


class TemplateLike(Dated, Protocol):
    """A dated text."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def medium(self) -> str: ...  # noqa: D102


T = TypeVar("T", bound=TemplateLike)


def read_events(lines: object) -> dict[str, str]:
    """Return the table of events with a city's lines ``verb=template`` laid over our own.

    ``verb=`` sends nothing; ``verb.cause``, ``verb@channel`` and ``verb>state`` (where the step led
    to) are narrower than ``verb``.

    Raises:
        ValueError: a line is not of this form, its step is not one that a citizen sees, or its
            template is unknown; the reason is in Chinese.

    Source: R-70 (requirements 41, 148, 182; own default).
    """
    if not isinstance(lines, list | tuple):
        raise ValueError("应是“步骤=模板”的列表")
    table = dict(EVENTS)
    for line in lines:
        match = _LINE.fullmatch(line) if isinstance(line, str) else None
        if match is None:
            raise ValueError(f"应写成“步骤=模板”，不能是“{line}”")
        if match[1] not in VERBS:
            raise ValueError(f"“{match[1]}”不是诉求人能看到的步骤")
        if match[3] and match[3] not in TEMPLATE_KEYS:
            raise ValueError(f"没有消息模板“{match[3]}”")
        table[line.partition("=")[0]] = match[3]
    return table


def read_templates(keys: object) -> frozenset[str]:
    """Return a list of template keys as a set. Raises ValueError when one is unknown."""
    if not isinstance(keys, list | tuple):
        raise ValueError("应是模板的列表")
    if unknown := [str(key) for key in keys if key not in TEMPLATE_KEYS]:
        raise ValueError(f"没有消息模板“{'、'.join(unknown)}”")
    return frozenset(keys)


def template_of(
    table: Mapping[str, str], verb: str, *, cause: str, channel: str, state: str = ""
) -> str:
    """Return the template that an event sends, empty for none; the narrowest line decides.

    Args:
        table: what ``read_events`` returned.
        verb: the step.
        cause: the step that had brought the order to where this one found it; may be empty.
        channel: how the request came in.
        state: where the step led to.

    Source: R-70 (requirements 41, 148, 182; own default).
    """
    for key in (f"{verb}.{cause}", f"{verb}@{channel}", f"{verb}>{state}", verb):
        if key in table:
            return table[key]
    return ""


def may_send(table: Mapping[str, str], verb: str) -> bool:
    """Tell whether any line of the table is about ``verb``."""
    return any(re.split(r"[.@>]", key)[0] == verb for key in table)


def depends_on_cause(table: Mapping[str, str], verb: str) -> bool:
    """Tell whether a line of the table asks for the cause of ``verb``."""
    return any(key.startswith(f"{verb}.") for key in table)


def choose_template(rows: Iterable[T], key: str, medium: Medium, day: date) -> T | None:
    """Return the text in force on ``day``; of several the one that began last, None without any.

    Source: R-76 (handbook domain.md 2.9: rules with effective dates).
    """
    valid = [r for r in valid_on(rows, day) if r.key == key and r.medium == medium]
    return max(valid, key=lambda row: row.valid_from, default=None)


def check_text(words: str) -> None:
    """Refuse a text whose braces do not pair or that names a placeholder we cannot fill.

    Raises:
        ValueError: says which, in Chinese.

    Source: R-76 (architecture 4: what differs between cities is checked data).
    """
    known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
    try:
        pieces = list(Formatter().parse(words))
    except ValueError as error:
        raise ValueError(f"花括号不成对，只能用 {known}") from error
    for _, name, style, conversion in pieces:
        if name is not None and (name not in PLACEHOLDERS or style or conversion):
            raise ValueError(f"不认识的占位“{{{name}}}”，只能用 {known}")


def fill(words: str, facts: Mapping[str, str]) -> str:
    """Put the facts into a text; a fact is put in as it is, never read as a text itself.

    Raises:
        ValueError: the text names something that is not among the facts.

    Source: R-76 (architecture 4).
    """
    found = []
    for before, name, _, _ in Formatter().parse(words):
        found.append(before)
        if name is not None:
            if name not in facts:
                raise ValueError(f"no fact for the placeholder {name!r}")
            found.append(facts[name])
    return "".join(found)


def masked(facts: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """Return the facts with those that open the case to their reader replaced by ``shown``.

    Source: R-75 (handbook domain.md 7.2, 4.4).
    """
    return {
        name: shown.get(name, "****") if name in SECRET_PLACEHOLDERS else masks.in_text(value)
        for name, value in facts.items()
    }


def sms_parts(words: str) -> int:
    """Return how many parts an SMS of Chinese text is charged as: 70 characters, or 67 each."""
    units = len(words.encode("utf-16-be")) // 2
    return 1 if units <= _ONE_PART else math.ceil(units / _OF_MANY)


def is_mobile(phone: str) -> bool:
    """Tell whether a mainland mobile number stands here; only those can be sent an SMS."""
    return _MOBILE.fullmatch(phone) is not None


def is_email(address: str) -> bool:
    """Tell whether an address can be put into a mail header as it is (no line breaks, ASCII)."""
    return len(address) <= _LONGEST_EMAIL and _EMAIL.fullmatch(address) is not None


def choose_address(
    *, phone: str, email: str, wants_reply: bool, live: Collection[Medium]
) -> tuple[Medium, str] | None:
    """Return by what and where to the citizen is told; None when nobody is to be told.

    SMS before e-mail, but a medium with a working line before one that is only logged.

    Args:
        phone: digits as stored; a landline takes no SMS.
        email: as stored.
        wants_reply: False when the citizen asked to be left alone.
        live: the media that really reach people.

    Source: R-73 (requirements 41, 148; handbook domain.md 4.2).
    """
    if not wants_reply:
        return None
    found = []
    if is_mobile(phone):
        found.append((Medium.SMS, phone))
    if is_email(email):
        found.append((Medium.EMAIL, email))
    return min(found, key=lambda pair: pair[0] not in live, default=None)


def mask_address(medium: Medium, address: str) -> str:
    """Return the address as lists show it: ``138****5678``, ``w***@example.com``.

    Source: R-75 (handbook domain.md 7.2).
    """
    if medium is Medium.SMS:
        return masks.phone(address)
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def without_personal_data(words: str, address: str, medium: Medium) -> str:
    """Return a reason fit to be kept and logged: the address and every number in it are masked.

    Servers like to repeat the recipient in their refusal.

    Source: R-75 (handbook domain.md 7.2).
    """
    words = text.clean(words)
    if address:
        words = re.sub(re.escape(address), mask_address(medium, address), words, flags=re.I)
    words = _EMAIL.sub(lambda found: mask_address(Medium.EMAIL, found[0]), words)
    return text.shorten(masks.in_text(words), _LONGEST_ERROR)


def read_quiet(span: str) -> Quiet | None:
    """Return the quiet hours of ``22:00-07:00``; None for an empty text.

    Raises:
        ValueError: it is not of this form.
    """
    if not span:
        return None
    match = _SPAN.fullmatch(span)
    if match is None:
        raise ValueError(f"应写成 22:00-07:00，不能是“{span}”")
    return time.fromisoformat(match[1]), time.fromisoformat(match[2])


def not_before(moment: datetime, quiet: Quiet | None, *, at_once: bool = False) -> datetime:
    """Return when a message due at ``moment`` may go: then, or when the quiet hours end.

    Quiet hours are half-open ``[begin, end)`` by the clock of Shanghai and may pass midnight.

    Args:
        moment: when it is due; aware.
        quiet: the quiet hours, None for none.
        at_once: the message does not wait for the morning.

    Source: R-72 (handbook domain.md 5.3, 22:00 to 7:00, by analogy; own default).
    """
    if quiet is None or at_once:
        return moment
    begin, end = quiet
    local = moment.astimezone(SHANGHAI)
    clock = local.time()
    over_midnight = begin > end
    late, early = clock >= begin, clock < end
    if not ((late or early) if over_midnight else (late and early)):
        return moment
    day = local.date() + timedelta(days=1 if over_midnight and late else 0)
    return datetime.combine(day, end, SHANGHAI)


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` failures; None when it is time to give up.

    1, 2, 4 ... minutes, at most 4 hours apart; ten attempts reach over about 8 hours.

    Source: R-74 (own default).
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    wait = min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS)
    return now + timedelta(seconds=wait)


def may_send_again(*, interrupted_driver: str, driver: str, idempotent: bool) -> bool:
    """Tell whether a message of unknown fate may be sent again without reaching its reader twice.

    Only by the same driver, and only if the other side drops what it has already had.

    Source: R-74 (own default: rather one message too few, with a row that says so, than two).
    """
    return idempotent and interrupted_driver == driver


def outside_name(notice: int) -> str:
    """Return how the message of a notice to somebody outside the units is named, once."""
    return f"outside:{notice}"


def counts_as_survey(template: str, state: MessageState, *, demo: bool) -> bool:
    """Tell whether a citizen has now been asked for a rating by message.

    What was only logged has asked nobody; a demonstration plays that it had.

    Source: R-74 (handbook domain.md 2.8: two surveys by SMS before closing as unsatisfied).
    """
    reached = {MessageState.SENT, MessageState.LOGGED} if demo else {MessageState.SENT}
    return template in RATING_TEMPLATES and state in reached


def due_in_words(due_at: datetime | None) -> str:
    """Return a due time for a citizen: ``3月9日24时``, ``3月9日17:30``; it is exclusive."""
    if due_at is None:
        return "以单位告知为准"
    local = due_at.astimezone(SHANGHAI)
    if local.time() == time.min:
        day = local.date() - timedelta(days=1)
        return f"{day.month}月{day.day}日24时"
    return f"{local.month}月{local.day}日{local:%H:%M}"
