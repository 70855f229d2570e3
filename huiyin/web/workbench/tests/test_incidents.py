"""Group incidents on the dispatcher's page."""

from __future__ import annotations

from huiyin.dispatch.incidents import actions
from huiyin.dispatch.incidents.models import Incident
from huiyin.orders.models import WorkOrder
from tests.world import Story, at

URL = "/desk/incidents"


def found(story: Story) -> Incident:
    for n in range(5):
        Story(story.world).created(phone=f"1380000000{n}").submitted()
    actions.find(at(2, 11))
    return Incident.objects.get()


def text(answer) -> str:
    return answer.content.decode()


def test_one_press_on_the_page(story: Story, desk, django_assert_max_num_queries) -> None:
    client = desk("dispatcher")
    assert "没有群体诉求的提示" in text(client.get(URL))
    incident = found(story)
    assert "像是同一件事：5 件" in text(client.get(URL))
    assert "群体诉求" in text(client.get("/desk/"))
    with django_assert_max_num_queries(8):
        client.get(URL)
    refused = client.post(f"{URL}/{incident.pk}", {"order": ["x"]})
    assert refused.status_code == 422
    keys = list(WorkOrder.objects.values_list("pk", flat=True))
    done = client.post(f"{URL}/{incident.pk}", {"order": keys}, follow=True)
    assert "已并成一件" in text(done)
    assert WorkOrder.objects.filter(close_type="merged").count() == 4
    again = client.post(f"{URL}/{incident.pk}", {"do": "dismiss"})
    assert again.status_code == 409


def test_it_may_be_no_incident(story: Story, desk) -> None:
    incident = found(story)
    assert desk("dispatcher").post(f"{URL}/{incident.pk}", {"do": "dismiss"}).status_code == 302
    incident.refresh_from_db()
    assert incident.state == "dismissed"
    assert desk("agent").get(URL).status_code == 403
