"""Sending: nothing twice, nothing lost, and what became of each message."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from huiyin.channels.messaging import actions
from huiyin.channels.messaging.actions.sending import LEASE
from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import MOST_ATTEMPTS, Medium
from huiyin.channels.messaging.tests.servers import be_silent, hang_up, say
from huiyin.channels.messaging.tests.support import EMAIL, PHONE, hear, message
from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.kernel import crypto
from huiyin.kernel.errors import NotAllowed, NotFound, Refused, WrongState
from huiyin.kernel.jobs import REGISTRY
from tests.world import Story, at

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def idempotent(gateway, settings, tmp_path):
    """Return a gateway whose operator says that it drops repetitions."""
    file = tmp_path / "gateway.toml"
    file.write_text(f'url = "{gateway.url}"\nidempotent = true\ntimeout = 1\n')
    settings.SMS_FILE = str(file)
    return gateway


@pytest.fixture
def simple(gateway, settings, tmp_path):
    """Return a gateway that would send a repetition again."""
    file = tmp_path / "simple.toml"
    file.write_text(f'url = "{gateway.url}"\ntimeout = 1\n')
    settings.SMS_FILE = str(file)
    return gateway


def state_of(row: Message) -> tuple[str, int, object]:
    row.refresh_from_db()
    return row.state, row.attempts, row.next_attempt_at


@pytest.mark.django_db
def test_by_default_messages_are_only_logged(caplog) -> None:
    row = message()
    with caplog.at_level("INFO"):
        assert actions.send_due(now=at(2, 10)) == 1
    assert state_of(row) == ("logged", 1, None)
    assert (row.driver, row.sent_at, row.last_error) == ("log", None, "")
    assert "only logged" in caplog.text
    assert actions.send_due(now=at(2, 10)) == 0


@pytest.mark.django_db
def test_sms_and_email_leave_by_their_own_doors(idempotent, mail_server, settings, world) -> None:
    settings.SMTP_URL = f"smtp://127.0.0.1:{mail_server.port}?from=hotline@example.cn"
    idempotent.answer = say(200, {})
    sms = message("a")
    mail = message(
        "b", medium="email", subject="标题",
        address_sealed=crypto.seal(EMAIL, "message.address"),
    )  # fmt: skip
    assert actions.send_due(now=at(2, 10)) == 2
    assert state_of(sms) == state_of(mail) == ("sent", 1, None)
    assert (sms.driver, mail.driver, sms.sent_at) == ("http", "smtp", at(2, 10))
    assert idempotent.asked[0].json["to"] == PHONE
    assert idempotent.asked[0].json["text"].startswith("【测试市12345】您的诉求")
    assert mail.external_id == mail_server.mails[0]["Message-ID"]


@pytest.mark.django_db
def test_only_what_is_due_is_sent_the_longest_waiting_first(idempotent) -> None:
    for name, due in (("late", at(2, 8)), ("later", at(2, 9)), ("tomorrow", at(3, 7))):
        message(
            name,
            next_attempt_at=due,
            body_sealed=crypto.seal(name, "message.body"),
        )
    assert actions.send_due(now=at(2, 10), limit=1) == 1
    assert actions.send_due(now=at(2, 10)) == 1
    assert [a.json["text"].rpartition("】")[2] for a in idempotent.asked] == ["late", "later"]
    assert actions.send_due(now=at(3, 7)) == 1


@pytest.mark.rule("R-74")
@pytest.mark.django_db
def test_a_failure_is_tried_again_and_then_given_up(idempotent) -> None:
    idempotent.answer = say(503)
    row, now = message(), at(2, 9)
    waits = []
    for _ in range(MOST_ATTEMPTS):
        assert actions.send_due(now=now) == 1
        state, _, due = state_of(row)
        if due is None:
            break
        assert (state, row.last_error) == ("failed", "短信网关答复 503")
        assert actions.send_due(now=due - timedelta(seconds=1)) == 0
        waits.append(due - now)
        now = due
    assert waits[:4] == [timedelta(minutes=m) for m in (1, 2, 4, 8)]
    assert state_of(row) == ("given_up", MOST_ATTEMPTS, None)
    assert len({asked.headers["Idempotency-Key"] for asked in idempotent.asked}) == 1


@pytest.mark.rule("R-72")
@pytest.mark.django_db
@pytest.mark.parametrize(("at_once", "again"), [(False, at(3, 7)), (True, at(2, 22))])
def test_a_second_attempt_minds_the_quiet_hours(idempotent, at_once, again) -> None:
    idempotent.answer = say(503)
    row = message(at_once=at_once)
    actions.send_due(now=at(2, 21, 59))
    assert state_of(row)[2] == again


@pytest.mark.rule("R-74")
@pytest.mark.django_db
def test_a_refusal_for_good_is_given_up_at_once_and_others_go_on(idempotent) -> None:
    answers = [say(400), say(200, {})]
    idempotent.answer = lambda asked, handler: answers.pop(0)(asked, handler)
    refused, sent = message("a"), message("b")
    assert actions.send_due(now=at(2, 10)) == 2
    assert state_of(refused) == ("given_up", 1, None)
    assert state_of(sent) == ("sent", 1, None)


@pytest.mark.rule("R-74")
@pytest.mark.django_db
@pytest.mark.parametrize("answer", [be_silent, hang_up, say(500)])
def test_an_unknown_fate_is_tried_again_only_where_that_is_harmless(
    idempotent, settings, tmp_path, answer
) -> None:
    idempotent.answer = answer
    harmless = message("a")
    actions.send_due(now=at(2, 10))
    assert state_of(harmless) == ("failed", 1, at(2, 10, 1))
    Message.objects.all().delete()
    file = tmp_path / "other.toml"
    file.write_text(f'url = "{idempotent.url}"\ntimeout = 1\n')
    settings.SMS_FILE = str(file)
    harmful = message("b")
    actions.send_due(now=at(2, 10))
    assert state_of(harmful) == ("given_up", 1, None)
    assert "不能确定是否已送达" in harmful.last_error


def lost(**changes: object) -> Message:
    """Store a message whose sender died while sending."""
    values = {"state": "sending", "attempts": 1, "driver": "http", "next_attempt_at": at(2) + LEASE}
    return message(**(values | changes))


@pytest.mark.rule("R-74")
@pytest.mark.django_db
def test_a_lost_message_is_sent_again_after_the_lease_by_the_same_idempotent_driver(
    idempotent,
) -> None:
    row = lost()
    assert actions.send_due(now=at(2) + LEASE - timedelta(seconds=1)) == 0
    assert actions.send_due(now=at(2) + LEASE) == 1
    assert state_of(row) == ("sent", 2, None)


@pytest.mark.rule("R-74")
@pytest.mark.django_db
@pytest.mark.parametrize(("door", "driver"), [("simple", "http"), ("idempotent", "smtp")])
def test_a_lost_message_is_given_up_where_it_might_arrive_twice(request, door, driver) -> None:
    server = request.getfixturevalue(door)
    row = lost(driver=driver)
    assert actions.send_due(now=at(2) + LEASE) == 1
    assert state_of(row) == ("given_up", 1, None)
    assert "请核实" in row.last_error
    assert server.asked == []


_SENDER = """
import sys, django
django.setup()
from django.conf import settings
settings.SMS_FILE = sys.argv[1]
from huiyin.channels.messaging import actions
from tests.world import at
actions.send_due(now=at(2, 10))
"""


def _sender(file: str) -> subprocess.Popen[bytes]:
    facts = connection.settings_dict
    address = make_conninfo(
        dbname=facts["NAME"], user=facts["USER"], password=facts["PASSWORD"],
        host=facts["HOST"], port=facts["PORT"],
    )  # fmt: skip
    names = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "huiyin.config.settings.test"}
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _SENDER, file],
        env=os.environ | names | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )


@pytest.mark.rule("R-74")
def test_a_sender_killed_while_the_gateway_has_the_message(committed, idempotent, settings) -> None:
    row = message()
    child: list[subprocess.Popen[bytes]] = []
    ready = threading.Event()

    def kill(asked, handler) -> None:
        ready.wait()
        child[0].send_signal(signal.SIGKILL)
        child[0].wait()
        hang_up(asked, handler)

    idempotent.answer = kill
    child.append(_sender(settings.SMS_FILE))
    ready.set()
    assert child[0].wait() == -signal.SIGKILL
    assert state_of(row) == ("sending", 1, at(2, 10) + LEASE)
    idempotent.answer = say(200, {})
    assert actions.send_due(now=at(2, 10)) == 0
    assert actions.send_due(now=at(2, 10) + LEASE) == 1
    assert state_of(row) == ("sent", 2, None)
    first, second = idempotent.asked
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


@pytest.mark.rule("R-74")
def test_two_senders_at_once_send_each_message_once(committed, idempotent) -> None:
    names = [f"m{n}" for n in range(20)]
    for name in names:
        message(name, body_sealed=crypto.seal(name, "message.body"))
    start, done = threading.Barrier(2), []

    def send() -> None:
        start.wait()
        done.append(actions.send_due(now=at(2, 10)))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = [asked.json["text"].rpartition("】")[2] for asked in idempotent.asked]
    assert sorted(texts) == sorted(names)
    assert sum(done) == 20
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.rule("R-74")
def test_a_sender_that_was_overtaken_does_not_overwrite(committed, idempotent) -> None:
    row = message()

    def overtake(asked, handler) -> None:
        Message.objects.update(attempts=2, last_error="newer")
        connection.close()
        say(200, {})(asked, handler)

    idempotent.answer = overtake
    actions.send_due(now=at(2, 10))
    assert state_of(row)[:2] == ("sending", 2)
    assert row.last_error == "newer"


@pytest.mark.django_db
def test_a_faulty_setting_leaves_its_medium_waiting_and_the_other_goes(
    settings, mail_server, caplog
) -> None:
    settings.SMS_URL = "http://sms.example.cn/"
    settings.SMTP_URL = f"smtp://127.0.0.1:{mail_server.port}?from=hotline@example.cn"
    waits = message("a")
    goes = message(
        "b", medium="email", subject="标题",
        address_sealed=crypto.seal(EMAIL, "message.address"),
    )  # fmt: skip
    assert actions.send_due(now=at(2, 10)) == 1
    assert state_of(waits) == ("queued", 0, at(2))
    assert state_of(goes)[0] == "sent"
    assert "sms cannot be sent" in caplog.text


@pytest.mark.rule("R-75")
@pytest.mark.django_db
@pytest.mark.parametrize("medium", Medium)
def test_no_log_and_no_reason_names_anybody(
    medium, gateway, mail_server, settings, caplog, tmp_path
) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(
        f'url = "{gateway.url}"\nmethod = "GET"\nsend_as = "query"\nok_path = "why"\ntimeout = 1\n'
    )
    settings.SMS_FILE = str(file)
    settings.SMTP_URL = f"smtp://127.0.0.1:{mail_server.port}?from=hotline@example.cn"
    gateway.answer = say(200, {"why": f"{PHONE} is unknown"})
    mail_server.refuse["RCPT"] = "450 <{address}> is unknown, ask 13912345678"
    to = PHONE if medium is Medium.SMS else EMAIL
    message(medium=medium.value, address_sealed=crypto.seal(to, "message.address"), subject="标")
    broken = message("broken", medium=medium.value, address_sealed=b"\x01broken")
    with caplog.at_level("DEBUG"):
        assert actions.send_due(now=at(2, 10)) == 2
    logged = "".join(r.getMessage() for r in caplog.records if r.name != "mail.log")
    assert "is unknown" in logged
    kept = logged + " ".join(Message.objects.values_list("last_error", flat=True))
    for secret in (PHONE, EMAIL, "13912345678", "123456。"):
        assert secret not in kept
    assert state_of(broken)[0] == "failed"


@pytest.mark.django_db
def test_an_error_that_no_driver_foresaw_is_one_messages_own(idempotent, monkeypatch) -> None:
    from huiyin.channels.messaging.drivers.http import HttpGateway

    def stumble(self, parcel) -> None:
        raise ZeroDivisionError(parcel.to)

    monkeypatch.setattr(HttpGateway, "send", stumble)
    row = message()
    assert actions.send_due(now=at(2, 10)) == 1
    assert state_of(row)[0] == "failed"
    assert row.last_error == "程序出错：ZeroDivisionError"


@pytest.mark.rule("R-74")
@pytest.mark.parametrize(("demo", "asked"), [(True, 1), (False, 0)])
def test_a_rating_link_that_went_out_counts_as_a_survey(story: Story, settings, demo, asked):
    settings.DEMO = demo
    story.to_callback()
    hear(at(4, 12))
    for _ in range(2):
        actions.send_due(now=at(4, 12))
    assert CallbackAttempt.objects.filter(method="sms", reached=False).count() == asked


@pytest.mark.rule("R-74")
def test_who_looks_after_messages_may_start_one_anew(world, idempotent) -> None:
    row = message(state="given_up", attempts=10, next_attempt_at=None, last_error="x")
    admin = world.actor("administrator")
    with pytest.raises(NotAllowed):
        actions.retry(row.pk, by=world.actor("agent"), now=at(2, 10))
    actions.retry(row.pk, by=admin, now=at(2, 10))
    assert state_of(row) == ("queued", 0, at(2, 10))
    with pytest.raises(WrongState, match="待发送"):
        actions.retry(row.pk, by=admin, now=at(2, 10))
    actions.send_due(now=at(2, 10))
    with pytest.raises(WrongState, match="已发送"):
        actions.retry(row.pk, by=admin, now=at(2, 10))
    with pytest.raises(NotFound):
        actions.retry(0, by=admin, now=at(2, 10))
    forgotten = message("old", state="given_up", next_attempt_at=None, body_sealed=b"")
    with pytest.raises(Refused, match="已按期删除"):
        actions.retry(forgotten.pk, by=admin, now=at(2, 10))


@pytest.mark.rule("R-72")
def test_starting_anew_at_night_waits_for_the_morning(world) -> None:
    row = message(state="failed", next_attempt_at=at(2, 23))
    actions.retry(row.pk, by=world.actor("manager"), now=at(2, 23))
    assert state_of(row)[2] == at(3, 7)


@pytest.mark.django_db
def test_the_jobs_send_and_forget() -> None:
    message(created_at=at(2), next_attempt_at=at(2))
    assert REGISTRY["channels.messaging.send"].run(at(2)) == 1
    assert REGISTRY["channels.messaging.forget"].run(at(2) + timedelta(days=181)) == 1
