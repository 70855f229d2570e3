"""Where the switch is, and the folder in which our own runs."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from huiyin.callcentre.telephony.switch import certificate

ETC = Path(__file__).parent / "etc"
_OURS_ALONE = ("asterisk.conf", "logger.conf")  # folders and logs of a private switch


@dataclass(frozen=True, slots=True)
class Program:
    """Asterisk with what it needs: its own loader when it was unpacked into a folder of ours."""

    words: tuple[str, ...]
    modules: str
    data: str

    def version(self) -> str:
        """Return its version, empty when it cannot run here."""
        try:
            found = subprocess.run(  # noqa: S603 - our own words
                [*self.words, "-V"], capture_output=True, text=True, timeout=20, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return found.stdout.strip() if found.returncode == 0 else ""


def find(folder: Path) -> Program | None:
    """Return the switch in ``folder`` (made by ``make switch``), else one of the system's."""
    program = folder / "usr/sbin/asterisk"
    if program.is_file():
        return _unpacked(folder, program)
    own = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if own is None:
        return None
    modules = next((str(p) for p in sorted(Path("/usr/lib").glob("**/asterisk/modules"))), "")
    return Program((own,), modules, "/usr/share/asterisk")


def _unpacked(folder: Path, program: Path) -> Program | None:
    loaders = [
        *folder.glob("usr/lib/*-linux-gnu/ld-linux-*.so.*"),
        *folder.glob("lib/*-linux-gnu/ld-*.so*"),
    ]
    if not loaders:
        return None
    machine = loaders[0].parent.name
    path = ":".join(str(folder / p) for p in (f"lib/{machine}", f"usr/lib/{machine}", "usr/lib"))
    words = (str(loaders[0]), "--library-path", path, str(program))
    places = (folder / f"usr/lib/{machine}/asterisk/modules", folder / "usr/lib/asterisk/modules")
    modules = next((str(p) for p in places if p.is_dir()), "")
    return Program(words, modules, str(folder / "usr/share/asterisk"))


def loopback_candidates() -> str:
    """Return the lines by which browsers on this machine are led to loopback, where we listen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks which address would be used
        except OSError:
            return ""
        return f"{probe.getsockname()[0]} => 127.0.0.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between two private switches.

    Attributes:
        trunk: where calls out go, ``host:port``; trunk_addresses: from where calls in may come.
        candidates: lines for addresses that browsers on this machine are told, for tests.
        members: extensions that the switch's own queue rings while nobody distributes.
    """

    sip_port: int = 5160
    ari_port: int = 18088
    wss_port: int = 18089
    rtp_first: int = 20000
    rtp_last: int = 24999
    address: str = "127.0.0.1"
    trunk: str = "127.0.0.1:5090"
    trunk_addresses: str = "127.0.0.1"
    candidates: str = ""
    members: tuple[str, ...] = ()


class Place:
    """The folder of a private switch: its settings, its state, its sounds, its recordings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def password(self) -> str:
        """Return the password of ARI, made once."""
        file = self.folder / "ari.secret"
        if not file.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file.read_text()

    @property
    def sounds(self) -> Path:
        """Return the folder of prompts and music."""
        return self.folder / "sounds"

    @property
    def certificate(self) -> Path:
        """Return the certificate of the switch, made once unless one was put there."""
        return self.folder / "certificate.pem"

    @property
    def certificate_key(self) -> Path:
        """Return the key of the certificate."""
        return self.folder / "certificate.key"

    def write(self, program: Program, settings: Settings) -> None:
        """Write every file that the switch reads."""
        certificate.make(self.certificate, self.certificate_key, settings.address)
        for name in ("etc", "lib", "spool/recording", "run", "log", "sounds/music"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        words = self._words(program, settings)
        for source in ETC.glob("*.conf"):
            text = _filled(source.read_text(), words)
            if source.name == "modules.conf":
                text = _that_are_there(text, Path(program.modules))
            _write(self.folder / "etc" / source.name, text)

    def write_for(self, settings: Settings, *, host: str, sounds: str) -> None:
        """Write what an Asterisk elsewhere reads from /etc/asterisk, with a certificate.

        ``host`` is its name or address for the platform and for browsers, ``sounds`` where it finds
        the prompts.
        """
        etc = self.folder / "etc"
        etc.mkdir(parents=True, exist_ok=True)
        certificate.make(etc / "huiyin.pem", etc / "huiyin.key", host)
        theirs = {
            "SOUNDS": sounds, "CERTIFICATE": "/etc/asterisk/huiyin.pem",
            "CERTIFICATE_KEY": "/etc/asterisk/huiyin.key",
        }  # fmt: skip
        words = self._words(Program((), "", ""), settings) | theirs
        for source in ETC.glob("*.conf"):
            if source.name not in _OURS_ALONE:
                _write(etc / source.name, _filled(source.read_text(), words))

    def _words(self, program: Program, settings: Settings) -> dict[str, str]:
        here = self.folder
        return {
            "ETC": str(here / "etc"), "MODULES": program.modules, "DATA": program.data,
            "LIB": str(here / "lib"), "SPOOL": str(here / "spool"), "RUN": str(here / "run"),
            "LOG": str(here / "log"), "SOUNDS": str(self.sounds), "ARI_PASSWORD": self.password,
            "CERTIFICATE": str(self.certificate), "CERTIFICATE_KEY": str(self.certificate_key),
            "WSS_PORT": str(settings.wss_port),
            "ADDRESS": settings.address, "ARI_PORT": str(settings.ari_port),
            "SIP_PORT": str(settings.sip_port), "RTP_FIRST": str(settings.rtp_first),
            "RTP_LAST": str(settings.rtp_last), "TRUNK": settings.trunk,
            "TRUNK_ADDRESSES": settings.trunk_addresses, "CANDIDATES": settings.candidates,
            "MEMBERS": "\n".join(f"member => PJSIP/{seat}" for seat in settings.members),
        }  # fmt: skip

    def command(self, program: Program) -> list[str]:
        """Return the words that start the switch in the foreground."""
        return [*program.words, "-C", str(self.folder / "etc/asterisk.conf"), "-f", "-n"]


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(f"@{name}@", value)
    return text


def _write(target: Path, text: str) -> None:
    target.touch(mode=0o600)
    target.write_text(text)


def _that_are_there(text: str, modules: Path) -> str:
    """Leave out modules that this version does not have."""
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if not line.startswith("load = ") or (modules / line.split("= ")[1].strip()).is_file()
    )
