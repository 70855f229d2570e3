"""A handwritten signature stands on the sheet beside the name, and old sheets keep theirs."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from huiyin.orders import actions
from huiyin.orders.models import Reply
from huiyin.orgs import actions as orgs
from huiyin.orgs import queries
from huiyin.orgs.models import Signature
from tests.world import Story, at, reply_form, scrawl

pytestmark = pytest.mark.rule("R-511")
MINE = "/desk/signature"


def sheet(client: Client, story: Story) -> str:
    return client.get(f"/desk/orders/{story.order.number}/sheet").content.decode()


def pictures_in(client: Client, story: Story) -> int:
    pdf = client.get(f"/desk/orders/{story.order.number}/sheet.pdf").content
    return sum(len(page.images) for page in PdfReader(BytesIO(pdf)).pages)


def to_reply(story: Story) -> Story:
    return story.created().submitted().dispatched().signed().contacted()


def test_a_leader_puts_one_up_replaces_it_and_withdraws_it(story: Story, desk) -> None:
    leader = desk("water_leader")
    assert "上传签名" in leader.get(MINE).content.decode()
    assert f'href="{MINE}"' in leader.get("/desk/").content.decode()
    assert f'href="{MINE}"' not in desk("water_handler").get("/desk/").content.decode()
    for name, content, status, said in (
        ("签名.png", b"", 422, "这是空文件"),
        ("签名.png", b"<svg>", 415, "这不是 PNG 或 JPG 图片"),
        ("签名.png", b"\x89PNG" + b"0" * (2 * 2**20), 413, "超过 2 MB"),
    ):
        file = SimpleUploadedFile(name, content, "image/png")
        refused = leader.post(MINE, {"picture": file})
        assert refused.status_code == status
        assert said in refused.content.decode()
    assert "请选择图片" in leader.post(MINE, {}).content.decode()
    assert not Signature.objects.exists()
    assert leader.get("/desk/signature.png").status_code == 404
    for _ in range(2):
        file = SimpleUploadedFile("签名.png", scrawl(), "image/png")
        assert (
            "手写签名已保存" in leader.post(MINE, {"picture": file}, follow=True).content.decode()
        )
    sent = leader.get("/desk/signature.png")
    assert sent.headers["Content-Type"] == "image/png"
    assert "no-store" in sent.headers["Cache-Control"]
    assert sent.content.startswith(b"\x89PNG")
    page = leader.post(MINE, {"do": "withdraw"}, follow=True).content.decode()
    assert "手写签名已撤下" in page
    assert leader.post(MINE, {"do": "withdraw"}).status_code == 409


def test_the_sheet_shows_what_the_reply_was_signed_with_for_ever(story: Story, desk) -> None:
    to_reply(story).signed_by_hand()
    office, number = desk("dispatcher"), story.order.number
    reply = Reply.objects.get()
    url = f"/desk/orders/{number}/signatures/{reply.pk}"
    first = office.get(url).content
    page = sheet(office, story)
    assert f'src="{url}" alt="water_leader的手写签名"' in page
    assert "签发时间：2026 年 3 月 4 日 09:00" in page
    assert pictures_in(office, story) == 1
    assert url in office.get(f"/desk/orders/{number}").content.decode()
    orgs.put_up_signature(scrawl("JPEG", 200), by=story.world.actor("water_leader"), now=at(4, 10))
    orgs.withdraw_signature(
        story.world.people["water_leader"].pk, why="换人", now=at(4, 11),
        by=story.world.actor("administrator"),
    )  # fmt: skip
    assert office.get(url).content == first
    assert f'src="{url}" alt="water_leader的手写签名"' in sheet(office, story)
    assert office.get(f"/desk/orders/{number}/signatures/{reply.pk + 1}").status_code == 404
    assert desk("township_handler").get(url).status_code == 404


@pytest.mark.parametrize(
    ("who", "sign_off"), [("water_handler", "water_leader"), ("water_leader", "李局长")]
)
def test_nobody_signs_with_the_picture_of_another(story: Story, desk, who, sign_off) -> None:
    leader = story.world.actor("water_leader")
    orgs.put_up_signature(scrawl(), by=leader, now=at(2, 8))
    to_reply(story)
    actions.reply(
        story.order.pk, reply_form(sign_off=sign_off), by=story.world.actor(who), now=at(4, 9)
    )
    assert Reply.objects.get().signature is None
    office = desk("dispatcher")
    assert f"签发人：{sign_off}" in sheet(office, story)
    assert "signed-by-hand" not in sheet(office, story)
    assert pictures_in(office, story) == 0


def test_a_draft_is_signed_with_the_picture_of_the_one_who_signs(story: Story) -> None:
    leader = story.world.actor("water_leader")
    held = orgs.put_up_signature(scrawl(), by=leader, now=at(2, 8))
    to_reply(story).signing().drafted()
    actions.sign_reply(story.order.pk, by=leader, now=at(3, 12))
    assert Reply.objects.get().signature == held


def test_the_office_withdraws_one_with_a_reason(story: Story, desk) -> None:
    leader = story.world.people["water_leader"]
    orgs.put_up_signature(scrawl(), by=story.world.actor("water_leader"), now=at(2, 8))
    office, url = desk("administrator"), f"/console/staff/{leader.pk}"
    assert "撤下签名" in office.get(url).content.decode()
    refused = office.post(f"{url}/signature", {"why": ""})
    assert refused.status_code == 422
    assert "请填写撤下的原因" in refused.content.decode()
    done = office.post(f"{url}/signature", {"why": "换了人"}, follow=True).content.decode()
    assert "手写签名已撤下" in done
    assert "撤下手写签名：换了人" in done
    assert queries.signature_of(leader) is None
    assert office.post(f"{url}/signature", {"why": "换了人"}).status_code == 409
