"""Finding orders: exact whatever the windows, by policy, by number and telephone, by sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from huiyin.kernel import search
from huiyin.kernel.errors import BadRequest
from huiyin.kernel.models import AccessLog
from huiyin.kernel.search import windows
from huiyin.kernel.tests.test_search import shown
from huiyin.knowledge.states import Kind
from huiyin.orders import search_queries as queries
from huiyin.orders.actions import texts
from huiyin.orders.actions.finding import find
from huiyin.orders.listing import OrderFilter
from huiyin.orders.models import OrderText, WorkOrder
from huiyin.orgs.actors import SYSTEM
from tests.world import Story, at

ANY = OrderFilter()
MATTERS = (
    ("楼下烧烤店夜间噪音扰民", "幸福路12号"),
    ("工地夜间施工，噪音大", "幸福路112号"),
    ("路灯一直不亮", "和平街"),
    ("電梯停運，沒人維修", "幸福小区"),
)


@pytest.fixture
def taken(world):
    """Take down the matters, an hour apart, and write their words."""
    numbers = []
    for n, (content, place) in enumerate(MATTERS):
        story = Story(world).created(at(2, 9 + n), title=f"第{n}件", content=content, place=place)
        numbers.append(story.order.pk)
    texts.write(numbers)
    return numbers


def keys(actor, typed: str, wanted: OrderFilter = ANY, **how: object) -> list[int]:
    return [hit.order.pk for hit in queries.found(actor, typed, wanted, **how).rows]


TYPED = (
    ("噪", [1, 0]),
    ("噪音", [1, 0]),
    ("噪音扰", [0]),
    ("夜间 噪音", [1, 0]),
    ("“夜间噪音”", [0]),
    ("12号", [0]),
    ("幸福路12", [0]),
    ("112", [1]),
    ("幸福", [3, 1, 0]),
    ("电梯停运", [3]),
    ("電梯 維修", [3]),
    ("第2件", [2]),
    ("％噪音", [1, 0]),
)


@pytest.mark.rule("R-302")
@pytest.mark.parametrize("peek", [0, 2, windows.PEEK])
def test_words_find_orders_whatever_the_windows(taken, monkeypatch, peek: int) -> None:
    monkeypatch.setattr(windows, "PEEK", peek)
    for typed, found in TYPED:
        assert keys(SYSTEM, typed) == [taken[n] for n in found], typed


@pytest.mark.rule("R-302")
def test_old_orders_are_found_beyond_the_windows(taken, monkeypatch) -> None:
    monkeypatch.setattr(windows, "PEEK", 1)
    monkeypatch.setattr(windows, "WINDOW", timedelta(minutes=90))
    assert keys(SYSTEM, "噪音") == [taken[1], taken[0]]
    assert keys(SYSTEM, "噪音", size=1) == [taken[1]]


@pytest.mark.rule("R-302")
def test_pages_go_on_where_the_last_ended(taken) -> None:
    first = queries.found(SYSTEM, "幸福", ANY, size=2)
    assert [hit.order.pk for hit in first.rows] == [taken[3], taken[1]]
    assert keys(SYSTEM, "幸福", size=2, cursor=first.next) == [taken[0]]
    assert queries.found(SYSTEM, "幸福", ANY, size=2, cursor=first.next).next == ""
    for cursor in ("x", "1.", "1.2.3", "9" * 40 + ".1", "-1.1"):
        with pytest.raises(BadRequest):
            queries.found(SYSTEM, "幸福", ANY, cursor=cursor)


@pytest.mark.rule("R-302")
def test_filters_narrow_what_is_found(taken, world) -> None:
    order = WorkOrder.objects.get(pk=taken[0])
    fits = (
        replace(ANY, kind="help"),
        replace(ANY, channel="phone"),
        replace(ANY, category=world.heating),
        replace(ANY, states=(order.standing,)),
        replace(ANY, since=date(2026, 3, 2), until=date(2026, 3, 2)),
    )
    for wanted in fits:
        assert keys(SYSTEM, "噪音", wanted) == [taken[1], taken[0]]
    misses = (
        replace(ANY, kind="inquiry"),
        replace(ANY, channel="web"),
        replace(ANY, unit=world.water),
        replace(ANY, since=date(2026, 3, 3)),
        replace(ANY, until=date(2026, 3, 1)),
    )
    for wanted in misses:
        assert keys(SYSTEM, "噪音", wanted) == []


@pytest.mark.rule("R-302")
def test_the_most_relevant_come_first_when_asked(taken, world) -> None:
    story = Story(world).created(at(1, 9), title="噪音噪音", content="噪音，噪音", place="")
    texts.write([story.order.pk])
    assert keys(SYSTEM, "噪音", relevant=True)[0] == story.order.pk
    assert keys(SYSTEM, "噪音")[-1] == story.order.pk


@pytest.mark.rule("R-302")
@pytest.mark.parametrize("few", [-1, windows.FEW])
def test_only_what_may_be_seen_is_found(taken, world, monkeypatch, few: int) -> None:
    monkeypatch.setattr(windows, "FEW", few)
    story = Story(world).created(content="楼上噪音很大").submitted().dispatched()
    texts.write([story.order.pk])
    assert keys(world.actor("water_handler"), "噪音") == [story.order.pk]
    assert keys(world.actor("team_handler"), "噪音") == []
    assert keys(world.actor("housing_handler"), "噪音") == []
    assert keys(world.actor("township_handler"), "噪音") == []
    assert keys(world.actor("agent"), "噪音") == [taken[1], story.order.pk, taken[0]]


@pytest.mark.rule("R-300")
def test_no_number_of_a_person_is_in_the_words(world) -> None:
    said = "请打 13812345678 或 0534-2345678，身份证 371402199001011234"
    story = Story(world).created(content=said, kind=Kind.REPORT)
    texts.write([story.order.pk])
    body = OrderText.objects.get().body
    assert not any(each in body for each in ("13812345678", "2345678", "199001011234"))
    assert keys(SYSTEM, "138") == [story.order.pk]


def test_words_follow_the_steps(world) -> None:
    story = Story(world).created().submitted().dispatched().signed().contacted().replied()
    assert texts.write([story.order.pk]) == 1
    assert texts.write([story.order.pk]) == 0
    assert keys(SYSTEM, "换热站") == [story.order.pk]
    assert f"u{world.water.pk}" in OrderText.objects.get().marks.split()
    OrderText.objects.update(events=99, body="later")
    assert texts.write([story.order.pk]) == 0, "what was read before never replaces the later"


def test_all_words_are_written_anew(taken) -> None:
    OrderText.objects.update(body="x")
    assert list(texts.rebuild(anew=True)) == [4]
    assert keys(SYSTEM, "噪音") == [taken[1], taken[0]]


@pytest.mark.rule("R-303")
def test_what_nobody_wrote_is_tried_by_its_words_and_its_sound(taken, world) -> None:
    assert texts.learn_words() > 0
    parted = queries.found(SYSTEM, "烧烤店噪音", ANY)
    assert (parted.how, [h.order.pk for h in parted.rows]) == ("words", [taken[0]])
    heard = queries.found(SYSTEM, "造音 耶间", ANY)
    assert (heard.how, str(heard.asked)) == ("sound", "噪音 夜间")
    assert [h.order.pk for h in heard.rows] == [taken[1], taken[0]]
    assert queries.found(SYSTEM, "完全没有的词语", ANY).rows == []


@pytest.mark.rule("R-303")
def test_a_new_city_need_not_wait_for_the_night(taken, monkeypatch) -> None:
    latest = max(OrderText.objects.values_list("at", flat=True))
    assert texts.learn_words_while_few(latest + timedelta(hours=1)) == 0
    assert texts.learn_words_while_few(latest + timedelta(minutes=5)) > 0
    monkeypatch.setattr(texts, "FEW", 1)
    assert texts.learn_words_while_few(latest) == 0


def test_hits_are_shown_as_they_were_written(taken) -> None:
    hit = queries.found(SYSTEM, "电梯", ANY).rows[0]
    assert (shown(hit.title), shown(hit.excerpt)) == ("第3件", "[電梯]停運，沒人維修")


@pytest.mark.rule("R-301")
@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("138 1234-5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("（0534）2345678", "05342345678"),
        ("2345678", "2345678"),
        ("26112200001234", ""),
        ("3号楼", ""),
        ("123", ""),
    ],
)
def test_a_telephone_number_is_known_by_its_form(typed: str, number: str) -> None:
    assert queries.phone_in(typed) == number


@pytest.mark.rule("R-301")
def test_a_caller_is_found_by_the_digest_of_the_number_and_that_is_logged(taken, world) -> None:
    report = Story(world).created(kind=Kind.REPORT, phone="13912345678").submitted().dispatched()
    texts.write([report.order.pk])

    def found(who: str, typed: str) -> list[int]:
        hits = find(typed, ANY, by=world.actor(who), now=at(3), address="127.0.0.1")
        return [hit.order.pk for hit in hits.rows]

    assert found("agent", report.order.number) == [report.order.pk]
    assert found("housing_handler", report.order.number) == []
    assert AccessLog.objects.count() == 0
    assert found("agent", "139 1234 5678") == [report.order.pk]
    row = AccessLog.objects.get()
    assert (row.subject, row.reader) == ("phone:139****5678", world.actor("agent").reference)
    assert found("water_handler", "13912345678") == [], "nobody learns who reported them"
    assert found("water_handler", "暖气") == [report.order.pk]


def explained(statement: str, values: list[object]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain (costs off) {statement}", values)
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("typed", ["暖气", "稀罕", "暖气 稀罕"])
def test_the_newest_are_taken_from_a_set_of_their_own(taken, typed: str) -> None:
    """The trap of ``order by … limit``, for a frequent and a rare word.

    The index finds the hits, whatever the planner thinks of them; only they are sorted, and orders
    are asked one by one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into orders_ordertext (order_id, at, marks, body, events)"
            " select id, created_at, '', case when id % 4 = 0 then '稀罕' else '暖气不热' end, 1"
            " from orders_workorder"
            " on conflict (order_id) do update set body = excluded.body"
        )
        cursor.execute("analyze orders_ordertext")
    rows = WorkOrder.objects.filter(kind="help").values("pk").query.sql_with_params()
    bounds = search.Bounds(rows=rows)
    plan = explained(*windows.indexed(queries.SOURCE, search.ask(typed), bounds, 51))
    text = "\n".join(plan)
    assert "CTE hit" in text
    assert "Bitmap Index Scan on order_text_found" in text
    assert "order_text_newest" not in text
    assert plan[0] == "Limit"
    sort = next(n for n, line in enumerate(plan) if "Sort Key" in line and "hit.at DESC" in line)
    assert "CTE Scan on hit" in plan[sort + 1]
    # By whichever index has the key: the planner may know a wider one to be as small.
    assert "Index Cond: (id = h.order_id)" in text
    assert "Seq Scan on orders_workorder" not in text
    peek = "\n".join(explained(*windows.peek(queries.SOURCE, search.ask(typed), bounds, 51)))
    assert "order_text_newest" in peek
    assert "order_text_found" not in peek
