"""Whether a port can be had, and who has it if not.

The web server would share a port with an older one (SO_REUSEPORT), so that half the visitors met
yesterday's program. That is why we look before it starts.
"""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

from huiyin.config.problems import CannotRun

_LISTENING = "0A"


def require_free(address: str, port: int) -> None:
    """Raise CannotRun, naming who has it, unless we may listen on ``address`` and ``port``."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            raise CannotRun(_why(error, address, port)) from error


def _why(error: OSError, address: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被{holder_of(port)}占用；请先停掉它，或用 --port 换一个端口"
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {port}；请用 1024 以上的端口"
    return f"不能监听 {address}：{error.strerror}；请检查 --address"


def holder_of(port: int) -> str:
    """Return who listens on ``port``, such as ``进程 17（nginx）``, as far as we may see it."""
    inodes = _listening_inodes(port)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and inodes & _sockets_of(folder):
            return f"进程 {folder.name}（{_name_of(folder)}）"
    return "另一个程序"


def _listening_inodes(port: int) -> set[str]:
    """Return the socket numbers that listen on ``port``, from the kernel's tables."""
    found = set()
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net") / table
        lines = path.read_text().splitlines()[1:] if path.is_file() else []
        for words in map(str.split, lines):
            if words[3] == _LISTENING and int(words[1].rpartition(":")[2], 16) == port:
                found.add(words[9])
    return found


def _sockets_of(process: Path) -> set[str]:
    """Return the socket numbers that a process holds; none if we may not look."""
    found = set()
    try:
        for name in os.listdir(process / "fd"):
            target = os.readlink(process / "fd" / name)
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        return found
    return found


def _name_of(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    return " ".join(word.decode(errors="replace") for word in words[:3] if word)[:80] or "?"
