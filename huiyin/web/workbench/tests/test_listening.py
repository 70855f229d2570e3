"""Call tests and reminder letters on the desk: drawn and judged, read and answered."""

from __future__ import annotations

import pytest

from huiyin.callcentre.listening.models import CallTest, DrawnCall
from huiyin.callcentre.telephony.tests.kept import kept
from tests.world import Story, at

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-506")
@pytest.mark.rule("R-507")
def test_calls_are_drawn_heard_and_judged(
    world, desk, settings, tmp_path, django_assert_max_num_queries
) -> None:
    settings.RECORDINGS_DIR = tmp_path
    client = desk("quality")
    days = {"since": "2026-03-02", "until": "2026-03-03", "calls": "5"}
    none = client.post("/desk/calls/tests", days)
    assert (none.status_code, "没有可以测听的录音" in text(none)) == (409, True)
    for n in range(3):
        kept(at(3, 9 + n), agent=world.people["agent"].pk, reference=f"r{n}")
    unknown = client.post("/desk/calls/tests", days | {"agent": "nobody"})
    assert (unknown.status_code, "没有这个账号" in text(unknown)) == (422, True)
    for _ in range(2):
        assert client.post("/desk/calls/tests", days | {"form_key": "k"}).status_code == 302
    one = f"/desk/calls/tests/{CallTest.objects.get().pk}"
    assert "电话测听待听" in text(client.get("/desk/"))
    client.get(one)
    with django_assert_max_num_queries(8):
        page = text(client.get(one))
    assert ("139****0001" in page, "13900000001" in page) == (True, False)
    first = DrawnCall.objects.order_by("pk")[0]
    said = {"call": str(first.pk), "verdict": "bad"}
    wrong = client.post(one, said)
    assert (wrong.status_code, "请选择问题，或写明情况" in text(wrong)) == (422, True)
    assert client.post(one, said | {"faults": "answer"}).status_code == 302
    assert client.post(one, said | {"verdict": "good"}).status_code == 302
    first.refresh_from_db()
    assert (first.verdict, first.faults) == ("bad", ["answer"]), "judged once"
    assert "已听 1/3" in text(client.get("/desk/calls/tests"))
    assert client.get("/desk/calls/tests/99999").status_code == 404


@pytest.mark.rule("R-501")
def test_a_unit_reads_its_letter_and_answers(story: Story, desk) -> None:
    story.created().submitted().dispatched().lettered()
    page, unit = f"/desk/letters/{story.letter.pk}", desk("water_handler")
    assert "还没有人打开" in text(desk("supervisor").get(page))
    assert "还没有人打开" not in text(unit.get(page)), "the receipt is there at once"
    assert unit.post(page, {"said": ""}).status_code == 422
    assert unit.post(page, {"said": "周五前全部回复"}).status_code == 302
    shown = text(desk("supervisor").get(page))
    assert ("周五前全部回复" in shown, "<textarea" in shown) == (True, False)
    assert "已反馈" in text(desk("supervisor").get("/desk/letters"))
