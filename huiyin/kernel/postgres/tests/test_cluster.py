"""A server's life: made, started, found again, stopped."""

import os
import signal
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from huiyin.kernel.postgres import Cluster, PostgresProblem, server
from huiyin.kernel.postgres.account import owner_of, shell
from huiyin.kernel.postgres.folder import LOCK, MARK, RUNNING_LOCK, locked, open_lock, take
from huiyin.kernel.postgres.settings import socket_folder
from huiyin.kernel.postgres.tests.conftest import (
    ROWS,
    SOURCES,
    connect,
    count,
    fill,
    processes_below,
    spawn,
)


def test_a_new_server_speaks_chinese_and_keeps_its_word(live):
    with connect(live.ensure_running()) as connection:
        ask = lambda query: connection.execute(query).fetchone()[0]  # noqa: E731
        connection.execute("create extension if not exists pg_trgm")
        assert len(ask("select show_trgm('噪音扰民投诉')")) == 7
        assert ask("show server_encoding") == "UTF8"
        assert ask("select datctype from pg_database where datname = 'huiyin'") == "C.UTF-8"
        assert ask("show data_checksums") == "on"
        assert ask("show fsync") == "on"
        assert ask("show server_version").split()[0] == live.binaries_version()
        assert ask("select rolsuper from pg_roles where rolname = current_user") is False


def test_it_listens_on_its_socket_only(live):
    live.ensure_running()
    with connect(live.ensure_running()) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    listening = set()
    for table in ("tcp", "tcp6"):
        rows = [row.split() for row in Path("/proc/net", table).read_text().splitlines()[1:]]
        listening |= {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}
    # Asked in the server's name: inside a container root may not look.
    own = owner_of(live.pgdata)
    words = shell('ls -l "/proc/$1/fd"', live.status()["pid"], account=own).split()
    held = {word for word in words if word.startswith("socket:")}
    assert held
    assert not held & listening


def test_only_its_account_can_enter_its_folders(live):
    address = live.ensure_running()
    owner = live.pgdata.stat().st_uid
    for folder in (live.data, live.pgdata, live.data / "log", Path(address.host)):
        assert (stat.S_IMODE(folder.stat().st_mode), folder.stat().st_uid) == (0o700, owner)
    for name in (MARK, LOCK, RUNNING_LOCK):
        assert stat.S_IMODE((live.data / name).stat().st_mode) == 0o600
    assert owner != 0


def test_a_role_that_is_not_ours_is_refused(live):
    address = live.ensure_running()
    with connect(address, user="postgres") as connection:
        connection.execute("drop role if exists stranger")
        connection.execute("create role stranger login superuser")
    with pytest.raises(psycopg.OperationalError, match="no pg_hba.conf entry"):
        connect(address, user="stranger")


def test_the_log_names_no_values(live):
    address = live.ensure_running()
    with connect(address) as connection:
        connection.execute("create temp table person (phone text primary key)")
        connection.execute("insert into person values ('13800000000')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into person values ('13800000000')")
    # The log is written by a process of its own, a moment later, but in order.
    for _ in range(500):
        log = "".join(path.read_text() for path in (live.data / "log").glob("*.log"))
        if "person_pkey" in log:
            break
        time.sleep(0.02)
    assert "person_pkey" in log
    assert "13800000000" not in log


@pytest.mark.parametrize("name", ["test_gw0", "回音 \"测试\" '1'"])
def test_a_second_database_is_made_once(live, name):
    first, again = live.create_database(name), live.create_database(name)
    assert first == again
    with connect(first) as connection:
        row = connection.execute(
            "select current_database(), pg_encoding_to_char(encoding), datcollate, datctype"
            " from pg_database where datname = current_database()"
        ).fetchone()
    assert row == (name, "UTF8", "C.UTF-8", "C.UTF-8")


def test_eight_at_once_make_one_database(live):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: live.create_database("test_race"), range(8)))) == 1


@pytest.mark.parametrize("source", SOURCES)
def test_stop_and_start_again_keep_the_data(place, source):
    cluster = Cluster(place / "deep" / "data", source=source)
    assert cluster.status()["state"] == "absent"
    assert cluster.stop() is False
    fill(cluster.ensure_running())
    assert cluster.status()["state"] == "running"
    assert cluster.stop() is True
    assert (cluster.status()["state"], cluster.status()["problem"]) == ("stopped", None)
    assert cluster.stop() is False
    assert processes_below(place) == []
    assert count(cluster.ensure_running()) == ROWS


