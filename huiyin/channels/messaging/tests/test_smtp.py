"""E-mail through real mail servers: delivery, encryption, refusals, silence, broken lines."""

from __future__ import annotations

import socket
from dataclasses import replace
from email.message import EmailMessage

import pytest

from huiyin.channels.messaging.drivers.base import Misconfigured, Rejected, TryLater, Unknown
from huiyin.channels.messaging.drivers.smtp import Smtp, read_url
from huiyin.channels.messaging.states import MessageState
from huiyin.channels.messaging.tests.servers import MailServer
from huiyin.channels.messaging.tests.support import EMAIL, PHONE, parcel
from tests.world import at

MAIL = parcel(to=EMAIL, subject="您的诉求已登记：2603020000011", body="您好！\n查询码123456。\n")


def driver(server: MailServer, scheme: str = "smtp", user: str = "", **options: str) -> Smtp:
    query = "&".join(f"{k}={v}" for k, v in ({"from": "hotline@example.cn"} | options).items())
    return Smtp(read_url(f"{scheme}://{user}127.0.0.1:{server.port}?{query}"))


def _text(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


def test_a_mail_arrives_whole_and_in_chinese(mail_server) -> None:
    receipt = driver(mail_server).send(MAIL)
    mail, envelope = mail_server.mails[0], mail_server.envelopes[0]
    assert (mail["Subject"], _text(mail)) == (MAIL.subject, MAIL.body)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("hotline@example.cn", [EMAIL])
    assert str(mail["From"]) == "测试市12345 <hotline@example.cn>"
    assert mail["Message-ID"] == receipt.external_id == f"<{'k' * 32}@example.cn>"
    assert mail["Date"].datetime == at(2)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert receipt.state is MessageState.SENT
    assert all(line.isascii() for line in envelope.content.splitlines())


@pytest.mark.rule("R-74")
def test_a_second_attempt_carries_the_same_message_id(mail_server) -> None:
    for _ in range(2):
        driver(mail_server).send(MAIL)
    first, second = mail_server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "a@example.cn\r\nBcc: b@example.cn"},
        {"to": "a@example.cn, b@example.cn"},
        {"to": "a b@example.cn"},
        {"to": PHONE},
        {"subject": "您好\r\nBcc: b@example.cn"},
        {"subject": "您好\nX: y"},
        {"signature": "12345\r\nBcc: b@example.cn"},
    ],
)
def test_nothing_can_be_smuggled_into_the_headers(mail_server, changes) -> None:
    with pytest.raises(Rejected):
        driver(mail_server).send(replace(MAIL, **changes))
    assert mail_server.mails == []


def test_a_dot_alone_on_a_line_does_not_end_the_mail(mail_server) -> None:
    body = "第一行\n.\nRCPT TO:<b@example.cn>\n"
    driver(mail_server).send(replace(MAIL, body=body))
    assert _text(mail_server.mails[0]) == body
    assert mail_server.envelopes[0].rcpt_tos == [EMAIL]


@pytest.mark.rule("R-74")
@pytest.mark.parametrize(
    ("stage", "said", "error"),
    [
        ("RCPT", "550 <{address}> no such user", Rejected),
        ("RCPT", "450 <{address}> mailbox busy", TryLater),
        ("DATA", "554 looks like spam", Rejected),
        ("DATA", "451 disk full", TryLater),
        ("DATA", "hang up", Unknown),
    ],
)
def test_refusals_say_whether_to_try_again(mail_server, stage, said, error) -> None:
    mail_server.refuse[stage] = said
    with pytest.raises(error) as refusal:
        driver(mail_server).send(MAIL)
    assert type(refusal.value) is error
    assert mail_server.mails == []


@pytest.mark.rule("R-74")
def test_no_server_no_answer_and_a_wrong_greeting_are_tried_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
        url = f"smtp://127.0.0.1:{port}?from=hotline@example.cn&timeout=1"
        with pytest.raises(TryLater, match="timed out"):
            Smtp(read_url(url)).send(MAIL)
    with pytest.raises(TryLater, match="无法连接"):
        Smtp(read_url(url)).send(MAIL)


@pytest.mark.parametrize(
    ("scheme", "kwarg", "options"),
    [("smtps", "tls", {}), ("smtp", "starttls", {"starttls": "1"})],
)
def test_tls_is_spoken_and_checked(certificates, scheme, kwarg, options) -> None:
    with MailServer(**{kwarg: certificates.server}, password="geheim&1") as server:
        trusting = {"cafile": str(certificates.authority), **options}
        driver(server, scheme, "hotline:geheim%261@", **trusting).send(MAIL)
        assert len(server.mails) == 1
        with pytest.raises(TryLater, match="登录被拒绝"):
            driver(server, scheme, "hotline:falsch@", **trusting).send(MAIL)
        with pytest.raises(TryLater, match="CERTIFICATE_VERIFY_FAILED"):
            driver(server, scheme, **options).send(MAIL)
        assert len(server.mails) == 1


def test_a_server_without_starttls_is_not_given_the_mail(mail_server) -> None:
    with pytest.raises(TryLater):
        driver(mail_server, starttls="1").send(MAIL)
    assert mail_server.mails == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://mail.example.cn", "smtp://"),
        ("smtp://mail.example.cn:port?from=a@example.cn", "smtp://"),
        ("smtp://mail.example.cn?from=a@example.cn&timeout=soon", "smtp://"),
        ("smtp://?from=a@example.cn", "主机"),
        ("smtp://mail.example.cn", "发件地址"),
        ("smtp://mail.example.cn?from=a", "发件地址"),
        ("smtp://mail.example.cn?from=a@example.cn&tls=1", "不认识的选项：tls"),
        ("smtp://mail.example.cn?from=a@example.cn&timeout=0", "timeout"),
        ("smtp://u:secret-word@mail.example.cn?from=a@example.cn", "starttls=1"),
        ("smtps://mail.example.cn?from=a@example.cn&cafile=/no/such/file", "cafile"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(url, reason) -> None:
    with pytest.raises(Misconfigured, match=reason) as fault:
        Smtp(read_url(url))
    assert "\n" not in str(fault.value)
    assert "secret-word" not in str(fault.value)


def test_settings_are_read_from_the_address() -> None:
    found = read_url("smtps://a%40example.cn:p%2Fw@mail.example.cn?timeout=3")
    assert (found.host, found.port, found.user, found.password) == (
        "mail.example.cn", 465, "a@example.cn", "p/w",
    )  # fmt: skip
    assert (found.sender, found.tls, found.starttls, found.timeout) == (
        "a@example.cn", True, False, 3.0,
    )  # fmt: skip
    assert "p/w" not in repr(found)
    assert read_url("smtp://mail.example.cn?from=a@example.cn").port == 25
