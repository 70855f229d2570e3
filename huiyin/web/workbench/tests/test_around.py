"""What stands around an order on its page: likely duplicates, group, links, sequel, records."""

from __future__ import annotations

import pytest

from huiyin.kernel import cached, outbox
from huiyin.knowledge.models import Parameter
from huiyin.orders import actions
from huiyin.orders.models import CallThrough, OrderLink, WorkOrder
from tests.world import START, Story, at


def url(order: WorkOrder, *rest: str) -> str:
    return "/".join([f"/desk/orders/{order.number}", *rest])


def text(answer) -> str:
    return answer.content.decode()


def test_one_press_merges_a_likely_duplicate(story: Story, desk) -> None:
    order = story.created().submitted().with_main().order
    client = desk("dispatcher")
    page = text(client.get(url(order)))
    assert "可能是同一件事" in page
    assert "同一号码" in page
    assert "同一地点" in page
    seen = WorkOrder.objects.get(pk=order.pk).event_count
    data = {"seen": seen, "main": story.main.number, "note": "同一号码"}
    assert client.post(url(order, "merge"), data).status_code == 302
    page = text(client.get(url(order)))
    assert "已并入主单" in page
    assert url(order, "split_off") in page
    assert "并 1 件" in text(client.get("/desk/orders"))
    assert "并入本单的诉求" in text(client.get(url(story.main)))


def test_the_unit_sees_the_callers_of_the_group_but_not_their_orders(story: Story, desk) -> None:
    order = story.created().submitted().with_main().merged().order
    actions.dispatch(
        story.main.pk, by=story.world.actor("dispatcher"), lead=story.world.water, now=at(2, 11)
    )
    page = text(desk("water_handler").get(url(story.main)))
    assert "并入本单的诉求" in page
    assert "王** 138****5678" in page
    assert url(order) not in page
    assert desk("water_handler").get(url(order)).status_code == 404


def test_a_merge_into_what_is_not_there_is_said_beside_the_field(story: Story, desk) -> None:
    order = story.created().submitted().order
    for main, words in (("123", "编号不对"), ("26030299999994", "")):
        data = {"seen": order.event_count, "main": main}
        answer = desk("dispatcher").post(url(order, "merge"), data)
        assert answer.status_code == 422
        assert words in text(answer)


def test_a_sequel_begins_with_place_and_class_and_is_linked(story: Story, desk) -> None:
    order = story.created().order
    client = desk("agent")
    page = text(client.get(f"/desk/new?sequel={order.number}"))
    assert "的后续诉求" in page
    assert 'value="幸福小区 3 号楼"' in page
    assert "13812345678" not in page
    data = {
        "content": "换热站修好后又停了。", "kind": "help", "category": "0404", "urgency": "normal",
        "key": "k1", "ending": "submit", "sequel": order.number, "summary": "二次停暖",
        "changed_since": "修好三天又停", "proposal": "请换管道",
    }  # fmt: skip
    assert client.post("/desk/new", data).status_code == 302
    link = OrderLink.objects.select_related("order").get()
    assert (link.kind, link.other_id) == ("sequel", order.pk)
    assert (link.order.summary, link.order.proposal) == ("二次停暖", "请换管道")
    page = text(client.get(url(link.order)))
    assert "接续的前单" in page
    assert "修好三天又停" in page
    assert "后续工单" in text(client.get(url(order)))


def test_a_hand_over_by_telephone_is_logged_on_the_page(story: Story, desk) -> None:
    order = story.created().submitted().order
    client = desk("dispatcher")
    data = {"seen": order.event_count, "lead": "water", "handing": "telephone"}
    answer = client.post(url(order, "dispatch"), data)
    assert answer.status_code == 422
    assert "请写明通知了谁" in text(answer)
    data |= {"told": "市水务局值班室", "number": "05342345678", "answered": "on", "said": "已接单"}
    assert client.post(url(order, "dispatch"), data).status_code == 302
    page = text(client.get(url(order)))
    assert "电话交办" in page
    assert "05342345678" not in page
    assert CallThrough.objects.count() == 1


