"""A double click, a page sent again, two clicks at the same moment: one thing is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from huiyin.followup.coordination.models import Flag, JointCase, JointEntry, Meeting
from huiyin.followup.coordination.states import FlagKind
from huiyin.followup.instructions.models import Instruction
from huiyin.followup.mandates.models import CheckIn, Mandate
from huiyin.followup.media.models import MediaCase
from huiyin.followup.referrals.models import Referral
from huiyin.followup.supervision.models import Letter
from huiyin.kernel import clock
from tests.races import at_once
from tests.world import Story, World, at

Fields = dict[str, Any]
FACTS = "三月二日派单，多次催办，至今没有签收，也没有联系诉求人。"


def mandate(story: Story) -> Fields:
    return {
        "kind": "internal", "title": "暖气不热", "demands": "请查明原因。", "unit": "water",
        "orders": story.order.number,
    }  # fmt: skip


def referral(story: Story) -> Fields:
    return {
        "orders": story.order.number, "unit": "water", "agency": "市纪委监委",
        "title": "久拖不办", "facts": FACTS, "basis": "追究办法",
    }  # fmt: skip


def meeting(story: Story) -> Fields:
    return {
        "title": "供热协调会", "held_at": "2026-03-05T14:00", "place": "三楼", "chair": "主任",
        "flags": str(_flag(story).pk), "units": "water",
    }  # fmt: skip


def _flag(story: Story) -> Flag:
    from huiyin.followup.coordination import actions

    raising = actions.Raising(FlagKind.CASE, "分界不清", order=story.order.number)
    return actions.flag(raising, by=story.world.actor("dispatcher"), now=at(3))


def instruction(story: Story) -> Fields:
    return {
        "title": "供热专报", "leader": "王市长", "office": "市长", "given_on": "2026-03-03",
        "reply_by": "2026-03-10", "words": "请办理", "priority": "normal",
    }  # fmt: skip


def joint(story: Story) -> Fields:
    return {
        "title": "供热改造", "goal": "完成管网改造", "lead": "water", "partners": "housing",
        "orders": story.order.number,
    }  # fmt: skip


def boundary(story: Story) -> Fields:
    return {
        "kind": "boundary", "title": "小区内管道", "category": "0404", "units": "water,housing",
        "reason": "漏水由谁维修，多次退单",
    }  # fmt: skip


def letter(story: Story) -> Fields:
    story.order.assignments.update(due_at=at(3))
    return {"units": str(story.world.water.pk), "signed_by": "王主任"}


def followed(story: Story) -> Fields:
    return {
        "form": "newspaper", "outlet": "市晚报", "title": "暖气不热", "on": "2026-03-04",
        "unit": "water",
    }  # fmt: skip


PAGES: dict[str, tuple[str, Callable[[Story], Fields], type[Model]]] = {
    "mandate": ("/desk/supervision/new", mandate, Mandate),
    "referral": ("/desk/supervision/referrals/new", referral, Referral),
    "meeting": ("/desk/meetings/new", meeting, Meeting),
    "instruction": ("/desk/instructions/new", instruction, Instruction),
    "joint case": ("/desk/joint/new", joint, JointCase),
    "boundary": ("/desk/coordination/new", boundary, Flag),
    "letter": ("/desk/letters/new", letter, Letter),
    "media": ("/desk/supervision/media", followed, MediaCase),
}
ALL = [pytest.param(*row, id=name) for name, row in PAGES.items()]


def key_on(page: str) -> str:
    """Return the hidden key that the page carries."""
    before, _, after = page.partition('name="form_key" value="')
    assert before
    return after.partition('"')[0]


@pytest.mark.django_db
@pytest.mark.rule("R-500")
@pytest.mark.parametrize(("page", "filled", "model"), ALL)
def test_a_page_that_is_sent_twice_makes_one(story: Story, desk, page, filled, model) -> None:
    fields = filled(story.created().submitted().dispatched())
    client = desk("supervisor")
    fields["form_key"] = key_on(client.get(page).content.decode())
    before = model.objects.count()
    first, again = client.post(page, fields), client.post(page, fields)
    assert (first.status_code, again.status_code) == (302, 302)
    assert first.headers["Location"] == again.headers["Location"]
    assert model.objects.count() == before + 1


@pytest.mark.django_db
@pytest.mark.rule("R-500")
def test_what_is_refused_may_be_sent_again_and_other_words_are_another(story: Story, desk) -> None:
    story.created().submitted().dispatched()
    client, page = desk("supervisor"), "/desk/instructions/new"
    fields = instruction(story) | {"form_key": "key-of-the-page"}
    assert client.post(page, fields | {"leader": ""}).status_code == 422
    for words in ("请办理", "请办理", "请尽快办理"):
        client.post(page, fields | {"words": words})
    assert Instruction.objects.count() == 2
    desk("manager").post(page, fields)
    assert Instruction.objects.count() == 3, "the key is the person's own"


@pytest.mark.django_db
@pytest.mark.rule("R-500")
def test_a_step_or_line_that_is_sent_twice_is_one(story: Story, desk) -> None:
    story.created().submitted().dispatched().pressed().issued().joined_forces()
    client = desk("supervisor")
    CheckIn.objects.filter(mandate=story.mandate).delete()
    Mandate.objects.filter(pk=story.mandate.pk).update(check_days=5)
    CheckIn.objects.create(mandate=story.mandate, due_at=at(4))
    check = f"/desk/supervision/{story.mandate.pk}/check_in"
    for _ in range(2):
        client.post(check, {"note": "已到现场查看", "form_key": "k1"})
    assert CheckIn.objects.filter(done_at__isnull=False).count() == 1
    for _ in range(2):
        client.post(
            f"/desk/joint/{story.joint.pk}",
            {"do": "log", "said": "看了三栋楼", "form_key": "k2"},
        )
    assert JointEntry.objects.count() == 1


@pytest.mark.rule("R-500")
@pytest.mark.parametrize(("page", "filled", "model"), ALL)
def test_two_clicks_at_one_moment(standing_world: World, page, filled, model) -> None:
    story = Story(standing_world).created().submitted().dispatched()
    fields = filled(story) | {"form_key": f"race {page}"}
    before = model.objects.count()

    def click() -> str:
        client = Client()
        client.force_login(standing_world.people["supervisor"])
        with clock.driven(at(4, 12)):
            return client.post(page, fields).headers["Location"]

    runs = at_once(click, click)
    assert [run.error for run in runs] == [None, None]
    assert runs[0].result == runs[1].result
    assert model.objects.count() == before + 1
