"""E-mail through an SMTP server, by the standard library.

A message keeps one Message-ID over all attempts, so that mailboxes show a repetition once.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr
from urllib.parse import parse_qs, unquote, urlsplit

from huiyin.channels.messaging import rules
from huiyin.channels.messaging.drivers.address import is_loopback
from huiyin.channels.messaging.drivers.base import (
    Misconfigured,
    Parcel,
    Receipt,
    Rejected,
    TryLater,
    Unknown,
)
from huiyin.channels.messaging.states import MessageState
from huiyin.worktime.calendar import SHANGHAI

PORTS = {"smtp": 25, "smtps": 465}
OPTIONS = frozenset({"starttls", "from", "timeout", "cafile"})
LONGEST_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where the server is and how to speak to it."""

    host: str
    port: int
    sender: str
    tls: bool = False
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 15.0
    cafile: str = ""


def read_url(url: str) -> SmtpSettings:
    """Read ``smtp://user:password@host:port?starttls=1&from=a@b&timeout=15&cafile=...``.

    ``smtps://`` speaks TLS from the first byte. A password is never sent over an open line, except
    to this very machine.

    Raises:
        Misconfigured: one clear line, without the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        timeout = float(options.get("timeout", "15"))
    except (ValueError, KeyError):
        raise Misconfigured("HUIYIN_SMTP_URL 应写成 smtp://主机:端口?from=地址") from None
    user = unquote(parts.username or "")
    sender = options.get("from") or user
    tls, starttls = parts.scheme == "smtps", options.get("starttls") == "1"
    problems = {
        "没有主机": not parts.hostname,
        f"不认识的选项：{'、'.join(sorted(set(options) - OPTIONS))}": bool(set(options) - OPTIONS),
        f"timeout 应在 1 到 {LONGEST_TIMEOUT:.0f} 秒之间": not 1 <= timeout <= LONGEST_TIMEOUT,
        "发件地址 from 缺少或不正确": not rules.is_email(sender),
        "有密码时须用 smtps:// 或 starttls=1": bool(user)
        and not (tls or starttls or is_loopback(parts.hostname or "")),
    }
    if wrong := [reason for reason, holds in problems.items() if holds]:
        raise Misconfigured(f"HUIYIN_SMTP_URL 有误：{'；'.join(wrong)}")
    return SmtpSettings(
        parts.hostname or "", port, sender, tls, starttls, user,
        unquote(parts.password or ""), timeout, options.get("cafile", ""),
    )  # fmt: skip


def compose(parcel: Parcel, sender: str) -> EmailMessage:
    """Return the mail, with the same Message-ID and Date however often it is sent.

    Raises:
        Rejected: address or subject would break a header.
    """
    if not rules.is_email(parcel.to):
        raise Rejected("邮箱地址不正确")
    mail = EmailMessage(policy=SMTP_POLICY)
    try:
        mail["From"] = formataddr((parcel.signature, sender))
        mail["To"] = parcel.to
        mail["Subject"] = parcel.subject
    except ValueError as error:
        raise Rejected("标题不能换行") from error
    mail["Date"] = format_datetime(parcel.written_at.astimezone(SHANGHAI))
    mail["Message-ID"] = f"<{parcel.key}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(parcel.body, charset="utf-8", cte="base64")
    return mail


class Smtp:
    """Sends each message over a connection of its own."""

    name = "smtp"
    idempotent = True
    delivers = True

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._tls = None
        if settings.tls or settings.starttls:
            try:
                self._tls = ssl.create_default_context(cafile=settings.cafile or None)
            except OSError as error:
                raise Misconfigured("HUIYIN_SMTP_URL 的 cafile 无法读取") from error

    def send(self, parcel: Parcel) -> Receipt:
        """Send one mail.

        Raises:
            TryLater: no connection, no log-in, or a 4xx answer.
            Rejected: a 5xx answer, or an address that no header may carry.
            Unknown: the line broke while the text was being handed over.
        """
        mail = compose(parcel, self._settings.sender)
        server = self._connect()
        try:
            self._hand_over(server, mail, parcel.to)
            with suppress(OSError):  # it is delivered, whatever comes of the farewell
                server.quit()
        finally:
            server.close()
        return Receipt(MessageState.SENT, str(mail["Message-ID"]))

    def _connect(self) -> smtplib.SMTP:
        to = self._settings
        helo = to.sender.partition("@")[2]
        server: smtplib.SMTP | None = None
        try:
            if to.tls:
                server = smtplib.SMTP_SSL(
                    to.host, to.port, helo, timeout=to.timeout, context=self._tls
                )
            else:
                server = smtplib.SMTP(to.host, to.port, helo, timeout=to.timeout)
            if to.starttls:
                server.starttls(context=self._tls)
            if to.user:
                server.login(to.user, to.password)
        except (OSError, smtplib.SMTPException) as error:
            if server is not None:
                server.close()
            raise TryLater(f"无法连接邮件服务器：{_reason(error)}") from error
        return server

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage, to: str) -> None:
        try:
            server.sendmail(self._settings.sender, [to], mail.as_bytes())
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(*error.recipients[to]) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unknown(f"发送中连接中断：{_reason(error)}") from error


def _refusal(code: int, said: bytes | str) -> Rejected | TryLater:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    kind = Rejected if code >= 500 else TryLater
    return kind(f"邮件服务器答复 {code} {words}")


def _reason(error: Exception) -> str:
    """Return why, in words; the answer of a refused log-in may repeat the account."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"登录被拒绝 ({error.smtp_code})"
    if isinstance(error, TimeoutError):
        return "超时"
    return f"{type(error).__name__}: {error}"
