"""Keys, ciphers, masks, text, paging, outbox, idempotency, attempts: the kernel's promises."""

from __future__ import annotations

import base64
import json
import stat
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from huiyin.kernel import (
    access,
    attempts,
    clock,
    crypto,
    idempotency,
    jobs,
    keys,
    masks,
    outbox,
    text,
)
from huiyin.kernel.errors import BadRequest, Conflict, Invalid, TooMany
from huiyin.kernel.models import AccessLog, AttemptCounter, JobRun, OutboxRow
from huiyin.kernel.paging import page
from tests.world import at


@pytest.mark.parametrize("cipher", ["AES_GCM", "SM4_GCM"])
def test_what_is_sealed_opens_only_as_its_own_field(settings, cipher) -> None:
    settings.PERSONAL_DATA_CIPHER = cipher
    sealed = crypto.seal("张三丰", "requester.name")
    assert crypto.unseal(sealed, "requester.name") == "张三丰"
    assert crypto.seal("张三丰", "requester.name") != sealed
    assert crypto.seal("", "requester.name") == b""
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(sealed, "requester.phone")
    for position in range(len(sealed)):
        forged = bytearray(sealed)
        forged[position] ^= 1
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(bytes(forged), "requester.name")


def test_values_sealed_with_the_other_cipher_stay_readable(settings) -> None:
    settings.PERSONAL_DATA_CIPHER = "SM4_GCM"
    sealed = crypto.seal("13812345678", "p")
    settings.PERSONAL_DATA_CIPHER = "AES_GCM"
    assert crypto.unseal(sealed, "p") == "13812345678"


@pytest.mark.parametrize("digest", ["SM3", "SHA256"])
def test_equal_values_are_found_by_their_digest(settings, digest) -> None:
    settings.HISTORY_DIGEST = digest
    assert crypto.lookup("13812345678", "phone") == crypto.lookup("13812345678", "phone")
    assert crypto.lookup("13812345678", "phone") != crypto.lookup("13812345678", "email")
    assert len(crypto.lookup("1", "phone")) == 33


def test_a_new_master_reads_what_the_old_one_sealed(tmp_path, settings) -> None:
    path = tmp_path / "secrets/keys.json"
    keys.create_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_text()
    keys.create_file(path)
    assert path.read_text() == before
    settings.KEYS_FILE = path
    sealed = crypto.seal("张三", "n")
    both = tmp_path / "secrets/both.json"
    both.write_text(json.dumps(json.loads(before) | {"2": base64.b64encode(b"2" * 32).decode()}))
    settings.KEYS_FILE = both
    assert crypto.unseal(sealed, "n") == "张三"
    again = crypto.seal("张三", "n")
    assert (sealed[1], again[1]) == (1, 2)
    settings.KEYS_FILE = path
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(again, "n")


@pytest.mark.parametrize("content", ["", "{}", '{"2": "AAAA"}', '{"1": 5}', "[]"])
def test_a_missing_or_broken_key_file_is_one_clear_error(tmp_path, content) -> None:
    path = tmp_path / "keys.json"
    if content:
        path.write_text(content)
    with pytest.raises(keys.KeysMissing):
        keys.read_file(path)


@pytest.mark.rule("R-20")
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("13812345678", "138****5678"),
        ("0534-2345678", "053****5678"),
        ("12345", "****45"),
        ("", ""),
    ],
)
def test_phones_are_masked(given, shown) -> None:
    assert masks.phone(given) == shown


@pytest.mark.rule("R-20")
@pytest.mark.parametrize(
    ("given", "shown"), [("张三", "张*"), ("欧阳小明", "欧**"), ("", ""), ("李", "李")]
)
def test_names_are_masked(given, shown) -> None:
    assert masks.name(given) == shown


@pytest.mark.rule("R-20")
def test_numbers_inside_a_sentence_are_masked() -> None:
    said = "我叫王五，电话13812345678，身份证371402199001011234，工单26030200000017"
    assert (
        masks.in_text(said)
        == "我叫王五，电话138****5678，身份证3714**********1234，工单26030200000017"
    )


@pytest.mark.parametrize(
    ("raw", "lines", "clean"),
    [
        ("  你好\u3000\u3000世界 ", False, "你好 世界"),
        ("一\r\n\r\n\r\n\r\n二", True, "一\n\n二"),
        ("a\x00b\u200bc\ud800", False, "abc"),
        ("电话１３８ＡＢ", False, "电话138AB"),
        ("保留，全角。标点！", False, "保留，全角。标点！"),
    ],
)
def test_text_is_cleaned(raw, lines, clean) -> None:
    assert text.clean(raw, lines=lines) == clean


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        ("+86 138-1234-5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("0534 2345678", "05342345678"),
    ],
)
def test_phone_digits(raw, digits) -> None:
    assert text.phone_digits(raw) == digits


