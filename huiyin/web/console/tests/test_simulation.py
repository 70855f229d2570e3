"""The page of simulated years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from huiyin.insight.runs import actions, queries
from huiyin.insight.runs.actions import RunPlan
from huiyin.insight.runs.models import SimulationRun
from huiyin.kernel import clock
from tests.world import World, at

pytestmark = pytest.mark.django_db
PLAN = RunPlan("dafeng", "大丰", 1, 0.5, 2, date(2015, 1, 1), date(2015, 12, 31))
FIGURES = [
    {
        "key": "calls", "name": "来电", "measured": 89771, "published": 90000, "share": False,
        "source": "requirement 53", "about": "呼入的电话",
    },
    {
        "key": "on_time", "name": "按时办结率", "measured": 0.80, "published": 0.85, "share": True,
        "source": "requirement 71", "about": "时限内回复",
    },
    {
        "key": "return_rate", "name": "退单率", "measured": None, "published": None, "share": True,
        "source": "", "about": "",
    },
]  # fmt: skip


@pytest.fixture
def manager(world: World) -> Client:
    client = Client()
    client.force_login(world.people["manager"])
    return client


def begun() -> int:
    return actions.begin(PLAN, now=at(2))


def test_nothing_has_been_simulated_yet(manager: Client) -> None:
    assert "还没有模拟过" in manager.get("/console/simulation").content.decode()
    assert manager.get("/console/simulation/99").status_code == 404


def test_a_run_tells_how_far_it_is_and_when_it_falls_silent(manager: Client) -> None:
    key = begun()
    actions.progress(key, day=date(2015, 7, 2), orders=100, steps=1000, now=at(2, 9, 1))
    with clock.driven(at(2, 9, 2)):
        page = manager.get("/console/simulation").content.decode()
    assert 'value="50"' in page
    assert "到 2015年7月2日" in page
    assert "很久没有消息" not in page
    with clock.driven(at(2, 10)):
        assert "很久没有消息" in manager.get(f"/console/simulation/{key}").content.decode()


def test_figures_stand_beside_the_published_ones(manager: Client) -> None:
    key = begun()
    actions.finish(
        key, orders=9, steps=99, seconds=1.5, figures=FIGURES, digest="d" * 64, now=at(2, 10)
    )
    page = manager.get(f"/console/simulation/{key}").content.decode()
    for words in ("89,771", "90,000", "-0.3 %", "80.0%", "-5.0 个百分点", "requirement 71"):
        assert words in page, words
    row = SimulationRun.objects.get()
    assert [f.difference and round(f.difference, 4) for f in queries.figures_of(row)] == [
        -0.0025, -0.05, None
    ]  # fmt: skip


def test_an_ended_run_stays_as_it_is(manager: Client) -> None:
    key = begun()
    actions.finish(key, orders=9, steps=99, seconds=1.5, figures=[], digest="", now=at(2, 10))
    actions.progress(key, day=date(2015, 2, 1), orders=1, steps=1, now=at(3))
    actions.fail(key, "断了", now=at(3))
    row = SimulationRun.objects.get()
    assert (row.state, row.steps, row.error) == ("done", 99, "")
    other = begun()
    actions.fail(other, "磁盘已满", now=at(3))
    assert "磁盘已满" in manager.get(f"/console/simulation/{other}").content.decode()


def test_the_list_costs_the_same_for_many_runs(
    manager: Client, django_assert_max_num_queries
) -> None:
    for n in range(25):
        SimulationRun.objects.filter(pk=begun()).update(began_at=at(2) + timedelta(minutes=n))
    with django_assert_max_num_queries(8):
        page = manager.get("/console/simulation").content.decode()
    assert "下一页" in page
