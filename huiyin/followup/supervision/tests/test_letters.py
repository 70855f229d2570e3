"""Reminder letters: all slow orders of a unit at a time, by a clerk or by the city's schedule."""

from __future__ import annotations

import pytest

from huiyin.followup.supervision import actions, jobs, queries
from huiyin.followup.supervision.models import Letter, LetterLine, LetterRead, Urging
from huiyin.followup.supervision.states import FOR_LETTERS, UrgeReason
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.races import at_once
from tests.world import Story, at, build

pytestmark = pytest.mark.django_db
ALL = [reason.value for reason in FOR_LETTERS]


def scheduled(story: Story) -> Story:
    """Let letters go out on Mondays for two orders or more, unread after three days."""
    story.city("letter.weekdays", [1]).city("letter.least", 2)
    return story.city("urge.unread_days", 3)


def held(story: Story, times: int = 1) -> Story:
    for _ in range(times):
        story.created().submitted().dispatched()
    return story


@pytest.mark.rule("R-419")
@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        pytest.param(at(4, 10), None, id="two days on the desk: nothing yet"),
        pytest.param(at(5, 10), "unread", id="not signed for three days"),
        pytest.param(at(9, 0), "overdue", id="late from the very moment"),
    ],
)
def test_what_a_letter_names(story: Story, moment, reason) -> None:
    held(story.city("urge.unread_days", 3))
    story.order.assignments.update(due_at=at(9, 0))
    assert [part.reason for part in queries.slow_parts(moment, reasons=ALL)] == (
        [reason] if reason else []
    )


@pytest.mark.rule("R-419")
def test_what_is_due_soon_is_named_after_signing(story: Story) -> None:
    held(story).signed()
    due = queries.slow_parts(at(20), reasons=ALL)[0].due_at
    assert due == at(10, 0), "five working days"
    assert queries.slow_parts(at(8, 23), reasons=ALL) == []
    assert [p.reason for p in queries.slow_parts(at(9, 1), reasons=ALL)] == ["before_due"]
    assert queries.slow_parts(at(9, 1), reasons=["overdue"]) == []
    assert queries.slow_parts(at(9, 1), reasons=ALL, below=story.world.county) == []
    assert len(queries.slow_parts(at(9, 1), reasons=ALL, below=story.world.water)) == 1
    story.contacted().replied()
    assert queries.slow_parts(at(20), reasons=ALL) == []


@pytest.mark.rule("R-419")
def test_a_clerk_sends_one_letter_about_everything(story: Story) -> None:
    held(story, 3).lettered()
    letter = story.letter
    assert (letter.number, letter.signed_by) == ("提醒〔2026〕1号", "王主任")
    assert [line.reason for line in letter.lines.order_by("pk")] == ["overdue"] * 3
    assert Urging.objects.filter(kind="written", said__contains=letter.number).count() == 3
    reader, water = story.world.actor("water_handler"), story.world.actor("water_leader")
    assert queries.unread_letters(reader) == 1
    assert queries.letter(story.world.actor("housing_handler"), letter.pk) is None
    assert actions.read_letter(letter, by=story.world.actor("agent"), now=at(10, 10)) is False
    assert actions.read_letter(letter, by=story.world.actor("team_handler"), now=at(10)) is False
    assert [actions.read_letter(letter, by=reader, now=at(10, n)) for n in (10, 11)] == [
        True,
        False,
    ]
    assert actions.read_letter(letter, by=water, now=at(10, 12)) is True
    assert queries.unread_letters(reader) == 0
    row = queries.letters(story.world.actor("manager")).rows[0]
    assert (row.named, row.readers) == (3, 2)
    assert LetterRead.objects.order_by("pk")[0].at == at(10, 10)


@pytest.mark.rule("R-419")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"by": "dispatcher"}, NotAllowed),
        ({"units": []}, Invalid),
        ({"reasons": []}, Invalid),
        ({"signed_by": ""}, Invalid),
        ({"remark": "很" * 501}, Invalid),
    ],
)
def test_what_is_refused(story: Story, changes, error) -> None:
    held(story)
    values = {
        "units": [story.world.water.pk], "reasons": [UrgeReason.OVERDUE], "signed_by": "王主任",
        "by": "supervisor",
    } | changes  # fmt: skip
    by, units = story.world.actor(values.pop("by")), values.pop("units")
    with pytest.raises(error):
        actions.send_letters(units, by=by, now=at(20), **values)
    assert not Letter.objects.exists()


@pytest.mark.rule("R-419")
def test_the_schedule_writes_one_letter_a_day(story: Story) -> None:
    scheduled(story)
    held(story)
    assert jobs.write_letters(at(9, 9)) == 0, "one slow order is not enough"
    held(story)
    assert jobs.write_letters(at(10, 9)) == 0, "a Tuesday"
    assert jobs.write_letters(at(9, 9)) == 1
    assert jobs.write_letters(at(9, 10)) == 0
    letter = Letter.objects.get()
    assert (letter.by, letter.signed_by, LetterLine.objects.count()) == (None, "12345 热线中心", 2)
    assert not Urging.objects.filter(kind="written").exists(), "the system's own is no urging"
    assert jobs.write_letters(at(16, 9)) == 1


@pytest.mark.rule("R-419")
def test_two_workers_write_one_letter(transactional_db) -> None:
    held(scheduled(Story(build())), 2)
    runs = at_once(*[lambda: actions.write_due_letters(until=at(9, 9))] * 2)
    assert [run.error for run in runs] == [None, None]
    assert sorted(run.result for run in runs) == [0, 1]
    assert Letter.objects.get().number == "提醒〔2026〕1号"


@pytest.mark.rule("R-501")
def test_the_unit_says_once_what_it_arranges(story: Story) -> None:
    key = held(story).lettered().letter.pk
    world, by = story.world, story.world.actor("water_handler")
    for who in ("supervisor", "housing_handler", "team_handler"):
        with pytest.raises(NotAllowed):
            actions.answer_letter(key, by=world.actor(who), said="马上办", now=at(10, 10))
    with pytest.raises(NotFound):
        actions.answer_letter(key + 1, by=by, said="马上办", now=at(10, 10))
    for words in ("", "好", "很" * 501):
        with pytest.raises(Invalid):
            actions.answer_letter(key, by=by, said=words, now=at(10, 10))
    letter = actions.answer_letter(key, by=by, said="周五前全部回复", now=at(10, 11))
    assert (letter.answer, letter.answered_at, letter.answered_by) == (
        "周五前全部回复", at(10, 11), by.staff,
    )  # fmt: skip
    assert LetterRead.objects.get().at == at(10, 11), "who answers has read it"
    with pytest.raises(WrongState):
        actions.answer_letter(key, by=world.actor("water_leader"), said="再说一次", now=at(11))
