"""A small judge of JSON Schema: does a value conform to what the OpenAPI document says?

Stricter than the standard where that helps: members that the document does not name are wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

TYPES = {
    "string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None),
    "array": list, "object": dict,
}  # fmt: skip


def faults(document: dict[str, Any], schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    """Yield what is wrong with ``value``, with its place."""
    if "$ref" in schema:
        yield from faults(document, resolved(document, schema["$ref"]), value, at)
        return
    for inner in schema.get("allOf", ()):
        yield from faults(document, inner, value, at)
    if "anyOf" in schema:
        tries = [list(faults(document, inner, value, at)) for inner in schema["anyOf"]]
        if all(tries):
            yield f"{at}: none of the alternatives, {tries}"
        return
    yield from _own_faults(document, schema, value, at)


def _own_faults(document: dict[str, Any], schema: dict[str, Any], value: Any, at: str) -> Iterator:
    wanted = schema.get("type")
    if wanted and not isinstance(value, TYPES[wanted]):
        yield f"{at}: {value!r} is no {wanted}"
        return
    if wanted in ("integer", "number") and isinstance(value, bool):
        yield f"{at}: {value!r} is no {wanted}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if schema.get("format") in ("date-time", "date"):
        yield from _moment(schema["format"], value, at)
    if wanted == "array":
        for n, item in enumerate(value):
            yield from faults(document, schema["items"], item, f"{at}[{n}]")
    if wanted == "object":
        yield from _members(document, schema, value, at)


def _members(document: dict[str, Any], schema: dict[str, Any], value: Any, at: str) -> Iterator:
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}.{name}: missing"
    for name, member in value.items():
        if name in known:
            yield from faults(document, known[name], member, f"{at}.{name}")
        elif isinstance(others, dict):
            yield from faults(document, others, member, f"{at}.{name}")
        else:
            yield f"{at}.{name}: not in the document"


def _moment(form: str, value: str, at: str) -> Iterator[str]:
    try:
        if form == "date":
            date.fromisoformat(value)
        elif datetime.fromisoformat(value).tzinfo is None:
            yield f"{at}: {value!r} has no zone"
    except ValueError:
        yield f"{at}: {value!r} is no {form}"


def resolved(document: dict[str, Any], ref: str) -> dict[str, Any]:
    """Return what a reference points to."""
    found: Any = document
    for part in ref.removeprefix("#/").split("/"):
        found = found[part]
    return found
