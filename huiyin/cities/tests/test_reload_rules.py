"""Rules with dates in a changed profile: before the first order they are replaced, then ended."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.cities import actions
from huiyin.cities.profile import Problem, ProfileError
from huiyin.cities.tests.support import Copy, Town, changes, everything
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import CatalogueItem, LimitRule, Parameter
from huiyin.knowledge.rules import Matter
from huiyin.knowledge.states import ClockKind
from huiyin.orders.models import Clock
from tests.world import at

pytestmark = pytest.mark.rule("R-32")

MATTER = Matter("complaint", "0404")
REWRITTEN = [
    pytest.param("rules.toml", 'limit = "5wd"', 'limit = "6wd"', "时限", "finish", id="limit"),
    pytest.param("rules.toml", "value = 30", "value = 31", "参数", "archive.after_days", id="days"),
    pytest.param("catalogue.csv", ",110;112,", ",110,", "派单目录", "PD001", id="catalogue"),
]
NEXT_LIMIT = """
[[limit]]
code = "finish"
clock = "finish"
limit = "4wd"
postpone = false
valid_from = 2026-04-01
source = "test"
text = "派单后 4 个工作日内办结并答复。"
"""


def limit_on(day: int, month: int) -> str:
    chosen = knowledge.limit_for(ClockKind.FINISH, MATTER, at(day, month=month))
    assert chosen is not None
    return chosen.limit


@pytest.mark.parametrize(("file", "old", "new", "kind", "code"), REWRITTEN)
def test_a_rule_is_replaced_before_the_first_order(
    loaded: Copy, file, old, new, kind, code
) -> None:
    rows = [LimitRule.objects.count(), Parameter.objects.count(), CatalogueItem.objects.count()]
    loaded.change(file, old, new)
    told = changes(actions.load_folder(loaded.folder, now=at(2)), kind)
    assert [name.split("（")[0] for name in told.changed] == [code]
    assert (told.added, told.ended) == ((), ())
    assert rows == [
        LimitRule.objects.count(), Parameter.objects.count(), CatalogueItem.objects.count(),
    ]  # fmt: skip
    assert not actions.load_folder(loaded.folder, now=at(3)).changed


@pytest.mark.parametrize(("file", "old", "new", "kind", "code"), REWRITTEN)
def test_the_past_is_not_rewritten_after_it(town: Town, file, old, new, kind, code) -> None:
    town.story("101")
    line = (
        town.copy.table_line(file, old) if file == "rules.toml" else town.copy.line(file, "PD001")
    )
    town.copy.change(file, old, new)
    town.copy.change("city.toml", "件件有回音", "事事有回音")
    before = everything()
    with pytest.raises(ProfileError) as refusal:
        town.load(at(2))
    assert refusal.value.problems == [
        Problem(file, line, f"{code} 已经生效，不能改写；请新增一行并写上生效日期")
    ]
    assert everything() == before
    assert not changes(actions.load("dezhou", now=at(2)), kind).changed


def test_a_new_row_ends_the_old_and_running_orders_keep_theirs(town: Town) -> None:
    order = town.story("101").order
    due = order.due_at
    source = 'source = "山东省政务服务热线管理办法（2020 年 1 月）"\ntext = "派单后 5'
    town.copy.change("rules.toml", source, f"valid_to = 2026-04-01\n{source}")
    town.copy.add("rules.toml", NEXT_LIMIT)
    told = changes(town.load(at(3)), "时限")
    assert told.added == ("finish（2026-04-01 起）",)
    assert told.ended == ("finish（2020-01-01 起）",)
    assert (limit_on(31, 3), limit_on(1, 4)) == ("5wd", "4wd")
    clock = Clock.objects.select_related("rule").get(order=order, kind="finish")
    assert clock.rule is not None
    assert (clock.rule.limit, clock.due_at) == ("5wd", due)
    assert clock.rule.valid_to == date(2026, 4, 1)
    assert not town.load(at(4)).changed


def test_a_row_that_took_the_place_of_another_does_the_same(town: Town) -> None:
    town.story("101")
    text = town.copy.text("rules.toml")
    start = text.index('[[limit]]\ncode = "finish"\n')
    end = text.index("[[limit]]", start + 1)
    town.copy.write("rules.toml", text[:start] + NEXT_LIMIT + text[end:])
    told = changes(town.load(at(3)), "时限")
    assert (len(told.added), len(told.ended), told.changed) == (1, 1, ())
    assert (limit_on(31, 3), limit_on(1, 4)) == ("5wd", "4wd")


def test_a_row_that_is_left_out_holds_until_the_end_of_the_day(town: Town) -> None:
    town.story("101")
    lines = town.copy.text("catalogue.csv").splitlines(keepends=True)
    (left_out,) = (line for line in lines if line.startswith("PD040,"))
    kept = [line for line in lines if line != left_out]
    successor = left_out.replace("PD040", "PD940")
    town.copy.write("catalogue.csv", "".join([*kept, successor]))
    told = changes(town.load(at(3)), "派单目录")
    assert told.ended == ("PD040（2023-01-01 起）",)
    assert CatalogueItem.objects.get(code="PD040").valid_to == date(2026, 3, 4)
    for day in (3, 4, 5):
        assert not town.load(at(day)).changed


def test_a_rule_that_has_not_begun_may_still_be_changed_or_dropped(town: Town) -> None:
    town.story("101")
    before = town.copy.text("rules.toml")
    future = NEXT_LIMIT.replace('"finish"\nclock', '"finish-more"\nclock').replace(
        'limit = "4wd"', 'limit = "4wd"\nkind = "help"'
    )
    for day, more in ((3, future), (4, future.replace("4wd", "3wd")), (5, "")):
        town.copy.write("rules.toml", before + more)
        assert town.load(at(day)).changed
    assert not LimitRule.objects.filter(code="finish-more").exists()
