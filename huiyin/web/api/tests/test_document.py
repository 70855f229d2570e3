"""The OpenAPI document is valid, whole and in Chinese; the page that shows it needs no network."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from typing import Any

import pytest
from django.test import Client

from huiyin.web import api
from huiyin.web.api.tests.asking import document
from huiyin.web.api.tests.schemas import faults, resolved
from huiyin.web.api.urls import urlpatterns

CHINESE = re.compile(r"[一-鿿]")
BESIDE = {"openapi_json", "docs", "unknown"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def parts(value: Any, at: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield at, value
        for name, inner in value.items():
            yield from parts(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from parts(inner, f"{at}/{n}")


@pytest.fixture(autouse=True)
def _database(db):
    return


def test_the_document_has_its_form() -> None:
    told = document()
    assert told["openapi"].startswith("3.1.")
    assert {"title", "version", "description", "license"} <= set(told["info"])
    assert told["servers"] == [{"url": "/", "description": "本平台"}]
    assert set(told["components"]["securitySchemes"]) == {"BearerToken", "SessionCookie"}


def test_every_address_is_documented_and_nothing_else() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))
    assert set(ids) | BESIDE == {pattern.name for pattern in urlpatterns}


def test_every_reference_leads_somewhere() -> None:
    told = document()
    for at, part in parts(told):
        if "$ref" in part and isinstance(part["$ref"], str):
            assert resolved(told, part["$ref"]), at
    used = set(re.findall(r"#/components/schemas/(\w+)", str(told)))
    assert used == set(told["components"]["schemas"])


def test_a_name_of_the_document_stands_for_one_shape() -> None:
    """Two classes of one name would take each other's place without a word."""
    shapes: dict[str, set[type]] = {name: set() for name in document()["components"]["schemas"]}
    for info in pkgutil.iter_modules(api.__path__, f"{api.__name__}."):
        if not info.ispkg:
            for value in vars(import_module(info.name)).values():
                told = isinstance(value, type) and (
                    value.__module__.startswith(api.__name__) or issubclass(value, Enum)
                )
                if told and value.__name__ in shapes:
                    shapes[value.__name__].add(value)
    twice = {name: classes for name, classes in shapes.items() if len(classes) > 1}
    assert twice == {}


def test_every_parameter_is_of_its_form() -> None:
    for path, _, operation in operations():
        named = [(p["in"], p["name"]) for p in operation["parameters"]]
        assert len(named) == len(set(named))
        assert {n for i, n in named if i == "path"} == set(re.findall(r"\{(\w+)\}", path))
        for parameter in operation["parameters"]:
            assert set(parameter) <= {
                "in", "name", "description", "required", "schema", "example", "deprecated",
            }, parameter  # fmt: skip
            assert parameter["required"] or parameter["in"] != "path"
            assert CHINESE.search(parameter["description"])


def test_every_answer_has_its_schema() -> None:
    told = document()
    for path, method, operation in operations():
        statuses = set(operation["responses"])
        assert statuses & {"200", "201"}, path
        assert {"400", "500"} <= statuses
        if operation.get("security"):
            assert {"401", "403", "429"} <= statuses
        else:
            assert path.startswith("/api/v1/public/") or method == "get"
        if "{number}" in path or "{key}" in path:
            assert "404" in statuses, path
        if "requestBody" in operation:
            assert {"413", "415", "422"} <= statuses, path
        for status, answer in operation["responses"].items():
            full = resolved(told, answer["$ref"]) if "$ref" in answer else answer
            assert CHINESE.search(full["description"])
            for kind, content in full["content"].items():
                assert content["schema"]
                assert (kind == "application/problem+json") == (int(status) >= 400)


def test_what_may_be_repeated_says_so() -> None:
    for path, method, operation in operations():
        headers = {p["name"]: p["required"] for p in operation["parameters"] if p["in"] == "header"}
        if path.endswith(("/orders", "/messages")) and method == "post":
            assert headers == {"Idempotency-Key": True}
        elif "/steps/" in path or (
            path.split("/")[-1] in ("callbacks", "urgings") and method == "post"
        ):
            assert headers == {"Idempotency-Key": False, "If-Match": False}


def test_everything_is_told_in_chinese() -> None:
    told = document()
    for path, method, operation in operations():
        assert CHINESE.search(operation["summary"]), path
        assert CHINESE.search(operation["description"]), path
        assert operation["tags"], (path, method)
    for name, schema in told["components"]["schemas"].items():
        assert CHINESE.search(schema.get("description", "")), name
        for field, part in schema.get("properties", {}).items():
            assert CHINESE.search(part.get("description", "")), f"{name}.{field}"


def test_every_example_is_right() -> None:
    told = document()
    seen = 0
    for name, answer in told["components"]["responses"].items():
        for content in answer["content"].values():
            assert list(faults(told, content["schema"], content["example"], name)) == []
    for name, schema in told["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            assert list(faults(told, schema, example, name)) == []
            seen += 1
    assert seen >= 15


def test_the_document_is_sent_without_escapes() -> None:
    response = Client().get("/api/v1/openapi.json")
    assert "登记诉求".encode() in response.content
    assert response.headers["Content-Type"] == "application/json"


def test_the_page_loads_nothing_from_elsewhere() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert '"validatorUrl": null' in page
    assert not re.search(r"<script>|<style|\son\w+=|style=", page)
