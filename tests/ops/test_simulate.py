"""``huiyin simulate`` as it is run: a database of its own that passes, or the demonstration's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import psycopg
import pytest

from huiyin.config.database import DATABASE, private_cluster
from tests.ops.installation import Installation, children, until

SMALL = ("simulate", "--city", "dezhou", "--days", "1", "--orders-per-day", "6", "--seed", "7")
DEMO = (
    "from huiyin.cities import actions, profile\n"
    "from huiyin.kernel import clock\n"
    "from huiyin.config import demonstration\n"
    "name = 'dezhou'\n"
    "actions.load(name, now=clock.now())\n"
    "demonstration.create(name)\n"
)


def ask(where: Installation, statement: str) -> list[tuple[Any, ...]]:
    address = private_cluster(where.var / "postgres").ensure_running().named(DATABASE)
    with psycopg.connect(**address.as_psycopg()) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[call-overload,no-any-return]


def without_time(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer.pop("seconds") > 0
    assert answer.pop("steps_per_second") > 0
    return answer


@pytest.mark.slow
def test_the_same_command_gives_the_same_answer_and_leaves_nothing(fresh: Installation) -> None:
    first = without_time(fresh.json(*SMALL))
    again = without_time(fresh.json(*SMALL))
    assert first == again
    assert first["orders"] == sum(first["by_state"].values()) == 6
    assert set(first["measured"]) >= {"on_time_sign_rate", "satisfied_rate", "direct_answer_rate"}
    assert ask(fresh, "select datname from pg_database where datname like 'huiyin%'") == [
        (DATABASE,)
    ]
    table = fresh.done(*SMALL)
    assert "6 件工单" in table
    assert "直接答复率" in table


@pytest.mark.slow
def test_a_demonstration_is_filled_up_to_now(fresh: Installation) -> None:
    fresh.done("django", "migrate", "--verbosity", "0")
    refused = fresh.run("simulate", "--here")
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    assert "huiyin serve --demo" in refused.stderr
    fresh.python(DEMO)
    filled = ("simulate", "--here", "--days", "4", "--orders-per-day", "15")
    first = json.loads(fresh.done(*filled, "--json"))
    second = json.loads(fresh.done(*filled, "--json"))
    assert (first["orders"], second["orders"], first["refused"]) == (60, 60, {})
    states = dict(ask(fresh, "select state, count(*) from orders_workorder group by 1"))
    assert sum(states.values()) == 120
    assert states["closed"] > 20
    assert states["in_progress"] > 5
    assert ask(fresh, "select count(*) from orders_orderevent where at > now()") == [(0,)]
    assert "历史完整" in fresh.done("audit", "verify")
    other = fresh.run("simulate", "--here", "--city", "nowhere")
    assert other.returncode == 3
    assert "nowhere" in other.stderr


@pytest.mark.slow
def test_a_year_that_is_killed_leaves_sound_orders_and_the_next_run_starts_clean(
    fresh: Installation,
) -> None:
    """Whoever pulls the plug within a year: every history verifies, and the same seed
    gives the same year again, in one process or two.
    """
    year = ("simulate", "--year", "--city", "dafeng", "--scale", "0.002", "--processes")
    whole = without_time(fresh.json(*year, "1"))
    assert (whole.pop("processes"), whole["refused"]) == (1, {})
    killed = subprocess.Popen(
        [sys.executable, "-m", "huiyin.config.command", *year, "2"],
        env=fresh.environment(), cwd=fresh.folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    passing = "select datname from pg_database where datname like 'huiyin_passing%'"
    name = until(lambda: ask(fresh, passing), 300)[0][0]
    until(lambda: _events_in(fresh, name) > 60, 300)
    family = [killed.pid, *children(killed.pid)]
    for pid in reversed(family):
        os.kill(pid, signal.SIGKILL)
    killed.wait()
    address = private_cluster(fresh.var / "postgres").ensure_running().named(name)
    assert "历史完整" in fresh.done("audit", "verify", DATABASE_URL=address.url)
    again = without_time(fresh.json(*year, "2"))
    assert (again.pop("processes"), again) == (2, whole)
    assert ask(fresh, passing) == []


def _events_in(where: Installation, name: str) -> int:
    address = private_cluster(where.var / "postgres").ensure_running().named(name)
    with psycopg.connect(**address.as_psycopg()) as connection:
        try:
            found = connection.execute("select count(*) from orders_orderevent").fetchone()
        except psycopg.errors.UndefinedTable:
            return 0
    return int(found[0]) if found else 0


@pytest.mark.parametrize(
    "words", [("--days", "0"), ("--orders-per-day", "x"), ("--start", "yesterday")]
)
def test_a_wrong_plan_is_one_line_and_starts_nothing(fresh: Installation, words) -> None:
    refused = fresh.run("simulate", *words)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert words[0] in refused.stderr
    assert not (fresh.var / "postgres").exists()
