"""A real live process on the database of the test, and a real client that listens to it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import connection
from django.test import Client

from huiyin.kernel.postgres import Address
from huiyin.orgs.models import Staff

ROOT = Path(__file__).resolve().parents[4]
PATIENCE = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Live:
    """The process, by its port."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def get(self, path: str = "/events", **headers: str) -> httpx.Response:
        return httpx.get(self.url + path, headers=_named(headers), timeout=PATIENCE)

    @contextmanager
    def listen(self, **headers: str) -> Iterator[Ear]:
        """Keep a stream open for the block."""
        with (
            httpx.Client(timeout=httpx.Timeout(PATIENCE, read=PATIENCE)) as client,
            client.stream("GET", f"{self.url}/events", headers=_named(headers)) as answer,
        ):
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            ear = Ear(answer)
            try:
                yield ear
            finally:
                ear.close()


class Ear:
    """Collects what a stream says, in a thread."""

    def __init__(self, answer: httpx.Response) -> None:
        self.heard: list[tuple[str, Any, str]] = []
        self.ended = threading.Event()
        self._answer = answer
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        event: dict[str, str] = {}
        try:
            for line in self._answer.iter_lines():
                name, _, value = line.partition(": ")
                if line:
                    event[name] = value
                elif "event" in event:
                    data = json.loads(event["data"])
                    self.heard.append((event["event"], data, event.get("id", "")))
                    event = {}
                else:
                    event = {}
        except (httpx.HTTPError, httpx.StreamError, OSError):
            pass
        self.ended.set()

    def close(self) -> None:
        self._answer.close()
        self._thread.join(PATIENCE)

    def of(self, name: str) -> list[Any]:
        return [data for event, data, _ in list(self.heard) if event == name]

    def last_id(self) -> str:
        return [key for *_, key in self.heard if key][-1]

    def wait_for(self, name: str, count: int = 1) -> list[Any]:
        """Wait until it has heard that many events of a kind; return them."""
        give_up = time.monotonic() + PATIENCE
        while len(found := self.of(name)) < count:
            assert time.monotonic() < give_up, f"heard only {self.heard}"
            time.sleep(0.02)
        return found


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def cookie_of(staff: Staff) -> tuple[Client, str]:
    """Sign a person in; return the browser and the header of its cookie."""
    browser = Client()
    browser.force_login(staff)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return browser, f"{settings.SESSION_COOKIE_NAME}={key}"


@contextmanager
def process(folder: Path, *, host: str = "127.0.0.1", pages: int = 8012) -> Iterator[Live]:
    """Run ``huiyin live`` on the database of the test, for pages that ``host:pages`` serves."""
    facts = connection.settings_dict
    address = Address(
        host=facts["HOST"], port=int(facts["PORT"] or 5432), user=facts["USER"],
        password=facts["PASSWORD"], dbname=facts["NAME"],
    )  # fmt: skip
    port = free_port()
    ours = {
        "DATABASE_URL": address.url,
        "DJANGO_SETTINGS_MODULE": "huiyin.config.settings.test",
        "HUIYIN_VAR": str(folder),
        "HUIYIN_KEYS_FILE": str(settings.KEYS_FILE),
        "HUIYIN_LIVE_HEARTBEAT": "1",
        "HUIYIN_PORT": str(pages),
        "HUIYIN_HOSTS": host,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "huiyin.config.command", "live", "--port", str(port)]
    with (folder / "live.log").open("wb") as log:
        running = subprocess.Popen(  # noqa: S603 - every word is ours
            command, env=os.environ | ours, stdout=log, stderr=log
        )
    try:
        live = Live(port)
        _await(live, running, folder)
        yield live
    finally:
        running.terminate()
        assert running.wait(PATIENCE) == 0, (folder / "live.log").read_text()


def _await(live: Live, running: subprocess.Popen[bytes], folder: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        assert running.poll() is None, (folder / "live.log").read_text()
        try:
            if live.get("/health").text == "ok\n":
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError((folder / "live.log").read_text())
