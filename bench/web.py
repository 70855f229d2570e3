"""Creating over HTTP: a real granian, a real token, wrk with sixteen connections on loopback."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson

from bench.scene import TEXT

_LUA = """
local threads = 0
setup = function(thread)
  threads = threads + 1
  thread:set("me", threads)
end
local n = 0
request = function()
  n = n + 1
  wrk.headers["Idempotency-Key"] = "%s-" .. me .. "-" .. n
  return wrk.format("POST", nil, nil, wrk.body)
end
"""


class WrkMissing(RuntimeError):
    """The load generator is not installed."""


def creates_per_second(*, connections: int, seconds: int) -> float:
    """Return the orders made per second by ``connections`` connections; every answer must be 201.

    Raises:
        WrkMissing: install wrk (Debian: apt install wrk).
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise WrkMissing("没有找到 wrk，请先安装（Debian：apt install wrk）")
    with _served() as (address, token):
        body = orjson.dumps(
            {
                "content": TEXT, "title": "供暖不热", "kind": "help", "channel": "phone",
                "place": "幸福路 1 号", "requester": {"name": "王小明", "phone": "13812345678"},
            }
        ).decode()  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "post.lua"
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            lines = [f'wrk.headers["{k}"] = "{v}"' for k, v in headers.items()]
            script.write_text(
                "\n".join([*lines, f"wrk.body = {_lua(body)}", _LUA % uuid.uuid4().hex])
            )
            done = subprocess.run(
                [wrk, "-t", "2", "-c", str(connections), "-d", f"{seconds}s", "-s", str(script),
                 f"{address}/api/v1/orders"],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
    if "Non-2xx" in done.stdout:
        raise RuntimeError(f"not every create was accepted: {done.stdout[-400:]}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])  # type: ignore[index]


def _lua(text: str) -> str:
    return "[==[" + text + "]==]"


@contextmanager
def _served() -> Iterator[tuple[str, str]]:
    """Run granian on a free loopback port; yield its address and a token of the agent."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port),
        "--workers", "2", "--blocking-threads", "8", "--no-ws", "--log-level", "warning",
        # A worker that is told to stop while it is waited for may miss it.
        "--workers-kill-timeout", "5",
        "huiyin.config.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | {"HUIYIN_HOSTS": "127.0.0.1"})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address, _token()
    finally:
        process.terminate()
        process.wait(20)


def _wait(address: str) -> None:
    for _ in range(150):
        try:
            if httpx.get(f"{address}/api/v1/health", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the web server did not start")


def _token() -> str:
    from huiyin.kernel import clock
    from huiyin.orgs import actions as orgs
    from huiyin.orgs.models import Staff
    from huiyin.orgs.states import Perm

    agent = Staff.objects.select_related("unit").get(username="bench_agent")
    return orgs.issue_token(staff=agent, name="bench", scopes=[Perm.INTAKE], now=clock.now())