def test_starting_twice_finds_the_same_server(seeded):
    cluster = seeded()
    first = cluster.ensure_running()
    pid = cluster.status()["pid"]
    assert Cluster(cluster.data).ensure_running() == first
    assert cluster.status()["pid"] == pid


def test_it_survives_whoever_started_it_and_is_found_and_stopped(seeded, place):
    cluster = seeded()
    starter = spawn(
        "Cluster(Path(sys.argv[1])).ensure_running(); os.kill(os.getpid(), signal.SIGKILL)",
        cluster.data,
    )
    starter.communicate(timeout=120)
    pid = cluster.status()["pid"]
    assert count(cluster.ensure_running()) == ROWS
    assert cluster.status()["pid"] == pid
    assert cluster.stop() is True
    assert processes_below(place) == []


@pytest.mark.parametrize("moment", ["pgdata.new/PG_VERSION", "pgdata", "pgdata/postmaster.pid"])
def test_a_start_killed_half_way_does_no_harm(place, moment):
    cluster = Cluster(place / "data")
    starter = spawn("Cluster(Path(sys.argv[1])).ensure_running()", cluster.data)
    while not (cluster.data / moment).exists():
        assert starter.poll() is None
        time.sleep(0.002)
    starter.kill()
    starter.communicate(timeout=120)
    fill(cluster.ensure_running())
    assert not (cluster.data / "pgdata.new").exists()
    cluster.stop()
    assert count(cluster.ensure_running()) == ROWS


def test_a_killed_server_recovers_what_was_committed(seeded):
    cluster = seeded()
    connection = connect(cluster.ensure_running())
    connection.execute("insert into said select n, '补' from generate_series(-9, 0) n")
    pid = cluster.status()["pid"]
    os.kill(pid, signal.SIGKILL)
    assert count(cluster.ensure_running()) == ROWS + 10
    connection.close()
    assert cluster.status()["pid"] != pid


def test_a_process_number_that_was_given_away_does_not_block_the_start(seeded, account):
    cluster = seeded()
    cluster.ensure_running()
    pid = cluster.status()["pid"]
    noted = (cluster.pgdata / "postmaster.pid").read_text()
    cluster.stop()
    sleeper = subprocess.Popen(  # noqa: S603
        ["sleep", "600"],  # noqa: S607
        user=account.uid if account.other else None,
    )
    left = cluster.pgdata / "postmaster.pid"
    left.write_text(noted.replace(str(pid), str(sleeper.pid), 1))
    os.chown(left, account.uid, account.gid)
    try:
        assert cluster.status()["state"] == "stopped"
        assert cluster.stop() is False
        assert count(cluster.ensure_running()) == ROWS
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_starts_at_the_same_moment_make_one_server(place):
    script = "c = Cluster(Path(sys.argv[1])); print(c.ensure_running().url, c.status()['pid'])"
    starters = [spawn(script, place / "data") for _ in range(4)]
    said = {starter.communicate(timeout=120)[0] for starter in starters}
    assert [starter.returncode for starter in starters] == [0] * 4, said
    assert len(said) == 1


def test_who_must_wait_is_told_so(seeded, account):
    cluster, told = seeded(), []
    with ThreadPoolExecutor(1) as pool:
        with locked(cluster.data, account, lambda: None):
            start = pool.submit(cluster.ensure_running, told.append)
            while not told:
                assert not start.done()
                time.sleep(0.01)
            assert not cluster.pgdata.joinpath("postmaster.pid").exists()
        assert count(start.result()) == ROWS
    assert "另一个进程正在启动数据库" in told[0]


def hold_up_recovery(cluster, account, until):
    """Make the next start recover until a file appears, as after a crash under load."""
    settings = cluster.data / "local.conf"
    wait = f"while ! test -e {until}; do sleep 0.02; done"
    wait = f"case %f in *.history) ;; *) {wait};; esac; false"
    settings.write_text(f"restore_command = '{wait}'\nhot_standby = off\n")
    (cluster.pgdata / "recovery.signal").touch()
    for path in (settings, cluster.pgdata / "recovery.signal"):
        os.chown(path, account.uid, account.gid)


@pytest.mark.parametrize(
    "times", [pytest.param(1, id="short"), pytest.param(62, id="long", marks=pytest.mark.slow)]
)
def test_a_recovery_is_waited_for_and_told(seeded, account, place, times):
    """We are told about once a second; the long one passes every limit that pg_ctl has."""
    cluster, told, enough = seeded(), [], place / "enough"
    hold_up_recovery(cluster, account, until=enough)

    def tell(line):
        told.append("正在恢复上次中断的数据" in line)
        if sum(told) >= times or len(told) > times + 20:
            enough.touch()

    assert count(cluster.ensure_running(tell)) == ROWS
    assert sum(told) >= times


