"""What rows of the workbench share: who stands for whom, and the things their addresses name."""

from __future__ import annotations

from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.actions import AnswerText
from huiyin.knowledge.models import Article, CatalogueItem, Document, Duty
from huiyin.orders.actions.files import Upload, accept, attach
from huiyin.orders.models import Attachment
from tests.permissions.row import UNITS, Facts, filled
from tests.permissions.thanks import thank
from tests.world import Story, at

HOLDERS = frozenset({"water_handler", "water_leader"})
CONFERRING = frozenset({"supervisor", "manager", "dispatcher"})
URGING = frozenset({"supervisor", "manager"})
HEARING = frozenset({"supervisor", "manager", "quality"})
AGENTS = frozenset({"agent", "vendor_agent"})
EDITORS = frozenset({"manager", "administrator"})
KEEPERS = EDITORS | UNITS
STRANGERS = {name: 404 for name in UNITS - HOLDERS}
OUTSIDE = dict.fromkeys(UNITS, 404)
HELD = "created.submitted.dispatched"
PRESSED = f"{HELD}.pressed.issued"
MET = f"{HELD}.met"
GROUP = HOLDERS | {"housing_handler"}
NO_GROUP = {name: 404 for name in UNITS - GROUP}
ROUND = f"{HELD}.signed.contacted.assessed"
SIGNED_BY_HAND = f"{HELD}.signed.contacted.signed_by_hand"
CALL = {
    "content": "幸福小区 3 号楼暖气不热", "kind": "help", "category": "0404", "urgency": "normal",
    "ending": "submit", "key": "k",
}  # fmt: skip


def order(story: Story) -> Facts:
    return {"number": story.order.number}


def step(verb: str):
    return lambda story: {"number": story.order.number, "verb": verb}


def seen(**fields: object):
    def data(story: Story) -> Facts:
        story.order.refresh_from_db()
        return {"seen": story.order.event_count} | filled(fields, story)

    return data


def signed(story: Story) -> Facts:
    return order(story) | {"key": story.order.replies.get().pk}


def file(story: Story) -> Facts:
    if not Attachment.objects.exists():
        files = accept([Upload("a.pdf", b"%PDF-1.4 x")])
        attach(story.order, files, by=story.world.actor("agent"), now=at(2, 11))
    return {"key": Attachment.objects.get().pk}


def filing(story: Story) -> Facts:
    return {"key": story.filing.pk}


def incident(story: Story) -> Facts:
    return {"key": story.incident}


def report(story: Story) -> Facts:
    return {"key": story.filing.reports.get().pk}


def a_round(story: Story) -> Facts:
    return {"key": story.round.pk}


def letter(story: Story) -> Facts:
    return {"key": story.letter.pk}


def risen(story: Story) -> Facts:
    from huiyin.followup.ladder.models import Escalation

    return {"key": Escalation.objects.get().pk}


def followed(story: Story) -> Facts:
    from huiyin.followup.media.models import MediaCase

    found, _ = MediaCase.objects.get_or_create(
        state="open", form="web", outlet="晚报", title="供热", on=at(3).date(), made_at=at(3),
        unit=story.world.water, made_by=story.world.people["supervisor"],
    )  # fmt: skip
    return {"key": found.pk}


def referral(story: Story) -> Facts:
    return {"key": story.referral.pk}


def mandate(story: Story) -> Facts:
    return {"key": story.mandate.pk}


def mandate_file(story: Story) -> Facts:
    return {"key": story.mandate.files.get().pk}


def team(story: Story) -> Facts:
    from huiyin.followup.mandates.models import Team

    return {"key": Team.objects.get_or_create(name="督办组")[0].pk}


def thanked(story: Story) -> Facts:
    from huiyin.followup.commendations.models import Commendation

    if not Commendation.objects.exists():
        thank(story)
    return {"key": Commendation.objects.get().pk}


def answer(story: Story) -> Facts:
    """Publish an answer of the water bureau, once."""
    if not Article.objects.exists():
        world = story.world
        text = AnswerText("停水怎么办？", "看公告。", unit=world.water)
        key = knowledge.write_answer(text, by=world.actor("manager"), now=at(1)).article_id
        knowledge.take_step(key, "submit", by=world.actor("manager"), now=at(1))
        knowledge.take_step(key, "publish", by=world.actor("water_leader"), now=at(1))
    return {"key": Article.objects.get().pk}


