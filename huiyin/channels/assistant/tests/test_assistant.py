"""The assistant against a real local server that speaks the protocol, and when it is off."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from huiyin.channels.assistant import actions, client, queries, rules
from huiyin.channels.assistant.client import NoAnswer, Service
from huiyin.channels.assistant.models import AssistantUse
from huiyin.channels.assistant.rules import Source
from huiyin.channels.assistant.states import Ended, Task
from huiyin.channels.messaging.tests.servers import GatewayServer, be_silent, drip, hang_up, say
from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.knowledge.models import Parameter
from tests.world import START, at

CALL = "王小明来电，电话 13812345678，邮箱 w@example.com，幸福小区 3 号楼暖气不热，请处理。"
HEAT = Source("A001", "供热温度", "室温不低于 18 度。")


def answer(text: str, **usage: object):
    body = {"choices": [{"message": {"role": "assistant", "content": text}}]}
    return say(200, body | ({"usage": usage} if usage else {}))


@pytest.fixture
def model(settings):
    """Return a language model at a local address, set by the operator and switched on."""
    with GatewayServer() as server:
        server.answer = answer(
            "暖气不热\n\n幸福小区室温低。", prompt_tokens=90, completion_tokens=12
        )
        settings.ASSISTANT_URL = server.url
        settings.ASSISTANT_MODEL, settings.ASSISTANT_SECRET = "small-7b", "s3cret"
        settings.ASSISTANT_TIMEOUT = 5
        yield server


@pytest.fixture
def switched_on(world):
    for task in Task:
        Parameter.objects.create(
            key=task.parameter, value=True, valid_from=START, source="t", text="t"
        )
    cached.forget_all()
    return world


@pytest.mark.rule("R-206")
def test_nothing_personal_leaves_and_what_came_is_a_draft(model, switched_on) -> None:
    by = switched_on.actor("agent")
    made = actions.draft(Task.ORDER, CALL, by=by, now=at(2), names=["王小明"])
    assert (made.title, made.rest) == ("暖气不热", "幸福小区室温低。")
    [asked] = model.asked
    sent = asked.content.decode()
    assert "幸福小区 3 号楼" in json.loads(sent)["messages"][1]["content"]
    for personal in ("王小明", "13812345678", "example.com"):
        assert personal not in sent
        assert personal not in json.loads(sent)["messages"][1]["content"]
    assert json.loads(sent)["model"] == "small-7b"
    assert asked.headers["Authorization"] == "Bearer s3cret"
    use = AssistantUse.objects.get()
    assert (use.by, use.task, use.ended) == (by.staff, "order", "told")
    assert (use.tokens_in, use.tokens_out, use.model) == (90, 12, "small-7b")


@pytest.mark.parametrize("counted", [10**12, -3, 1.5, "12", None, [1]])
def test_what_a_service_counts_wrongly_is_not_kept(model, switched_on, counted) -> None:
    model.answer = answer("暖气不热", prompt_tokens=counted, completion_tokens=7)
    made = actions.draft(Task.ORDER, CALL, by=switched_on.actor("agent"), now=at(2))
    assert made.title == "暖气不热"
    use = AssistantUse.objects.get()
    assert (use.ended, use.tokens_in, use.tokens_out) == ("told", 0, 7)


@pytest.mark.rule("R-207")
def test_only_articles_that_were_given_are_cited(model, switched_on) -> None:
    model.answer = answer("室温不低于 18 度[A001]。可以退费【B999】。")
    made = actions.draft(
        Task.ANSWER, "暖气不热怎么办", by=switched_on.actor("agent"), now=at(2), sources=[HEAT]
    )
    assert made.text == "室温不低于 18 度[A001]。可以退费。"
    assert (made.cited, made.dropped) == (("A001",), ("B999",))
    assert AssistantUse.objects.get().dropped == 1
    with pytest.raises(Invalid, match="不凭空作答"):
        actions.draft(Task.ANSWER, "暖气不热怎么办", by=switched_on.actor("agent"), now=at(2))
    with pytest.raises(Invalid, match="先写下内容"):
        actions.draft(Task.ORDER, " ", by=switched_on.actor("agent"), now=at(2))


@pytest.mark.rule("R-208")
@pytest.mark.parametrize("missing", ["address", "switch"])
def test_off_unless_operator_and_city_both_want_it(model, world, settings, missing: str) -> None:
    if missing == "address":
        settings.ASSISTANT_URL = ""
        for task in Task:
            Parameter.objects.create(
                key=task.parameter, value=True, valid_from=START, source="t", text="t"
            )
        cached.forget_all()
    assert queries.offered(at(2)) == []
    with pytest.raises(NotAllowed, match="没有启用"):
        actions.draft(Task.ORDER, CALL, by=world.actor("agent"), now=at(2))
    assert model.asked == []
    assert not AssistantUse.objects.exists()


@pytest.mark.rule("R-208")
@pytest.mark.parametrize(
    ("said", "ended"),
    [
        (say(401, {"error": "key"}), Ended.REFUSED),
        (say(404, {}), Ended.REFUSED),
        (say(302, {}, {"Location": "http://127.0.0.1:1/"}), Ended.BROKEN),
        (say(429, {}), Ended.BUSY),
        (say(503, {}), Ended.BUSY),
        (say(500, {}), Ended.BROKEN),
        (say(200, b"{not json"), Ended.BROKEN),
        (say(200, {"choices": []}), Ended.BROKEN),
        (say(200, {"choices": [{"message": {"content": " "}}]}), Ended.BROKEN),
        (say(200, b"[" * 300_000), Ended.BROKEN),
        (hang_up, Ended.BROKEN),
        (drip, Ended.SLOW),
        (be_silent, Ended.SLOW),
    ],
)
def test_whatever_goes_wrong_is_said_and_logged(model, switched_on, settings, said, ended) -> None:
    model.answer = said
    settings.ASSISTANT_TIMEOUT = 1 if ended is Ended.SLOW else 20
    with pytest.raises(NoAnswer, match=ended.label):
        actions.draft(Task.ORDER, CALL, by=switched_on.actor("agent"), now=at(2))
    assert AssistantUse.objects.get().ended == ended.value


def test_nobody_there_is_said(model) -> None:
    service = Service(model.url, "m")
    for url in ("http://127.0.0.1:1/v1", "ftp://127.0.0.1/", "nonsense"):
        with pytest.raises(NoAnswer, match="无法连接"):
            client.ask(replace(service, url=url), [])
    assert Service("https://u:p@model.example:8443/v1", "m").host == "model.example:8443"


@pytest.mark.rule("R-206")
@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("电话13812345678", "电话138****5678"),
        ("身份证 371402199001011234", "身份证 3714**********1234"),
        ("卡号 6222020200112233445", "卡号 （号码）"),
        ("写信 a.b@c.cn 给我", "写信 （邮箱） 给我"),
        ("我是王小明", "我是诉求人"),
        ("3 号楼 12 层", "3 号楼 12 层"),
    ],
)
def test_what_is_masked(text: str, sent: str) -> None:
    assert rules.masked(text, ["王小明", "王"]) == sent
