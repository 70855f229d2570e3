"""Telling people outside the units from the pages of supervision, and keeping them."""

from __future__ import annotations

import pytest

from huiyin.followup.outside.models import OutsideContact, OutsideNotice
from huiyin.kernel.models import AccessLog
from tests.world import Story

pytestmark = pytest.mark.django_db
FIELDS = {
    "agency": "petition", "office": "市信访局", "name": "赵科长", "post": "接访科科长",
    "phone": "13900001234",
}  # fmt: skip


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.rule("R-503")
@pytest.mark.rule("R-504")
def test_from_the_register_to_a_notice(story: Story, desk, django_assert_max_num_queries) -> None:
    story.city("risk.tags", ["elderly"]).created().tagged().submitted().dispatched()
    client = desk("supervisor")
    assert "联动联系人" in text(client.get("/desk/supervision/risks")), "where to add one"
    wrong = client.post("/console/outside", FIELDS | {"phone": ""})
    assert (wrong.status_code, "请填写电话号码" in text(wrong)) == (422, True)
    client.post("/console/outside", FIELDS)
    contact = OutsideContact.objects.get()
    page = text(client.get("/console/outside?agency=petition"))
    assert ("赵科长" in page, "13900001234" in page) == (True, False)
    one = f"/console/outside/{contact.pk}"
    assert "13900001234" not in text(client.get(one))
    assert client.post(f"{one}/reveal", {"purpose": ""}).status_code == 422
    assert "13900001234" in text(client.post(f"{one}/reveal", {"purpose": "联系风险事项"}))
    assert AccessLog.objects.filter(subject=f"outside:{contact.pk}").count() == 1
    client.get("/desk/supervision/risks")
    with django_assert_max_num_queries(14):
        assert "赵科长（接访科科长）" in text(client.get("/desk/supervision/risks"))
    tell = f"/desk/supervision/notify/risk/{story.order.pk}"
    sent = {"contact": str(contact.pk), "form_key": "k"}
    for _ in range(2):
        assert client.post(tell, sent).status_code == 302
    assert OutsideNotice.objects.count() == 1
    assert client.post(tell, {"contact": str(contact.pk)}).status_code == 409
    assert client.post(tell, {"contact": "x"}).status_code == 422
    assert client.post("/desk/supervision/notify/none/1", sent).status_code == 404
    assert "已通知市信访局" in text(client.get("/desk/supervision/risks"))
    client.post(one, FIELDS | {"phone": "", "do": "end"})
    assert "停用" in text(client.get(one))
    assert client.get("/console/outside/99999").status_code == 404
