"""SMS through a real HTTP server: every way of speaking, success, refusal, silence."""

from __future__ import annotations

import socket

import pytest

from huiyin.channels.messaging.drivers import gateway as settings
from huiyin.channels.messaging.drivers.base import Misconfigured, Rejected, TryLater, Unknown
from huiyin.channels.messaging.drivers.http import LARGEST_ANSWER, HttpGateway
from huiyin.channels.messaging.states import MessageState
from huiyin.channels.messaging.tests.servers import GatewayServer, be_silent, drip, hang_up, say
from huiyin.channels.messaging.tests.support import PHONE, parcel

SIGNED = "【测试市12345】您的诉求已登记，查询码123456。"


def driver(server: GatewayServer, secret: str = "", **changes: object) -> HttpGateway:
    return HttpGateway(settings.read({"url": server.url, "timeout": 1} | changes), secret)


def test_an_address_alone_speaks_our_own_simple_form(gateway) -> None:
    receipt = driver(gateway).send(parcel())
    asked = gateway.asked[0]
    assert (asked.method, asked.json) == (
        "POST", {"to": PHONE, "text": SIGNED, "key": "k" * 32},
    )  # fmt: skip
    assert asked.headers["Idempotency-Key"] == "k" * 32
    assert (receipt.state, receipt.external_id) == (MessageState.SENT, "")


FIELDS = {"mobile": "{to}", "content": "{body}", "sign": "{signature}", "uid": "{key}"}
FILLED = {
    "mobile": PHONE, "content": "您的诉求已登记，查询码123456。", "sign": "测试市12345",
    "uid": "k" * 32,
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "send_as", "read"),
    [("POST", "json", "json"), ("PUT", "form", "form"), ("GET", "query", "query")],
)
def test_a_gateway_says_how_it_wants_to_be_spoken_to(gateway, method, send_as, read) -> None:
    driver(
        gateway,
        secret="s3cret",
        method=method,
        send_as=send_as,
        fields=FIELDS,
        headers={"Authorization": "Bearer {secret}"},
    ).send(parcel())
    asked = gateway.asked[0]
    assert (asked.method, getattr(asked, read)) == (method, FILLED)
    assert asked.headers["Authorization"] == "Bearer s3cret"


def test_fields_may_be_nested_and_cannot_be_broken_out_of(gateway) -> None:
    body = '"}],"mobile":"110","{to}{secret}\n'
    fields = {"list": [{"phone": "{to}", "text": "{body}"}], "count": 1, "kind": "{template}"}
    driver(gateway, secret="s3cret", fields=fields).send(parcel(body=body))
    assert gateway.asked[0].json == {
        "list": [{"phone": PHONE, "text": body}], "count": 1, "kind": "registered",
    }  # fmt: skip


RESULT = {"ok_path": "data.0.code", "ok_values": ["0"], "retry_values": ["LIMIT"], "id_path": "id"}


def test_the_answer_names_the_message(gateway) -> None:
    gateway.answer = say(200, {"id": 4711, "data": [{"code": 0}]})
    receipt = driver(gateway, **RESULT).send(parcel())
    assert (receipt.state, receipt.external_id) == (MessageState.SENT, "4711")


