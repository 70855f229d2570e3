"""The data folder: ours or not, its lock, its mark, and where it may stand.

::

    data/huiyin-postgres.json   the mark that it is ours, and the version last started
    data/pgdata/                PostgreSQL's own folder
    data/local.conf             the operator's own server settings, if any
    data/log/  data/run/        a week of logs; the socket
    data/programs-<version>/    a copy of the programs, only where the originals are out of reach
"""

import fcntl
import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huiyin.kernel.postgres.account import Account, closed_parent, server_account, shell, write
from huiyin.kernel.postgres.errors import PostgresProblem

MARK = "huiyin-postgres.json"
LOCK = ".huiyin-lock"
RUNNING_LOCK = ".huiyin-running"
_NOT_CONTENT = {LOCK, f"{MARK}.new", "lost+found"}  # the mark may just be in the making
_LONGEST = 900  # PostgreSQL allows 1024 bytes for the path of any of its files
_LAST_RESORT = Path("/var/lib/huiyin")


def place_for(preferred: Path) -> Path:
    """Return where a data folder that nobody chose can stand: ``preferred``, or a reachable place.

    As root, in a checkout below ``/root`` say, the server's account cannot reach ``preferred``;
    opening ``/root`` to everyone is no cure, so it goes to ``/var/lib/huiyin/``. A folder that is
    already in use stays in use, whatever has become reachable since.
    """
    preferred = preferred.absolute()
    digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:8]
    elsewhere = _LAST_RESORT / f"{preferred.name}-{digest}"
    for place in (preferred, elsewhere):
        if os.geteuid() != 0 or (place / MARK).exists():
            return place
    return elsewhere if closed_parent(server_account(preferred), preferred) else preferred


def check_ours(data: Path) -> None:
    """Refuse a folder with anything in it that we did not make. Reads only.

    Raises:
        PostgresProblem: it is someone else's.
    """
    if not data.exists():
        return
    content = set(os.listdir(data)) - _NOT_CONTENT if data.is_dir() else {data.name}
    if not content or read_mark(data):
        return
    what = "另一个 PostgreSQL 的数据目录" if "PG_VERSION" in content else "已有别的文件"
    raise PostgresProblem("foreign_folder", f"{data} {what}，没有动它；请换一个空目录作数据目录")


def read_mark(data: Path) -> dict[str, Any] | None:
    """Return what our mark in the folder says; None if there is none."""
    try:
        mark = json.loads((data / MARK).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return mark if isinstance(mark, dict) and mark.get("made_by") == "huiyin" else None


def write_mark(data: Path, account: Account, *, version: str | None) -> None:
    """Mark the folder as ours; with ``version``, note what was started and what came before."""
    mark = read_mark(data) or {"made_by": "huiyin"}
    before = mark.get("version")
    if version and before and before != version:
        mark["upgraded_from"] = before
    mark["version"] = version or before
    write(data / MARK, json.dumps(mark) + "\n", account)


def prepare(data: Path, account: Account) -> None:
    """Make the folder if need be and give it to ``account``, mode 0700. Touches no folder above it.

    Raises:
        PostgresProblem: it is not ours, or ``account`` cannot get there.
    """
    if len(os.fsencode(data)) > _LONGEST:
        raise PostgresProblem("path_too_long", "数据目录的路径太长；请换一个短些的")
    check_ours(data)
    if closed := closed_parent(account, data):
        raise PostgresProblem(
            "unreachable",
            f"数据库账号 {account.name} 进不了 {closed}，数据目录 {data} 在它下面；"
            f"请把数据目录放到别处，例如 {_LAST_RESORT}",
        )
    for folder in [*reversed(data.parents), data]:
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            if account.other:  # a strict umask would shut it out of folders we have only just made
                folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o011)
    if account.other and data.stat().st_uid != account.uid:
        os.chown(data, account.uid, account.gid)
    if data.stat().st_mode & 0o077:
        data.chmod(0o700)


@contextmanager
def locked(data: Path, account: Account, waiting: Callable[[], None]) -> Iterator[int]:
    """Hold the lock of everyone who makes or starts a server here; yield its descriptor.

    The lock is the kernel's: it ends with the last process that holds it, even one killed by -9.
    """
    with open_lock(data / LOCK, account) as lock:
        while not take(lock):
            waiting()
            time.sleep(0.05)
        yield lock


@contextmanager
def open_lock(path: Path, account: Account) -> Iterator[int]:
    """Open a lock file, which ``account`` may open as well."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if account.other and os.fstat(descriptor).st_uid == os.geteuid():
            os.fchown(descriptor, account.uid, account.gid)
        yield descriptor
    finally:
        os.close(descriptor)


def take(descriptor: int) -> bool:
    """Take a lock if it is free; tell whether it was."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def own_all(data: Path, account: Account) -> None:
    """As root, give a copied or moved folder to ``account``, all of it. No server may run on it."""
    pgdata = data / "pgdata"
    if not account.other or not pgdata.exists() or pgdata.stat().st_uid == account.uid:
        return
    for folder, folders, files in os.walk(data, topdown=False):
        for name in (*folders, *files):
            os.chown(Path(folder) / name, account.uid, account.gid, follow_symlinks=False)


def sync(folder: Path) -> None:
    """Make a rename inside ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(folder: Path, account: Account) -> None:
    """Remove a folder inside the data folder, as the server's account."""
    if folder.exists():
        shell('rm -rf -- "$1"', folder, account=account)


def free_bytes(data: Path) -> int:
    """Return the room left on the folder's disk, on the nearest folder that exists."""
    return shutil.disk_usage(next(at for at in (data, *data.parents) if at.exists())).free
