"""A profile goes into the database whole, once, and a second time without a trace."""

from __future__ import annotations

from collections import Counter
from datetime import date, time

import pytest

from huiyin.channels.messaging.models import MessageTemplate
from huiyin.channels.messaging.queries import template_for
from huiyin.channels.messaging.states import TEMPLATE_KEYS, Medium
from huiyin.cities import actions
from huiyin.cities.profile import ProfileError
from huiyin.cities.tests.support import Copy, everything
from huiyin.kernel.errors import Conflict
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Article
from huiyin.knowledge.rules import Matter
from huiyin.knowledge.states import ArticleKind, ClockKind, ReasonGroup
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import City, ContactChange, Unit, UnitContact
from tests.world import at

MOST_STATEMENTS = 68

pytestmark = pytest.mark.django_db


def test_the_first_load_takes_few_statements(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(MOST_STATEMENTS):
        report = actions.load("dezhou", now=at(2))
    assert report.changed
    assert report.lines[0] == "德州市（dezhou）：已更新"
    assert "单位：新增 523（德州市政府热线办公室、" in report.lines[3]
    assert report.counts["单位"] == {"added": 523, "changed": 0, "ended": 0, "unchanged": 0}
    assert all(numbers["unchanged"] == 0 for numbers in report.counts.values())


def test_the_units_of_dezhou() -> None:
    actions.load("dezhou", now=at(2))
    units = list(Unit.objects.select_related("parent", "superior", "region"))
    assert len(units) >= 358
    assert set(Counter(unit.depth for unit in units)) == {0, 1, 2}
    for unit in units:
        above = unit.parent.path if unit.parent else "/"
        assert unit.path == f"{above}{unit.pk}/"
        assert unit.depth == unit.path.count("/") - 2
        assert unit.region is not None
    assert set(UnitContact.objects.values_list("unit", flat=True)) == {unit.pk for unit in units}
    assert ContactChange.objects.count() == len(units)
    assert not UnitContact.objects.filter(title="").exists()
    by_code = {unit.code: unit for unit in units}
    assert by_code["20151"].is_within(by_code["201"])
    assert Counter(unit.superior.code for unit in units if unit.superior)["113"] == 13


def test_the_city_and_its_calendar() -> None:
    actions.load("dezhou", now=at(2))
    city = orgs.city()
    assert city is not None
    assert (city.code, city.profile, city.hotline, city.loaded_at) == (
        "371400", "dezhou", "12345", at(2),
    )  # fmt: skip
    assert city.details["hours"] == {"morning": ["08:30", "12:00"], "afternoon": ["13:30", "17:30"]}
    assert orgs.work_hours(city).afternoon == (time(13, 30), time(17, 30))
    assert city.details["map"] == {"latitude": 37.4341, "longitude": 116.3594, "zoom": 11}
    assert city.details["privacy"]["version"] == "1"
    assert "110" in city.details["portal"]["emergency_note"]
    assert city.details["sms_signature"] == "德州12345"
    assert [orgs.regions(level).count() for level in ("city", "county", "street")] == [1, 13, 134]


def test_the_knowledge_of_dezhou() -> None:
    actions.load("dezhou", now=at(2))
    limit = knowledge.limit_for(ClockKind.FINISH, Matter("complaint", "0404"), at(2))
    assert limit is not None
    assert limit.limit == "5wd"
    assert knowledge.parameter("urge.at_percent", at(2), None) == [50, 80, 100]
    category = knowledge.category("010101")
    assert category is not None
    assert category.full_name == "城乡建设/违法建设/在建违建"
    assert category.aliases == "正在盖;抢建"
    items = knowledge.responsible_for(category, date(2026, 3, 2))
    assert [item.code for item in items] == ["PD001", "PD002"]
    assert items[0].assist_codes == ["110", "112"]
    assert knowledge.reason(ReasonGroup.REFER, "B11-2-petition").needs == "procedure_number"
    assert knowledge.published(ArticleKind.NEWS, at(2)).count() == 5
    text = template_for("registered", Medium.SMS, at(1, month=1))
    assert text is not None
    assert text.body.startswith("您的诉求已登记")
    assert MessageTemplate.objects.filter(source="城市配置 dezhou").count() == 2 * len(
        TEMPLATE_KEYS
    )
    answer = Article.objects.get(code="wages")
    assert answer.category.code == "090101"
    assert answer.body.endswith("依据：保障农民工工资支付条例")


def test_a_second_load_changes_nothing_and_says_so(django_assert_max_num_queries) -> None:
    actions.load("dezhou", now=at(2))
    before = everything()
    with django_assert_max_num_queries(MOST_STATEMENTS // 2) as done:
        report = actions.load("dezhou", now=at(3))
    written = [q["sql"] for q in done.captured_queries if q["sql"][:6] in ("INSERT", "UPDATE")]
    assert written == []
    assert not report.changed
    assert report.lines == ("德州市（dezhou）：没有变化",)
    assert report.counts["单位"]["unchanged"] == 523
    assert everything() == before


def test_a_preview_tells_and_does_nothing() -> None:
    report = actions.load("dezhou", now=at(2), preview=True)
    assert report.changed
    assert report.lines[0] == "德州市（dezhou）：将更新如下，现在什么也没有改"
    assert not any(everything())


def test_a_profile_with_a_mistake_is_refused_whole(copy: Copy) -> None:
    copy.change("rules.toml", 'limit = "5wd"', 'limit = "5 days"')
    with pytest.raises(ProfileError, match=r"rules\.toml 第 \d+ 行"):
        actions.load_folder(copy.folder, now=at(2))
    with pytest.raises(ProfileError, match="没有这个城市配置"):
        actions.load("atlantis", now=at(2))
    assert not any(everything())


@pytest.mark.rule("R-15")
@pytest.mark.usefixtures("world")
def test_a_database_serves_one_city() -> None:
    before = everything()
    with pytest.raises(Conflict, match="已经用于测试市，不能再加载德州市") as refusal:
        actions.load("dezhou", now=at(2))
    assert "另建一个数据库" in refusal.value.remedy
    assert everything() == before


@pytest.mark.rule("R-15")
def test_the_profile_of_a_city_may_be_renamed(copy: Copy) -> None:
    actions.load("dezhou", now=at(2))
    renamed = Copy(copy.folder.rename(copy.folder.with_name("dezhou-own")))
    report = actions.load_folder(renamed.folder, now=at(3))
    assert report.lines == ("德州市（dezhou-own）：已更新", "城市：修改 1（德州市）")
    assert (City.objects.get().profile, City.objects.get().loaded_at) == ("dezhou-own", at(3))
