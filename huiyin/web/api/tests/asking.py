"""How tests ask the API: as somebody, at a moment; every answer is held against the document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote, unquote
from uuid import uuid4

import orjson
import time_machine
from django.test import Client

from huiyin.orgs import actions as orgs
from huiyin.orgs.states import Perm
from huiyin.web.api.tests.schemas import faults, resolved
from tests.world import World, at

ROOT = "/api/v1"
PROBLEM = "application/problem+json"
BODY = {
    "content": "幸福小区 3 号楼暖气不热，室内只有 14 度，家里有老人。",
    "title": "暖气不热",
    "kind": "help",
    "category": "0404",
    "channel": "phone",
    "place": "幸福小区 3 号楼",
    "requester": {"name": "王小明", "phone": "13812345678"},
}


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, as it is sent."""
    return orjson.loads(Client().get(f"{ROOT}/openapi.json").content)


def operation_for(method: str, path: str) -> dict[str, Any] | None:
    """Return the operation that the document gives for an address."""
    for template, operations in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) and method in operations:
            return operations[method]
    return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]
    content: bytes

    @property
    def code(self) -> str:
        """Return the kind of problem."""
        return self.body["type"].removeprefix("/problems/")


class Api:
    """The API as one city's people ask it."""

    def __init__(self, world: World, now: datetime | None = None) -> None:
        self.world = world
        self.now = now or at(2, 9)
        self._tokens: dict[tuple[str, frozenset[Perm] | None], str] = {}

    def token(self, who: str, scopes: frozenset[Perm] | None = None) -> str:
        """Return a token of a person, with all their permissions or with some."""
        known = (who, scopes)
        if known not in self._tokens:
            staff = self.world.people[who]
            wanted = staff.perms if scopes is None else scopes
            self._tokens[known] = orgs.issue_token(
                staff=staff, name=f"{who} 的系统", scopes=sorted(wanted), now=self.now
            )
        return self._tokens[known]

    def get(self, path: str, who: str | None = "agent", **headers: str) -> Answer:
        """Read."""
        return self.ask("GET", path, who=who, headers=headers)

    def post(
        self,
        path: str,
        body: Any = None,
        who: str | None = "agent",
        *,
        key: str | None = None,
        seen: int | None = None,
        **headers: str,
    ) -> Answer:
        """Send JSON."""
        if key:
            headers["Idempotency-Key"] = key
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return self.ask("POST", path, orjson.dumps({} if body is None else body), who, headers)

    def create(self, who: str = "agent", *, key: str | None = None, **changes: Any) -> Answer:
        """Take down a request."""
        return self.post("/orders", BODY | changes, who, key=key or uuid4().hex)

    def step(self, number: str, verb: str, who: str, body: Any = None, **more: Any) -> Answer:
        """Take a step."""
        return self.post(f"/orders/{number}/steps/{verb}", body, who, **more)

    def ask(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        who: str | None = None,
        headers: dict[str, str] | None = None,
        *,
        content_type: str = "application/json",
    ) -> Answer:
        """Ask anything; a ``who`` of None carries no token."""
        sent = dict(headers or {})
        if who is not None:
            sent["Authorization"] = f"Bearer {self.token(who)}"
        with time_machine.travel(self.now, tick=False):
            response = Client().generic(
                method, ROOT + path, content, content_type=content_type, headers=sent
            )
        content = b"".join(response) if response.streaming else response.content
        kind = response.headers.get("Content-Type", "")
        body = orjson.loads(content) if "json" in kind else content
        answer = Answer(response.status_code, body, dict(response.headers), content)
        check(method, ROOT + path.partition("?")[0], answer)
        return answer


def check(method: str, path: str, answer: Answer) -> None:
    """Hold an answer against the document: status, type and every member."""
    kind = answer.headers.get("Content-Type", "")
    assert not re.search(rb"\\u(?!00[01])", answer.content), "escaped letters"
    if answer.status >= 400:
        assert kind == PROBLEM, (answer.status, kind)
        assert answer.body["status"] == answer.status
        assert answer.body["instance"] == quote(unquote(path))
        assert answer.headers.get("Retry-After", "") == str(answer.body.get("retry_after", ""))
    operation = operation_for(method.lower(), path)
    if operation is None:
        assert answer.status in (404, 405), "an answer of no documented operation"
        return
    assert str(answer.status) in operation["responses"], f"{answer.status} is not documented"
    told = operation["responses"][str(answer.status)]
    told = resolved(document(), told["$ref"]) if "$ref" in told else told
    for media_type, content in told["content"].items():
        if media_type == "application/octet-stream":
            continue
        assert kind == media_type
        schema = content["schema"]
        if answer.status >= 400:
            # A problem may say more (RFC 9457, extension members); what it says must be right.
            known = resolved(document(), schema["$ref"])["properties"]
            body = {name: value for name, value in answer.body.items() if name in known}
        else:
            body = answer.body
        found = list(faults(document(), schema, body, "$"))
        assert found == [], found
