"""Taking down a call: four endings, one submit, the panel of earlier requests."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from huiyin.channels.intake import actions
from huiyin.channels.intake.actions import Ending
from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid
from huiyin.knowledge.models import CaseClass, Line, Reason
from huiyin.orders.models import Requester, WorkOrder
from huiyin.orders.numbers import query_code
from tests.world import REQUEST, START, Story, at

URL = "/desk/new"
CALL = {
    "phone": "138 1234 5678",
    "name": "王小明",
    "content": "幸福小区 3 号楼暖气不热，家里有老人。",
    "title": "",
    "place": "幸福小区 3 号楼",
    "kind": "help",
    "category": "0404",
    "urgency": "normal",
    "wants_reply": "on",
    "key": "form-1",
    "ending": "submit",
}


def text(answer) -> str:
    return answer.content.decode()


def send(client: Client, **changes: Any):
    return client.post(URL, CALL | changes)


@pytest.mark.parametrize(
    ("changes", "state", "close_type", "answer"),
    [
        ({"ending": "submit"}, "to_dispatch", "", ""),
        (
            {"ending": "answer", "answer": "供热期到 3 月 15 日。"},
            "closed", "direct", "供热期到 3 月 15 日。",
        ),
        (
            {"ending": "refer", "reason": "R01", "note": "可拨 12368", "category": ""},
            "closed", "refused", "应通过诉讼解决，请按法定渠道办理\n可拨 12368",
        ),
        (
            {"ending": "transfer", "to": "119", "note": "", "category": ""},
            "closed", "transferred", "已转接119。",
        ),
    ],
)  # fmt: skip
def test_a_call_is_taken_down_and_ended_in_one_submit(
    world, desk, changes, state, close_type, answer
) -> None:
    agent = desk("agent")
    sent = send(agent, **changes)
    order = WorkOrder.objects.get()
    assert sent.headers["Location"] == f"{URL}?taken={order.number}"
    assert (order.state, order.close_type, order.answer) == (state, close_type, answer)
    assert (order.channel, order.title) == ("phone", "幸福小区 3 号楼暖气不热，家里有老人。")
    page = text(agent.get(sent.headers["Location"]))
    assert query_code(order.number) in page
    assert "请告诉来电人" in page


@pytest.mark.rule("R-166")
def test_a_call_to_a_merged_line_says_which_where_the_city_has_some(world, desk) -> None:
    agent = desk("agent")
    assert 'name="line"' not in text(agent.get(URL))
    Line.objects.create(code="care", name="养老热线", mode="whole", owner=world.water, since=START)
    cached.forget_all()
    assert "养老热线" in text(agent.get(URL))
    refused = send(agent, line="none")
    assert refused.status_code == 422
    assert "没有这条热线" in text(refused)
    send(agent, line="care")
    order = WorkOrder.objects.get()
    assert order.line
    assert order.line.code == "care"
    listed = text(desk("dispatcher").get("/desk/orders?line=care&scope=all"))
    assert order.title in listed
    assert "养老热线" in listed


@pytest.mark.rule("R-165")
def test_the_class_may_be_chosen_while_a_draft_is_completed_and_at_dispatch(
    story: Story, desk
) -> None:
    for code in ("A", "C"):
        CaseClass.objects.create(
            code=code, name=f"{code} 类", standard="当日办", valid_from=START, by_hand=code == "C"
        )
    cached.forget_all()
    order = story.created().order
    address = f"/desk/orders/{order.number}"
    agent, dispatcher = desk("agent"), desk("dispatcher")
    assert "C 类" in text(agent.get(f"{address}/edit"))
    written = {name: CALL[name] for name in ("content", "place", "kind", "category", "urgency")}
    agent.post(f"{address}/edit", written | {"seen": 1, "case_class": "C"})
    order.refresh_from_db()
    assert order.case_class
    assert order.case_class.code == "C"
    agent.post(f"{address}/submit", {"seen": 2})
    assert "现在是C 类" in text(dispatcher.get(f"{address}/dispatch"))
    dispatcher.post(f"{address}/dispatch", {"seen": 3, "lead": "water", "case_class": "A"})
    order.refresh_from_db()
    assert (order.state, order.case_class.code) == ("to_sign", "A")
    assert "当日办" in text(dispatcher.get(address))


def test_a_double_click_makes_one_case(world, desk) -> None:
    agent = desk("agent")
    first, again = send(agent), send(agent)
    assert first.headers["Location"] == again.headers["Location"]
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"content": ""}, "content", "请写明诉求内容"),
        ({"content": "短"}, "content", "请写明诉求内容，至少 5 个字"),
        ({"content": "长" * 5001}, "content", "最多 5000 个字"),
        ({"kind": ""}, "kind", "请选择类型"),
        ({"category": ""}, "category", "必选"),
        ({"category": "99"}, "category", "没有这个分类"),
        ({"phone": "12"}, "phone", "电话号码不正确"),
        ({"ending": "answer", "answer": ""}, "answer", "请写明答复内容"),
        ({"ending": "refer", "reason": ""}, "reason", "请选择原因"),
        ({"ending": "transfer", "to": ""}, "to", "请写明转接对象"),
        ({"occurred_at": "昨天"}, "occurred_at", "时间格式不对"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_stored_half(
    world, desk, changes, field, words
) -> None:
    answer = send(desk("agent"), **changes)
    page = text(answer)
    assert answer.status_code == 422
    assert f'id="id_{field}_error">{words}' in page
    assert "没有登记任何内容" in page
    assert "王小明" in page
    assert not WorkOrder.objects.exists()


def test_after_a_refusal_the_same_form_can_be_sent_again(world, desk) -> None:
    agent = desk("agent")
    assert send(agent, category="").status_code == 422
    assert send(agent).status_code == 302
    assert WorkOrder.objects.count() == 1


def test_the_panel_shows_what_the_number_and_the_place_had_before(story: Story, desk) -> None:
    Story(story.world).created(title="上次不热", place="别处 1 号").submitted().dispatched(
        at(3, 10)
    )
    Story(story.world).created(title="同楼漏水", phone="13900001111")
    story.created(title="从前的事", place="别处 2 号").submitted()
    data = {"phone": "13812345678", "place": "幸福小区3号楼"}
    part = desk("agent").post("/desk/new/before", data, headers={"HX-Request": "true"})
    page = text(part)
    assert "<html" not in page
    number, place = page.split("这个地点")
    assert "上次不热" in number
    assert "从前的事" in number
    assert "同楼漏水" in place
    assert "在办" in number
    assert "剩 12 小时" in number
    assert "市水务局" in number
    empty = text(desk("agent").post("/desk/new/before", {"phone": "13700000000"}))
    assert "没有记录" in empty
    assert "<html" in empty


def test_the_panel_keeps_what_was_written_when_there_is_no_script(world, desk) -> None:
    page = text(desk("agent").post("/desk/new/before", CALL))
    assert "家里有老人" in page
    assert 'value="form-1"' in page


def test_the_panel_costs_the_same_whatever_it_finds(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    agent = desk("agent")

    def cost() -> int:
        with django_assert_max_num_queries(15) as done:
            agent.post("/desk/new/before", CALL, headers={"HX-Request": "true"})
        return len(done.captured_queries)

    story.created().submitted().dispatched()
    cost()
    before = cost()
    for _ in range(10):
        Story(story.world).created().submitted().dispatched()
    assert cost() == before


def test_the_code_is_shown_only_to_the_one_who_took_the_call_just_now(story, desk) -> None:
    story.created(now=at(4, 11, 50))
    number = story.order.number
    shown = query_code(number)
    assert shown in text(desk("agent").get(f"{URL}?taken={number}"))
    assert shown not in text(desk("vendor_agent").get(f"{URL}?taken={number}"))
    old = Story(story.world).created(now=at(4, 11)).order.number
    assert query_code(old) not in text(desk("agent").get(f"{URL}?taken={old}"))


def test_only_agents_take_calls(world, desk) -> None:
    for who in ("dispatcher", "water_handler", "callback", "administrator"):
        assert desk(who).get(URL).status_code == 403
        assert send(desk(who)).status_code == 403
        assert desk(who).post("/desk/new/before", CALL).status_code == 403
    assert desk("vendor_agent").get(URL).status_code == 200


def test_a_lost_session_comes_back_to_the_form(world) -> None:
    answer = send(Client())
    assert answer.headers["Location"] == "/desk/sign-in?next=%2Fdesk%2Fnew"
    assert not WorkOrder.objects.exists()


@pytest.mark.rule("R-90")
def test_taking_down_is_one_step_or_none(world) -> None:
    agent, reason = world.actor("agent"), Reason.objects.get(group="return")
    for ending in (Ending("refer", reason=reason), Ending("refer"), Ending("answer"), Ending()):
        with pytest.raises(Invalid):
            actions.take_down(REQUEST, ending, by=agent, key="k", now=at(2))
    assert not WorkOrder.objects.exists()
    assert not Requester.objects.exists()
    receipt = actions.take_down(REQUEST, Ending("transfer", to="119"), by=agent, key="k", now=at(2))
    again = actions.take_down(REQUEST, Ending("transfer", to="119"), by=agent, key="k", now=at(3))
    assert (receipt.new, again.new, again.number) == (True, False, receipt.number)
