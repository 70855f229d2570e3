"""Media follow-ups and orders at risk on the desk."""

from __future__ import annotations

import pytest

from huiyin.followup.media.models import MediaCase
from huiyin.followup.supervision import queries as supervision
from huiyin.orgs.models import UnitContact
from tests.world import Story, at

pytestmark = pytest.mark.django_db
FIELDS = {
    "form": "newspaper", "outlet": "市晚报", "title": "暖气不热", "on": "2026-03-04",
    "unit": "water",
}  # fmt: skip


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-426")
def test_what_a_newspaper_follows(story: Story, desk) -> None:
    number = story.created().submitted().dispatched().order.number
    client, unit = desk("supervisor"), desk("water_handler")
    assert client.post("/desk/supervision/media", FIELDS | {"outlet": ""}).status_code == 422
    client.post("/desk/supervision/media", FIELDS | {"orders": number})
    one = f"/desk/supervision/media/{MediaCase.objects.get().pk}"
    shown = {"do": "publish", "on": "2026-03-04", "outlet": "市晚报", "title": "三号楼的暖气"}
    wrong = client.post(one, shown | {"link": "javascript:alert(1)"})
    assert wrong.status_code == 422
    assert "http 或 https" in text(wrong)
    client.post(one, shown | {"link": "https://example.org/1"})
    assert client.post(one, {"do": "end", "result": ""}).status_code == 422
    client.post(one, {"do": "end", "result": "换热站已修复"})
    page = text(unit.get(one))
    for words in ("三号楼的暖气", "换热站已修复", "https://example.org/1"):
        assert words in page
    assert unit.post(one, {"do": "end", "result": "好了"}).status_code == 403
    assert "刊播 1 篇" in text(client.get("/desk/supervision/media?state=ended"))
    table = text(client.get("/desk/supervision/media.csv"))
    assert "三号楼的暖气" in table
    assert desk("housing_handler").get(one).status_code == 404


@pytest.mark.rule("R-428")
def test_orders_at_risk_with_whom_to_call(story: Story, desk) -> None:
    from huiyin.kernel import crypto

    story.city("risk.tags", ["elderly"]).created().tagged().submitted().dispatched()
    sealed = crypto.seal("05341234567", "contact.phone")
    UnitContact.objects.create(
        unit=story.world.water, title="供热科科长", phone_sealed=sealed, changed_at=at(1)
    )
    client = desk("manager")
    page = text(client.get("/desk/supervision/risks"))
    for words in ("暖气不热", "涉老", "供热科科长 05341234567", "还没有催过"):
        assert words in page
    assert "暖气不热" in text(client.get("/desk/supervision/risks?tag=elderly"))
    story.city("risk.tags", ["threat"])
    assert "没有风险工单" in text(client.get("/desk/supervision/risks"))
    assert supervision.risk_tags(at(4)) == ("threat",)
    assert desk("water_leader").get("/desk/supervision/risks").status_code == 403
