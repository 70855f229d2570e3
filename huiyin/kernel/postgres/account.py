"""Who the server runs as, and every command run in that account's name.

PostgreSQL refuses to run as root. When root starts the program the server gets an account without
rights, and everything inside its data folder is then done *as that account*, never as root: the
folder belongs to it, and root following names in a folder that someone else can change is a way
to become root.
"""

import os
import pwd
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huiyin.kernel.postgres.errors import PostgresProblem, explain


@dataclass(frozen=True)
class Account:
    """An operating system account that a server runs as; ``other`` if it is not ours."""

    uid: int
    gid: int
    name: str

    @property
    def other(self) -> bool:
        """Whether commands must change to this account."""
        return self.uid != os.geteuid()


def server_account(data: Path) -> Account:
    """Return the account for the server on ``data``.

    Ours, unless we are root. Root takes ``HUIYIN_PG_USER``, else whoever owns the folder (so that
    a folder made without root stays usable without root), else ``postgres``, else ``nobody``.

    Raises:
        PostgresProblem: no such account, or it is root.
    """
    if os.geteuid() != 0:
        return _account(os.geteuid(), "当前账号")
    if configured := os.environ.get("HUIYIN_PG_USER"):
        return _account(configured, "HUIYIN_PG_USER 指定的账号")
    owner = data.stat().st_uid if data.exists() else 0
    for candidate in (owner or "root", "postgres", "nobody"):
        if (found := _entry(candidate)) and found.pw_uid != 0:
            return Account(found.pw_uid, found.pw_gid, found.pw_name)
    raise PostgresProblem(
        "no_account",
        "PostgreSQL 不能以 root 运行，又没有 postgres 或 nobody 账号；请用 HUIYIN_PG_USER 指定一个",
    )


def owner_of(path: Path) -> Account:
    """Return the account that owns ``path``, whether it has a name or not."""
    facts = path.stat()
    entry = _entry(facts.st_uid)
    return Account(facts.st_uid, facts.st_gid, entry.pw_name if entry else str(facts.st_uid))


def _entry(who: str | int) -> pwd.struct_passwd | None:
    """Look an account up by name, by number, or by a number written as text."""
    try:
        return pwd.getpwuid(int(who)) if str(who).isdigit() else pwd.getpwnam(str(who))
    except KeyError:
        return None


def _account(who: str | int, what: str) -> Account:
    """Return an account that must exist and must not be root."""
    found = _entry(who)
    if found is None:
        raise PostgresProblem(
            "no_account", f"{what} {who} 在系统里没有名字，PostgreSQL 不能用它运行；请换一个账号"
        )
    if found.pw_uid == 0:
        raise PostgresProblem("no_account", f"{what}是 root，PostgreSQL 不能用它运行；请换一个账号")
    return Account(found.pw_uid, found.pw_gid, found.pw_name)


@dataclass(frozen=True)
class Outcome:
    """How a command ended and all that it said."""

    code: int
    output: str


def run(
    command: Sequence[str],
    account: Account | None,
    *,
    given: str | bytes = "",
    environment: Mapping[str, str] | None = None,
    keep: Sequence[int] = (),
    waiting: Callable[[], None] = lambda: None,
) -> Outcome:
    """Run a program to its end, however long it takes.

    Its words are kept in memory, not in a file: a full disk must not swallow the message that the
    disk is full. A pipe would not do either, as a server that outlives us would keep it open.

    Args:
        command: the program and its arguments.
        account: whose rights it has; None means ours.
        given: text on its standard input.
        environment: variables beside the few it always has; nobody's ``PG...`` leaks in.
        keep: file descriptors it inherits.
        waiting: called about once a second.
    """
    changed = account is not None and account.other
    with _memory(given) as source, _memory() as heard:
        with subprocess.Popen(  # noqa: S603 - no shell; every argument is ours
            command,
            stdin=source,
            stdout=heard,
            stderr=heard,
            cwd="/",
            env={**_environment(), **(environment or {})},
            pass_fds=keep,
            umask=0o077,
            user=account.uid if account and changed else None,
            group=account.gid if account and changed else None,
            extra_groups=os.getgrouplist(account.name, account.gid)
            if account and changed
            else None,
        ) as process:
            while (code := _ended(process)) is None:
                waiting()
        said = os.pread(heard, os.fstat(heard).st_size, 0)
    return Outcome(code, said.decode(errors="replace"))


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    """Wait a second for the end; None if it has not come."""
    try:
        return process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return None


def _environment() -> dict[str, str]:
    """Return the only variables a command gets: English messages whatever the machine speaks."""
    kept = {name: os.environ[name] for name in ("TZ",) if name in os.environ}
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **kept}


@contextmanager
def _memory(content: str | bytes = b"") -> Iterator[int]:
    """Open a nameless file in memory that holds ``content``."""
    with open(os.memfd_create("huiyin-postgres"), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        yield file.fileno()


def shell(script: str, *values: str | Path | int, account: Account, given: str | bytes = "") -> str:
    """Run a fixed shell script as ``account`` with ``values`` as $1, $2, ...; return its words.

    Raises:
        PostgresProblem: it failed.
    """
    command = ["/bin/sh", "-c", f"set -e; {script}", "sh", *map(str, values)]
    outcome = run(command, account, given=given)
    if outcome.code:
        raise explain(outcome.output, doing="准备数据目录")
    return outcome.output


def write(path: Path, text: str, account: Account) -> None:
    """Write a file as ``account``, whole or not at all, mode 0600; leave an equal one alone."""
    if not (path.is_file() and path.read_text(errors="replace") == text):
        shell('cat >"$1.new"; mv -f -- "$1.new" "$1"', path, account=account, given=text)


def can_enter(account: Account, folder: Path) -> bool:
    """Ask the system whether ``account`` can go into an existing folder; never open it."""
    return run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], account).code == 0


def closed_parent(account: Account, path: Path) -> Path | None:
    """Return the first existing folder on the way to ``path`` that ``account`` cannot enter."""
    way = [folder for folder in reversed(path.parents) if folder.is_dir()]
    if not way or can_enter(account, way[-1]):
        return None
    return next(folder for folder in way if not can_enter(account, folder))
