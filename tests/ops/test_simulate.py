"""``huiyin simulate`` as it is run: a database of its own that passes, or the demonstration's."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from huiyin.config.database import DATABASE, private_cluster
from tests.ops.installation import Installation

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


@pytest.mark.parametrize(
    "words", [("--days", "0"), ("--orders-per-day", "x"), ("--start", "yesterday")]
)
def test_a_wrong_plan_is_one_line_and_starts_nothing(fresh: Installation, words) -> None:
    refused = fresh.run("simulate", *words)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert words[0] in refused.stderr
    assert not (fresh.var / "postgres").exists()
