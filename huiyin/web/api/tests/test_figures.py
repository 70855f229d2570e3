"""Figures of counties, whistles and tags: interface, page and table tell the same numbers."""

from __future__ import annotations

import csv
import re
from datetime import date
from html import unescape

import pytest
from django.test import Client

from huiyin.insight.facts import actions as facts
from huiyin.kernel import clock
from huiyin.orders import actions as orders
from huiyin.web.api.tests.asking import Api
from tests.world import Story, at

pytestmark = pytest.mark.rule("R-513")
MARCH = "since=2026-03-01&until=2026-03-31"


def cells(page: str) -> dict[str, list[str]]:
    """Return the numbers of each row of a page's tables, by the words that begin the row."""
    found, page = {}, page.partition("<main")[2].partition("</main>")[0]
    for head, rest in re.findall(r'<th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', page, re.DOTALL):
        words = [unescape(re.sub(r"<[^>]+>", "", each)).strip() for each in
                 (head, *re.findall(r"<td[^>]*>(.*?)</td>", rest, re.DOTALL))]  # fmt: skip
        found[words[0]] = words[1:]
    return found


def table(client: Client, url: str) -> list[list[str]]:
    sent = client.get(url).content.decode("utf-8-sig")
    return list(csv.reader(sent.splitlines()))


def percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}%"


@pytest.fixture
def manager(api: Api) -> Client:
    client = Client()
    client.force_login(api.world.people["manager"])
    return client


def test_a_county(api: Api, manager: Client) -> None:
    empty = api.get(f"/figures/counties?{MARCH}", who="manager").body
    assert (empty["county"], empty["as_of"], empty["units"]) == ("county", None, [])
    Story(api.world).on_street()
    facts.close_days(date(2026, 3, 11), now=at(12, 1))
    with clock.driven(at(12, 9)):
        told = api.get(f"/figures/counties?{MARCH}&county=county", who="manager").body
        page = cells(manager.get(f"/desk/counties?{MARCH}").content.decode())
        _, *rows = table(manager, f"/desk/counties.csv?{MARCH}")
    names = ("dispatched", "due", "on_time", "overdue", "closed", "redone", "reached", "satisfied")
    by_name = {row["name"]: row for row in told["units"]} | {"合计": told["total"]}
    said = {name: [str(row[key]) for key in names] for name, row in by_name.items()}
    for name, row in by_name.items():
        said[name].insert(4, percent(row["on_time_rate"]))
        said[name].append(percent(row["satisfied_rate"]))
    assert said["东关镇"][:4] == ["1", "1", "0", "1"]
    assert page == said
    kept = [[*row[1:5], row[9], *row[5:9], row[10]] for row in rows]
    assert kept == [said[row[0]] for row in rows]
    assert told["as_of"] == "2026-03-11"
    assert api.get(f"/figures/counties?{MARCH}&county=water", who="manager").status == 404


def test_whistles(api: Api, manager: Client) -> None:
    Story(api.world).on_street().whistled().came_and_told()
    told = api.get(f"/figures/whistles?{MARCH}", who="manager").body
    (department,), (street,) = told["departments"], told["streets"]
    page = cells(manager.get(f"/desk/whistles?{MARCH}").content.decode())
    assert page[department["name"]] == [
        str(department["called"]), str(department["in_time"]),
        percent(department["in_time_rate"]), str(department["answered"]),
        str(department["judged"]), percent(department["satisfied_rate"]),
    ]  # fmt: skip
    assert page[street["name"]] == [str(street["whistles"]), str(street["called"])]
    _, *rows = table(manager, f"/desk/whistles.csv?{MARCH}")
    assert department["called"] == len(rows) == 1
    assert department["in_time"] == sum(row[7] == "按时报到" for row in rows)
    assert department["answered"] == sum(bool(row[9]) for row in rows)
    below = api.get(f"/figures/whistles?{MARCH}", who="water_leader").body
    assert (below["departments"], below["streets"]) == ([], [])


def test_tags(api: Api, manager: Client) -> None:
    story = Story(api.world).created().tagged()
    older = Story(api.world).created(now=at(20, month=2))
    orders.tag(older.order.pk, by=api.world.actor("agent"), tags=story.order.tags,
               now=at(20, month=2))  # fmt: skip
    (told,) = api.get(f"/figures/tags?{MARCH}", who="manager").body["tags"]
    assert (told["count"], told["before"], told["share"]) == (1, 1, 100.0)
    said = [str(told["count"]), percent(told["share"]), str(told["before"]),
            percent(told["share_before"])]  # fmt: skip
    assert cells(manager.get(f"/desk/tags?{MARCH}").content.decode()) == {told["name"]: said}
    _, row = table(manager, f"/desk/tags.csv?{MARCH}")
    assert row == [told["group"], told["name"], *said]


def test_days_that_cannot_be_meant(api: Api) -> None:
    for what in ("counties", "whistles", "tags"):
        for days, field in (
            ("since=2026-03-09&until=2026-03-01", "until"),
            ("since=2020-01-01&until=2026-03-01", "since"),
            (f"{MARCH}&unit=water", "unit"),
        ):
            refused = api.get(f"/figures/{what}?{days}", who="manager")
            assert refused.status == 422
            assert field in refused.body["fields"]
        assert api.get(f"/figures/{what}?{MARCH}", who="water_handler").status == 403
