"""A message is taken in once, whole, or not at all; what is wrong is said beside the field."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huiyin.channels.intake.models import Submission
from huiyin.kernel import crypto
from huiyin.knowledge.states import Kind
from huiyin.orders.models import Attachment, WorkOrder
from huiyin.orders.numbers import query_code, spoken
from huiyin.orgs.models import Region
from huiyin.web import tries, uploads
from huiyin.web.portal.tests.support import KEY, WORDS, filled, photo, say

pytestmark = pytest.mark.django_db


def nothing_is_stored() -> bool:
    return not (
        WorkOrder.objects.exists() or Submission.objects.exists() or Attachment.objects.exists()
    )


def test_a_message_becomes_a_case_and_its_author_gets_a_receipt(world, client: Client) -> None:
    answer = client.post("/submit", filled(uploads=[photo(), photo("二.jpg", (50, 40))]))
    assert (answer.status_code, answer["Location"]) == (302, "/submitted")
    order = WorkOrder.objects.select_related("requester").get()
    assert (order.content, order.place, order.kind, order.channel) == (
        WORDS, "幸福小区东门", Kind.HELP, "web",
    )  # fmt: skip
    assert order.requester.phone_masked == "138****5678"
    assert (order.wants_reply, order.confidential) == (True, False)
    assert Attachment.objects.filter(order=order, public=True).count() == 2
    page = client.get("/submitted").content.decode()
    assert spoken(order.number) in page
    assert query_code(order.number) in page


def test_a_letter_to_the_mailbox_is_a_case_like_any_other(world, client: Client) -> None:
    assert "to=mailbox" not in client.get("/").content.decode()
    client.post("/submit", filled(to="mailbox", key="f" * 16))
    assert WorkOrder.objects.get().channel == "web", "this city has no mailbox"
    say(portal={"mailbox": "区长信箱"})
    assert "/submit?to=mailbox" in client.get("/").content.decode()
    form = client.get("/submit?to=mailbox").content.decode()
    assert "<h1>写信给区长信箱</h1>" in form
    assert 'name="to" value="mailbox"' in form
    wrong = client.post("/submit", filled(to="mailbox", content=""))
    assert 'name="to" value="mailbox"' in wrong.content.decode()
    assert client.post("/submit", filled(to="mailbox"))["Location"] == "/submitted"
    assert WorkOrder.objects.latest("pk").channel == "mail"
    assert "我要反映" in client.get("/submit?to=elsewhere").content.decode()


def test_the_receipt_survives_a_reload_and_belongs_to_this_browser(world, client: Client) -> None:
    client.post("/submit", filled())
    first, again = client.get("/submitted").content, client.get("/submitted").content
    number = spoken(WorkOrder.objects.get().number).encode()
    assert number in first
    assert number in again
    assert WorkOrder.objects.count() == 1
    assert Client().get("/submitted")["Location"] == "/case"
    assert "no-store" in client.get("/submitted")["Cache-Control"]


def test_the_same_form_sent_twice_is_one_case(world, client: Client) -> None:
    client.get("/submit")
    first = client.post("/submit", filled(uploads=[photo()]))
    second = client.post("/submit", filled(uploads=[photo()]))
    assert first["Location"] == second["Location"] == "/submitted"
    assert WorkOrder.objects.count() == Attachment.objects.count() == 1


def test_another_browser_with_the_same_key_makes_its_own_case(world, client: Client) -> None:
    client.post("/submit", filled())
    Client().post("/submit", filled())
    assert WorkOrder.objects.count() == 2


def test_changed_words_under_a_used_key_are_asked_about(world, client: Client) -> None:
    client.get("/submit")
    client.post("/submit", filled())
    answer = client.post("/submit", filled(content="另一件事：井盖坏了。"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "刚才已经提交成功一次" in page
    assert "另一件事：井盖坏了。" in page
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key is not None
    assert key[1] != KEY
    client.post("/submit", filled(content="另一件事：井盖坏了。", key=key[1]))
    assert WorkOrder.objects.count() == 2


def test_every_view_of_the_form_has_its_own_key(world, client: Client) -> None:
    keys = {
        re.search(r'name="key" value="(\w{32})"', client.get("/submit").content.decode())[1]  # type: ignore[index]
        for _ in range(2)
    }
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"content": ""}, "请写下发生了什么"),
        ({"content": "灯"}, "至少 5 个字"),
        ({"content": "长" * 5001}, "最多 5000 个字"),
        ({"kind": None}, "请选一种"),
        ({"kind": "none-such"}, "选择一个有效的选项"),
        ({"place": "长" * 201}, "最多 200 个字"),
        ({"name": "长" * 41}, "最多 40 个字"),
        ({"phone": "12"}, "电话号码不正确"),
        ({"phone": "1" * 21}, "最多 20 个字"),
        ({"region": "999"}, "请重新选择"),
        ({"longitude": "999", "latitude": "1"}, "180"),
        ({"agreed": None}, "请先阅读并同意"),
        ({"agreed": "0"}, "隐私告知有更新"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(world, client, changes, message) -> None:
    answer = client.post("/submit", filled(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page
    if "place" not in changes:
        assert 'value="幸福小区东门"' in page
    if "content" not in changes:
        assert WORDS in page
    assert f'name="key" value="{KEY}"' in page
    assert nothing_is_stored()


def test_agreement_is_to_the_version_in_force(world, client: Client) -> None:
    say(privacy={"version": "7", "text": "只为办理您的诉求。"})
    page = client.get("/submit").content.decode()
    assert "只为办理您的诉求。" in page
    assert "第 7 版" in page
    assert client.post("/submit", filled(agreed="1")).status_code == 422
    assert client.post("/submit", filled(agreed="7")).status_code == 302


def test_a_report_is_always_confidential(world, client: Client) -> None:
    client.post("/submit", filled(kind="report"))
    assert WorkOrder.objects.get().confidential


def test_nobody_need_say_who_they_are(world, client: Client) -> None:
    client.post("/submit", filled(name="", phone="", wants_reply=None))
    order = WorkOrder.objects.select_related("requester").get()
    assert (str(order.requester), order.wants_reply) == ("未留姓名", False)


def test_street_and_position_are_kept(world, client: Client) -> None:
    city = Region.objects.get()
    county = Region.objects.create(code="370001", name="东城区", level="county", parent=city)
    Region.objects.create(code="370001001", name="新湖街道", level="street", parent=county)
    page = client.get("/submit").content.decode()
    assert '<optgroup label="东城区">' in page
    client.post("/submit", filled(region="370001001", longitude="116.359", latitude="37.434"))
    order = WorkOrder.objects.select_related("region").get()
    assert order.region is not None
    assert (order.region.name, order.longitude, order.latitude) == ("新湖街道", 116.359, 37.434)


def test_half_a_position_is_none(world, client: Client) -> None:
    client.post("/submit", filled(longitude="116.359"))
    assert WorkOrder.objects.get().longitude is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.jpg", b"<script>alert(1)</script>"),
        ("照片.jpg", b"PK\x03\x04" + b"\0" * 4000),
        ("照片.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("程序.exe", b"MZ\x90\0" + b"\0" * 400),
    ],
)
def test_a_script_or_an_archive_as_a_photo_is_refused_whole(world, client, name, content) -> None:
    bad = SimpleUploadedFile(name, content, "image/jpeg")
    answer = client.post("/submit", filled(uploads=[photo(), bad]))
    page = answer.content.decode()
    assert answer.status_code == 415
    assert "不是可以识别的图片" in page
    assert "uploads-error" in page
    assert WORDS in page
    assert nothing_is_stored()


def test_a_picture_that_unpacks_to_a_hundred_million_points_is_refused(world, client) -> None:
    answer = client.post("/submit", filled(uploads=[bomb()]))
    assert answer.status_code == 413
    assert "像素过大" in answer.content.decode()
    assert nothing_is_stored()


def bomb() -> SimpleUploadedFile:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    assert out.tell() < 100_000
    return SimpleUploadedFile("小图.png", out.getvalue(), "image/png")


def test_ten_photos_or_one_of_21_megabytes_are_too_much(world, client: Client) -> None:
    many = client.post("/submit", filled(uploads=[photo(f"{n}.jpg") for n in range(10)]))
    assert (many.status_code, "最多上传 9 个文件" in many.content.decode()) == (413, True)
    large = SimpleUploadedFile("大.mp4", b"\0" * (20 * 2**20 + 1), "video/mp4")
    one = client.post("/submit", filled(uploads=[large]))
    assert (one.status_code, "超过 20 MB" in one.content.decode()) == (413, True)
    assert nothing_is_stored()


def test_more_than_the_memory_limit_is_still_taken_in(world, client: Client) -> None:
    """Files beyond Django's memory limit must not fall silently by the wayside."""
    head = b"\0\0\0\x18ftypisom"
    film = SimpleUploadedFile("现场.mp4", head + b"\0" * (12 * 2**20), "video/mp4")
    client.post("/submit", filled(uploads=[film]))
    assert Attachment.objects.get().media_type == "video/mp4"


