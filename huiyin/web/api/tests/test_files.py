"""Attachments over the API: checked by content, stored whole or not at all, sent by policy."""

from __future__ import annotations

import io
import zipfile
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from PIL import Image

from huiyin.orders.models import Attachment
from huiyin.web.api.tests.asking import ROOT, Answer, Api, check
from tests.world import Story


def photo(side: int = 40) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, 30), "red").save(out, "PNG")
    return out.getvalue()


def add(api: Api, number: str, files, who: str | None = "agent", **headers: str) -> Answer:
    """Upload as a form; the answer is held against the document as well."""
    if who:
        headers["Authorization"] = f"Bearer {api.token(who)}"
    path = f"{ROOT}/orders/{number}/attachments"
    sent = []
    for name, content in files:
        file = io.BytesIO(content)
        file.name = name
        sent.append(file)
    with time_machine.travel(api.now, tick=False):
        response = Client().post(path, {"files": sent}, headers=headers)
    answer = Answer(response.status_code, response.json(), dict(response.headers), response.content)
    check("POST", path, answer)
    return answer


@pytest.fixture
def number(api: Api) -> str:
    """Return the number of a draft."""
    return api.create().body["number"]


def test_a_photo_is_added_and_fetched(api: Api, number) -> None:
    told = add(api, number, [("井盖.png", photo()), ("录音.amr", b"#!AMR\n" + b"\0" * 50)])
    assert told.status == 201
    first, second = told.body["attachments"]
    assert (first["name"], first["media_type"], second["media_type"]) == (
        "井盖.png", "image/jpeg", "audio/amr",
    )  # fmt: skip
    assert not first["public"]
    got = api.ask("GET", first["href"].removeprefix(ROOT), who="agent")
    assert (got.status, got.headers["Content-Type"]) == (200, "image/jpeg")
    assert got.content[:2] == b"\xff\xd8"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    detail = api.get(f"/orders/{number}").body
    assert [file["id"] for file in detail["attachments"]] == [first["id"], second["id"]]


def test_a_repeated_upload_is_stored_once(api: Api, number) -> None:
    key = uuid4().hex
    first = add(api, number, [("a.png", photo())], **{"Idempotency-Key": key})
    again = add(api, number, [("a.png", photo())], **{"Idempotency-Key": key})
    assert (first.status, again.status, again.body) == (201, 200, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Attachment.objects.count() == 1
    other = add(api, number, [("a.png", photo(50))], **{"Idempotency-Key": key})
    assert other.status == 409


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 10**6)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("照片.jpg", b"<script>alert(1)</script>", 415),
        ("照片.jpg", bomb(), 415),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        ("空.png", b"", 422),
        ("大.pdf", b"%PDF-" + b"\0" * (20 * 2**20), 413),
    ],
)
def test_a_bad_file_stores_nothing(api: Api, number, name, content, status) -> None:
    assert add(api, number, [("好.png", photo()), (name, content)]).status == status
    assert not Attachment.objects.exists()


def test_too_many_files_are_refused(api: Api, number) -> None:
    assert add(api, number, [(f"{n}.png", photo()) for n in range(10)]).status == 413


def test_more_than_a_request_may_hold_is_refused(api: Api, number, monkeypatch) -> None:
    from huiyin.web import uploads

    monkeypatch.setattr(uploads, "LARGEST_REQUEST", 10)
    assert add(api, number, [("a.png", photo())]).status == 413


def test_no_file_and_no_form_are_refused(api: Api, number) -> None:
    path = f"/orders/{number}/attachments"
    assert api.post(path, {"files": []}).status == 415
    empty = api.ask(
        "POST", path, b"--x--\r\n", "agent", content_type="multipart/form-data; boundary=x"
    )
    assert (empty.status, empty.body["fields"]) == (422, {"files": "必填"})
    broken = api.ask("POST", path, b"--x", "agent", content_type="multipart/form-data")
    assert broken.status == 400


def test_who_may_add(api: Api) -> None:
    story = Story(api.world).created().submitted().dispatched()
    number, file = story.order.number, [("a.png", photo())]
    for who, status in (
        ("agent", 201), ("water_handler", 201), ("quality", 403), ("housing_handler", 404),
        ("administrator", 404), (None, 401),
    ):  # fmt: skip
        assert add(api, number, file, who).status == status, who


def test_nothing_is_added_to_what_has_ended(api: Api) -> None:
    order = Story(api.world).to_callback().closed().order
    told = add(api, order.number, [("a.png", photo())])
    assert (told.status, told.body["state"]) == (409, "closed")


def test_a_file_is_sent_only_to_those_who_see_its_order(api: Api) -> None:
    story = Story(api.world).created().submitted().dispatched()
    key = add(api, story.order.number, [("a.png", photo())]).body["attachments"][0]["id"]
    for who, status in (("agent", 200), ("water_handler", 200), ("housing_handler", 404)):
        assert api.get(f"/attachments/{key}", who).status == status
    assert api.get(f"/attachments/{key}", None).status == 401
    assert api.get(f"/attachments/{key + 1}").status == 404
