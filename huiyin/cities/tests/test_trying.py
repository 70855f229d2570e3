"""What-if: past orders against a changed rules.toml; nothing is written, nothing running moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from huiyin.cities import trial, trial_words, trying
from huiyin.cities.profile import ProfileError
from huiyin.cities.tests.support import Copy, Town, everything
from huiyin.cities.trial import PastClock, Replay
from huiyin.cities.trying import Asked
from huiyin.kernel import cached
from huiyin.kernel.errors import Conflict, Invalid
from huiyin.knowledge.models import LimitRule
from huiyin.knowledge.rules import Matter
from huiyin.orders.models import Assignment, Clock, OrderEvent, WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.worktime.calendar import SHANGHAI
from tests.world import at

MARCH = Asked(date(2026, 3, 1), date(2026, 3, 31))
FINISH = 'code = "finish"\nclock = "finish"\nlimit = "5wd"'
NEXT = """
[[limit]]
code = "finish-heating"
clock = "finish"
category = "0404"
limit = "{limit}"
postpone = false
valid_from = {day}
source = "test"
text = "供热诉求另定时限。"
"""


def rules_of(copy: Copy) -> Path:
    return copy.folder / "rules.toml"


def tried(town: Town, asked: Asked = MARCH, now: datetime | None = None) -> dict:
    found = trying.try_file(rules_of(town.copy), asked, now=now or at(20))
    return trial_words.as_json(found)


def life() -> list[list[object]]:
    tables = (WorkOrder, Assignment, Clock, OrderEvent)
    return [list(table.objects.order_by("pk").values_list()) for table in tables]


@pytest.mark.rule("R-195")
def test_the_same_file_changes_nothing(town: Town) -> None:
    town.story("101")
    told = tried(town)
    assert told["orders"]["seen"] == 1
    assert told["orders"]["touched"] == 0
    assert told["examples"] == []
    assert "时限与现行规则相同" in list(trial_words.lines(told))


@pytest.mark.rule("R-195")
@pytest.mark.parametrize(
    ("limit", "now", "counts"),
    [
        # dispatched on Monday the 2nd: 5 working days end with the 9th, 3 with the 5th
        ("3wd", at(6), {"earlier": 1, "later": 0, "on_time_to_late": 1, "late_to_on_time": 0}),
        ("3wd", at(5), {"earlier": 1, "later": 0, "on_time_to_late": 0, "late_to_on_time": 0}),
        ("9wd", at(12), {"earlier": 0, "later": 1, "on_time_to_late": 0, "late_to_on_time": 1}),
        ("9wd", at(9), {"earlier": 0, "later": 1, "on_time_to_late": 0, "late_to_on_time": 0}),
    ],
)
def test_it_tells_whose_deadline_and_lateness_would_change(town: Town, limit, now, counts) -> None:
    town.story("101").signed().contacted()
    town.copy.change("rules.toml", FINISH, FINISH.replace("5wd", limit))
    told = tried(town, now=now)
    assert {name: told["clocks"][0][name] for name in counts} == counts
    assert [row["name"] for row in told["clocks"]] == ["办结"]
    assert [row["touched"] for row in (*told["units"], *told["categories"])] == [1, 1]
    example = told["examples"][0]
    assert example["order"] == WorkOrder.objects.get().number
    assert "5 个工作日" in example["old_words"]
    assert f"{limit[0]} 个工作日" in example["new_words"]


@pytest.mark.rule("R-195")
def test_a_row_that_begins_later_is_tried_as_if_it_held(town: Town) -> None:
    town.story("101")
    town.copy.add("rules.toml", NEXT.format(limit="2wd", day="2026-12-01"))
    told = tried(town)
    assert told["as_of"] == "2026-12-01"
    assert told["orders"]["earlier"] == 1
    assert told["rules"]["added"] == ["finish-heating（2026-12-01 起）"]
    assert tried(town, replace(MARCH, as_of=date(2026, 3, 1)))["orders"]["touched"] == 0


@pytest.mark.rule("R-195")
def test_it_says_what_a_load_would_refuse(town: Town) -> None:
    town.story("101")
    town.copy.change("rules.toml", FINISH, FINISH.replace("5wd", "6wd"))
    line = town.copy.table_line("rules.toml", 'limit = "6wd"')
    refused = tried(town)["rules"]["refused"]
    assert refused == [
        f"rules.toml 第 {line} 行：finish 已经生效，不能改写；请新增一行并写上生效日期"
    ]


@pytest.mark.rule("R-195")
def test_what_a_recorded_step_added_stays_added(town: Town) -> None:
    """An extension of two days is two days under the changed rule as well."""
    story = town.story("101")
    finish = Clock.objects.get(order=story.order, kind="finish")
    Clock.objects.filter(pk=finish.pk).update(due_at=finish.due_at + 2 * trial_day())
    town.copy.change("rules.toml", FINISH, FINISH.replace("5wd", "4wd"))
    example = tried(town)["examples"][0]
    moved = datetime.fromisoformat(example["old_due_at"]) - datetime.fromisoformat(
        example["new_due_at"]
    )
    assert moved.days == 3  # the 9th and the 6th, the weekend between them
    assert example["new_words"].endswith("另计已批准的延期等变动")


def trial_day():
    return at(2) - at(1)


@pytest.mark.rule("R-195")
def test_nothing_is_written(town: Town) -> None:
    town.story("101")
    town.copy.change("rules.toml", FINISH, FINISH.replace("5wd", "1wd"))
    before = everything(), life()
    tried(town)
    assert (everything(), life()) == before


@pytest.mark.rule("R-196")
def test_a_changed_rule_never_moves_a_running_order(town: Town) -> None:
    """The order keeps clocks, rows and words; only the next order gets the new limit."""
    story = town.story("101")
    before = life()
    town.copy.add("rules.toml", NEXT.format(limit="2wd", day="2026-03-10"))
    town.load(at(9))
    assert life() == before
    cached.forget_all()
    assert story.signed().contacted().order.due_at == datetime(2026, 3, 10, tzinfo=SHANGHAI)
    from huiyin.orders import jobs

    jobs.recompute_provisional(at(11))
    story.order.refresh_from_db()
    assert story.order.due_at == datetime(2026, 3, 10, tzinfo=SHANGHAI)
    finish = Clock.objects.select_related("rule").get(order=story.order, kind="finish")
    assert finish.rule is not None
    assert (finish.rule.code, finish.rule.limit) == ("finish", "5wd")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (FINISH, FINISH.replace("5wd", "5 days"), "limit"),
        (FINISH, FINISH.replace('clock = "finish"', 'clock = "finnish"'), "clock"),
        ('code = "finish"', 'code = "finish', "TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(town: Town, old, new, reason) -> None:
    line = town.copy.line("rules.toml", old)
    town.copy.change("rules.toml", old, new)
    with pytest.raises(ProfileError) as caught:
        tried(town)
    problem = caught.value.problems[0]
    assert problem.file == "rules.toml"
    assert line <= problem.line <= line + 2
    assert reason in problem.reason


def test_a_missing_or_huge_file_is_refused(town: Town, tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="缺少这个文件"):
        trying.try_file(tmp_path / "no.toml", MARCH, now=at(20))
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * (trying.LARGEST + 1))
    with pytest.raises(ProfileError, match="超过"):
        trying.try_file(huge, MARCH, now=at(20))
    with pytest.raises(ProfileError, match="缺少这个文件"):
        trying.try_file(tmp_path, MARCH, now=at(20))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "颠倒"),
        (date(2026, 4, 1), date(2026, 4, 2), "还没有到"),
        (date(2020, 1, 1), date(2026, 3, 1), "三年"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(town: Town, first, last, words) -> None:
    with pytest.raises(Invalid, match=words):
        tried(town, Asked(first, last))


def test_another_city_is_refused(town: Town) -> None:
    with pytest.raises(Conflict, match="不是 elsewhere"):
        trying.try_file(rules_of(town.copy), MARCH, now=at(20), city="elsewhere")


def test_without_a_city_there_is_nothing_to_try(db, tmp_path: Path) -> None:  # noqa: ARG001
    with pytest.raises(Conflict, match="还没有城市"):
        trying.try_file(tmp_path / "rules.toml", MARCH, now=at(20))


def test_orders_outside_the_window_are_left_out(town: Town) -> None:
    town.story("101")
    told = tried(town, Asked(date(2026, 3, 3), date(2026, 3, 31)))
    assert told["orders"]["seen"] == 0
    assert list(trial_words.lines(told))[-1] == "这段日子没有工单"


def test_many_orders_cost_no_more_queries(town: Town, django_assert_max_num_queries) -> None:
    story = town.story("101")
    for _ in range(20):
        story.created().submitted()
    with django_assert_max_num_queries(16):
        tried(town)


def test_rules_in_force_come_from_the_database_or_the_profile(town: Town) -> None:
    LimitRule.objects.filter(code="finish").update(text="改过的字")
    found = trying.in_force("", date(2026, 3, 1))
    assert found.origin == "数据库"
    assert "改过的字" in {row["text"] for row in found.limits}
    assert trying.in_force("", date(2019, 1, 1)).limits == []
    assert all(row["source"] for row in (*found.limits, *found.parameters))


def test_rules_of_another_city_are_read_from_its_profile(db) -> None:  # noqa: ARG001
    found = trying.in_force("dezhou", date(2026, 3, 1))
    assert found.origin == "城市配置 dezhou"
    assert "finish" in {row["code"] for row in found.limits}
    with pytest.raises(Conflict, match="请用 --city|还没有城市"):
        trying.in_force("", date(2026, 3, 1))
    with pytest.raises(ProfileError, match="没有这个城市配置"):
        trying.in_force("nowhere", date(2026, 3, 1))


def test_a_clock_that_a_person_set_is_left_alone(world) -> None:  # noqa: ARG001
    clock = PastClock("1", "finish", Matter("help", ""), "u", "c", at(2), at(9), None, "", None)
    by = Replay(
        LimitRule.objects.filter(clock="finish"),
        [],
        calendar=orgs.calendar(),
        as_of=None,
        now=at(20),
    )
    assert by.change(clock) is None
    ruled = replace(clock, length=("5wd", False))
    change = by.change(ruled)
    assert change is not None
    assert (change.new_due, change.would_be_late, change.is_later) == (None, False, True)
    assert trial.replay([[ruled]], by).orders.late_to_on_time == 1