def test_a_recovery_can_be_stopped(seeded, account, place):
    cluster = seeded()
    hold_up_recovery(cluster, account, until=place / "never")
    with ThreadPoolExecutor(1) as pool:
        start = pool.submit(cluster.ensure_running)
        while cluster.status()["state"] != "starting":
            assert not start.done()
            time.sleep(0.05)
        assert cluster.stop() is True
        with pytest.raises(PostgresProblem):
            start.result()


def test_the_server_holds_a_lock_while_any_of_its_processes_lives(seeded, account):
    cluster = seeded()
    cluster.ensure_running()
    with open_lock(cluster.data / RUNNING_LOCK, account) as lock:
        assert not take(lock)
    cluster.stop()
    with open_lock(cluster.data / RUNNING_LOCK, account) as lock:
        assert take(lock)


def test_a_server_in_another_container_is_used_and_left_alone(seeded, monkeypatch):
    """Its process number means nothing here; the socket and the lock on the shared disk do."""
    cluster = seeded()
    address = cluster.ensure_running()
    monkeypatch.setattr(server, "holder", lambda *_: server.Holder.NOBODY)
    monkeypatch.setattr(server, "_LEFTOVERS", 0.3)
    assert cluster.ensure_running() == address
    with pytest.raises(PostgresProblem) as refused:
        cluster.stop()
    assert refused.value.code == "elsewhere"
    Path(address.host).rename(cluster.data / "hidden")
    with pytest.raises(PostgresProblem) as refused:
        cluster.ensure_running()
    assert refused.value.code == "still_used"


def test_an_odd_and_long_path_gets_its_socket_elsewhere(seeded, place):
    cluster = seeded(at=place / ("数据 'of' \"$HOME\" " + "x" * 120))
    address = cluster.ensure_running()
    assert address.host.startswith("/tmp/huiyin-")  # noqa: S108
    assert stat.S_IMODE(Path(address.host).stat().st_mode) == 0o700
    assert count(address) == ROWS
    assert count(type(address).from_url(address.url)) == ROWS
    assert cluster.stop() is True
    Path(address.host).rmdir()


def test_a_socket_folder_that_others_can_enter_is_refused(seeded, place, account):
    cluster = seeded(at=place / ("x" * 120))
    folder = socket_folder(cluster.data, account)
    folder.chmod(0o777)
    with pytest.raises(PostgresProblem) as refused:
        cluster.ensure_running()
    folder.rmdir()
    assert refused.value.code == "socket_folder"


def test_a_minor_upgrade_just_works_and_is_noted(seeded):
    cluster = seeded()
    mark = cluster.data / MARK
    version = cluster.binaries_version()
    older = f"{cluster.binaries().major}.0"
    mark.write_text(mark.read_text().replace(version, older))
    assert cluster.status()["version"] == older
    assert count(cluster.ensure_running()) == ROWS
    status = cluster.status()
    assert (status["version"], status["upgraded_from"]) == (version, older)
    assert status["restart_needed"] is False


def test_newer_programs_beside_a_running_server_ask_for_a_restart(seeded, place):
    cluster = seeded()
    cluster.ensure_running()
    newer = place / "bin"
    newer.mkdir()
    for name in ("initdb", "pg_ctl", "pg_dump", "pg_restore"):
        (newer / name).symlink_to(cluster.binaries().program(name))
    version = f"{cluster.binaries().major}.99"
    (newer / "postgres").write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
    (newer / "postgres").chmod(0o755)
    status = Cluster(cluster.data, bin_dir=newer).status()
    assert (status["state"], status["restart_needed"]) == ("running", True)
    assert status["binaries"] == {"source": "configured", "version": version}


def test_a_mistake_in_the_operators_settings_is_named_and_can_be_put_right(seeded, account):
    cluster = seeded()
    settings = cluster.data / "local.conf"
    settings.write_text("work_mem = plenty\n")
    os.chown(settings, account.uid, account.gid)
    with pytest.raises(PostgresProblem) as refused:
        cluster.ensure_running()
    assert refused.value.code == "bad_settings"
    assert "local.conf" in str(refused.value)
    settings.write_text("work_mem = 7MB\nlisten_addresses = '*'\n")
    with connect(cluster.ensure_running()) as connection:
        assert connection.execute("show work_mem").fetchone() == ("7MB",)
        assert connection.execute("show listen_addresses").fetchone() == ("",)