@pytest.mark.rule("R-21")
def test_the_access_log_needs_a_purpose_and_cannot_be_changed(db) -> None:
    log = {"reader": "staff:1", "subject": "order:1", "fields": ["phone"], "now": clock.now()}
    with pytest.raises(Invalid):
        access.record(purpose=" ", **log)
    access.record(purpose="回访", **log)
    for statement in ("update kernel_accesslog set purpose='x'", "delete from kernel_accesslog"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert AccessLog.objects.count() == 1


def test_attempts_are_counted_per_window(db) -> None:
    limit = {"limit": 2, "window": timedelta(minutes=15)}
    attempts.count("case:1", now=at(2, 9, 0), **limit)
    attempts.count("case:1", now=at(2, 9, 14), **limit)
    attempts.count("case:2", now=at(2, 9, 14), **limit)
    with pytest.raises(TooMany) as refusal:
        attempts.count("case:1", now=at(2, 9, 14), **limit)
    assert 0 < refusal.value.facts["retry_after"] <= 61
    attempts.count("case:1", now=at(2, 9, 15), **limit)
    assert attempts.forget_before(at(2, 9, 15)) == 2


def test_work_is_done_once_per_key(db) -> None:
    done = []

    def work() -> dict:
        done.append(1)
        return {"n": len(done)}

    claim = idempotency.Claim.of("token:1", "k", b"a")
    assert idempotency.once(claim, work, now=at(2)) == ({"n": 1}, True)
    assert idempotency.once(claim, work, now=at(2)) == ({"n": 1}, False)
    with pytest.raises(Conflict):
        idempotency.once(idempotency.Claim.of("token:1", "k", b"b"), work, now=at(2))
    for key in ("", "x" * 81):
        with pytest.raises(Invalid):
            idempotency.Claim.of("token:1", key, b"a")
    assert idempotency.forget_before(at(3)) == 1


def test_failed_work_leaves_no_key(db) -> None:
    def fail() -> dict:
        raise Invalid("不行")

    claim = idempotency.Claim.of("c", "k", b"a")
    with pytest.raises(Invalid):
        idempotency.once(claim, fail, now=at(2))
    assert idempotency.once(claim, lambda: {"ok": 1}, now=at(2)) == ({"ok": 1}, True)


def test_work_that_fails_because_it_was_done_gets_the_first_answer(db) -> None:
    done = []

    def only_once() -> dict:
        if done:
            raise Conflict("已经办过")
        done.append(1)
        return {"n": 1}

    claim = idempotency.Claim.of("c", "k", b"a")
    assert idempotency.once(claim, only_once, now=at(2)) == ({"n": 1}, True)
    assert idempotency.once(claim, only_once, now=at(2)) == ({"n": 1}, False)
    with pytest.raises(Conflict, match="已经办过"):
        idempotency.once(idempotency.Claim.of("c", "other", b"a"), only_once, now=at(2))


def test_pages_are_stable_and_refuse_foreign_cursors(db) -> None:
    def add(name: str, n: int) -> None:
        AttemptCounter.objects.create(scope=name, window_start=at(n + 1), count=n)

    for n in range(7):
        add(f"s{n % 2}", n)
    seen, cursor = [], ""
    while True:
        found = page(AttemptCounter.objects.all(), by=("-scope", "id"), cursor=cursor, size=3)
        seen += [r.count for r in found.rows]
        cursor = found.next
        if not cursor:
            break
        add("s9", 10 + len(seen))
    assert seen == [1, 3, 5, 0, 2, 4, 6]
    for bad in ("x", "e30", "WzEsMl0"):
        with pytest.raises(BadRequest):
            page(AttemptCounter.objects.all(), by=("-scope", "id"), cursor=bad)


@pytest.fixture
def listeners(monkeypatch):
    heard: list[tuple[str, str]] = []

    def listen(topic, payload, now) -> None:
        if payload.get("bad"):
            raise ValueError("坏消息")
        heard.append((topic, payload["n"]))

    monkeypatch.setattr(outbox, "_consumers", {})
    monkeypatch.setattr(outbox, "_listening", {})
    outbox.register("one", ("order.*",), listen)
    outbox.register("two", ("order.create",), listen)
    return heard


def test_each_consumer_hears_once_and_a_bad_row_stops_nobody(db, listeners) -> None:
    outbox.announce("order.create", {"n": 1}, now=at(2))
    outbox.announce("order.sign", {"n": 2, "bad": True}, now=at(2))
    outbox.announce("order.close", {"n": 3}, now=at(2))
    outbox.announce("calendar.loaded", {"n": 4}, now=at(2))
    assert OutboxRow.objects.count() == 4
    outbox.drain()
    assert sorted(listeners) == [("order.close", 3), ("order.create", 1), ("order.create", 1)]
    left = OutboxRow.objects.get()
    assert (left.attempts, "坏消息" in left.last_error) == (1, True)
    outbox.drain()
    assert OutboxRow.objects.get().attempts == 1


def test_a_job_leaves_a_row_of_each_run_and_is_missed_when_it_did_not(db) -> None:
    ran = jobs.Job("t.works", "* * * * *", timedelta(minutes=1), lambda at_: 3)
    fails = jobs.Job("t.fails", "* * * * *", timedelta(minutes=1), lambda at_: 1 // 0)
    assert ran.run(at(2)) == 3
    with pytest.raises(ZeroDivisionError):
        fails.run(at(2))
    rows = {r.name: r for r in JobRun.objects.all()}
    assert (rows["t.works"].done, rows["t.works"].error) == (3, "")
    assert "ZeroDivisionError" in rows["t.fails"].error
    assert rows["t.fails"].ended_at
