"""Referrals on the desk: proposed, approved by another, the package verified and logged."""

from __future__ import annotations

import pytest

from huiyin.followup.referrals.models import Referral
from huiyin.kernel.models import AccessLog
from tests.world import Story

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-425")
def test_a_matter_is_referred_with_its_evidence(story: Story, desk) -> None:
    number = story.created().submitted().dispatched().order.number
    client, manager = desk("supervisor"), desk("manager")
    assert number in text(client.get(f"/desk/supervision/referrals/new?order={number}"))
    fields = {
        "orders": number, "unit": "water", "agency": "市纪委监委", "title": "久拖不办",
        "facts": "三月二日派单，多次催办，至今没有签收，也没有联系诉求人。", "basis": "追究办法",
    }  # fmt: skip
    wrong = client.post("/desk/supervision/referrals/new", fields | {"facts": "拖延"})
    assert wrong.status_code == 422
    assert "至少 20 个字" in text(wrong)
    client.post("/desk/supervision/referrals/new", fields)
    one = f"/desk/supervision/referrals/{Referral.objects.get().pk}"
    assert "由另一位负责人审批" in text(client.get(one))
    assert client.post(one, {"do": "approve", "note": "同意"}).status_code == 403
    assert "问责移送待审批" in text(manager.get("/desk/"))
    assert manager.post(one, {"do": "approve", "note": ""}).status_code == 422
    manager.post(one, {"do": "approve", "note": "情况属实"})
    paper = text(manager.get(f"{one}/evidence"))
    for words in ("全部相符", "与移送时一致", "登记诉求", "问责〔2026〕1号", "指纹"):
        assert words in paper
    assert "王小明" not in paper
    assert "13812345678" not in paper
    assert manager.get(f"{one}/evidence.pdf").content.startswith(b"%PDF-")
    assert AccessLog.objects.filter(subject__startswith="referral:").count() == 2
    client.post(one, {"do": "end", "note": "已约谈负责人"})
    assert "已约谈负责人" in text(client.get(one))
    assert "久拖不办" in text(client.get("/desk/supervision/referrals?state=ended"))
    assert client.get("/desk/supervision/referrals/999").status_code == 404
    assert desk("water_leader").get(one).status_code == 403