def test_a_request_of_ten_megabytes_of_text_is_refused(world, client: Client) -> None:
    answer = client.post("/submit", filled(content="长" * (10 * 2**20 // 3)))
    assert answer.status_code == 413
    assert "提交的内容过大" in answer.content.decode()
    assert nothing_is_stored()


def test_a_request_that_announces_too_much_is_not_read(world, client, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST_REQUEST", 1000)
    answer = client.post("/submit", filled(uploads=[photo()], content=WORDS * 20))
    assert answer.status_code == 413
    assert nothing_is_stored()


def test_a_form_without_its_token_is_refused_in_words(world) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/submit", filled())
    assert answer.status_code == 403
    assert "没有提交" in answer.content.decode()
    assert nothing_is_stored()


def test_control_characters_and_odd_bytes_do_no_harm(world, client: Client) -> None:
    assert client.post("/submit", filled(content="路灯\x00不亮了")).status_code == 422
    assert nothing_is_stored()
    client.post("/submit", filled(content="路灯不亮\x08了，请修一修", place="\u202e东门"))
    order = WorkOrder.objects.get()
    assert (order.content, order.place) == ("路灯不亮了，请修一修", "东门")


def test_a_number_may_send_ten_an_hour_and_an_address_more(world, client, monkeypatch) -> None:
    monkeypatch.setattr(tries, "SUBMISSIONS_PER_PHONE", 2)
    monkeypatch.setattr(tries, "SUBMISSIONS_PER_ADDRESS", 4)

    def send(nth: int, phone: str) -> int:
        return client.post("/submit", filled(key=f"k{nth}", phone=phone)).status_code

    assert [send(n, "13812345678") for n in range(3)] == [302, 302, 429]
    assert [send(n, "13912345678") for n in (3, 4)] == [302, 429]
    assert WorkOrder.objects.count() == 3
    refused = client.post("/submit", filled(key="k9", phone=""))
    assert int(refused["Retry-After"]) > 0
    assert "分钟后再试" in refused.content.decode()


def test_the_telephone_number_is_not_kept_in_the_counter(world, client: Client) -> None:
    from huiyin.kernel.models import AttemptCounter

    client.post("/submit", filled())
    scopes = list(AttemptCounter.objects.values_list("scope", flat=True))
    assert len(scopes) == 2
    assert not any("13812345678" in scope for scope in scopes)
    assert f"portal.submit:{crypto.lookup('13812345678', 'phone').hex()}" in scopes
