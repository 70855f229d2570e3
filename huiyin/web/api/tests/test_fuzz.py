"""Whatever is sent: an answer of its documented form, and never a fault of ours."""

from __future__ import annotations

import random
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiyin.web.api import rate
from huiyin.web.api.tests.asking import Api, document
from huiyin.web.api.tests.schemas import resolved
from tests.world import Story, at

TEXT = st.text(max_size=30) | st.sampled_from(["", "0", "water", "0404", "%", "\\", "'", "\u2028"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def filled(schema: dict[str, Any], dice: random.Random) -> Any:
    """Return a value that mostly fits the schema."""
    told = document()
    if "$ref" in schema:
        return filled(resolved(told, schema["$ref"]), dice)
    for word in ("allOf", "anyOf"):
        if word in schema:
            return filled(dice.choice(schema[word]), dice)
    if "enum" in schema:
        return dice.choice(schema["enum"])
    return _plain(schema, dice)


def _plain(schema: dict[str, Any], dice: random.Random) -> Any:
    kind = schema.get("type", "string")
    if kind == "object":
        wanted = schema.get("required", ())
        return {
            name: filled(part, dice)
            for name, part in schema.get("properties", {}).items()
            if name in wanted or dice.random() < 0.7
        }
    if kind == "array":
        return [filled(schema["items"], dice) for _ in range(dice.randrange(3))]
    if schema.get("format") == "date-time":
        return dice.choice(["2026-03-02T15:00:00+08:00", "2026-03-04T08:00:00Z", "2000-01-01"])
    words = [
        "water",
        "0404",
        "R01",
        "T01",
        "13812345678",
        "暖气不热，室内只有 14 度",
        "长" * 600,
        "",
    ]
    return {
        "string": dice.choice(words),
        "boolean": dice.random() < 0.5,
        "integer": dice.randrange(-5, 300),
        "number": dice.uniform(-200, 200),
        "null": None,
    }[kind]


_NO_BODY: dict[str, Any] = {"content": {"application/json": {"schema": {}}}}


def _posts() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.removeprefix("/api/v1"), item["post"])
        for path, item in sorted(document()["paths"].items())
        if "post" in item and _takes_json(item["post"])
    ]


def _takes_json(operation: dict[str, Any]) -> bool:
    return "application/json" in operation.get("requestBody", _NO_BODY)["content"]


def _body(operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", _NO_BODY)["content"]
    return content["application/json"]["schema"] or {"type": "object"}


def test_nothing_that_is_posted_is_a_fault(world) -> None:
    story = Story(world).created().submitted().dispatched().signed()
    api = Api(world, at(4, 9))
    people = ("agent", "dispatcher", "water_handler", "manager", "auditor", "callback", None)
    posts = _posts()

    @settings(
        max_examples=150, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.randoms(use_true_random=False), ANYTHING, st.booleans())
    def post(dice: random.Random, junk: Any, fitting: bool) -> None:  # noqa: FBT001
        path, operation = dice.choice(posts)
        body = filled(_body(operation), dice) if fitting else junk
        if fitting and isinstance(body, dict) and body and dice.random() < 0.4:
            body[dice.choice(sorted(body))] = junk
        try:
            content = orjson.dumps(body)
        except (TypeError, orjson.JSONEncodeError):
            return
        rate.forget_all()
        key = {"Idempotency-Key": f"{dice.getrandbits(128):032x}"}
        told = api.ask(
            "POST", path.replace("{number}", story.order.number), content, dice.choice(people), key
        )
        assert told.status < 500

    post()


def test_nothing_that_is_asked_is_a_fault(world) -> None:
    story = Story(world).created().submitted()
    api = Api(world, at(4, 9))
    gets = [
        (path.removeprefix("/api/v1"), item["get"])
        for path, item in sorted(document()["paths"].items())
        if "get" in item
    ]

    @settings(
        max_examples=150, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        st.randoms(use_true_random=False), st.dictionaries(st.text(max_size=8), TEXT, max_size=2)
    )
    def get(dice: random.Random, junk: dict[str, str]) -> None:
        from urllib.parse import urlencode

        path, operation = dice.choice(gets)
        query = {
            p["name"]: dice.choice([str(filled(p["schema"], dice)), *junk.values()])
            for p in operation["parameters"]
            if p["in"] == "query" and dice.random() < 0.3
        }
        if dice.random() < 0.2:
            query |= junk
        rate.forget_all()
        number = dice.choice(
            [story.order.number, *("".join(filter(str.isalnum, v)) for v in junk.values())]
        )
        path = path.replace("{number}", number or "0").replace("{key}", "1")
        path = path if path.isascii() else "/orders"
        told = api.get(
            f"{path}?{urlencode(query, errors='replace')}", dice.choice(["agent", "water_handler"])
        )
        assert told.status < 500

    get()