@pytest.mark.rule("R-74")
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(say(400), Rejected, id="400"),
        pytest.param(say(401), Rejected, id="401"),
        pytest.param(say(302, headers={"Location": "http://127.0.0.1:1/"}), Rejected, id="302"),
        pytest.param(say(429), TryLater, id="429"),
        pytest.param(say(503), TryLater, id="503"),
        pytest.param(say(500), Unknown, id="500"),
        pytest.param(say(502), Unknown, id="502"),
        pytest.param(say(200, {"data": [{"code": "LIMIT"}]}), TryLater, id="later"),
        pytest.param(say(200, {"data": [{"code": "BLACK"}]}), Rejected, id="refused"),
        pytest.param(say(200, {"data": []}), Unknown, id="no result"),
        pytest.param(say(200, {"data": [{"code": {}}]}), Unknown, id="no plain result"),
        pytest.param(say(200, b"<html>"), Unknown, id="not JSON"),
        pytest.param(say(200, b"x" * (LARGEST_ANSWER + 1)), Unknown, id="too large"),
        pytest.param(be_silent, Unknown, id="silence"),
        pytest.param(drip, Unknown, id="a letter now and then"),
        pytest.param(hang_up, Unknown, id="hangs up"),
    ],
)
def test_answers_say_whether_to_try_again(gateway, answer, error) -> None:
    gateway.answer = answer
    with pytest.raises(error) as refusal:
        driver(gateway, **RESULT).send(parcel())
    assert type(refusal.value) is error
    assert len(gateway.asked) == 1


@pytest.mark.rule("R-74")
def test_a_gateway_that_is_away_is_tried_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/send"
    with pytest.raises(TryLater):
        HttpGateway(settings.read({"url": url})).send(parcel())


def test_tls_is_checked(certificates) -> None:
    with GatewayServer(certificates.server) as server:
        driver(server, cafile=str(certificates.authority)).send(parcel())
        with pytest.raises(TryLater, match="无法连接"):
            driver(server).send(parcel())
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"url": "http://sms.example.cn/send"}, "https"),
        ({"url": "http://localhost.example.cn/send"}, "https"),
        ({"url": "ftp://127.0.0.1/send"}, "https"),
        ({"url": "https://user:pw@sms.example.cn/"}, "https"),
        ({"url": "https://["}, "https"),
        ({"url": ""}, "https"),
        ({"method": "DELETE"}, "method"),
        ({"send_as": "xml"}, "send_as"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "10"}, "timeout"),
        ({"headers": {"A": "b\r\nC: d"}}, "headers"),
        ({"headers": {"A:": "b"}}, "headers"),
        ({"headers": {"A": "{to}"}}, "headers"),
        ({"headers": {"A": "密"}}, "headers"),
        ({"headers": ["A"]}, "headers"),
        ({"fields": "to"}, "fields"),
        ({"fields": {"a": ["{phone}"]}}, "phone"),
        ({"idempotent": "yes"}, "idempotent"),
        ({"ok_status": [500]}, "ok_status"),
        ({"ok_status": 200}, "ok_status"),
        ({"ok_values": "0"}, "ok_values"),
        ({"proxy": "http://127.0.0.1"}, "不认识的设置：proxy"),
        ({"cafile": "/no/such/file"}, "cafile"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(changes, reason) -> None:
    with pytest.raises(Misconfigured, match=reason) as fault:
        HttpGateway(settings.read({"url": "https://sms.example.cn/"} | changes))
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("secret", ["a\nb", "密"])
def test_a_secret_that_no_header_may_carry_is_refused(secret) -> None:
    with pytest.raises(Misconfigured, match="HUIYIN_SMS_SECRET"):
        HttpGateway(settings.read({"url": "https://sms.example.cn/"}), secret)


def test_a_gateway_is_read_from_a_file(tmp_path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(
        'url = "https://sms.example.cn/"\nidempotent = true\nok_values = [0, "OK"]\n'
        '[headers]\nX-Key = "{secret}"\n[fields]\nphone = "{to}"\n'
    )
    found = settings.read_file(file)
    assert (found.url, found.idempotent, found.ok_values) == (
        "https://sms.example.cn/", True, ("0", "OK"),
    )  # fmt: skip
    assert found.headers == {"Idempotency-Key": "{key}", "X-Key": "{secret}"}
    assert settings.read_file(file, "https://other.example.cn/").url == "https://other.example.cn/"
    for content in ("url = ", b"\xff"):
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(Misconfigured, match="无法读取"):
            settings.read_file(file)
    with pytest.raises(Misconfigured, match="无法读取"):
        settings.read_file(tmp_path / "none.toml")
