"""The private switch of ``huiyin serve``, and what ``huiyin acd check`` says of a wrong one."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from huiyin.callcentre.telephony.switch.place import Place, find
from tests.ops.installation import LONG, Installation, until

pytestmark = [pytest.mark.switch, pytest.mark.xdist_group("installation")]


def _free() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _folder() -> Path:
    return Path(os.environ.get("HUIYIN_SWITCH") or "var/switch").resolve()


@contextmanager
def _running(where: Installation, port: str, *more: str) -> Iterator[None]:
    """Start the switch of the installation as it was written, with ``more`` modules."""
    program = find(_folder())
    assert program is not None, "no Asterisk: run `make switch` (or set HUIYIN_SWITCH)"
    place = Place(where.var / "asterisk")
    modules = place.folder / "etc/modules.conf"
    before = modules.read_text()
    modules.write_text(before + "".join(f"load = {name}\n" for name in more))
    with (where.folder / "switch.log").open("wb") as log:
        started = subprocess.Popen(place.command(program), stdout=log, stderr=log)
    try:
        until(lambda: _answers(port))
        yield
    finally:
        started.kill()
        started.wait(20)
        modules.write_text(before)


def _answers(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def test_serve_starts_the_switch_and_check_names_what_is_wrong(fresh: Installation) -> None:
    names = ("HUIYIN_ARI_PORT", "HUIYIN_SIP_PORT", "HUIYIN_WSS_PORT")
    ports = {name: _free() for name in names}
    ours = ports | {"HUIYIN_SWITCH": str(_folder())}
    ari = ports["HUIYIN_ARI_PORT"]
    fresh.done("django", "migrate", "--verbosity", "0")
    serving = fresh.serve(**ours)
    assert set(serving.parts) == {"web", "live", "worker", "switch", "acd"}
    until(lambda: "设置正常" in fresh.run("acd", "check", **ours).stdout, 3 * LONG)
    until(lambda: "distributing on Asterisk" in serving.words)
    assert Path(f"/proc/{serving.parts['switch']}").stat().st_uid != 0  # no rights of root

    wrong = f"http://huiyin:wrong@127.0.0.1:{ari}"
    refused = fresh.run("acd", "check", **ours | {"HUIYIN_SWITCH_URL": wrong})
    assert refused.returncode == 1
    assert "不接受这个账号或密码" in refused.stdout
    assert serving.end() == 0

    off = fresh.run("acd", "check", **ours)
    assert off.returncode == 3
    assert "连不上话务交换机" in off.stderr
    with _running(fresh, ari, "res_pjsip_refer.so"):
        stopped = fresh.run("acd", **ours | {"HUIYIN_SWITCH_URL": wrong})
        assert stopped.returncode == 1
        assert "Traceback" not in stopped.stderr
        assert "不接受这个账号或密码" in stopped.stderr.splitlines()[-1]
        found = fresh.run("acd", "check", **ours)
        assert found.returncode == 1
        assert "不安全：话机可自行转接到任意号码" in found.stdout
        assert found.stdout.count("\n") == 2
