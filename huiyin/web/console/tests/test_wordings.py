"""Pages on which the words of a rule are corrected."""

from __future__ import annotations

import pytest
from django.test import Client

from huiyin.kernel import cached
from huiyin.knowledge.models import CaseClass, LimitRule, RuleWording
from tests.world import START, World


@pytest.mark.rule("R-392")
def test_a_misprint_is_corrected_by_two_people(world: World, client: Client) -> None:
    key = LimitRule.objects.get(code="finish").pk
    client.force_login(world.people["administrator"])
    assert f"/console/rules/wordings/limit/{key}" in client.get("/console/rules").content.decode()
    url = f"/console/rules/wordings/limit/{key}"
    assert "请填写更正原因" in client.post(url, {"text": "五个工作日"}).content.decode()
    same = {"text": "finish", "source": "test", "reason": "错字"}
    assert client.post(url, same).status_code == 422
    given = {"text": "五个工作日办结", "source": "条例第十五条", "reason": "错字"}
    page = client.post(url, given, follow=True).content.decode()
    assert "等另一人复核" in page
    assert "提出更正</button>" not in page
    asked = RuleWording.objects.get()
    client.force_login(world.people["manager"])
    assert "同意更正" in client.get("/console/rules/wordings?show=asked").content.decode()
    answer = client.post(f"/console/rules/wordings/{asked.pk}", {"do": "agree"}, follow=True)
    assert "已更正" in answer.content.decode()
    assert "五个工作日办结" in client.get("/console/rules").content.decode()
    client.force_login(world.people["water_leader"])
    page = client.get("/console/rules/wordings").content.decode()
    assert "finish" in page, "the old words stay for every reader"
    assert "同意更正" not in page
    assert client.get("/console/rules/wordings/nothing/1").status_code == 404


@pytest.mark.rule("R-512")
def test_the_standard_of_a_class_is_corrected_from_its_page(world: World, client: Client) -> None:
    made = CaseClass.objects.create(
        code="A", name="A 类", standard="当曰办结", source="办法", valid_from=START
    )
    cached.forget_all()
    client.force_login(world.people["administrator"])
    url = f"/console/rules/wordings/class/{made.pk}"
    assert url in client.get("/console/rules/classes").content.decode()
    page = client.get(url).content.decode()
    assert "<dt>办理标准</dt><dd>当曰办结</dd>" in page
    assert 'href="/console/rules/classes"' in page
    given = {"text": "当日办结", "source": "办法", "reason": "错字"}
    assert "等另一人复核" in client.post(url, given, follow=True).content.decode()
    client.force_login(world.people["manager"])
    asked = RuleWording.objects.get()
    client.post(f"/console/rules/wordings/{asked.pk}", {"do": "agree"})
    cached.forget_all()
    page = client.get("/console/rules/classes").content.decode()
    assert "当日办结" in page
    assert "当曰办结" not in page
