"""Drafts on the pages: offered only where switched on, marked, never stored; the log."""

from __future__ import annotations

import json

import pytest

from huiyin.channels.assistant.models import AssistantUse
from huiyin.channels.messaging.tests.servers import GatewayServer, say
from huiyin.kernel import cached
from huiyin.knowledge.models import Article, Parameter
from huiyin.orders.models import WorkOrder
from tests.world import START, Story, at


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def model(settings, world):
    with GatewayServer() as server:
        body = {"choices": [{"message": {"content": "暖气不热\n\n幸福小区室温低<b>"}}]}
        server.answer = say(200, body)
        settings.ASSISTANT_URL, settings.ASSISTANT_MODEL = server.url, "small"
        for key in ("assistant.order", "assistant.summary", "assistant.answer"):
            Parameter.objects.create(key=key, value=True, valid_from=START, source="t", text="t")
        cached.forget_all()
        yield server


@pytest.mark.rule("R-208")
def test_a_draft_is_marked_and_nothing_is_stored(model, desk) -> None:
    agent = desk("agent")
    assert "请助手整理" in text(agent.get("/desk/new"))
    data = {"content": "王小明说暖气不热，电话 13812345678。", "name": "王小明"}
    part = text(agent.post("/desk/new/draft", data, headers={"HX-Request": "true"}))
    assert "机器生成，请核对" in part
    assert 'data-into="#id_title"' in part
    assert "<b>暖气" not in part
    assert "&lt;b&gt;" in part
    assert not WorkOrder.objects.exists()
    whole = text(agent.post("/desk/new/draft", data))
    assert "<html" in whole
    assert desk("dispatcher").post("/desk/new/draft", data).status_code == 403


@pytest.mark.rule("R-208")
def test_an_order_is_summed_up_and_a_failure_is_said(model, story: Story, desk) -> None:
    order = story.created().submitted().order
    client, url = desk("dispatcher"), f"/desk/orders/{order.number}/draft/summary"
    assert "请助手写摘要" in text(client.get(f"/desk/orders/{order.number}"))
    assert "幸福小区室温低" in text(client.post(url))
    model.answer = say(429, {})
    answer = client.post(url)
    assert answer.status_code == 502
    assert "服务繁忙" in text(answer)
    assert [use.ended for use in AssistantUse.objects.order_by("pk")] == ["told", "busy"]
    log = text(desk("manager").get("/console/assistant"))
    assert "127.0.0.1" in log
    assert "服务繁忙" in log
    assert desk("housing_handler").post(url).status_code == 404


@pytest.mark.rule("R-206")
def test_who_asked_does_not_leave_with_a_summary(model, story: Story, desk) -> None:
    said = "我是王小明，家里暖气不热，请给王小明回电话"
    order = story.created(name="王小明", content=said).submitted().order
    desk("dispatcher").post(f"/desk/orders/{order.number}/draft/summary")
    sent = json.loads(model.asked[0].content)["messages"][1]["content"]
    assert "家里暖气不热，请给诉求人回电话" in sent
    assert "王小明" not in sent


def test_where_it_is_off_there_is_no_trace_of_it(story: Story, desk) -> None:
    order = story.created().submitted().order
    assert "请助手" not in text(desk("agent").get("/desk/new"))
    assert "请助手" not in text(desk("dispatcher").get(f"/desk/orders/{order.number}"))
    assert desk("agent").post("/desk/new/draft", {"content": "暖气不热"}).status_code == 404
    assert "没有设置" in text(desk("manager").get("/console/assistant"))


@pytest.mark.rule("R-207")
def test_an_answer_is_drafted_from_published_articles_alone(model, world, desk) -> None:
    agent, data = desk("agent"), {"content": "暖气费什么时候退，暖气不热能退费吗"}
    refused = agent.post("/desk/new/draft/answer", data)
    assert refused.status_code == 422
    assert "不凭空作答" in text(refused)
    assert model.asked == []
    article = Article.objects.create(
        code="HEAT1", kind="answer", title="暖气不热能退费吗", body="连续两天不达标的按天退费。",
        visibility="public", published_at=at(1), changed_at=at(1),
    )  # fmt: skip
    model.answer = say(200, {"choices": [{"message": {"content": "按天退费[HEAT1]。[NONE9]"}}]})
    page = text(agent.post("/desk/new/draft/answer", data, headers={"HX-Request": "true"}))
    assert article.body in model.asked[0].content.decode()
    assert "按天退费[HEAT1]。" in page
    assert "已去掉：NONE9" in page
    assert 'data-into="#id_answer"' in page