def matter(story: Story) -> Facts:
    CatalogueItem.objects.get_or_create(
        code="PD1", category=story.world.heating, matter="供热", lead=story.world.water,
        valid_from=at(1).date(),
    )  # fmt: skip
    return {"code": "PD1"}


def document(story: Story) -> Facts:
    Document.objects.get_or_create(
        code="r1", kind="rule", title="t", body="b", valid_from=at(1).date()
    )
    return {"code": "r1"}


def duty(story: Story) -> Facts:
    found, _ = Duty.objects.get_or_create(code="Z1", unit=story.world.water, matter="停水")
    return {"key": found.pk}


def gap(story: Story) -> Facts:
    by = story.world.actor("agent")
    task = knowledge.report_gap("没有的事", by=by, now=at(1))
    assert task is not None
    return {"key": task.pk}


def a_call_test(story: Story) -> Facts:
    from huiyin.callcentre.listening.models import CallTest

    day = at(2).date()
    found, _ = CallTest.objects.get_or_create(
        since=day, until=day, drawn_at=at(3), drawn_by=story.world.people["quality"]
    )
    return {"key": found.pk}


def a_turn(story: Story) -> Facts:
    from huiyin.followup.coordination.models import MeetingTurn

    people = story.world.people
    turn, _ = MeetingTurn.objects.get_or_create(
        day=at(9).date(), staff=people["manager"], set_at=at(2), set_by=people["manager"]
    )
    return {"day": turn.day.isoformat()}


def a_drawn_call(story: Story) -> Facts:
    from huiyin.callcentre.calls.actions import CallFacts, record_whole
    from huiyin.callcentre.calls.states import CallOutcome, Direction
    from huiyin.callcentre.listening.models import DrawnCall

    facts = CallFacts(
        Direction.IN, CallOutcome.ANSWERED, at(2), at(2, 10), at(2), number="13900000001",
        reference="drawn",
    )  # fmt: skip
    test = a_call_test(story)
    if not DrawnCall.objects.exists():
        call = record_whole([(facts, [])])["drawn"]
        DrawnCall.objects.create(test_id=test["key"], call_id=call)
    return test | {"call": DrawnCall.objects.get().pk}


def a_task(story: Story) -> Facts:
    return {"key": story.instruction.sheet.tasks.get().pk}


def task_file(story: Story) -> Facts:
    from huiyin.followup.tasks import actions as tasks

    (task,) = story.instruction.sheet.tasks.all()
    if not task.files.exists():
        by, file = story.world.actor("water_handler"), Upload("a.pdf", b"%PDF-1.4 x")
        tasks.report(task.pk, by=by, said="已经恢复供热", files=[file], now=at(3))
    return {"key": task.files.get().pk}


def a_meeting(story: Story) -> Facts:
    return {"key": story.meeting.pk}


def a_point(story: Story) -> Facts:
    return {"key": story.meeting.pk, "item": story.meeting.items.get().pk}


def a_joint(story: Story) -> Facts:
    return {"key": story.joint.pk}


def an_instruction(story: Story) -> Facts:
    return {"key": story.instruction.pk}


def instruction_file(story: Story) -> Facts:
    from huiyin.orders.actions.files import keep

    (file,) = accept([Upload("a.pdf", b"%PDF-1.4 x")])
    kept = {"kind": "words", "name": "a.pdf", "media_type": file.media_type, "size": 1}
    made, _ = story.instruction.files.get_or_create(digest=keep(file), defaults=kept)
    return {"key": made.pk}


SEATED = frozenset({"agent", "vendor_agent", "callback", "supervisor", "quality", "manager"})
LEADERS = frozenset({"supervisor", "manager"})
FLOOR = frozenset({"supervisor", "quality", "manager", "water_leader"})
REPORTED = frozenset({"supervisor", "manager", "water_leader"})


def seat(story: Story) -> Facts:
    from huiyin.callcentre.telephony.actions import setup

    setup.seats("8001", kind="answering")
    return {"seat": "8001"}


def surge_step(story: Story) -> Facts:
    from huiyin.callcentre.telephony.models import SurgeStep

    step, _ = SurgeStep.objects.get_or_create(
        act="message", started_at=at(1), started_by=story.world.people["supervisor"], level="red",
        stopped_at=None,
    )  # fmt: skip
    return {"key": step.pk}


def sound(story: Story) -> Facts:
    from huiyin.callcentre.telephony.tests.kept import kept

    return {"key": kept(at(2, 11)).pk}
