"""The server's settings and the rules of who may connect, written anew at every start."""

import hashlib
import os
import pwd
import stat
from pathlib import Path

from huiyin.kernel.postgres.account import Account, shell, write
from huiyin.kernel.postgres.errors import PostgresProblem

ADMIN = "postgres"
ROLE = "huiyin"
PORT = 5432
# The kernel's limit for the whole path is 107 bytes; our own file names are the shortest part.
_LONGEST_SOCKET = 100
_MB = 1024 * 1024
_CGROUP = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def write_settings(data: Path, account: Account) -> Path:
    """Write the settings and the rules of who may connect; return the socket's folder."""
    pgdata = data / "pgdata"
    socket = socket_folder(data, account)
    write(pgdata / "huiyin.conf", _server_settings(data, socket), account)
    write(pgdata / "pg_hba.conf", _who_may_connect(), account)
    write(pgdata / "pg_ident.conf", _names(account), account)
    shell('mkdir -p -m 700 -- "$1"', data / "log", account=account)
    return socket


def socket_folder(data: Path, account: Account) -> Path:
    """Make and return the folder of the socket, which only ``account`` and root can enter.

    Inside the data folder where the path is short enough, else in /tmp under a name derived from
    it. Not in XDG_RUNTIME_DIR: that is removed when the user logs out, and the server stays.

    Raises:
        PostgresProblem: someone else has taken the name in /tmp.
    """
    folder = data / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > _LONGEST_SOCKET:
        digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
        folder = Path("/tmp") / f"huiyin-{account.uid}-{digest}"  # noqa: S108 - owner is checked below
    shell('test -d "$1" || mkdir -m 700 -- "$1"', folder, account=account)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != account.uid or facts.st_mode & 0o077:
        raise PostgresProblem("socket_folder", f"{folder} 不是我们的目录；请删除它或换一个数据目录")
    return folder


def _server_settings(data: Path, socket: Path) -> str:
    """Return huiyin.conf: our defaults, then the operator's, then what must not be changed.

    Logs name no values: statements and DETAIL lines carry what citizens have told us.
    """
    memory = _memory()
    return f"""# Written at every start. Put your own settings into {_quoted(data / "local.conf")}
max_connections = 200
shared_buffers = {max(32, min(memory // 4, 1024 * _MB) // _MB)}MB
effective_cache_size = {max(64, memory // 2 // _MB)}MB
maintenance_work_mem = {max(32, min(memory // 16, 256 * _MB) // _MB)}MB
work_mem = 16MB
random_page_cost = 1.1
jit = off
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min
log_min_error_statement = panic
log_error_verbosity = terse
include_if_exists = {_quoted(data / "local.conf")}
listen_addresses = ''
port = {PORT}
unix_socket_directories = {_quoted(_named(socket))}
unix_socket_permissions = 0700
fsync = on
full_page_writes = on
logging_collector = on
log_destination = 'stderr'
log_directory = {_quoted(data / "log")}
log_filename = 'postgresql-%a.log'
log_file_mode = 0600
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] '
log_timezone = 'Asia/Shanghai'
lc_messages = 'C.UTF-8'
"""


def _quoted(text: str | Path) -> str:
    """Quote a text for a settings file."""
    return "'" + str(text).replace("\\", "\\\\").replace("'", "''") + "'"


def _named(path: Path) -> str:
    """Quote a path as one name, for a setting that is a list of names."""
    return '"' + str(path).replace('"', '""') + '"'


def _who_may_connect() -> str:
    """Return pg_hba.conf: our two roles through the socket, if the kernel vouches for the caller.

    ``peer`` and not a password: the kernel tells the server which account is calling, so there is
    no secret that could leak through an environment, a log or a copied file; and it serves root,
    who starts the program, as well as the account that the server runs as.
    """
    return f"""# Written at every start.
local all {ADMIN},{ROLE} peer map=huiyin
local replication {ADMIN} peer map=huiyin
"""


def _names(account: Account) -> str:
    """Return pg_ident.conf: root and the server's own account may be either of our roles."""
    callers = dict.fromkeys((pwd.getpwuid(0).pw_name, account.name))
    lines = [f'huiyin "{caller}" {role}' for caller in callers for role in (ADMIN, ROLE)]
    return "\n".join(["# Written at every start.", *lines, ""])


def _memory() -> int:
    """Return the memory that we may use, in bytes: the machine's, or less inside a container."""
    amounts = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in map(Path, _CGROUP):
        text = path.read_text().strip() if path.is_file() else ""
        amounts += [int(text)] if text.isdigit() else []
    return min(amounts)
