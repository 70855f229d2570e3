"""Programs that the server's account cannot reach, brought within its reach."""

import hashlib
import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

from huiyin.kernel.postgres.account import Account, run, shell
from huiyin.kernel.postgres.binaries import WHEEL, Binaries
from huiyin.kernel.postgres.errors import PostgresProblem
from huiyin.kernel.postgres.folder import remove


def within_reach(binaries: Binaries, data: Path, account: Account) -> Binaries:
    """Return the programs, or a copy inside the data folder if ``account`` cannot reach them.

    So a wheel in a closed folder such as /root serves an account without rights, and no folder is
    opened for it. Copies of earlier versions are removed; no server may run.

    Raises:
        PostgresProblem: they are out of reach and not a wheel's, which alone can be moved.
    """
    probe = ["/bin/sh", "-c", 'test -x "$1" && test -r "$1"', "sh", binaries.program("postgres")]
    near = run(probe, account).code == 0
    digest = hashlib.sha256(os.fsencode(binaries.folder)).hexdigest()[:8]
    copy = data / f"programs-{binaries.version}-{digest}"
    for old in data.glob("programs-*"):
        if near or old != copy:
            remove(old, account)
    if near:
        return binaries
    if not copy.exists():
        _copy(binaries, copy, account)
    return replace(binaries, folder=copy / WHEEL / "pginstall" / "bin")


def _copy(binaries: Binaries, copy: Path, account: Account) -> None:
    """Copy a wheel's programs and their libraries, which are found by their relative place."""
    site = binaries.folder.parents[2]
    parts = [binaries.folder.parent, site / f"{WHEEL}.libs"]
    if binaries.folder != site / WHEEL / "pginstall" / "bin" or not parts[1].is_dir():
        raise PostgresProblem(
            "unreachable",
            f"数据库账号 {account.name} 用不了 {binaries.folder}；"
            "请用 HUIYIN_PG_BIN 指定别处的程序",
        )
    new = copy.with_name(f"{copy.name}.new")
    remove(new, account)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for part in parts:
            archive.add(part, part.relative_to(site))
    shell('mkdir -- "$1"; tar -x -C "$1" -f -', new, account=account, given=packed.getvalue())
    shell('mv -T -- "$1" "$2"', new, copy, account=account)
