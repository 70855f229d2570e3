"""What is particular to Zhengzhou, Dafeng, Zhuzhou and Beijing stands in their profiles."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from huiyin.cities.profile import Profile, path_of, read
from huiyin.knowledge.rules import Matter, choose_class, choose_limit

ZHENGZHOU, DAFENG, ZHUZHOU, BEIJING = (
    read(path_of(name)) for name in ("zhengzhou", "dafeng", "zhuzhou", "beijing")
)
DAY = date(2026, 3, 2)


def limit(profile: Profile, clock: str, matter: Matter) -> str:
    """Return the limit of a matter after it has fallen into its class, or has been put into one."""
    from dataclasses import replace

    if not matter.case_class and (found := choose_class(profile.classes, matter, DAY)):
        matter = replace(matter, case_class=found.code)
    chosen = choose_limit(profile.limits, clock, matter, DAY)
    assert chosen is not None
    return chosen.limit


def value(profile: Profile, key: str) -> object:
    return next(each.value for each in profile.parameters if each.key == key)


def kinds(profile: Profile) -> Counter[str]:
    return Counter(unit.type for unit in profile.units)


@pytest.mark.rule("R-165")
@pytest.mark.parametrize(
    ("profile", "matter", "expected"),
    [
        pytest.param(BEIJING, Matter("help", "2002", "emergency"), "2h", id="Beijing, level 1"),
        pytest.param(BEIJING, Matter("help", "0404"), "24h", id="Beijing, level 2: heating"),
        pytest.param(BEIJING, Matter("help", "0801", "urgent"), "24h", id="Beijing, urgent"),
        pytest.param(BEIJING, Matter("complaint", "0501"), "7d", id="Beijing, level 3"),
        pytest.param(BEIJING, Matter("inquiry", "1101"), "7d", id="Beijing, an inquiry"),
        pytest.param(BEIJING, Matter("help", "0107", case_class="4"), "15d", id="Beijing, level 4"),
        pytest.param(ZHENGZHOU, Matter("help", "0401"), "2wd", id="Zhengzhou, class A"),
        pytest.param(ZHENGZHOU, Matter("help", "0801"), "5wd", id="Zhengzhou, class B"),
        pytest.param(ZHENGZHOU, Matter("inquiry", "0801"), "3wd", id="Zhengzhou, an inquiry"),
        pytest.param(
            ZHENGZHOU, Matter("help", "0801", case_class="C"), "20wd", id="Zhengzhou, class C"
        ),
        pytest.param(
            ZHENGZHOU, Matter("help", "0801", round=2), "3wd", id="Zhengzhou, class B again"
        ),
        pytest.param(ZHUZHOU, Matter("help", "0105"), "24h", id="Zhuzhou, a fast kind"),
        pytest.param(ZHUZHOU, Matter("help", "010501"), "24h", id="Zhuzhou, below a fast kind"),
        pytest.param(ZHUZHOU, Matter("help", "0801"), "5wd", id="Zhuzhou, any other"),
        pytest.param(DAFENG, Matter("help", "120204"), "2wd", id="Dafeng, home care"),
        pytest.param(DAFENG, Matter("inquiry", "160103"), "1wd", id="Dafeng, tourism"),
    ],
)  # fmt: skip
def test_the_time_to_finish(profile: Profile, matter: Matter, expected: str) -> None:
    assert limit(profile, "finish", matter) == expected


def test_beijing_has_16_districts_and_343_streets_and_towns() -> None:
    assert Counter(region.level for region in BEIJING.regions) == {
        "city": 1, "county": 16, "street": 343,
    }  # fmt: skip
    assert kinds(BEIJING)["county"] == 16
    assert kinds(BEIJING)["township"] == 343
    assert kinds(BEIJING)["enterprise"] >= 15


def test_beijing_reviews_before_it_dispatches_and_districts_supervise() -> None:
    assert value(BEIJING, "review.before_dispatch") is True
    assert value(BEIJING, "dispatch.supervising_unit_required") is True
    assert value(BEIJING, "dispatch.community_guard") is True
    parents = {unit.code: unit.type for unit in BEIJING.units}
    towns = [unit for unit in BEIJING.units if unit.type == "township"]
    assert {parents[unit.parent] for unit in towns} == {"county"}
    assert not any(unit.superior for unit in towns)


def test_zhengzhou_has_three_classes_with_standard_and_checklist() -> None:
    assert [each.code for each in ZHENGZHOU.classes] == ["A", "B", "C"]
    assert all(len(each.checklist) >= 3 and each.standard for each in ZHENGZHOU.classes)
    assert value(ZHENGZHOU, "dispatch.supervising_unit_required") is True


def test_zhuzhou_has_fifteen_lines_and_twelve_fast_kinds() -> None:
    assert len(ZHUZHOU.lines) == 15
    assert len({each.owner for each in ZHUZHOU.lines}) == 15
    fast = next(each for each in ZHUZHOU.classes if each.code == "fast")
    assert len(fast.categories) == 12
    assert limit(ZHUZHOU, "contact", Matter("help", fast.categories[0])) == "24h"


def test_zhuzhou_signs_its_replies_and_asks_twice_by_message_and_once_by_telephone() -> None:
    assert value(ZHUZHOU, "reply.signoff_required") is True
    assert (value(ZHUZHOU, "callback.sms"), value(ZHUZHOU, "callback.attempts")) == (2, 1)


def test_dafeng_is_a_district_with_villages_as_handlers_and_two_merged_lines() -> None:
    assert {region.level for region in DAFENG.regions} == {"city", "street"}
    assert kinds(DAFENG)["community"] >= 30
    assert value(DAFENG, "dispatch.community_guard") is False
    assert {each.code: each.owner for each in DAFENG.lines} == {
        "tourism": "118", "home-care": "106",
    }  # fmt: skip
    led = {item.category: item.lead for item in DAFENG.catalogue}
    assert (led["120204"], led["160103"]) == ("10610", "11810")


@pytest.mark.parametrize("profile", [ZHENGZHOU, DAFENG, ZHUZHOU, BEIJING])
def test_units_stand_in_the_region_of_the_unit_above_them_or_below_it(profile: Profile) -> None:
    above = {region.code: region.parent for region in profile.regions}
    units = {unit.code: unit for unit in profile.units}
    for unit in profile.units:
        if unit.parent:
            wanted, place = units[unit.parent].region, unit.region
            while place and place != wanted:
                place = above[place]
            assert place == wanted, unit.name


@pytest.mark.parametrize("profile", [ZHENGZHOU, DAFENG, ZHUZHOU, BEIJING])
def test_every_first_matter_has_somebody_who_answers_for_it(profile: Profile) -> None:
    led = {item.category[:2] for item in profile.catalogue}
    assert led == {each.code for each in profile.categories if not each.parent} - {"99"}


def test_beijing_tags_the_seven_haves_and_the_five_natures() -> None:
    groups = Counter(tag.group for tag in BEIJING.tags)
    assert (groups["七有"], groups["五性"]) == (7, 5)


@pytest.mark.parametrize("profile", [ZHENGZHOU, DAFENG, ZHUZHOU, BEIJING])
def test_risks_can_be_tagged_everywhere(profile: Profile) -> None:
    assert {"petition-risk", "threat", "elderly", "minor"} <= {tag.code for tag in profile.tags}


@pytest.mark.parametrize("profile", [ZHENGZHOU, DAFENG, ZHUZHOU, BEIJING])
def test_what_is_published_is_marked_as_demonstration(profile: Profile) -> None:
    assert len(profile.news) >= 4
    assert all(each.demo for each in (*profile.news, *profile.answers))


@pytest.mark.rule("R-134")
@pytest.mark.parametrize("name", ["dezhou", "zhengzhou", "dafeng", "zhuzhou", "beijing"])
def test_every_city_lists_what_communities_are_given_and_says_what_a_clerk_may_say(
    name: str,
) -> None:
    held = {row.key: row for row in read(path_of(name)).parameters}
    listed = held["dispatch.community_list"]
    assert listed.value, "an empty list forbids everything"
    assert "我们自定" in listed.source, "no list was published"
    scripts = held["callback.script"].value
    assert {row["kind"] for row in scripts} >= {"", "complaint", "report", "suggestion"}
    assert all("{title}" not in row["text"] for row in scripts if row["kind"] == "report")


def test_zhengzhou_answers_itself_and_beijing_answers_twice() -> None:
    def of(profile: Profile, key: str) -> object:
        return {row.key: row.value for row in profile.parameters}[key]

    assert of(ZHENGZHOU, "answer.by_office") is True
    assert of(BEIJING, "reply.dual_feedback") is True
    assert of(BEIJING, "local_callback.required") is False
    assert of(BEIJING, "whistle.callers") == ("township",)


@pytest.mark.rule("R-357")
@pytest.mark.parametrize("profile", [ZHENGZHOU, DAFENG, ZHUZHOU, BEIJING])
def test_every_city_begins_with_a_library(profile: Profile) -> None:
    codes = {document.code for document in profile.documents}
    assert {document.kind for document in profile.documents} == {"policy", "rule", "procedure"}
    assert {"hotline-rules", "fast-handling", "assessment"} <= codes
    roles = {role for document in profile.documents for role in document.roles}
    assert {"agent", "dispatcher", "callback", "handler", "unit_leader"} <= roles
    assert {answer.source for answer in profile.answers} - {""} <= codes
    assert len(profile.answers) >= 12
    assert len(profile.duties) >= 9
    scripts = value(profile, "intake.scripts")
    assert isinstance(scripts, tuple)
    assert {"inquiry", "help", "complaint", "suggestion"} <= {row["kind"] for row in scripts}


def test_zhuzhou_has_its_three_rules_and_beijing_its_regulation() -> None:
    titles = {document.code: document.title for document in ZHUZHOU.documents}
    assert titles["hotline-rules"] == "热线工作规程"
    assert titles["fast-handling"] == "社会求助事项快速办理办法"
    assert titles["assessment"] == "承办单位考核办法"
    (law,) = (each for each in BEIJING.documents if each.code == "regulation")
    assert (law.kind, law.visibility, str(law.issued_on)) == ("policy", "public", "2021-09-24")
