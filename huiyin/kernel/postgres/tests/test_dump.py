"""Backup and restore."""

import stat

import pytest

from huiyin.kernel.postgres import Address, PostgresProblem, dump, restore
from huiyin.kernel.postgres.binaries import find
from huiyin.kernel.postgres.tests.conftest import ROWS, SOURCES, connect, count, fill

TABLES = "select count(*) from pg_class where relnamespace = 'public'::regnamespace"


def refusal(action, *arguments):
    with pytest.raises(PostgresProblem) as refused:
        action(*arguments)
    assert "\n" not in str(refused.value)
    return refused.value.code


@pytest.fixture
def filled(live, request):
    """A database with a table in it, and an empty one."""
    name = request.node.name[:40]
    full, empty = live.create_database(f"{name} full"), live.create_database(f"{name} empty")
    fill(full)
    return full, empty


def made(address):
    with connect(address) as connection:
        return connection.execute(TABLES).fetchone()[0]


def test_a_backup_brings_everything_back(filled, place):
    full, empty = filled
    with connect(empty) as connection:
        connection.execute("create extension pg_trgm")
    dump(full, place / "备份.dump")
    assert stat.S_IMODE((place / "备份.dump").stat().st_mode) == 0o600
    assert [path.name for path in place.iterdir()] == ["备份.dump"]
    restore(empty, place / "备份.dump")
    assert count(empty) == ROWS
    with connect(empty) as connection:
        row = connection.execute("select words from said where id = 7").fetchone()
        assert row == ("噪音扰民投诉7",)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (older, newer)
        for older in SOURCES
        for newer in SOURCES
        if older != newer and find(None, older).major <= find(None, newer).major
    ]
    or [(SOURCES[0], SOURCES[0])],
)
def test_a_backup_carries_data_to_a_newer_version(seeded, place, older, newer):
    old, new = seeded(older, at=place / "old"), seeded(newer, at=place / "new")
    dump(old.ensure_running(), place / "backup")
    target = new.create_database("upgraded")
    restore(target, place / "backup")
    assert count(target) == ROWS


def test_a_database_with_content_is_left_alone(filled, place):
    full, _ = filled
    dump(full, place / "backup")
    with connect(full) as connection:
        connection.execute("delete from said where id = 1")
    assert refusal(restore, full, place / "backup") == "not_empty"
    assert count(full) == ROWS - 1


@pytest.mark.parametrize(
    "content",
    ["create function f() returns int language sql as 'select 1'", "create type t as enum ('a')",
     "create schema s", "create sequence q"],
)  # fmt: skip
def test_whatever_a_person_made_is_content(live, place, content):
    address = live.create_database("content " + content[:20])
    with connect(address) as connection:
        connection.execute(content)
    (place / "backup").write_bytes(b"")
    dump(address, place / "backup")
    assert refusal(restore, address, place / "backup") == "not_empty"


def test_a_cut_or_spoilt_file_is_refused_before_anything_changes(filled, place):
    full, empty = filled
    dump(full, place / "backup")
    whole = (place / "backup").read_bytes()
    codes = []
    for length in (len(whole) - 1, len(whole) - 40, len(whole) // 2, 200, 6):
        (place / "cut").write_bytes(whole[:length])
        codes.append(refusal(restore, empty, place / "cut"))
    spoilt = bytearray(whole)
    spoilt[-500] ^= 0xFF
    (place / "cut").write_bytes(spoilt)
    codes.append(refusal(restore, empty, place / "cut"))
    assert codes == ["damaged_backup"] * 6
    assert made(empty) == 0


def test_a_foreign_or_missing_file_is_refused(live, place):
    address = live.create_database("foreign")
    (place / "letter").write_text("dear")
    assert refusal(restore, address, place / "letter") == "not_a_backup"
    (place / "letter").write_text("")
    assert refusal(restore, address, place / "letter") == "not_a_backup"
    assert refusal(restore, address, place / "nothing") == "no_file"
    assert refusal(restore, address, place) == "no_file"
    assert made(address) == 0


def test_a_restore_that_fails_half_way_leaves_nothing(filled, place):
    """The extension that the backup's table needs cannot be made in the target."""
    full, empty = filled
    with connect(full) as connection:
        connection.execute("create table a_first (id int)")
    with connect(full, user="postgres") as connection:
        connection.execute("create extension dblink")  # only a superuser may
    dump(full, place / "backup")
    assert refusal(restore, empty, place / "backup") == "failed"
    assert made(empty) == 0


def test_a_failed_backup_leaves_the_earlier_one(live, place):
    (place / "backup").write_text("earlier")
    gone = live.ensure_running().named("no_such_database")
    assert refusal(dump, gone, place / "backup") == "no_answer"
    with connect(live.create_database("locked"), user="postgres") as connection:
        connection.execute("create table closed (id int)")  # ours may not read it
    assert refusal(dump, live.create_database("locked"), place / "backup") == "failed"
    assert [path.name for path in place.iterdir()] == ["backup"]
    assert (place / "backup").read_text() == "earlier"


def test_a_backup_into_no_folder_is_refused(live, place):
    assert refusal(dump, live.ensure_running(), place / "no" / "backup") == "failed"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://huiyin@/huiyin?host=%2Ftmp%2Fa+b&port=5432",
        "postgresql://u:p%40%2F%3A@/d%20b?host=db.example&port=6543&sslmode=require",
    ],
)
def test_an_address_reads_as_it_is_written(url):
    address = Address.from_url(url)
    assert Address.from_url(address.url) == address
    assert address.password not in repr(address) or not address.password
    django = address.as_django()
    assert (django["HOST"], django["NAME"]) == (address.host, address.dbname)
    assert django["OPTIONS"] == ({"sslmode": "require"} if "ssl" in url else {})


@pytest.mark.parametrize("url", ["mysql:/x", "postgresql://u@h:many/d"])
def test_an_address_that_cannot_be_read_is_refused(url):
    assert refusal(Address.from_url, url) == "bad_address"
