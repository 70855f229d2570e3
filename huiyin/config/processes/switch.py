"""The private telephone switch: its settings are written, then Asterisk takes this process over."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from huiyin.callcentre.telephony.switch.place import (
    Place,
    Program,
    Settings,
    find,
    loopback_candidates,
)
from huiyin.callcentre.telephony.switch.sounds import make
from huiyin.config import environment
from huiyin.config.problems import CannotRun
from huiyin.config.processes import lifeline, ports
from huiyin.kernel.postgres.account import server_account

_MOST_FILES = 20000
_HOST = re.compile(r"[0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\]")


def program() -> Program | None:
    """Return the switch that is to be started; None without one, or with one elsewhere."""
    if environment.get("HUIYIN_SWITCH_URL"):
        return None
    folder = environment.get("HUIYIN_SWITCH") or str(environment.var_dir() / "switch")
    return find(Path(folder))


def place() -> Place:
    """Return the folder of the private switch."""
    return Place(environment.var_dir() / "asterisk")


def url() -> str:
    """Return where the switch is reached: one of the customer's own, else the private one."""
    own = environment.get("HUIYIN_SWITCH_URL")
    if own:
        return own
    port = environment.number("HUIYIN_ARI_PORT", least=1, most=65535)
    return f"http://huiyin:{place().password}@127.0.0.1:{port}"


def settings(members: tuple[str, ...] = ()) -> Settings:
    """Return the settings of the private switch."""
    trunk, addresses = _trunk()
    return Settings(
        sip_port=environment.number("HUIYIN_SIP_PORT", least=1, most=65535),
        ari_port=environment.number("HUIYIN_ARI_PORT", least=1, most=65535),
        wss_port=environment.number("HUIYIN_WSS_PORT", least=1, most=65535),
        candidates=loopback_candidates(),
        trunk=trunk,
        trunk_addresses=addresses,
        members=members,
    )


def _trunk() -> tuple[str, str]:
    """Return where the carrier's lines are, and the address from which its calls come.

    Raises:
        WrongSetting: no host and port. Nothing may be guessed here: it says who may call in.
    """
    trunk = environment.get("HUIYIN_TRUNK")
    host, _, port = trunk.rpartition(":")
    if not (_HOST.fullmatch(host) and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise environment.WrongSetting(f"HUIYIN_TRUNK 应写成 主机:端口，现为“{trunk}”")
    return trunk, host


def write_files(folder: Path, *, host: str, sounds: str) -> str:
    """Write what an Asterisk of one's own reads, with prompts; return how it is then reached.

    Raises:
        WrongSetting: a name or address that cannot be one.
    """
    if not _HOST.fullmatch(host):
        raise environment.WrongSetting(f"主机名或地址不对：“{host}”")
    trunk, addresses = _trunk()
    wanted = Settings(
        trunk=trunk, trunk_addresses=addresses, address="0.0.0.0",  # noqa: S104 - telephones
        sip_port=environment.number("HUIYIN_SIP_PORT", least=1, most=65535),
        ari_port=environment.number("HUIYIN_ARI_PORT", least=1, most=65535),
        wss_port=environment.number("HUIYIN_WSS_PORT", least=1, most=65535),
    )  # fmt: skip
    here = Place(folder)
    here.write_for(wanted, host=host, sounds=sounds)
    make(here.sounds)
    return f"https://huiyin:{here.password}@{host}:{wanted.wss_port}"


def prepare(found: Program, wanted: Settings) -> None:
    """Write settings and sounds; they belong to the account the switch runs as."""
    ports.require_free(wanted.address, wanted.ari_port)
    ports.require_free(wanted.address, wanted.wss_port)
    here = place()
    here.write(found, wanted)
    make(here.sounds)
    account = server_account(here.folder)
    if account.other:
        for folder, _, files in os.walk(here.folder):
            os.chown(folder, account.uid, account.gid)
            for name in files:
                os.chown(Path(folder) / name, account.uid, account.gid, follow_symlinks=False)


def run(members: tuple[str, ...] = ()) -> None:
    """Become the switch, without the rights of root.

    Raises:
        CannotRun: there is none.
    """
    found = program()
    if found is None:
        raise CannotRun("没有找到话务交换机；请先执行 make switch")
    prepare(found, settings(members))
    become(found, place())


def become(found: Program, here: Place) -> None:
    """Replace this process by the switch; it ends when the process that forked us does."""
    import resource

    parent = os.getppid()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = _MOST_FILES if limit == resource.RLIM_INFINITY else min(_MOST_FILES, limit)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, limit))
    account = server_account(here.folder)
    if account.other:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
        lifeline.follow(parent, signal.SIGTERM)  # forgotten by the kernel with the account
    words = here.command(found)
    os.execv(words[0], words)  # noqa: S606 - our own words, and no shell is wanted
