"""A real Asterisk for a module of tests, on ports of its own. Without one the tests fail."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from huiyin.callcentre.telephony.switch import sounds
from huiyin.callcentre.telephony.switch.place import Place, Settings, find, loopback_candidates

AGENTS_AT, CITIZENS_AT, CARRIER_AT = 6001, 6101, 6201


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Switch:
    """A running private switch."""

    def __init__(self, folder: Path) -> None:
        program = find(Path(os.environ.get("HUIYIN_SWITCH") or "var/switch").resolve())
        assert program is not None, "no Asterisk: run `make switch` (or set HUIYIN_SWITCH)"
        assert shutil.which("sipp"), "no sipp: apt-get install sip-tester"
        self.program = program
        self.settings = Settings(
            sip_port=free_port(), ari_port=free_port(), wss_port=free_port(),
            candidates=loopback_candidates(), rtp_first=20000, rtp_last=23999,
            trunk=f"127.0.0.1:{CARRIER_AT}", members=("8001",),
        )  # fmt: skip
        self.place = Place(folder)
        self.place.write(program, self.settings)
        self._short_sounds()
        self.process: subprocess.Popen[bytes] | None = None

    def _short_sounds(self) -> None:
        """Half a second for every prompt: what is said is not what is tested here."""
        self.place.sounds.mkdir(exist_ok=True)
        for name in sounds.WORDS:
            sounds._write(self.place.sounds / f"{name}.wav", sounds._tone(600, 0.4))
        sounds._write(self.place.sounds / "music/music.wav", sounds._tone(600, 5, 0.05))

    @property
    def sip(self) -> str:
        return f"127.0.0.1:{self.settings.sip_port}"

    @property
    def url(self) -> str:
        return f"http://huiyin:{self.place.password}@127.0.0.1:{self.settings.ari_port}"

    def start(self) -> None:
        with (self.place.folder / "out.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.place.command(self.program), stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.settings.ari_port)) == 0:
                    time.sleep(0.5)
                    return
            time.sleep(0.1)
        raise AssertionError(f"Asterisk does not start: {self.place.folder}/out.log")

    def hang_up_all(self) -> None:
        """Hang up what telephones that were killed have left behind, until nothing is left."""
        with httpx.Client(base_url=self.url + "/ari/", timeout=10) as ask:
            for _ in range(100):
                standing = ask.get("channels").json()
                if not standing:
                    return
                for channel in standing:
                    ask.delete(f"channels/{channel['id']}")
                time.sleep(0.1)
        raise AssertionError(f"calls that cannot be hung up: {standing}")

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None


@pytest.fixture(scope="module")
def switch(tmp_path_factory):
    found = Switch(tmp_path_factory.mktemp("asterisk"))
    found.start()
    yield found
    found.stop()
