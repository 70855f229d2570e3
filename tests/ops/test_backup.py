"""A backup is brought back on an empty installation, and everywhere else it is refused whole."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiyin.config import unpacking
from huiyin.config.problems import CannotRun
from tests.ops.installation import Installation

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installation")]
SHOW = "from tests.ops import data; print(*data.numbers())"


@pytest.fixture(scope="module")
def full(_made: tuple[Installation, object]) -> Installation:
    """Return an installation with two orders and a photo."""
    made = _made[0]
    made.python("from tests.ops import data; data.make()")
    return made


@pytest.fixture(scope="module")
def backup(full: Installation) -> Iterator[Path]:
    """Return a backup of it without keys."""
    file = full.folder / "a.huiyin"
    words = full.done("backup", str(file))
    assert "密钥文件不在其中" in words
    assert "附件 1 个" in words
    yield file
    file.unlink()


@pytest.fixture(scope="module")
def empty() -> Iterator[Installation]:
    """Return an installation with an empty database."""
    made = Installation()
    yield made
    made.remove()


def files_of(where: Installation) -> dict[str, bytes]:
    found = (where.var / "attachments").glob("*/*")
    return {path.name: path.read_bytes() for path in found}


def test_a_backup_is_one_closed_file_and_holds_no_keys(full: Installation, backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with tarfile.open(backup) as tar:
        names = tar.getnames()
    assert (names[0], names[-1]) == ("database.dump", "manifest.json")
    assert "keys.json" not in names
    inside = {name.rpartition("/")[2] for name in names if name.startswith("attachments/")}
    assert inside == set(files_of(full)) != set()
    refused = full.run("backup", str(backup))
    assert refused.returncode == 3
    assert "已存在" in refused.stderr


@pytest.mark.parametrize("kind", ["cut", "short", "altered", "stranger", "text"])
def test_a_file_that_is_not_whole_is_refused(kind: str, backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    file, scratch = tmp_path / "file", tmp_path / "scratch"
    scratch.mkdir()
    if kind == "stranger":
        with tarfile.open(file, "w") as tar:
            tar.add(__file__, "../outside")
    else:
        middle = len(whole) // 3
        file.write_bytes(
            {
                "cut": whole[: len(whole) // 2],
                "short": whole[:-12_000],  # more than the padding at the end
                "altered": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
                "text": b"hello",
            }[kind]
        )
    with pytest.raises(CannotRun, match="不完整或已损坏|不属于备份"):
        unpacking.verified(file, scratch)
    assert not (tmp_path / "outside").exists()
    assert unpacking.verified(backup, tmp_path / "whole").attachments == 1


def test_round_trip(full: Installation, backup: Path, empty: Installation) -> None:
    cut = empty.folder / "cut.huiyin"
    cut.write_bytes(backup.read_bytes()[:100_000])
    for file, why in ((backup, "密钥文件"), (cut, "不完整或已损坏")):
        refused = empty.run("restore", str(file))
        assert (refused.returncode, why in refused.stderr) == (3, True), refused.stderr
    assert files_of(empty) == {}
    assert not (empty.var / "restore.part").exists()

    file = empty.folder / "with-keys.huiyin"
    assert "密钥文件也在其中" in full.done("backup", "--with-keys", str(file))
    assert "附件 1 个" in empty.done("restore", str(file))
    assert empty.python(SHOW) == full.python(SHOW) != "\n"
    assert files_of(empty) == files_of(full) != {}
    assert empty.json("audit", "verify") == {"verified": 2, "breaks": []}
    again = empty.run("restore", str(file))
    assert again.returncode == 3
    assert "已有数据" in again.stderr

    empty.python(
        "from django.db import connection\n"
        "with connection.cursor() as c:\n"
        "    c.execute('alter table orders_orderevent disable trigger user')\n"
        "    c.execute(\"update orders_orderevent set note = 'x' where verb = 'reply'\")"
    )
    broken = empty.run("audit", "verify")
    assert broken.returncode == 1
    assert broken.stdout.splitlines()[0].endswith("历史记录被改动")
    assert "1 件的历史不完整" in broken.stdout
