"""The permission matrix: every URL, every person, signed out and signed in."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import orjson
import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from huiyin.orgs import actions as orgs
from tests.permissions.row import EVERYBODY, Row
from tests.world import Story, at

AREAS = sorted(
    p.stem
    for p in (Path(__file__).parent / "permissions").glob("*.py")
    if p.stem not in ("__init__", "facts", "row", "thanks")
)
ROWS: list[Row] = [row for area in AREAS for row in import_module(f"tests.permissions.{area}").ROWS]


def named(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from named(pattern.url_patterns, space)
        else:
            yield f"{prefix}{pattern.name}"


def test_every_url_has_a_row() -> None:
    urls = set(named(get_resolver().url_patterns))
    assert urls, "no URLs at all"
    assert urls == {row.name for row in ROWS}


def told(story: Story, steps: str) -> Story:
    for step in filter(None, steps.split(".")):
        getattr(story, step)()
    return story


def ask(client: Client, row: Row, story: Story, **headers: str) -> int:
    url, data = reverse(row.name, kwargs=row.kwargs(story)), row.data(story)
    if row.method == "GET":
        response = client.get(url, data, headers=headers)
    elif row.api and not row.form:
        response = client.generic(
            row.method, url, orjson.dumps(data), "application/json", headers=headers
        )
    else:
        response = client.post(url, data, headers=headers)
    if response.streaming:
        list(response.streaming_content)  # reading to the end closes the file
    return response.status_code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.name}")
def test_signed_out(story: Story, row: Row, client: Client) -> None:
    told(story, row.story)
    with time_machine.travel(at(4, 12), tick=False):
        status = ask(client, row, story)
    if row.public:
        assert status not in (401, 403, 500), status
        return
    assert status == (401 if row.api else 302), status


@pytest.mark.rule("R-60")
@pytest.mark.parametrize(
    "row", [r for r in ROWS if not r.public], ids=lambda r: f"{r.method} {r.name}"
)
def test_signed_in(story: Story, row: Row) -> None:
    """Refusals first, so that nobody's success changes what the next one meets."""
    told(story, row.story)
    world = story.world
    unknown = row.allowed - EVERYBODY
    assert not unknown, unknown
    wrong = {}
    with time_machine.travel(at(4, 12), tick=False):
        for who in sorted(EVERYBODY - row.allowed) + sorted(row.allowed)[:1]:
            client, headers = Client(), {}
            staff = world.people[who]
            if row.api:
                token = orgs.issue_token(
                    staff=staff, name="t", scopes=sorted(staff.perms), now=at(4)
                )
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-{who}"}
            else:
                client.force_login(staff)
            status = ask(client, row, story, **headers)
            if who in row.allowed:
                if status in (401, 403, 404, 500):
                    wrong[who] = status
            elif status != row.refused_for.get(who, row.refused):
                wrong[who] = status
    assert wrong == {}
