"""SMS through an HTTP gateway, spoken to as ``gateway`` says."""

from __future__ import annotations

import ssl
import time
from typing import Any

import httpx
import orjson

from huiyin.channels.messaging.drivers.base import (
    Misconfigured,
    Parcel,
    Receipt,
    Rejected,
    TryLater,
    Unknown,
)
from huiyin.channels.messaging.drivers.gateway import Gateway, facts_of, filled, value_at
from huiyin.channels.messaging.states import MessageState

LARGEST_ANSWER = 64 * 1024
# The gateway, not a proxy before it, says these before it has taken anything.
LATER = frozenset({408, 425, 429, 503})
_TIMED_OUT = "短信网关没有及时答复"


class HttpGateway:
    """Sends each message as one request; follows no redirect and reads no proxy settings."""

    name = "http"
    delivers = True

    def __init__(self, gateway: Gateway, secret: str = "") -> None:
        self._gateway = gateway
        self._secret = secret
        if not (secret.isascii() and secret.isprintable()):
            raise Misconfigured("HUIYIN_SMS_SECRET 只能是一行 ASCII 字符")
        try:
            self._tls = ssl.create_default_context(cafile=gateway.cafile or None)
        except OSError as error:
            raise Misconfigured("短信网关的 cafile 无法读取") from error

    @property
    def idempotent(self) -> bool:
        """Tell whether the operator has said that a repeated key is dropped."""
        return self._gateway.idempotent

    def send(self, parcel: Parcel) -> Receipt:
        """Send one SMS.

        Raises:
            TryLater: no connection, or the gateway says later.
            Rejected: the gateway refuses this message.
            Unknown: the request went out and no usable answer came back.
        """
        status, content = self._exchange(parcel)
        return self._judge(status, content)

    def _request(self, client: httpx.Client, parcel: Parcel) -> httpx.Request:
        facts = facts_of(parcel, self._secret)
        fields: Any = filled(self._gateway.fields, facts)
        ways: dict[str, dict[str, Any]] = {
            "json": {"json": fields},
            "form": {"data": fields},
            "query": {"params": fields},
        }
        return client.build_request(
            self._gateway.method,
            self._gateway.url,
            headers=filled(self._gateway.headers, facts),
            **ways[self._gateway.send_as],
        )

    def _exchange(self, parcel: Parcel) -> tuple[int, bytes]:
        limit = self._gateway.timeout
        try:
            with httpx.Client(verify=self._tls, trust_env=False, timeout=limit) as client:
                request = self._request(client, parcel)
                answer = client.send(request, stream=True, follow_redirects=False)
                try:
                    return answer.status_code, _read(answer, time.monotonic() + limit)
                finally:
                    answer.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TryLater(f"无法连接短信网关：{type(error).__name__}") from error
        except httpx.TimeoutException as error:
            raise Unknown(_TIMED_OUT) from error
        except httpx.HTTPError as error:
            raise Unknown(f"短信网关的连接中断：{type(error).__name__}") from error

    def _judge(self, status: int, content: bytes) -> Receipt:
        gateway = self._gateway
        if status in LATER:
            raise TryLater(f"短信网关答复 {status}")
        if status >= 500:
            raise Unknown(f"短信网关答复 {status}")
        if status not in gateway.ok_status:
            raise Rejected(f"短信网关答复 {status}")
        answer = _json(content) if gateway.ok_path or gateway.id_path else None
        if gateway.ok_path:
            _check(gateway, value_at(answer, gateway.ok_path))
        found = value_at(answer, gateway.id_path) if gateway.id_path else None
        return Receipt(MessageState.SENT, (found or "")[:200])


def _read(answer: httpx.Response, until: float) -> bytes:
    """Read the answer, at most so much and at most so long."""
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise Unknown("短信网关的答复过大")
        if time.monotonic() > until:
            raise Unknown(_TIMED_OUT)
    return bytes(content)


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except ValueError:
        return None


def _check(gateway: Gateway, value: str | None) -> None:
    if value is None:
        raise Unknown(f"短信网关的答复里没有 {gateway.ok_path}")
    if value in gateway.ok_values:
        return
    kind = TryLater if value in gateway.retry_values else Rejected
    raise kind(f"短信网关答复 {gateway.ok_path}={value[:60]}")
