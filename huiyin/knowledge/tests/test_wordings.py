"""The words of a rule in force are corrected by two people; the value stays, old words remain."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed, WrongState
from huiyin.knowledge import actions, wording_queries
from huiyin.knowledge.actions import (
    ClassRow,
    LimitRow,
    PastRewritten,
    sync_classes,
    sync_limits,
)
from huiyin.knowledge.models import CaseClass, LimitRule, RuleWording
from huiyin.knowledge.states import WordingKind
from tests.world import START, World, at

DAY = date(2026, 3, 4)
RIGHT = {"words": "派单后五个工作日办结", "source": "条例第十五条", "reason": "“条列”为错字"}


def rule() -> LimitRule:
    return LimitRule.objects.get(code="finish")


def ask(world: World, who: str = "administrator", **changes: str) -> RuleWording:
    given = RIGHT | changes
    return actions.ask_wording(
        WordingKind.LIMIT, rule().pk, by=world.actor(who), now=at(4), **given
    )


def decide(world: World, wording: RuleWording, who: str = "manager", **given) -> RuleWording:
    given = {"agreed": True, "now": at(4, 10)} | given
    return actions.decide_wording(wording.pk, by=world.actor(who), **given)


def profile() -> list[LimitRow]:
    """Return the limits as a profile of before the correction has them."""
    names = set(LimitRow.__dataclass_fields__)
    rows = []
    for each in LimitRule.objects.order_by("pk"):
        values = {name: getattr(each, name) for name in names}
        if each.code == "finish":
            values |= {"text": "finish", "source": "test"}
        rows.append(LimitRow(**values))
    return rows


@pytest.mark.rule("R-392")
def test_another_person_corrects_and_the_old_words_stay(world: World) -> None:
    before = rule()
    with pytest.raises(NotAllowed, match="提出人不能复核"):
        decide(world, ask(world), "administrator")
    with pytest.raises(WrongState, match="等待复核"):
        ask(world, "manager")
    done = decide(world, RuleWording.objects.get())
    after = rule()
    assert (after.text, after.source) == (RIGHT["words"], RIGHT["source"])
    same = ("pk", "limit", "clock", "valid_from", "valid_to", "round")
    assert [getattr(after, n) for n in same] == [getattr(before, n) for n in same]
    assert (done.old_text, done.old_source, done.state) == ("finish", "test", "done")
    assert list(wording_queries.wordings_of(WordingKind.LIMIT, after)) == [done]
    with pytest.raises(WrongState, match="已更正"):
        decide(world, done)


@pytest.mark.rule("R-392")
def test_an_older_profile_neither_undoes_a_correction_nor_is_refused(world: World) -> None:
    decide(world, ask(world))
    rows = profile()
    assert next(r for r in rows if r.code == "finish").text == "finish"
    changes = sync_limits(rows, today=DAY, in_use=True)
    assert (changes.added, changes.changed, changes.ended) == ((), (), ())
    assert (rule().text, rule().valid_from) == (RIGHT["words"], START)
    rows = [LimitRow(**(asdict(r) | ({"text": "另一种"} if r.code == "finish" else {})))
            for r in rows]  # fmt: skip
    with pytest.raises(PastRewritten):
        sync_limits(rows, today=DAY, in_use=True)


@pytest.mark.rule("R-392")
def test_what_is_refused(world: World) -> None:
    with pytest.raises(NotAllowed):
        ask(world, "supervisor")
    for changes, said in (
        ({"words": "finish", "source": "test"}, "没有变化"),
        ({"reason": ""}, "须写明"),
        ({"words": "长" * 301}, "过长"),
    ):
        with pytest.raises(Invalid, match=said):
            ask(world, **changes)
    asked = ask(world)
    with pytest.raises(Invalid, match="不同意的理由"):
        decide(world, asked, agreed=False)
    LimitRule.objects.filter(code="finish").update(text="别的")
    with pytest.raises(WrongState, match="已有变化"):
        decide(world, asked)
    assert decide(world, asked, agreed=False, note="已另行修改").state == "refused"
    assert rule().text == "别的"


@pytest.mark.rule("R-512")
def test_the_standard_of_a_class_is_corrected_and_an_older_profile_does_not_undo_it(
    world: World,
) -> None:
    first = ClassRow(
        "A", "A 类", "当曰办结", ["拍照"], [], [], [], by_hand=False, valid_from=START,
        valid_to=None, source="办法",
    )  # fmt: skip
    sync_classes([first], today=DAY, in_use=True)
    held = CaseClass.objects.get()
    given = {"words": "当日办结", "source": "办法第三条", "reason": "“曰”为错字"}
    asked = actions.ask_wording(
        WordingKind.CLASS, held.pk, by=world.actor("administrator"), now=at(4), **given
    )
    with pytest.raises(NotAllowed, match="提出人不能复核"):
        decide(world, asked, "administrator")
    assert CaseClass.objects.get().standard == "当曰办结"
    done = decide(world, asked)
    cached.forget_all()
    after = CaseClass.objects.get()
    assert (after.standard, after.source) == ("当日办结", "办法第三条")
    assert (after.pk, after.valid_from, after.checklist) == (held.pk, START, ["拍照"])
    assert (done.old_text, done.old_source) == ("当曰办结", "办法")
    same = sync_classes([first], today=DAY, in_use=True)
    assert (same.added, same.changed, same.ended) == ((), (), ())
    assert CaseClass.objects.get().standard == "当日办结"
    with pytest.raises(PastRewritten):
        sync_classes([replace(first, standard="三日办结")], today=DAY, in_use=True)
