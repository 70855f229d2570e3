"""The knowledge base over the API: asked, written, reviewed, judged, and what is missing."""

from __future__ import annotations

import pytest

from huiyin.kernel import cached
from huiyin.knowledge.models import Document, Duty, KnowledgeTask
from huiyin.knowledge.tests.test_answers import published
from huiyin.web.api.tests.asking import Api
from tests.world import START, at

QUESTION = {"question": "停水怎么办？", "answer": "看公告。", "unit": "water", "category": "0404"}


@pytest.mark.rule("R-351")
def test_a_question_is_answered_or_noted(api: Api) -> None:
    api.now = at(4)
    article = published(api.world)
    (hit,) = api.get("/public/answers?q=暖气不热", who=None).body["hits"]
    assert (hit["article"]["id"], hit["article"]["unit"]) == (article.pk, "water")
    assert hit["because"]
    assert api.get("/answers?q=暖气不热").body["hits"][0]["score"] > 0.5
    assert api.get("/public/answers?q=宠物医院执照", who=None).body["hits"] == []
    assert KnowledgeTask.objects.get().words == "宠物医院执照"
    told = api.post(f"/public/answers/{article.code}/opinion", {"kind": "wrong"}, who=None)
    assert told.status == 200
    assert api.post("/public/answers/none/opinion", {"kind": "wrong"}, who=None).status == 404


@pytest.mark.rule("R-353")
def test_an_answer_is_written_and_published_by_two(api: Api) -> None:
    key = api.post("/answers", QUESTION, who="water_handler").body["id"]
    assert api.get(f"/answers/{key}", who="agent").status == 404
    assert api.post(f"/answers/{key}/submit", {}, who="water_handler").status == 200
    refused = api.post(f"/answers/{key}/publish", {}, who="water_handler")
    assert refused.status == 403
    shown = api.post(f"/answers/{key}/publish", {"number": 1}, who="water_leader").body
    assert shown["published_at"]
    assert api.post(f"/answers/{key}/publish", {}, who="water_leader").status == 409
    assert api.post(f"/answers/{key}/withdraw", {}, who="water_leader").status == 422
    changed = api.post(f"/answers/{key}/revise", QUESTION | {"answer": "新"}, who="water_handler")
    assert changed.body["answer"] == "看公告。"
    assert api.post("/answers", {"question": ""}, who="manager").status == 422


def test_documents_duty_and_tasks_are_told(api: Api) -> None:
    Document.objects.create(code="r1", kind="rule", title="制度", body="b", valid_from=START)
    Duty.objects.create(code="Z1", unit=api.world.water, matter="停水", phone="12345678")
    cached.forget_all()
    assert [d["code"] for d in api.get("/documents").body["documents"]] == ["r1"]
    (duty,) = api.get("/duty").body["duties"]
    assert (duty["phone"], duty["on_duty"]) == ("12345678", True)
    api.get("/public/answers?q=宠物医院执照", who=None)
    (task,) = api.get("/knowledge-tasks", who="manager").body["tasks"]
    assert api.get("/knowledge-tasks").body["tasks"] == []
    url = f"/knowledge-tasks/{task['id']}/close"
    assert api.post(url, {"dismissed": True}, who="manager").status == 422
    assert api.post(url, {}, who="manager").body["state"] == "done"
    assert api.post(url, {}, who="manager").status == 409
