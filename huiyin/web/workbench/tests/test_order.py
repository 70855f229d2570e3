"""The page of an order: what it says, to whom, and at what cost."""

from __future__ import annotations

import pytest

from huiyin.kernel.models import AccessLog
from huiyin.orders import actions
from tests.world import Story, at


def url(story: Story, *rest: str) -> str:
    return "/".join([f"/desk/orders/{story.order.number}", *rest])


def text(answer) -> str:
    return answer.content.decode()


def test_the_top_line_says_who_waits_for_whom_until_when_and_why(story: Story, desk) -> None:
    story.created().submitted().dispatched(at(3, 10))
    page = text(desk("dispatcher").get(url(story)))
    assert "等待市水务局签收，剩 12 小时" in page
    assert "1 个工作日" in page
    assert "2026-03-05T00:00" not in page


def test_every_state_has_a_page_for_everybody_who_may_see_it(story: Story, desk) -> None:
    steps = ("created", "submitted", "dispatched", "signed", "contacted", "replied", "audited")
    for step in (*steps, "closed"):
        getattr(story, step)()
        for who in ("agent", "dispatcher", "auditor", "callback", "manager", "quality"):
            assert desk(who).get(url(story)).status_code == 200, (step, who)
        seen = desk("water_handler").get(url(story)).status_code
        assert seen == (404 if step in ("created", "submitted") else 200), step
        assert desk("housing_handler").get(url(story)).status_code == 404


def test_buttons_are_those_of_the_person_and_refused_ones_say_why(story: Story, desk) -> None:
    story.created().submitted().dispatched().signed()
    page = text(desk("water_handler").get(url(story)))
    assert url(story, "contact") in page
    assert "请先联系诉求人并记录" in page
    assert url(story, "sub_reply") not in page
    assert url(story, "dispatch") not in page
    watching = text(desk("agent").get(url(story)))
    assert url(story, "note") in watching
    assert url(story, "contact") not in watching


def test_a_message_without_category_is_first_put_in_order(story: Story, desk) -> None:
    story.created(category=None)
    page = text(desk("agent").get(url(story)))
    assert f'class="btn btn-primary" href="{url(story, "edit")}"' in page
    assert "请先“整理”，选好分类" in page
    assert f'href="{url(story, "submit")}"' not in page
    with_category = story.created()
    page = text(desk("agent").get(url(with_category)))
    assert f'class="btn btn-primary" href="{url(with_category, "submit")}"' in page


def test_the_tree_of_units_shows_each_level_with_its_times(story: Story, desk) -> None:
    world = story.world
    story.created().submitted().dispatched(assist=[world.housing], supervise=world.county).signed()
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team, due_at=at(6, 12),
        instructions="先上门测温", now=at(2, 15),
    )  # fmt: skip
    page = text(desk("dispatcher").get(url(story)))
    for words in ("主办", "协办", "督办", "下派", "供水管理科", "先上门测温", "市住建局", "东县"):
        assert words in page
    assert page.index("depth-1") > page.index("市水务局")


def test_the_timeline_tells_every_step_newest_last(story: Story, desk) -> None:
    story.to_callback()
    page = text(desk("manager").get(url(story)))
    history = page[page.index("history-title") :]
    words = ["登记诉求", "受理", "派单", "签收", "联系诉求人", "回复办理结果", "审核通过"]
    places = [history.index(f"<b>{word}</b>") for word in words]
    assert places == sorted(places)


@pytest.mark.rule("R-62")
def test_reading_the_number_needs_a_purpose_and_leaves_a_row(story: Story, desk) -> None:
    story.created()
    agent = desk("agent")
    page = text(agent.get(url(story)))
    assert "138****5678" in page
    assert "13812345678" not in page
    empty = agent.post(url(story, "reveal"), {"purpose": ""})
    assert empty.status_code == 422
    assert "请写明查看用途" in text(empty)
    assert not AccessLog.objects.exists()
    shown = agent.post(url(story, "reveal"), {"purpose": "联系诉求人"})
    assert shown.status_code == 200
    assert "13812345678" in text(shown)
    row = AccessLog.objects.get()
    assert (row.purpose, row.subject) == ("联系诉求人", f"order:{story.order.number}")
    assert "13812345678" not in text(agent.get(url(story)))


@pytest.mark.rule("R-62")
def test_a_unit_learns_nothing_of_who_reported_it(story: Story, desk) -> None:
    story.created(kind="report").submitted().dispatched()
    unit = desk("water_handler")
    page = text(unit.get(url(story)))
    assert "王**" not in page
    assert "5678" not in page
    assert "（保密）" in page
    refused = unit.post(url(story, "reveal"), {"purpose": "联系诉求人"})
    assert refused.status_code == 403
    assert "王**" in text(desk("dispatcher").get(url(story)))
    assert "王**" not in text(unit.get("/desk/orders?scope=all"))


def test_the_number_is_never_in_a_fragment_of_a_person_without_the_right(
    story: Story, desk
) -> None:
    story.created()
    assert desk("quality").post(url(story, "reveal"), {"purpose": "看看"}).status_code == 403


def test_what_the_same_caller_had_before_is_shown_to_the_centre_only(story: Story, desk) -> None:
    Story(story.world).created(now=at(1, 9), title="上次的事", place="别处")
    story.created().submitted().dispatched()
    assert "上次的事" in text(desk("agent").get(url(story)))
    assert "上次的事" not in text(desk("water_handler").get(url(story)))


def test_what_was_written_is_shown_as_written_and_never_as_markup(story: Story, desk) -> None:
    story.created(content="<script>alert(1)</script> 路灯不亮", title="<b>路灯</b>")
    page = text(desk("agent").get(url(story)))
    assert "<script>alert" not in page
    assert "<b>路灯" not in page


def test_the_page_costs_the_same_whatever_its_history(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    story.created().submitted().dispatched()
    client = desk("dispatcher")

    def cost() -> int:
        client.get(url(story))
        with django_assert_max_num_queries(27) as done:
            client.get(url(story))
        return len(done.captured_queries)

    before = cost()
    for n in range(20):
        actions.add_note(
            story.order.pk, by=story.world.actor("dispatcher"), note=f"记录 {n}", now=at(3, 9, n)
        )
    for n in range(5):
        Story(story.world).created(now=at(2, 9, n))
    story.assisted()
    assert cost() == before


@pytest.mark.parametrize("number", ["123", "26030200000010", "xyz", "2603020000001"])
def test_a_number_that_does_not_exist_is_not_found(world, desk, number) -> None:
    assert desk("agent").get(f"/desk/orders/{number}").status_code == 404
