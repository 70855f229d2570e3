"""Pages of figures: counties and whistles, narrowed by days, with tables."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.insight.facts import actions as facts
from huiyin.kernel import clock
from huiyin.orders import actions as orders
from huiyin.orders import return_queries, tag_queries
from tests.world import Story, at

MARCH = "since=2026-03-01&until=2026-03-31"


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-395")
def test_who_whistled_whom_is_told_with_its_orders(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    manager = desk("manager")
    assert "这段时间没有吹哨" in text(manager.get("/desk/whistles"))
    story.on_street().whistled().came_and_told()
    manager.get("/desk/whistles")
    with django_assert_max_num_queries(8):
        page = text(manager.get(f"/desk/whistles?{MARCH}"))
    for said in ("东关镇", "市住建局", "按时报到", "100.0%", story.order.number):
        assert said in page
    assert "没有这样的吹哨" in text(manager.get(f"/desk/whistles?{MARCH}&department=water"))
    assert "东关镇" not in text(desk("water_leader").get(f"/desk/whistles?{MARCH}"))
    assert "这段时间没有吹哨" in text(
        manager.get("/desk/whistles?since=2026-01-01&until=2026-02-01")
    )
    table = manager.get(f"/desk/whistles.csv?{MARCH}").content.decode("utf-8-sig").splitlines()
    assert len(table) == 2
    assert "东关镇,市住建局" in table[1]
    wrong = manager.get("/desk/whistles?since=2026-03-09&until=2026-03-01")
    assert wrong.status_code == 422
    assert "开始日期不能晚于结束日期" in text(wrong)


@pytest.mark.rule("R-394")
def test_a_county_report_leads_from_its_figures_to_the_orders(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    manager = desk("manager")
    assert "还没有结转过的日期" in text(manager.get("/desk/counties"))
    story.on_street()
    facts.close_days(date(2026, 3, 11), now=at(12, 1))
    with clock.driven(at(12, 9)):
        manager.get("/desk/counties")
        with django_assert_max_num_queries(9):
            page = text(manager.get(f"/desk/counties?{MARCH}"))
        assert "事实截至" in page
        url = "/desk/counties/township/overdue?since=2026-03-01&amp;until=2026-03-31"
        assert url in page
        behind = text(manager.get(url.replace("&amp;", "&")))
        assert story.order.number in behind
        assert "东关镇：超期" in behind
        total = text(manager.get(f"/desk/counties/county/dispatched?{MARCH}&below"))
        assert story.order.number in total
        assert "没有您能看的工单" in text(manager.get(f"/desk/counties/county/due?{MARCH}"))
        table = manager.get(f"/desk/counties.csv?{MARCH}").content.decode("utf-8-sig").splitlines()
        assert table[2].startswith("东关镇,1,1,0,1")
        assert "没有可以看的县区" in text(desk("water_leader").get("/desk/counties"))
        assert manager.get("/desk/counties?county=water").status_code == 404
        assert manager.get(f"/desk/counties/county/nothing?{MARCH}").status_code == 404
        assert manager.get("/desk/counties?since=2026-13-01").status_code == 422


@pytest.mark.rule("R-397")
def test_tags_are_counted_beside_the_days_before(story: Story, desk) -> None:
    story.created().tagged()
    tag = story.order.tags[0]
    older = Story(story.world).created(now=at(20, month=2))
    older.order = orders.tag(
        older.order.pk, by=story.world.actor("agent"), tags=[tag], now=at(20, month=2)
    )
    page = text(desk("manager").get("/desk/tags?since=2026-03-01&until=2026-03-31"))
    assert f"/desk/orders?tag={tag}&amp;scope=all&amp;since=2026-03-01" in page
    assert page.count("100.0%") == 2
    [(_, figures), *_] = tag_queries.figures_by_tag(
        story.world.actor("manager"), date(2026, 3, 1), date(2026, 3, 31)
    )
    counted = [(row.count, row.before) for row in figures if row.tag.code == tag]
    assert counted == [(1, 1)]
    unit = story.world.actor("housing_handler")
    figures = tag_queries.figures_by_tag(unit, date(2026, 3, 1), date(2026, 3, 31))
    assert not any(row.count for _, rows in figures for row in rows)


@pytest.mark.rule("R-505")
def test_returns_by_unit_reason_and_matter_lead_to_their_orders(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    manager = desk("manager")
    assert "这段时间没有退单" in text(manager.get("/desk/returns"))
    story.created().submitted().dispatched().return_refused()
    other = Story(story.world).created().submitted().dispatched().return_asked()
    Story(story.world).created().submitted().dispatched()
    wanted = return_queries.ReturnFilter(at(1), at(31))
    (water,) = return_queries.by_unit(wanted)
    assert (water.code, water.given, water.asked, water.refused, water.waiting) == (
        "water", 3, 2, 1, 1,
    )  # fmt: skip
    assert (water.rate, water.improper_rate) == (2 / 3, 1.0)
    (reason,) = return_queries.by_reason(wanted)
    assert (reason.asked, reason.rate) == (2, None)
    assert return_queries.by_category(wanted)[0].asked == 2
    assert return_queries.by_unit(return_queries.ReturnFilter(at(3), at(31))) == []
    manager.get("/desk/returns")
    with django_assert_max_num_queries(11):
        page = text(manager.get(f"/desk/returns?{MARCH}"))
    for said in ("市水务局", "66.7%", "确属供热管理", other.order.number[:6]):
        assert said in page
    assert "没有这样的退单" in text(manager.get(f"/desk/returns?{MARCH}&reason=none"))
    table = manager.get(f"/desk/returns.csv?{MARCH}&unit=water").content.decode("utf-8-sig")
    assert len(table.splitlines()) == 3
    assert "市水务局" in text(desk("water_leader").get(f"/desk/returns?{MARCH}"))
    assert manager.get("/desk/returns?since=2026-03-09&until=2026-03-01").status_code == 422
