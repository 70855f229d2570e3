"""A submission is stored once, whole, with its raw form sealed."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from huiyin.channels.intake import actions
from huiyin.channels.intake.models import Submission
from huiyin.kernel import crypto
from huiyin.kernel.errors import Conflict, Invalid, WrongType
from huiyin.orders.actions.files import Upload
from huiyin.orders.models import Attachment, WorkOrder
from huiyin.orgs.actors import CITIZEN
from tests.world import REQUEST, START, at


def photo() -> Upload:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return Upload("井盖.png", out.getvalue())


def send(request=REQUEST, files=(), key="k1"):
    return actions.take_in(request, by=CITIZEN, source="portal:v1", key=key, files=files, now=at(2))


@pytest.mark.rule("R-90")
def test_a_repeat_gives_the_first_number(world) -> None:
    first, again = send(files=[photo()]), send(files=[photo()])
    assert (first.number, first.new, again.number, again.new) == (
        again.number,
        True,
        first.number,
        False,
    )
    assert WorkOrder.objects.count() == Attachment.objects.count() == 1
    raw = crypto.unseal(Submission.objects.get().body_sealed, "submission.body")
    assert "13812345678" in raw


@pytest.mark.rule("R-90", "R-165", "R-166")
def test_class_and_line_are_kept_in_the_raw_form_and_on_the_order(world) -> None:
    from dataclasses import replace

    from huiyin.knowledge.models import CaseClass, Line

    line = Line.objects.create(
        code="care", name="养老", mode="whole", owner=world.water, since=START
    )
    case_class = CaseClass.objects.create(code="A", name="A 类", standard="x", valid_from=START)
    request = replace(REQUEST, line=line, case_class=case_class)
    assert send(request).new
    assert not send(request).new
    order = WorkOrder.objects.get()
    assert (order.line, order.case_class) == (line, case_class)
    raw = crypto.unseal(Submission.objects.get().body_sealed, "submission.body")
    assert '"case_class":"A"' in raw
    assert '"line":"care"' in raw
    with pytest.raises(Conflict):
        send(replace(request, line=None))


@pytest.mark.rule("R-90")
def test_the_same_key_for_something_else_is_refused(world) -> None:
    from dataclasses import replace

    send()
    with pytest.raises(Conflict):
        send(replace(REQUEST, content="另一件事：路灯不亮了"))


@pytest.mark.rule("R-68")
@pytest.mark.parametrize(
    "upload",
    [
        Upload("照片.jpg", b"<script>alert(1)</script>"),
        Upload("照片.jpg", b"PK\x03\x04" + b"\0" * 100),
        Upload("照片.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ],
)
def test_a_bad_file_stores_nothing(world, upload) -> None:
    with pytest.raises(WrongType):
        send(files=[photo(), upload])
    assert not WorkOrder.objects.exists()


def test_an_empty_key_is_refused(world) -> None:
    with pytest.raises(Invalid):
        send(key="")
    assert not WorkOrder.objects.exists()
