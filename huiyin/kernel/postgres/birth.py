"""Making a new server's files: all of them or none."""

from collections.abc import Callable
from pathlib import Path

from huiyin.kernel.postgres.account import Account, run, shell
from huiyin.kernel.postgres.binaries import Binaries
from huiyin.kernel.postgres.errors import explain
from huiyin.kernel.postgres.folder import remove, sync
from huiyin.kernel.postgres.settings import ADMIN, ROLE

# The program's role is no superuser: a hole in a page must not become a shell on the server.
_FIRST_STATEMENTS = f"""create role {ROLE} login createdb;
grant pg_monitor to {ROLE};
create database {ROLE} owner {ROLE};
"""


def create(
    binaries: Binaries, data: Path, account: Account, *, lock: int, waiting: Callable[[], None]
) -> None:
    """Make ``data/pgdata`` with our role and database in it.

    It is made beside its place and renamed, so that a start that was killed half-way leaves
    nothing that looks like data. The children hold ``lock`` too: an initdb whose parent was killed
    is waited for by the next start, not overtaken.

    C.UTF-8 is asked for by name: under LC_ALL=C plain initdb would choose C, and trigrams over
    Chinese would be empty.

    Raises:
        PostgresProblem: it failed; nothing is left behind.
    """
    new = data / "pgdata.new"
    remove(new, account)
    initdb = [binaries.program("initdb"), "-D", str(new), "-U", ADMIN, "-E", "UTF8"]
    initdb += ["--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
    initdb += ["--auth-local=peer", "--auth-host=reject"]
    single = [binaries.program("postgres"), "--single", "-D", str(new)]
    single += ["-c", "exit_on_error=on", ADMIN]
    for command, given in ((initdb, ""), (single, _FIRST_STATEMENTS)):
        outcome = run(command, account, given=given, keep=(lock,), waiting=waiting)
        if outcome.code:
            remove(new, account)
            raise explain(outcome.output, doing="初始化数据库")
    shell('echo "include = \'huiyin.conf\'" >>"$1"', new / "postgresql.conf", account=account)
    shell('mv -T -- "$1" "$2"', new, data / "pgdata", account=account)
    sync(data)
