"""A changed profile is loaded again: what changes, what ends, and what is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.channels.messaging import actions as messages
from huiyin.channels.messaging import queries as message_queries
from huiyin.channels.messaging.states import Medium, Text
from huiyin.cities import actions
from huiyin.cities.profile import ProfileError
from huiyin.cities.tests.support import Copy, Town, changes, everything
from huiyin.kernel.errors import NotAllowed
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Article, Category, Reason
from huiyin.knowledge.states import ArticleKind
from huiyin.orders import queries as orders
from huiyin.orgs import actions as orgs
from huiyin.orgs import queries as register
from huiyin.orgs.actors import SYSTEM
from huiyin.orgs.models import CalendarYear, City, ContactChange, Region, Unit, UnitContact
from huiyin.orgs.states import Role
from tests.world import PASSWORD, at

UNIT = "199,,德州市测试局,市测试局,bureau,371400,,scsj,热线联络员,,\n"
REGION = "371402199,371402,测试街道,street,街道,\n"
CATEGORY = "010199,0101,测试事项,\n"
REASON = "void,V9,测试原因,second_person,测试的说明。\n"
NEWS = """
[[news]]
code = "test-news"
title = "测试动态"
published_on = 2026-01-01
body = "测试。"
demo = true
"""


@pytest.mark.parametrize(
    ("file", "old", "new", "kind", "name"),
    [
        pytest.param("city.toml", "件件有回音", "事事有回音", "城市", "德州市", id="city"),
        pytest.param("regions.csv", "新湖街道", "新新湖街道", "区划", "新新湖街道", id="region"),
        pytest.param(
            "units.csv", "市审计局,bureau", "审计局,bureau", "单位", "德州市审计局", id="unit"
        ),
        pytest.param("units.csv", "ssjj,热线", "ssjj,值班", "联络员", "德州市审计局", id="contact"),
        pytest.param(
            "categories.csv", "在建违建,正在盖;抢建", "在建违建,偷建", "诉求分类",
            "城乡建设/违法建设/在建违建", id="category",
        ),
        pytest.param(
            "reasons.csv", "请先撤到安全的地方", "请先离开", "原因", "火灾或需要救援，转 119",
            id="reason",
        ),
        pytest.param(
            "news.toml", "夜里也有人接听", "夜里有人接听", "动态和答复", "夜里有人接听", id="news"
        ),
        pytest.param(
            "templates.toml", "未能让您满意", "没让您满意", "消息模板", "短信 unsatisfied", id="sms"
        ),
    ],
)  # fmt: skip
def test_one_changed_row_is_the_only_change(loaded: Copy, file, old, new, kind, name) -> None:
    loaded.change(file, old, new)
    report = actions.load_folder(loaded.folder, now=at(2))
    assert changes(report, kind).changed == (name,)
    assert [each.kind for each in report.kinds if not each.is_empty] == [kind]
    assert len(report.lines) == 2
    assert not actions.load_folder(loaded.folder, now=at(3)).changed


@pytest.mark.parametrize(
    ("file", "row", "kind", "name"),
    [
        ("units.csv", UNIT, "单位", "德州市测试局"),
        ("regions.csv", REGION, "区划", "测试街道"),
        ("categories.csv", CATEGORY, "诉求分类", "城乡建设/违法建设/测试事项"),
        ("reasons.csv", REASON, "原因", "测试原因"),
        ("news.toml", NEWS, "动态和答复", "测试动态"),
    ],
)
def test_a_row_comes_goes_and_comes_back(loaded: Copy, file, row, kind, name) -> None:
    without = loaded.text(file)
    seen = []
    for day, text in enumerate((without + row, without, without, without + row), start=2):
        loaded.write(file, text)
        told = changes(actions.load_folder(loaded.folder, now=at(day)), kind)
        seen.append((told.added, told.ended, told.changed))
    assert seen == [((name,), (), ()), ((), (name,), ()), ((), (), ()), ((), (), (name,))]


def test_rows_that_went_are_kept_and_no_longer_offered(loaded: Copy) -> None:
    files = {"units.csv": UNIT, "regions.csv": REGION, "categories.csv": CATEGORY,
             "reasons.csv": REASON, "news.toml": NEWS}  # fmt: skip
    before = {file: loaded.text(file) for file in files}
    for file, row in files.items():
        loaded.add(file, row)
    actions.load_folder(loaded.folder, now=at(2))
    for file, text in before.items():
        loaded.write(file, text)
    actions.load_folder(loaded.folder, now=at(3))
    assert not Unit.objects.get(code="199").active
    assert not register.units_to_assign("德州市测试局").exists()
    assert not Region.objects.get(code="371402199").active
    assert register.regions("street").count() == 134
    assert not Category.objects.get(code="010199").active
    assert not Reason.objects.get(group="void", code="V9").active
    assert Article.objects.get(code="test-news").published_at is None
    assert knowledge.published(ArticleKind.NEWS, at(4)).count() == 5


@pytest.mark.rule("R-16")
def test_a_unit_moves_with_everything_below_it(loaded: Copy) -> None:
    town = Unit.objects.get(code="20151")
    below = set(register.subtree(town).values_list("code", flat=True))
    assert {"2015111", "2015112"} < below
    loaded.change("units.csv", "\n2015112,", "\n2015113,")
    loaded.change("units.csv", "\n20151,201,", "\n20151,202,")
    report = actions.load_folder(loaded.folder, now=at(2))
    assert changes(report, "单位").changed == ("德城区新湖街道办事处",)
    assert changes(report, "单位").ended == ("新湖街道示例社区二",)
    for unit in Unit.objects.filter(code__in=below).select_related("parent"):
        assert unit.path == f"{unit.parent.path}{unit.pk}/"
        assert unit.is_within(Unit.objects.get(code="202"))
    assert Unit.objects.get(code="201").path not in Unit.objects.get(code="2015111").path
    assert not actions.load_folder(loaded.folder, now=at(3)).changed


@pytest.mark.rule("R-16")
def test_a_unit_that_is_put_below_another_stands_deeper(loaded: Copy) -> None:
    loaded.change("units.csv", "\n11303,113,", "\n11303,11302,")
    actions.load_folder(loaded.folder, now=at(2))
    unit = Unit.objects.get(code="11303")
    assert (unit.depth, unit.parent.code) == (2, "11302")
    assert unit.path.split("/")[1:-1] == [
        str(Unit.objects.get(code=code).pk) for code in ("113", "11302", "11303")
    ]


@pytest.mark.rule("R-16")
def test_a_unit_with_open_orders_may_not_leave(town: Town) -> None:
    without = town.copy.text("units.csv")
    town.copy.add("units.csv", UNIT)
    town.load(at(1))
    story = town.story("199")
    assert orders.units_with_open_orders(list(Unit.objects.filter(code__in=["199", "101"]))) == [
        (Unit.objects.get(code="199"), 1)
    ]
    town.copy.write("units.csv", without)
    town.copy.change("city.toml", "件件有回音", "事事有回音")
    before = everything()
    with pytest.raises(ProfileError) as refusal:
        town.load(at(2))
    assert str(refusal.value) == (
        "units.csv：德州市测试局还有 1 件未办结的工单，不能停用；请先改派或办结"
    )
    assert everything() == before
    story.signed().contacted().replied().verified().audited()
    assert changes(town.load(at(9)), "单位").ended == ("德州市测试局",)
    assert story.order.__class__.objects.get(pk=story.order.pk).lead_unit.code == "199"


@pytest.mark.rule("R-10")
@pytest.mark.rule("R-16")
def test_a_unit_does_not_become_of_a_kind_where_its_staff_may_not_work(loaded: Copy) -> None:
    unit = Unit.objects.get(code="122")
    orgs.create_staff(
        username="auditing", name="承办人", unit=unit, roles=[Role.HANDLER], password=PASSWORD,
        now=at(1),
    )  # fmt: skip
    loaded.change("units.csv", "市审计局,bureau", "市审计局,vendor")
    with pytest.raises(NotAllowed, match="外包服务商的人员不能担任承办人"):
        actions.load_folder(loaded.folder, now=at(2))
    unit.refresh_from_db()
    assert unit.kind == "bureau"


@pytest.mark.rule("R-13")
def test_a_person_whom_the_unit_has_named_stays(loaded: Copy) -> None:
    units = {code: Unit.objects.get(code=code) for code in ("122", "124")}
    orgs.name_contact(units["122"], by=SYSTEM, title="科长", name="李明", now=at(2))
    for line in [
        each for each in loaded.text("units.csv").splitlines() if each[:4] in ("122,", "124,")
    ]:
        loaded.change("units.csv", line, line.replace("热线联络员", "办公室主任"))
    report = actions.load_folder(loaded.folder, now=at(3))
    assert changes(report, "联络员").changed == ("德州市统计局",)
    assert UnitContact.objects.get(unit=units["122"]).title == "科长"
    assert UnitContact.objects.get(unit=units["124"]).title == "办公室主任"
    change = ContactChange.objects.filter(unit=units["124"]).latest("pk")
    assert (change.before, change.after, change.by) == (
        "热线联络员", "办公室主任", "城市配置 dezhou",
    )  # fmt: skip


def test_what_editors_wrote_is_left_alone(loaded: Copy) -> None:
    Article.objects.create(
        code="own", kind="news", title="编辑写的", body="正文", published_at=at(1)
    )
    loaded.add("news.toml", NEWS)
    report = actions.load_folder(loaded.folder, now=at(2))
    assert changes(report, "动态和答复").ended == ()
    assert Article.objects.get(code="own").published_at == at(1)


def test_own_days_go_into_the_calendar_and_out_again(loaded: Copy) -> None:
    days = (date(2026, 3, 9), date(2026, 3, 14), date(2027, 3, 8))
    assert [register.calendar().is_working(day) for day in days] == [True, False, True]
    loaded.change("city.toml", "closed_days = []", "closed_days = [2026-03-09, 2027-03-08]")
    loaded.change("city.toml", "opened_days = []", "opened_days = [2026-03-14]")
    report = actions.load_folder(loaded.folder, now=at(2))
    assert changes(report, "本市放假和上班日").added == ("2026 年", "2027 年")
    assert [register.calendar().is_working(day) for day in days] == [False, True, False]
    loaded.change("city.toml", "[2026-03-09, 2027-03-08]", "[2026-03-09]")
    loaded.change("city.toml", "[2026-03-14]", "[]")
    report = actions.load_folder(loaded.folder, now=at(3))
    told = changes(report, "本市放假和上班日")
    assert (told.changed, told.ended) == (("2026 年",), ("2027 年",))
    assert [register.calendar().is_working(day) for day in days] == [False, False, True]
    assert CalendarYear.objects.get(year=2026).source == "城市配置 dezhou"
    assert not actions.load_folder(loaded.folder, now=at(4)).changed


def test_new_hours_of_work_are_used_at_once(loaded: Copy) -> None:
    assert register.calendar().hours.morning[0].hour == 8
    loaded.change("city.toml", '"08:30-12:00"', '"09:00-12:00"')
    actions.load_folder(loaded.folder, now=at(2))
    assert register.calendar().hours.morning[0].hour == 9
    assert City.objects.get().loaded_at == at(2)


@pytest.mark.rule("R-76")
def test_a_new_text_is_sent_from_the_day_of_the_load_until_the_one_that_is_planned(
    loaded: Copy,
) -> None:
    planned = Text("", "四月起{number}")
    messages.put_template(
        "unsatisfied", Medium.SMS, planned, valid_from=date(2026, 4, 1), source="t", by=SYSTEM
    )
    for day, old, new in (
        (5, "未能让", "没能让"),
        (5, "没能让", "没有让"),
        (6, "没有让", "不能让"),
    ):
        loaded.change("templates.toml", old, new)
        told = changes(actions.load_folder(loaded.folder, now=at(day)), "消息模板")
        assert told.changed == ("短信 unsatisfied",)

    def sent(day: int, month: int = 3) -> str:
        words = message_queries.template_for("unsatisfied", Medium.SMS, at(day, month=month))
        assert words is not None
        return words.body

    assert ["未能让" in sent(1), "未能让" in sent(4), "没有让" in sent(5)] == [True, True, True]
    assert "不能让" in sent(6)
    assert "不能让" in sent(31)
    assert sent(1, 4) == "四月起{number}"
    assert not actions.load_folder(loaded.folder, now=at(7)).changed
