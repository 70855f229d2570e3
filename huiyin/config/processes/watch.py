"""What the supervisor looks after beside its parts: first answers, and the private database."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable

from huiyin.config import database, environment
from huiyin.config.processes import supervisor

_LOOK_AFTER = 1.0


class FirstAnswer:
    """Asks a port for a page until there is an answer, without ever waiting."""

    def __init__(self, port: int, path: str) -> None:
        self._where = (local_address(), port)
        host = (environment.get("HUIYIN_HOSTS").split() or ["localhost"])[0]
        self._question = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        self._open: socket.socket | None = None
        self.came = False

    def look(self) -> bool:
        """Ask, or see whether an answer has come; tell whether one has ever come."""
        if not self.came:
            with contextlib.suppress(OSError):
                self.came = self._heard()
        if self.came and self._open:
            self._open.close()
            self._open = None
        return self.came

    def _heard(self) -> bool:
        if self._open is None:
            self._open = socket.create_connection(self._where, timeout=0.2)
            self._open.sendall(self._question)
            self._open.settimeout(0)
        try:
            heard = self._open.recv(16)
        except BlockingIOError:
            return False
        except OSError:
            heard = b""
        if not heard:  # it died while it was asked; ask again
            self._open.close()
            self._open = None
        return heard.startswith(b"HTTP/")


def local_address() -> str:
    """Return the address by which this machine reaches what we listen on."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound
    address = environment.get("HUIYIN_ADDRESS")
    return everywhere.get(address, address)


class DatabaseWatch:
    """Starts the private database again when it has died, in a process of its own."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._next = 0.0
        self._reviving = 0

    def look(self) -> None:
        """See whether the server lives; costs next to nothing."""
        if not database.is_private():
            return
        if self._reviving:
            if (code := supervisor.ended(self._reviving)) is None:
                return
            self._reviving = 0
            self._say("数据库已重新启动" if code == 0 else "数据库没能重新启动，稍后再试")
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _LOOK_AFTER
        if not database.private_is_up():
            self._say("数据库意外停止，正在重新启动")
            self._next += 4 * _LOOK_AFTER
            self._reviving = supervisor.fork(_revive)

    def end(self) -> None:
        """Wait for a start that is under way, so that the server can then be stopped."""
        while self._reviving and supervisor.ended(self._reviving) is None:
            time.sleep(0.05)


def _revive() -> None:
    database.private_cluster().ensure_running()
