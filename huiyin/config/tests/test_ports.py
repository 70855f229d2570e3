"""Whether a port can be had, and who has it."""

from __future__ import annotations

import os
import socket

import pytest

from huiyin.config.problems import CannotRun
from huiyin.config.processes import ports


def test_a_free_port_passes() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ports.require_free("127.0.0.1", port)


@pytest.mark.parametrize("shared", [False, True])
def test_a_taken_port_names_its_holder(shared: bool) -> None:
    with socket.socket() as other:
        if shared:  # as web servers do, so that a second one would silently share the visitors
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotRun, match=f"端口 {port} 已被进程 {os.getpid()}（"):
            ports.require_free("127.0.0.1", port)


def test_a_foreign_address_is_refused() -> None:
    with pytest.raises(CannotRun, match="不能监听 192.0.2.1"):
        ports.require_free("192.0.2.1", 8012)
