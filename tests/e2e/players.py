"""The processes that the kill -9 proof starts: ``python -m tests.e2e.players ROLE``.

Every role is the real thing, set up as the ``huiyin`` command does it, with one outbox consumer
more: it writes a row for each event it hears of, into a table that would hold a second as gladly.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from huiyin.config.commands import base
from huiyin.kernel import clock
from huiyin.worktime.calendar import SHANGHAI

TABLE = "create table if not exists heard (order_id bigint, seq int, at timestamptz default now())"


def hear(_topic: str, payload: Mapping[str, Any], _now: datetime) -> None:
    """Write one row; nothing in the table refuses a second."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "insert into heard (order_id, seq) values (%s, %s)", [payload["order"], payload["seq"]]
        )


def make() -> None:
    """Make the small city and a token that may take down requests; print it."""
    from django.db import connection
    from django.test import override_settings

    from huiyin.orgs import actions
    from huiyin.orgs.states import Perm
    from tests import world

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        small = world.build()
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    token = actions.issue_token(
        staff=small.people["agent"], name="test", scopes=[Perm.INTAKE, Perm.SEE_ALL],
        now=clock.now(),
    )  # fmt: skip
    sys.stdout.write(json.dumps({"token": token}))


def simulate(journal: str, seed: str, days: str) -> None:
    """Let the city live, and acknowledge every step in ``journal``."""
    from huiyin.simulation.behaviour import LIVELY
    from huiyin.simulation.plan import Plan
    from huiyin.simulation.run import simulate as live

    today = clock.now().astimezone(SHANGHAI).date()
    plan = Plan(
        days=int(days), per_day=40, seed=int(seed), first=today - timedelta(days=40),
        behaviour=LIVELY, mark=seed, journal=Path(journal),
    )  # fmt: skip
    sys.stdout.write(json.dumps(live(plan).as_json()))


def worker() -> None:
    """Work as ``huiyin worker`` does."""
    from huiyin.config.processes import worker as process

    process.run()


def web() -> None:
    """Serve as ``huiyin web`` does, without collecting static files."""
    from huiyin.config.processes import web as process

    process.run()


def main(role: str, *words: str) -> None:
    """Set Django up and play a role."""
    base.with_django()
    from huiyin.kernel import outbox

    outbox.register("proof", ("order.*",), hear)
    {"make": make, "simulate": simulate, "worker": worker, "web": web}[role](*words)


if __name__ == "__main__":
    main(*sys.argv[1:])
