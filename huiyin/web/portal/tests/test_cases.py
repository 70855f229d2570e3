"""A case opens to whoever holds number and code, for half an hour, and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.kernel import clock
from huiyin.knowledge.states import Kind
from huiyin.orders import actions
from huiyin.orders.models import Attachment, WorkOrder
from huiyin.orders.numbers import check_digit, query_code, spoken
from huiyin.orders.states import Satisfaction, Solved
from huiyin.web.portal import tries
from huiyin.web.portal.cases import WRONG
from huiyin.web.portal.tests.support import filled, opened, photo
from tests.world import Story, at, reply_form

NOBODYS = "2603029999999"
NOBODYS += check_digit(NOBODYS)


def other_code(order: WorkOrder) -> str:
    return f"{(int(query_code(order.number)) + 1) % 10**6:06d}"


def test_number_and_code_open_the_case(story: Story, client: Client) -> None:
    order = story.created().submitted().dispatched().order
    answer = client.post("/case", {"number": order.number, "code": query_code(order.number)})
    assert answer["Location"] == f"/case/{order.number}"
    assert query_code(order.number) not in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert "已派给承办单位" in page
    assert "市水务局收到后会签收" in page
    with clock.driven(at(2, 12)):
        page = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert "3月9日（周一）24:00" in page
    assert "剩 7 天" in page


@pytest.mark.parametrize("form", ["{}", " {} ", "{0}", "full"])
def test_a_number_may_be_typed_in_groups(story: Story, client: Client, form: str) -> None:
    order = story.created().order
    typed = spoken(order.number)
    typed = typed.replace(" ", "-") if form == "{0}" else form.format(typed)
    if form == "full":
        typed = order.number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    code = query_code(order.number)
    answer = client.post("/case", {"number": typed, "code": f" {code[:3]} {code[3:]} "})
    assert answer.status_code == 302


def test_a_wrong_pair_gets_one_answer_whether_the_number_exists(story: Story, client) -> None:
    order = story.created().order
    wrong = {
        "existing": (order.number, other_code(order)),
        "not existing": (NOBODYS, query_code(NOBODYS)),
        "check digit wrong": (order.number[:-1] + str((int(order.number[-1]) + 1) % 10), "123456"),
        "no number at all": ("一二三", "123456"),
        "odd code": (order.number, "１２三四五六"),
    }
    pages = set()
    for number, code in wrong.values():
        answer = client.post("/case", {"number": number, "code": code})
        assert answer.status_code == 404
        page = answer.content.decode()
        assert WRONG in page
        pages.add(_without_what_was_typed(page, number))
    assert len(pages) == 1
    assert client.get(f"/case/{order.number}").status_code == 302


def _without_what_was_typed(page: str, number: str) -> str:
    import re

    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return page.replace(number, "")


def test_every_try_costs_the_same_statements(story: Story, client, django_assert_num_queries):
    order = story.created().order
    client.get("/case")
    for number, code in (
        (order.number, other_code(order)),
        (NOBODYS, "000000"),
        ("garbage", "000000"),
    ):
        # Two counters and one look-up, each time.
        with django_assert_num_queries(3):
            assert client.post("/case", {"number": number, "code": code}).status_code == 404


@pytest.mark.parametrize(
    "data", [{}, {"number": "", "code": ""}, {"number": "1" * 31, "code": "1"}]
)
def test_an_empty_or_endless_form_is_said_beside_the_field(world, client: Client, data) -> None:
    assert client.post("/case", data).status_code == 422


def test_tries_are_limited_per_number(story: Story, client: Client) -> None:
    order = story.created().order
    with clock.driven(at(3, 9)):
        for _ in range(tries.CODES_PER_NUMBER):
            answer = client.post("/case", {"number": order.number, "code": other_code(order)})
            assert answer.status_code == 404
        right = {"number": spoken(order.number), "code": query_code(order.number)}
        refused = client.post("/case", right)
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) > 0
        assert "后再试" in refused.content.decode()
    with clock.driven(at(3, 9, 16)):
        assert client.post("/case", right).status_code == 302


def test_tries_are_limited_per_address(story: Story, client: Client, monkeypatch) -> None:
    monkeypatch.setattr(tries, "CODES_PER_ADDRESS", 3)
    codes = [
        client.post("/case", {"number": f"26030200000{n}", "code": "1"}).status_code
        for n in range(4)
    ]
    assert codes == [404, 404, 404, 429]
    other = client.post("/case", {"number": "1", "code": "1"}, REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("not an address", "not an address"),
    ],
)
def test_one_household_of_ipv6_is_one_address(rf, address: str, counted: str) -> None:
    assert tries.network_of(rf.get("/", REMOTE_ADDR=address)) == counted


def test_the_grant_ends_after_half_an_hour(story: Story, client: Client) -> None:
    order = story.created().order
    now = clock.now()
    opened(client, order)
    with clock.driven(now + timedelta(minutes=29)):
        assert client.get(f"/case/{order.number}").status_code == 200
    with clock.driven(now + timedelta(minutes=31)):
        answer = client.get(f"/case/{order.number}")
    assert answer["Location"] == f"/case?number={order.number}&again=1"
    page = client.get(answer["Location"]).content.decode()
    assert "请再输入一次查询码" in page
    assert spoken(order.number) in page


def test_another_case_does_not_exist_for_this_browser(story: Story, client: Client) -> None:
    mine = story.created().order
    other = story.created().order
    opened(client, mine)
    assert client.get(f"/case/{other.number}").status_code == 404
    assert client.get(f"/case/{NOBODYS}").status_code == 404
    opened(client, other)
    assert client.get(f"/case/{mine.number}").status_code == 200


def test_a_forged_grant_opens_nothing(story: Story, client: Client) -> None:
    order = story.created().order
    client.cookies["huiyin_case"] = f'{{"{order.number}": 99999999999}}'
    assert client.get(f"/case/{order.number}").status_code == 302


def test_leaving_closes_every_case(story: Story, client: Client) -> None:
    order = story.created().order
    opened(client, order)
    assert client.post("/case/leave")["Location"] == "/"
    assert client.get(f"/case/{order.number}").status_code == 302


@pytest.mark.parametrize("path", ["/c/{}", "/c/{}x"])
def test_the_short_link_fills_the_number_in(story: Story, client: Client, path: str) -> None:
    order = story.created().order
    answer = client.get(path.format(order.number), follow=True)
    filled_in = spoken(order.number) in answer.content.decode()
    assert filled_in is (path == "/c/{}")


def test_a_case_page_holds_nothing_internal(story: Story, client: Client) -> None:
    story.to_callback()
    actions.add_note(
        story.order.pk, by=story.world.actor("dispatcher"), note="内部备注甲", now=at(4, 12)
    )
    page = opened(client, story.order).get(f"/case/{story.order.number}").content.decode()
    assert "您好，换热站故障已修复，室温已达标。" in page
    internal = (
        "内部备注甲", "李局长", "3 月 3 日上门测温", "已恢复供热，室温 20 度", "053412345",
        "13812345678", "王小明", "water_handler", "dispatcher",
    )  # fmt: skip
    assert [word for word in internal if word in page] == []


def test_the_answer_shows_only_after_its_audit(story: Story, client: Client) -> None:
    order = story.created().submitted().dispatched().signed().contacted().replied().order
    page = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert "换热站故障" not in page
    assert "正在审核" in page
    story.audited()
    assert "换热站故障" in client.get(f"/case/{order.number}").content.decode()


def test_an_answer_in_time_is_never_called_late(story: Story, client: Client) -> None:
    order = story.to_callback().order
    with clock.driven(at(20)):
        page = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert "本应在" not in page


def test_a_late_answer_is_called_late(story: Story, client: Client) -> None:
    order = story.created().submitted().dispatched().signed().order
    with clock.driven(at(12)):
        page = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert "本应在 3月9日（周一）24:00 前答复，已超过 2 天" in page


def test_a_second_round_keeps_the_earlier_answer_apart(story: Story, client: Client) -> None:
    order = story.to_callback().order
    answers = Answers(solved=Solved.NO, grade=Satisfaction.UNSATISFIED)
    callbacks.record_rating(order.pk, answers, now=at(5))
    with clock.driven(at(5, 10)):
        page = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert "市水务局上次的答复" in page
    story.replied(public_answer="第二次上门，已换管道。", now=at(6, 9), contacted_at=at(5, 12))
    actions.pass_audit(order.pk, by=story.world.actor("auditor"), now=at(6, 10))
    with clock.driven(at(6, 11)):
        page = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert "市水务局的答复" in page
    assert page.count("第二次上门，已换管道。") == 1
    assert page.count("看当时的答复") == 1
    assert reply_form().public_answer in page


def test_a_report_names_nobody(story: Story, client: Client) -> None:
    words = "某店卖过期食品，我的电话是13812345678。"
    order = story.created(kind=Kind.REPORT, content=words).order
    page = opened(client, order).get(f"/case/{order.number}").content.decode()
    assert "某店卖过期食品，我的电话是138****5678。" in page
    assert [w for w in ("王", "13812345678", "幸福小区") if w in page] == []


def test_own_photos_are_served_to_the_grant_only(world, client: Client) -> None:
    client.post("/submit", filled(uploads=[photo()]))
    order = WorkOrder.objects.get()
    file = Attachment.objects.get()
    url = f"/case/{order.number}/files/{file.pk}"
    assert Client().get(url).status_code == 404
    opened(client, order)
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    assert url in client.get(f"/case/{order.number}").content.decode()


def test_files_that_are_not_public_or_not_of_this_case_are_not_served(story, client) -> None:
    client.post("/submit", filled(uploads=[photo()]))
    mine = WorkOrder.objects.get()
    file = Attachment.objects.get()
    other = story.created().order
    opened(client, other)
    assert client.get(f"/case/{other.number}/files/{file.pk}").status_code == 404
    Attachment.objects.update(public=False)
    opened(client, mine)
    assert client.get(f"/case/{mine.number}/files/{file.pk}").status_code == 404
    assert f"/files/{file.pk}" not in client.get(f"/case/{mine.number}").content.decode()


def test_the_number_of_queries_does_not_grow(story, client, django_assert_num_queries) -> None:
    order = story.to_callback().order
    opened(client, order)
    client.get(f"/case/{order.number}")
    with django_assert_num_queries(4):
        client.get(f"/case/{order.number}")
    for _ in range(20):
        actions.add_note(order.pk, by=story.world.actor("dispatcher"), note="记录", now=at(4, 12))
    with django_assert_num_queries(4):
        client.get(f"/case/{order.number}")


def test_opened_pages_are_not_kept_by_caches(story: Story, client: Client) -> None:
    order = story.created().order
    assert "no-store" in opened(client, order).get(f"/case/{order.number}")["Cache-Control"]
