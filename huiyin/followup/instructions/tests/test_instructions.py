"""Leaders' instructions: registered, given to units, answered, closed; who reads them."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.followup.instructions import actions, queries, rules
from huiyin.followup.instructions.actions import Instructing
from huiyin.followup.instructions.models import Instruction
from huiyin.followup.instructions.states import FileKind, Priority
from huiyin.followup.tasks import actions as tasks
from huiyin.followup.tasks.actions import Duty
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState, WrongType
from huiyin.kernel.models import AccessLog
from huiyin.orders.actions.files import Upload
from tests.races import at_once, outcome
from tests.world import Story, World, at, build

TODAY, REPLY = date(2026, 3, 3), date(2026, 3, 10)
WORDS = "请住建局牵头，一周内解决，举一反三。"
PDF = Upload("批示件.pdf", b"%PDF-1.4 x")


def duty(world: World) -> Duty:
    return Duty(world.water, "一周内恢复供热", date(2026, 3, 9))


def registered(story: Story, by: str = "supervisor", **changes: object) -> Instruction:
    values: dict[str, object] = {
        "leader": "王市长", "office": "市长", "given_on": TODAY, "reply_by": REPLY, "words": WORDS,
        "title": "供热情况专报",
    } | changes  # fmt: skip
    files = values.pop("files", {FileKind.WORDS: [PDF]})
    return actions.register(
        Instructing(**values), files, duties=[duty(story.world)],  # type: ignore[arg-type]
        by=story.world.actor(by), now=at(3),
    )  # fmt: skip


@pytest.mark.rule("R-447")
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({}, set(), id="whole"),
        pytest.param({"words": "", "pictures": 1}, set(), id="a picture will do"),
        pytest.param({"words": ""}, {"words"}, id="neither words nor picture"),
        pytest.param({"leader": "", "office": ""}, {"leader", "office"}, id="nobody"),
        pytest.param({"title": ""}, {"title"}, id="about nothing"),
        pytest.param({"given_on": date(2026, 3, 4)}, {"given_on"}, id="tomorrow"),
        pytest.param({"reply_by": date(2026, 3, 2)}, {"reply_by"}, id="yesterday"),
        pytest.param({"reply_by": TODAY}, set(), id="today"),
        pytest.param({"words": "好" * 2001}, {"words"}, id="endless"),
    ],
)
def test_what_an_instruction_needs(changes, fields) -> None:
    said = {"title": "专报", "leader": "王市长", "office": "市长", "words": WORDS}
    more = {"pictures": 0, "given_on": TODAY, "reply_by": REPLY}
    said |= {k: v for k, v in changes.items() if k in said}
    more |= {k: v for k, v in changes.items() if k in more}
    try:
        rules.check_instruction(said, **more, today=TODAY)
        wrong = set()
    except Invalid as refusal:
        wrong = set(refusal.facts["fields"])
    assert wrong == fields


@pytest.mark.rule("R-447")
@pytest.mark.rule("R-450")
def test_from_the_leader_and_back_to_the_leader(story: Story) -> None:
    world, office = story.world, story.world.actor("supervisor")
    order = story.created().submitted().dispatched().order
    found = registered(story, order=order.number, title="", priority=Priority.URGENT)
    assert (found.title, found.reply_by) == (order.title, REPLY)
    order.refresh_from_db()
    assert order.events.last().note == (
        f"王市长（市长）批示 {found.number}：{WORDS}；2026-03-10 前反馈"
    )
    task = found.sheet.tasks.get()
    with pytest.raises(Conflict):
        actions.feed_back(found.pk, by=office, said="已恢复供热", now=at(9))
    tasks.report(task.pk, by=world.actor("water_handler"), said="已经恢复供热", now=at(8))
    tasks.confirm(task.pk, by=office, now=at(9))
    actions.feed_back(found.pk, by=office, said="已恢复供热，诉求人满意", files=[PDF], now=at(9))
    actions.reopen(found.pk, by=office, note="请再查其余小区")
    actions.feed_back(found.pk, by=office, said="其余小区已查完", now=at(10))
    actions.close(found.pk, by=office, now=at(11))
    shown = queries.get_visible(world.actor("water_handler"), found.pk)
    assert shown is not None
    assert (shown.state, shown.note, shown.feedback) == (
        "closed", "请再查其余小区", "其余小区已查完",
    )  # fmt: skip
    assert [f.kind for f in shown.files.all()] == ["words", "feedback"]
    with pytest.raises(WrongState):
        actions.assign(found.pk, [duty(world)], by=office, now=at(12))


@pytest.mark.rule("R-448")
def test_a_confidential_one_is_read_by_few_and_every_reading_is_logged(story: Story) -> None:
    world = story.world
    order = story.created().submitted().dispatched().order
    plain, secret = registered(story), registered(story, order=order.number, confidential=True)
    order.refresh_from_db()
    assert "市长" not in order.events.last().note

    def seen(name: str) -> set[int]:
        return {each.pk for each in queries.listed(world.actor(name), now=at(4)).rows}

    assert seen("supervisor") == seen("water_leader") == {plain.pk, secret.pk}
    assert seen("dispatcher") == seen("water_handler") == {plain.pk}
    assert seen("housing_handler") == seen("agent") == seen("quality") == set()
    assert queries.of_order(world.actor("water_handler"), order) == []
    paper = secret.files.get()
    assert queries.file_for(world.actor("water_handler"), paper.pk) is None
    reader = world.actor("water_leader")
    actions.log_reading(secret, by=reader, address=None, now=at(4))
    row = AccessLog.objects.get()
    assert (row.reader, row.subject) == (reader.reference, f"instruction:{secret.number}")


@pytest.mark.rule("R-447")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"by": "dispatcher"}, NotAllowed, id="not the office"),
        pytest.param({"by": "water_leader"}, NotAllowed, id="a unit"),
        pytest.param({"order": "26030200000000"}, NotFound, id="no such order"),
        pytest.param({"leader": ""}, Invalid, id="nobody"),
        pytest.param({"files": {FileKind.WORDS: [Upload("a.exe", b"MZ")]}}, WrongType, id="file"),
    ],
)
def test_what_is_not_registered(story: Story, changes, error) -> None:
    with pytest.raises(error):
        registered(story, **changes)
    assert not Instruction.objects.exists()


def test_the_queue_costs_the_same(story: Story, django_assert_max_num_queries) -> None:
    for day in (4, 5, 9):
        registered(story, reply_by=date(2026, 3, day))
    actor = story.world.actor("water_handler")
    with django_assert_max_num_queries(3):
        rows = queries.listed(actor, now=at(6), words="供热").rows
        told = queries.counted(actor, at(6))
    assert [(r.reply_by.day, r.given, r.done) for r in rows] == [(4, 1, 0), (5, 1, 0), (9, 1, 0)]
    assert (told["open"], told["late"], told["closed"]) == (3, 2, 0)
    assert len(queries.listed(actor, now=at(6), state="late").rows) == 2
    with django_assert_max_num_queries(5):
        assert queries.get_visible(actor, rows[0].pk) is not None


@pytest.mark.rule("R-450")
def test_two_at_once_answer_the_leader_once(transactional_db) -> None:
    story = Story(build())
    office, found = story.world.actor("supervisor"), registered(story)
    tasks.cancel(found.sheet.tasks.get().pk, by=office, note="已由他人办理", now=at(4))

    def tell() -> Instruction:
        return actions.feed_back(found.pk, by=office, said="已经办好", now=at(5))

    done, refused = outcome(at_once(tell, tell))
    assert (len(done), [type(each) for each in refused]) == (1, [WrongState])
