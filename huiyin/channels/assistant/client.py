"""Speaking with a language model the way many services do: OpenAI-compatible chat completions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from huiyin.channels.assistant.states import Ended
from huiyin.kernel.errors import Refused

LARGEST_ANSWER = 256 * 1024
_BUSY = frozenset({408, 425, 429, 503})
_MOST_TOKENS = 800
_MOST_USED = 10_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """Where the language model is, which one, and what lets us in."""

    url: str
    model: str
    secret: str = ""
    timeout: float = 20.0

    @property
    def host(self) -> str:
        """Return the host that texts go to, for the console."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Told:
    """What the language model answered, and how much was read and written."""

    text: str
    tokens_in: int
    tokens_out: int


class NoAnswer(Refused):
    """The language model gave no usable answer; everything else goes on without it."""

    code, status, title = "assistant", 502, "助手没有答复"

    def __init__(self, ended: Ended) -> None:
        super().__init__(f"语言模型{ended.label}，没有草稿", remedy="请照常自己填写，或稍后再试")
        self.ended = ended


def ask(service: Service, messages: Sequence[dict[str, str]]) -> Told:
    """Ask once and return the answer; follows no redirect, reads no proxy settings.

    Raises:
        NoAnswer: says how it ended.

    Source: R-208 (handbook domain.md 7.2: nothing leaves unasked).
    """
    body = {
        "model": service.model,
        "messages": list(messages),
        "temperature": 0.2,
        "max_tokens": _MOST_TOKENS,
        "stream": False,
    }
    headers = {"Authorization": f"Bearer {service.secret}"} if service.secret else {}
    until = time.monotonic() + service.timeout
    try:
        with (
            httpx.Client(trust_env=False, timeout=service.timeout) as client,
            client.stream("POST", service.url, json=body, headers=headers) as answer,
        ):
            content = _read(answer, until)
            return _judged(answer.status_code, content)
    except (httpx.ConnectError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise NoAnswer(Ended.UNREACHED) from error
    except httpx.TimeoutException as error:
        raise NoAnswer(Ended.SLOW) from error
    except httpx.HTTPError as error:
        raise NoAnswer(Ended.BROKEN) from error


def _read(answer: httpx.Response, until: float) -> bytes:
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise NoAnswer(Ended.BROKEN)
        if time.monotonic() > until:
            raise NoAnswer(Ended.SLOW)
    return bytes(content)


def _judged(status: int, content: bytes) -> Told:
    if status in _BUSY:
        raise NoAnswer(Ended.BUSY)
    if status != 200:
        raise NoAnswer(Ended.REFUSED if 400 <= status < 500 else Ended.BROKEN)
    try:
        answer: Any = orjson.loads(content)
        text = answer["choices"][0]["message"]["content"]
        usage = answer.get("usage") or {}
        counts = [_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NoAnswer(Ended.BROKEN) from error
    if not isinstance(text, str) or not text.strip():
        raise NoAnswer(Ended.BROKEN)
    return Told(text, *counts)


def _count(told: Any) -> int:
    """Return how much a service says it used; nothing where it says what cannot be."""
    return told if isinstance(told, int) and 0 <= told <= _MOST_USED else 0
