"""Which message, to whom, when, with what text, and when to try again: tables of cases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from huiyin.channels.messaging import rules
from huiyin.channels.messaging.states import (
    EVENTS,
    MOST_ATTEMPTS,
    PLACEHOLDERS,
    TEMPLATE_KEYS,
    VERBS,
    Medium,
    MessageState,
    own_text,
)
from tests.world import at

NIGHT = rules.read_quiet("22:00-07:00")
NOON = rules.read_quiet("12:00-14:00")


@pytest.mark.rule("R-70")
@pytest.mark.parametrize(
    ("verb", "cause", "channel", "template"),
    [
        ("create", "", "phone", "registered"),
        ("submit", "create", "web", ""),
        ("dispatch", "submit", "web", "dispatched"),
        ("sign", "dispatch", "web", ""),
        ("contact", "sign", "web", ""),
        ("pass_audit", "reply", "web", "replied_rating_link"),
        ("answer", "create", "web", "answered"),
        ("answer", "create", "phone", ""),
        ("refer", "create", "phone", "referred"),
        ("redo", "pass_audit", "web", ""),
        ("send_again", "redo", "web", "redo"),
        ("send_again", "reject_reply", "web", ""),
        ("close", "pass_audit", "web", "closed"),
        ("close_unsatisfied", "pass_audit", "web", "unsatisfied"),
        ("confirm_void", "submit", "web", ""),
    ],
)
def test_which_event_sends_what(verb, cause, channel, template) -> None:
    assert rules.template_of(EVENTS, verb, cause=cause, channel=channel) == template


@pytest.mark.rule("R-70")
def test_a_city_changes_single_lines() -> None:
    table = rules.read_events(["sign=progress", "close=", "answer@phone=answered"])
    sends = {
        verb: rules.template_of(table, verb, cause="", channel="phone")
        for verb in ("sign", "close", "answer", "create")
    }
    assert sends == {
        "sign": "progress", "close": "", "answer": "answered", "create": "registered",
    }  # fmt: skip
    assert (rules.may_send(table, "sign"), rules.may_send(table, "note")) == (True, False)
    assert rules.depends_on_cause(table, "send_again")
    assert not rules.depends_on_cause(table, "create")


@pytest.mark.rule("R-70")
@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("create=registered", "列表"),
        (["create"], "步骤=模板"),
        ([7], "步骤=模板"),
        (["note=progress"], "诉求人能看到"),
        (["create=welcome"], "welcome"),
    ],
)
def test_a_wrong_line_is_refused(lines, reason) -> None:
    with pytest.raises(ValueError, match=reason):
        rules.read_events(lines)


def test_our_own_table_is_one_that_a_city_could_have_written() -> None:
    assert rules.read_events([f"{key}={value}" for key, value in EVENTS.items()]) == EVENTS
    assert {re.split(r"[.@>]", key)[0] for key in EVENTS} <= VERBS


@pytest.mark.rule("R-76")
@pytest.mark.parametrize("key", TEMPLATE_KEYS)
@pytest.mark.parametrize("medium", Medium)
def test_our_own_texts_can_be_filled(key, medium) -> None:
    subject, body = own_text(key, medium)
    for words in (subject, body):
        rules.check_text(words)
    facts = {name: f"<{name}>" for name in PLACEHOLDERS}
    assert "<number>" in rules.fill(body, facts)
    assert bool(subject) == (medium is Medium.EMAIL)


def test_there_is_no_text_of_our_own_for_an_unknown_key() -> None:
    assert own_text("welcome", Medium.SMS) is None


@dataclass(frozen=True)
class Row:
    key: str
    medium: str
    valid_from: date
    valid_to: date | None


ROWS = (
    Row("closed", "sms", date(2026, 1, 1), date(2026, 3, 1)),
    Row("closed", "sms", date(2026, 3, 1), None),
    Row("closed", "sms", date(2026, 6, 1), date(2026, 7, 1)),
    Row("closed", "email", date(2026, 1, 1), None),
)


@pytest.mark.rule("R-76")
@pytest.mark.parametrize(
    ("day", "began"),
    [
        pytest.param(date(2025, 12, 31), None, id="before the first"),
        pytest.param(date(2026, 1, 1), date(2026, 1, 1), id="first day"),
        pytest.param(date(2026, 2, 28), date(2026, 1, 1), id="last day of the first"),
        pytest.param(date(2026, 3, 1), date(2026, 3, 1), id="the day of the change"),
        pytest.param(date(2026, 6, 15), date(2026, 6, 1), id="two hold: the younger"),
        pytest.param(date(2026, 7, 1), date(2026, 3, 1), id="the younger has ended"),
    ],
)
def test_the_text_of_the_day(day, began) -> None:
    row = rules.choose_template(ROWS, "closed", Medium.SMS, day)
    assert (row.valid_from if row else None) == began


@pytest.mark.rule("R-76")
@pytest.mark.parametrize(
    "words", ["{number", "number}", "{pin}", "{}", "{number:>9}", "{number!r}", "{number.x}"]
)
def test_a_text_with_a_wrong_placeholder_is_refused(words) -> None:
    with pytest.raises(ValueError, match="只能用"):
        rules.check_text(words)


@pytest.mark.rule("R-76")
def test_facts_are_put_in_as_they_are() -> None:
    rules.check_text("{{{title}}}")
    assert rules.fill("{{{title}}} {number}", {"title": "{code}", "number": "1"}) == "{{code}} 1"
    with pytest.raises(ValueError, match="code"):
        rules.fill("{code}", {})


@pytest.mark.rule("R-72")
@pytest.mark.parametrize(
    ("due", "quiet", "goes"),
    [
        pytest.param(at(2, 21, 59), NIGHT, at(2, 21, 59), id="a minute before"),
        pytest.param(at(2, 22), NIGHT, at(3, 7), id="the first minute"),
        pytest.param(at(2, 23, 59), NIGHT, at(3, 7), id="before midnight"),
        pytest.param(at(3, 0), NIGHT, at(3, 7), id="midnight"),
        pytest.param(at(3, 6, 59), NIGHT, at(3, 7), id="the last minute"),
        pytest.param(at(3, 7), NIGHT, at(3, 7), id="the end is not quiet"),
        pytest.param(at(31, 23), NIGHT, at(1, 7, month=4), id="over the end of a month"),
        pytest.param(at(2, 13), NOON, at(2, 14), id="within one day"),
        pytest.param(at(2, 14), NOON, at(2, 14), id="its end"),
        pytest.param(at(2, 23), None, at(2, 23), id="no quiet hours"),
    ],
)
def test_quiet_hours(due, quiet, goes) -> None:
    assert rules.not_before(due, quiet) == goes
    assert rules.not_before(due, quiet, at_once=True) == due


@pytest.mark.rule("R-72")
@pytest.mark.parametrize("span", ["22-7", "25:00-07:00", "22:00"])
def test_a_wrong_span_is_refused(span) -> None:
    with pytest.raises(ValueError, match=r"22:00|hour"):
        rules.read_quiet(span)
    assert rules.read_quiet("") is None


@pytest.mark.rule("R-72")
@pytest.mark.parametrize("keys", ["registered", ["welcome"], [1]])
def test_a_wrong_list_of_templates_is_refused(keys) -> None:
    with pytest.raises(ValueError, match="模板"):
        rules.read_templates(keys)
    assert rules.read_templates(["closed"]) == {"closed"}


BOTH = frozenset(Medium)
SMS, MAIL = Medium.SMS, Medium.EMAIL


@pytest.mark.rule("R-73")
@pytest.mark.parametrize(
    ("phone", "email", "wants", "live", "chosen"),
    [
        pytest.param("13812345678", "a@b.cn", True, BOTH, SMS, id="SMS first"),
        pytest.param("13812345678", "a@b.cn", True, frozenset(), SMS, id="both only logged"),
        pytest.param("13812345678", "a@b.cn", True, {MAIL}, MAIL, id="only e-mail has a line"),
        pytest.param("13812345678", "", True, {MAIL}, SMS, id="only a phone"),
        pytest.param("05341234567", "a@b.cn", True, BOTH, MAIL, id="a landline takes no SMS"),
        pytest.param("05341234567", "", True, BOTH, None, id="only a landline"),
        pytest.param("12345", "", True, BOTH, None, id="not a number"),
        pytest.param("", "a@b", True, BOTH, None, id="not an address"),
        pytest.param("", "a@b.cn\nBcc: c@d.cn", True, BOTH, None, id="a header in the address"),
        pytest.param("", "王@b.cn", True, BOTH, None, id="not ASCII"),
        pytest.param("", f"{'a' * 60}@{'b' * 60}.cn", True, BOTH, None, id="too long"),
        pytest.param("", "", True, BOTH, None, id="nothing left"),
        pytest.param("13812345678", "a@b.cn", False, BOTH, None, id="wants none"),
    ],
)
def test_who_is_told_by_what(phone, email, wants, live, chosen) -> None:
    found = rules.choose_address(phone=phone, email=email, wants_reply=wants, live=live)
    assert (found[0] if found else None) is chosen


@pytest.mark.rule("R-74")
def test_retries_grow_apart_and_end() -> None:
    now = at(2)
    waits = [rules.next_attempt(n, now) for n in range(1, MOST_ATTEMPTS + 1)]
    assert waits[-1] is None
    minutes = [int((moment - now) / timedelta(minutes=1)) for moment in waits[:-1]]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240]


@pytest.mark.rule("R-74")
@pytest.mark.parametrize(
    ("was", "idempotent", "again"),
    [("http", True, True), ("http", False, False), ("log", True, False)],
)
def test_what_was_interrupted_is_sent_again_only_where_it_is_harmless(was, idempotent, again):
    found = rules.may_send_again(interrupted_driver=was, driver="http", idempotent=idempotent)
    assert found is again


@pytest.mark.rule("R-74")
@pytest.mark.parametrize(
    ("template", "state", "demo", "counts"),
    [
        ("replied_rating_link", MessageState.SENT, False, True),
        ("replied_rating_link", MessageState.LOGGED, False, False),
        ("replied_rating_link", MessageState.LOGGED, True, True),
        ("replied_rating_link", MessageState.FAILED, True, False),
        ("closed", MessageState.SENT, False, False),
    ],
)
def test_what_counts_as_having_asked(template, state, demo, counts) -> None:
    assert rules.counts_as_survey(template, state, demo=demo) is counts


@pytest.mark.rule("R-75")
@pytest.mark.parametrize(
    ("medium", "address", "shown"),
    [
        (SMS, "13812345678", "138****5678"),
        (MAIL, "wang@example.cn", "w***@example.cn"),
    ],
)
def test_addresses_are_masked(medium, address, shown) -> None:
    assert rules.mask_address(medium, address) == shown


@pytest.mark.rule("R-75")
@pytest.mark.parametrize(
    ("said", "medium", "address"),
    [
        ("550 <Wang@Example.cn> no such user", MAIL, "wang@example.cn"),
        ("to +8613812345678 failed", SMS, "13812345678"),
        ("see zhang@example.cn, 13912345678", MAIL, "wang@example.cn"),
        ("line\r\nbreak 13812345678", SMS, "13812345678"),
    ],
)
def test_a_reason_keeps_no_personal_data(said, medium, address) -> None:
    kept = rules.without_personal_data(said, address, medium)
    assert "\n" not in kept
    for secret in ("wang@", "zhang@", "13812345678", "13912345678"):
        assert secret not in kept.lower()
    assert len(rules.without_personal_data("长" * 999, address, medium)) == 300


@pytest.mark.rule("R-75")
def test_what_opens_the_case_is_masked() -> None:
    facts = {"code": "123456", "link": "https://x/rate/1/t", "title": "找13812345678", "unit": "局"}
    assert rules.masked(facts, {"link": "https://x/rate/1/****"}) == {
        "code": "****", "link": "https://x/rate/1/****", "title": "找138****5678", "unit": "局",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "parts"),
    [("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("😀" * 36, 2)],
)
def test_parts_of_an_sms(words, parts) -> None:
    assert rules.sms_parts(words) == parts


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (at(10, 0), "3月9日24时"),
        (at(1, 0, month=4), "3月31日24时"),
        (at(10, 17, 30), "3月10日17:30"),
        (None, "以单位告知为准"),
    ],
)
def test_a_due_time_in_words(due, words) -> None:
    assert rules.due_in_words(due) == words
