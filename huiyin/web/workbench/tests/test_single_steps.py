"""What single steps have to themselves: units by name, photographs, places, lengths, rulings."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from huiyin.orders.models import Assignment, Attachment, Reply, WorkOrder
from huiyin.web.workbench.tests.step_cases import (
    MATTER,
    REPLY,
    held,
    take,
    url,
)
from tests.world import Story, at

Desk = Callable[[str], Client]


def test_dispatch_names_every_unit_and_shows_the_deadlines_before(story: Story, desk: Desk) -> None:
    story.created().submitted()
    client = desk("dispatcher")
    form = client.get(url(story, "dispatch")).content.decode()
    assert "提交后的时限" in form
    assert "3月11日 24:00" in form
    fields = {
        "lead": "市水务局",
        "assist": "housing、东县",
        "supervise": "",
        "instructions": "今天上门",
    }
    assert take(client, story, "dispatch", fields).status_code == 302
    parts = {a.unit.code: a.role for a in Assignment.objects.select_related("unit")}
    assert parts == {"water": "lead", "housing": "assist", "county": "assist"}


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ("水务", "是不是：市水务局"),
        ("外星局", "没有叫“外星局”的单位"),
        ("市水务局,市住建局", "只能选一个单位"),
        ("市热线中心", "没有叫"),
    ],
)
def test_a_unit_that_cannot_be_meant_is_asked_back(
    story: Story, desk: Desk, lead: str, words: str
) -> None:
    story.created().submitted()
    answer = take(desk("dispatcher"), story, "dispatch", {"lead": lead})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_catalogue_suggests_the_responsible_unit(story: Story, desk: Desk) -> None:
    from huiyin.knowledge.models import CatalogueItem

    CatalogueItem.objects.create(
        code="C1", category=story.world.heating, matter="居民供热", lead=story.world.water,
        valid_from=at(1).date(),
    )  # fmt: skip
    story.created().submitted()
    form = desk("dispatcher").get(url(story, "dispatch")).content.decode()
    assert 'data-fill="water"' in form
    assert "系统建议" in form


def photo(name: str = "现场.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def test_a_reply_brings_its_photos_and_the_handler_sees_them(story: Story, desk: Desk) -> None:
    held(story).contacted()
    client = desk("water_handler")
    fields = REPLY | {"photos": [photo("a.jpg"), photo("b.jpg")], "show_photos": "on"}
    assert take(client, story, "reply", fields).status_code == 302
    reply = Reply.objects.get()
    assert reply.result == reply.public_answer
    files = list(Attachment.objects.filter(reply=reply, public=True))
    assert [f.name for f in files] == ["a.jpg", "b.jpg"]
    page = client.get(f"/desk/orders/{story.order.number}").content.decode()
    assert f"/desk/files/{files[0].pk}" in page


def test_a_reply_with_a_bad_photo_is_not_stored_half(story: Story, desk: Desk) -> None:
    held(story).contacted()
    bad = SimpleUploadedFile("照片.jpg", b"<script>alert(1)</script>", "image/jpeg")
    answer = take(desk("water_handler"), story, "reply", REPLY | {"photos": [photo(), bad]})
    page = answer.content.decode()
    assert answer.status_code == 415
    assert "不是可以识别的图片" in page
    assert REPLY["process"] in page
    assert not Reply.objects.exists()
    assert not Attachment.objects.exists()
    assert WorkOrder.objects.get().state == "in_progress"


def test_an_unsolved_matter_needs_its_basis(story: Story, desk: Desk) -> None:
    held(story).contacted()
    answer = take(desk("water_handler"), story, "reply", REPLY | {"outcome": "not_solved"})
    assert answer.status_code == 422
    assert 'id="id_basis_error"' in answer.content.decode()


def test_a_reply_starts_with_the_recorded_contact(story: Story, desk: Desk) -> None:
    held(story).contacted()
    form = desk("water_leader").get(url(story, "reply")).content.decode()
    assert 'value="2026-03-02T15:00"' in form
    assert 'value="water_leader"' in form


def test_only_units_below_are_offered_for_passing_down(story: Story, desk: Desk) -> None:
    held(story)
    client = desk("water_handler")
    form = client.get(url(story, "pass_down")).content.decode()
    assert "供水管理科" in form
    assert "市住建局" not in form
    answer = take(client, story, "pass_down", {"unit": "housing"})
    assert answer.status_code == 422
    assert "只能下派给本单位的下属单位" in answer.content.decode()


def test_completing_a_draft_keeps_the_place_on_the_map(story: Story, desk: Desk) -> None:
    from huiyin.orgs.models import Region

    story.created(longitude=116.3, latitude=37.4, region=Region.objects.get())
    county = Region.objects.create(code="370001", name="东县", level="county")
    form = desk("agent").get(url(story, "edit")).content.decode()
    assert '<option value="370001" data-name="东县（不清楚街道）">' in form
    fields = MATTER | {"region": "370001"}
    assert take(desk("agent"), story, "edit", fields).status_code == 302
    story.order.refresh_from_db()
    assert (story.order.longitude, story.order.region_id) == (116.3, county.pk)
    answer = take(desk("agent"), story, "edit", MATTER | {"region": "999"})
    assert "没有这个街道" in answer.content.decode()
    assert story.order.kind == "complaint"


@pytest.mark.parametrize("seen", ["", "abc", "-1", "9" * 30])
def test_a_form_without_its_count_is_stale(story: Story, desk: Desk, seen: str) -> None:
    story.created().submitted()
    answer = desk("dispatcher").post(url(story, "dispatch"), {"seen": seen, "lead": "water"})
    assert answer.status_code == 409
    assert story.verbs() == ["create", "submit"]


def test_megabytes_of_text_are_refused_before_they_are_read(story: Story, desk: Desk) -> None:
    story.created()
    for headers in ({}, {"HX-Request": "true"}):
        answer = take(desk("agent"), story, "note", {"note": "长" * 1_000_000}, headers=headers)
        assert answer.status_code == 413
        assert "内容过大" in answer.content.decode()
    assert story.verbs() == ["create"]


def test_a_note_too_long_is_refused_whole(story: Story, desk: Desk) -> None:
    story.created()
    answer = take(desk("agent"), story, "note", {"note": "长" * 501})
    assert answer.status_code == 422
    assert "最多 500 个字" in answer.content.decode()


@pytest.mark.rule("R-390")
def test_a_ruling_is_offered_as_it_was_and_then_as_the_catalogue_has_it(
    story: Story, desk: Desk
) -> None:
    story.created().submitted().dispatched().return_refused().contested()
    story.ruled(story.world.housing, assist=[story.world.water])
    manager = desk("manager")
    form = manager.get(url(story, "enter_ruling")).content.decode()
    for said in ('value="市住建局"', 'value="市水务局"', "三定方案第四条", 'value="2026-03-04"'):
        assert said in form
    fields = {
        "matter": "楼内供热", "category": "0404", "lead": "市住建局", "assist": "市水务局",
        "basis": "派单裁定", "valid_from": "2026-03-05",
    }  # fmt: skip
    assert take(manager, story, "enter_ruling", fields).status_code == 302
    form = manager.get(url(story, "enter_ruling")).content.decode()
    for said in ('value="楼内供热"', 'value="市水务局"', 'value="2026-03-05"'):
        assert said in form
    wrong = take(manager, story, "enter_ruling", fields | {"matter": "别的"})
    assert wrong.status_code == 422
    assert "须晚于 2026-03-05" in wrong.content.decode()
