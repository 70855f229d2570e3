"""Attachments go only to those who may see their order, and do no harm in the browser."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from huiyin.orders import actions
from huiyin.orders.actions.files import Upload, accept, path_of
from huiyin.orders.models import Attachment
from tests.world import Story, at


@pytest.fixture
def files(story: Story) -> list[Attachment]:
    story.created().submitted().dispatched()
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    accepted = accept([Upload('井盖"\r\n.png', out.getvalue()), Upload("文件.pdf", b"%PDF-1.4 x")])
    return actions.attach(story.order, accepted, by=story.world.actor("agent"), now=at(2, 11))


def test_a_picture_is_shown_and_a_document_is_kept(files, desk) -> None:
    client = desk("water_handler")
    picture, document = (client.get(f"/desk/files/{f.pk}") for f in files)
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''")
    assert document.headers["Content-Disposition"].startswith("attachment;")
    for answer in (picture, document):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, max-age=3600"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert b"".join(answer.streaming_content)


def test_whoever_may_not_see_the_order_finds_no_file(files, desk, client) -> None:
    url = f"/desk/files/{files[0].pk}"
    assert desk("housing_handler").get(url).status_code == 404
    assert desk("administrator").get(url).status_code == 403
    assert client.get(url).status_code == 302
    assert desk("agent").get("/desk/files/999999").status_code == 404


def test_a_file_whose_bytes_are_gone_is_not_found(files, desk) -> None:
    path_of(files[1]).unlink()
    assert desk("agent").get(f"/desk/files/{files[1].pk}").status_code == 404