def test_a_page_with_much_around_it_costs_no_more(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    story.created().submitted().with_main()
    for _ in range(5):
        other = Story(story.world).created().submitted().order
        actions.merge(
            other.pk, by=story.world.actor("dispatcher"), main=story.main.pk, now=at(2, 11)
        )
    client = desk("dispatcher")
    client.get(url(story.main))
    with django_assert_max_num_queries(32):
        assert client.get(url(story.main)).status_code == 200


ROAD = "人民路与育才街交叉口的路灯坏了三盏，晚上漆黑一片，学生放学很不安全，请尽快维修。"
TYPED = {
    "phone": "13900007777", "content": ROAD[:-6] + "，希望早日修好。", "title": "", "place": "路口",
    "kind": "help", "category": "", "urgency": "normal", "key": "k-tie", "ending": "submit",
}  # fmt: skip


def lamp(story: Story) -> WorkOrder:
    order = story.created(content=ROAD, title="路灯不亮", place="人民路").submitted().order
    outbox.drain()
    return order


@pytest.mark.rule("R-191")
def test_the_agent_sees_the_same_event_while_typing_side_by_side(story: Story, desk) -> None:
    order = lamp(story)
    data = {"content": TYPED["content"]}
    part = text(desk("agent").post("/desk/new/before", data, headers={"HX-Request": "true"}))
    assert "像是同一件事" in part
    assert "内容相似" in part
    assert "<mark>" in part
    assert f'value="join:{order.number}"' in part
    page = text(desk("agent").get("/desk/new"))
    assert 'hx-trigger="input changed delay:800ms"' in page


@pytest.mark.rule("R-120")
def test_the_next_caller_joins_in_one_step_and_is_told_at_the_end(story: Story, desk) -> None:
    main = lamp(story)
    sent = desk("agent").post("/desk/new", TYPED | {"tie": f"join:{main.number}"})
    assert sent.status_code == 302
    joined = WorkOrder.objects.exclude(pk=main.pk).get()
    assert (joined.state, joined.close_type, joined.lead_unit) == ("closed", "merged", None)
    assert joined.category_id == main.category_id, "the class of the main order"
    main.refresh_from_db()
    assert main.merged_count == 1
    page = text(desk("dispatcher").get(url(main)))
    assert "并入本单的诉求" in page
    assert "登记时并入同一事件" in text(desk("dispatcher").get(url(joined)))


@pytest.mark.parametrize("kind", ["sequel", "related"])
def test_one_press_takes_down_and_links(story: Story, desk, kind: str) -> None:
    main = lamp(story)
    data = TYPED | {"tie": f"{kind}:{main.number}", "category": "0404"}
    assert desk("agent").post("/desk/new", data).status_code == 302
    link = OrderLink.objects.select_related("order").get()
    assert (link.kind, link.other_id, link.order.state) == (kind, main.pk, "to_dispatch")


def test_a_tie_to_what_cannot_be_joined_stores_nothing(story: Story, desk) -> None:
    draft = story.created(content=ROAD).order
    agent = desk("agent")
    for tie, words in (
        (f"join:{draft.number}", "不能并入"),
        ("join:26030299999994", "没有找到"),
        ("own:1", "没有找到"),
    ):
        answer = agent.post("/desk/new", TYPED | {"tie": tie})
        assert answer.status_code == 422
        assert words in text(answer)
    assert WorkOrder.objects.count() == 1


@pytest.mark.rule("R-209")
@pytest.mark.rule("R-564")
def test_a_matter_on_file_is_recognised_while_typing(story: Story, desk) -> None:
    story.created().submitted().filed(place="幸福小区 3 号楼")
    cached.forget_all()
    agent, said = desk("agent"), {"content": "供热一直不好，楼内管网老化，须整体改造。"}
    alike = text(agent.post("/desk/new/before", said, headers={"HX-Request": "true"}))
    assert "内容相似的备案" in alike
    there = said | {"place": "幸福小区3号楼"}
    part = text(agent.post("/desk/new/before", there, headers={"HX-Request": "true"}))
    assert "按这份备案答复" in part
    assert 'data-choose="[name=ending][value=file]"' in part
    assert "内容相似的备案" not in part
    Parameter.objects.create(
        key="suggest.filings", value=False, valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    part = text(agent.post("/desk/new/before", there, headers={"HX-Request": "true"}))
    assert "备案" not in part
