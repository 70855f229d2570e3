"""The knowledge base at the desk: found, written, reviewed, used while a call is taken down."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiyin.kernel import cached
from huiyin.knowledge.models import (
    Article,
    ArticleUse,
    CatalogueItem,
    Document,
    Duty,
    KnowledgeTask,
    Parameter,
)
from huiyin.knowledge.tests.test_answers import published
from tests.world import START, Story, at

pytestmark = pytest.mark.django_db
WRITTEN = {
    "title": "暖气不热怎么办？", "body": "先看阀门。", "wordings": "家里不热\n暖气片冷",
    "category": "0404", "unit": "water", "visibility": "public",
}  # fmt: skip
CALL = {
    "content": "家里暖气不热", "kind": "inquiry", "category": "0404", "urgency": "normal",
    "ending": "answer", "answer": "先看阀门。",
}  # fmt: skip


def words(response) -> str:
    return response.content.decode()


def test_an_answer_goes_from_draft_to_published(story: Story, desk) -> None:
    handler, leader = desk("water_handler"), desk("water_leader")
    assert handler.post("/desk/knowledge/new", WRITTEN | {"title": ""}).status_code == 422
    assert handler.post("/desk/knowledge/new", WRITTEN | {"source": "no"}).status_code == 422
    saved = handler.post("/desk/knowledge/new", WRITTEN)
    key = Article.objects.get().pk
    assert saved.headers["Location"] == f"/desk/knowledge/{key}?done=saved"
    page = f"/desk/knowledge/{key}"
    assert "送审第 1 版" in words(handler.get(page))
    assert desk("agent").get(page).status_code == 404
    handler.post(f"{page}/submit", {"number": "1"})
    assert handler.get(f"{page}/edit").status_code == 200
    assert handler.post(f"{page}/edit", WRITTEN).status_code == 409
    assert "审核发布" not in words(handler.get(page))
    assert "暖气不热" in words(leader.get("/desk/knowledge?show=review"))
    refused = leader.post(f"{page}/send_back", {"number": "1"})
    assert (refused.status_code, "请写明原因" in words(refused)) == (422, True)
    assert leader.post(f"{page}/publish", {"number": "2"}).status_code == 409
    leader.post(f"{page}/publish", {"number": "1"})
    shown = words(desk("agent").get(page))
    assert "先看阀门" in shown
    assert "审核发布" not in shown
    handler.post(f"{page}/edit", WRITTEN | {"body": "先看阀门和过滤网。"})
    changed = words(handler.get(page))
    assert "<del>先看阀门。</del>" in changed
    assert "<ins>先看阀门和过滤网。</ins>" in changed
    assert leader.post(f"{page}/publish").status_code == 409
    assert leader.post(f"{page}/dance").status_code == 404


@pytest.mark.rule("R-351")
def test_a_search_ranks_and_what_is_not_there_is_a_gap(story: Story, desk) -> None:
    published(story.world)
    agent = desk("agent")
    assert "暖气不热怎么办" in words(agent.get("/desk/knowledge?q=暖氣冷"))
    assert "已记为缺口" in words(agent.get("/desk/knowledge?q=宠物医院执照"))
    assert KnowledgeTask.objects.get().words == "宠物医院执照"
    assert "已记为缺口" in words(agent.get("/desk/search?tab=articles&q=宠物医院执照"))
    assert KnowledgeTask.objects.get().times == 2
    agent.post("/desk/knowledge/gap", {"q": "暖气费补助", "category": "0404"})
    listed = words(desk("manager").get("/desk/knowledge/tasks"))
    assert "宠物医院执照" in listed
    assert "暖气费补助" in listed
    key = KnowledgeTask.objects.first().pk
    boss = desk("manager")
    assert boss.post(f"/desk/knowledge/tasks/{key}", {"do": "dismiss"}).status_code == 422
    assert boss.post(f"/desk/knowledge/tasks/{key}", {"do": "done"}).status_code == 302


@pytest.mark.rule("R-563")
def test_a_gap_goes_to_the_unit_whose_matter_it_seems_to_be(story: Story, desk, client) -> None:
    CatalogueItem.objects.create(
        code="PD1", category=story.world.heating, matter="供热", lead=story.world.water,
        valid_from=START,
    )  # fmt: skip
    cached.forget_all()
    agent = desk("agent")
    agent.get("/desk/knowledge?q=供热管网改造怎么申报")
    agent.get("/desk/search?tab=articles&q=供热停了找谁")
    client.get("/answers?q=供热补助哪里领")
    agent.get("/desk/knowledge?q=宠物医院执照")
    theirs = words(desk("water_handler").get("/desk/knowledge/tasks"))
    for said in ("供热管网改造怎么申报", "供热停了找谁", "供热补助哪里领"):
        assert said in theirs
    assert "宠物医院执照" not in theirs
    assert "宠物医院执照" in words(desk("manager").get("/desk/knowledge/tasks"))


@pytest.mark.rule("R-359")
def test_an_answer_is_offered_while_a_call_is_taken_down_and_its_use_counted(
    story: Story, desk
) -> None:
    article, agent = published(story.world), desk("agent")
    part = agent.post(
        "/desk/new/answers", {"content": "来电人说家里暖气一直不热"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert "用这条答复" in words(part)
    assert f'data-also-fill="{article.pk}"' in words(part)
    nothing = agent.post("/desk/new/answers", {"content": "天气真好啊"})
    assert "没有相近的问答" in words(nothing)
    agent.post("/desk/new", CALL | {"key": "k1", "article": str(article.pk)})
    use = ArticleUse.objects.get()
    assert (use.article, use.kind, use.by_staff, len(use.number)) == (article, "used", True, 14)
    agent.post("/desk/new", CALL | {"key": "k2", "article": "0"})
    agent.post("/desk/new", CALL | {"key": "k3", "article": str(article.pk), "ending": "submit"})
    assert ArticleUse.objects.count() == 1


@pytest.mark.rule("R-356")
def test_scripts_and_duty_telephones_stand_on_the_form(story: Story, desk) -> None:
    Parameter.objects.create(
        key="intake.scripts", valid_from=START, source="t", text="t",
        value=[{"kind": "report", "category": "0404", "text": "举报自动保密。"}],
    )  # fmt: skip
    Duty.objects.create(
        code="Z1", unit=story.world.water, matter="停水", phone="12345678", hint="关阀。",
        opens=time(0), closes=time(0, 1),
    )  # fmt: skip
    cached.forget_all()
    page = words(desk("agent").get("/desk/new"))
    assert 'data-shown-for="report"' in page
    assert "举报 · 供热" in page
    assert 'href="tel:12345678"' in page


def test_duty_telephones_are_filled_in_by_their_unit(story: Story, desk) -> None:
    duty = Duty.objects.create(code="Z1", unit=story.world.water, matter="停水")
    handler, url = desk("water_handler"), f"/desk/knowledge/duty/{duty.pk}"
    assert "电话待填" in words(desk("agent").get("/desk/knowledge/duty"))
    assert handler.post(url, {"phone": "没有"}).status_code == 422
    assert handler.post(url, {"phone": "0534-2345678", "hint": "关阀"}).status_code == 302
    assert desk("housing_handler").post(url, {"phone": "110"}).status_code == 403
    assert 'href="tel:05342345678"' in words(desk("agent").get("/desk/knowledge/duty"))


@pytest.mark.rule("R-362")
def test_the_catalogue_with_limits_in_words_and_history(story: Story, desk) -> None:
    world = story.world
    old = {"code": "PD1", "category": world.heating, "matter": "供热", "basis": "供热条例"}
    CatalogueItem.objects.create(**old, lead=world.housing, valid_from=START, valid_to=at(1).date())
    CatalogueItem.objects.create(
        **old, lead=world.water, valid_from=at(1).date(), assist_codes=["housing"]
    )
    agent = desk("agent")
    page = words(agent.get("/desk/knowledge/catalogue?c=04"))
    assert "协办 市住建局" in page
    assert "咨询 3 个工作日" in page
    assert "没有这样的事项" in words(agent.get("/desk/knowledge/catalogue?c=05"))
    history = words(agent.get("/desk/knowledge/catalogue/PD1"))
    assert "共 2 版" in history
    assert agent.get("/desk/knowledge/catalogue/PD9").status_code == 404


@pytest.mark.rule("R-357")
def test_documents_with_versions_and_those_of_my_role(story: Story, desk) -> None:
    boss, agent = desk("manager"), desk("agent")
    given = {
        "code": "agent-rules", "kind": "procedure", "title": "受理规程", "roles": ["agent"],
        "valid_from": "2026-01-01", "visibility": "staff", "body": "先问好。",
    }  # fmt: skip
    assert boss.post("/desk/knowledge/documents/new", given | {"body": ""}).status_code == 422
    boss.post("/desk/knowledge/documents/new", given)
    assert boss.post("/desk/knowledge/documents/new", given).status_code == 409
    boss.post("/desk/knowledge/documents/new", given | {"valid_from": "2026-02-01", "body": "新"})
    assert Document.objects.count() == 2
    assert "我的岗位规程" in words(agent.get("/desk/knowledge/documents"))
    assert "我的岗位规程" not in words(boss.get("/desk/knowledge/documents"))
    page = words(agent.get("/desk/knowledge/documents/agent-rules"))
    assert "2026年2月1日 起" in page
    first = Document.objects.earliest("valid_from").pk
    old = words(agent.get(f"/desk/knowledge/documents/agent-rules?at={first}"))
    assert "先问好" in old
    assert agent.get("/desk/knowledge/documents/none").status_code == 404


@pytest.mark.rule("R-481")
def test_a_document_is_read_from_a_file_or_not_stored_at_all(story: Story, desk) -> None:
    boss = desk("manager")
    given = {
        "code": "fast", "kind": "rule", "title": "急办办法", "valid_from": "2026-01-01",
        "visibility": "staff",
    }  # fmt: skip

    def sent(name: str, content: bytes, **more: str) -> Any:
        file = SimpleUploadedFile(name, content)
        return boss.post("/desk/knowledge/documents/new", {**given, **more, "file": file})

    scan = sent("急办.png", b"\x89PNG\r\n\x1a\n")
    assert scan.status_code == 422
    assert "没有文字；请先做文字识别" in words(scan)
    assert "只填一样" in words(sent("急办.txt", "先通知。".encode(), body="先通知。"))
    assert not Document.objects.exists()
    assert sent("急办.txt", "先通知。\n再登记。".encode()).status_code == 302
    assert Document.objects.get().body == "先通知。\n再登记。"


def test_the_list_takes_few_queries(story: Story, desk, django_assert_max_num_queries) -> None:
    manager = desk("manager")
    for n in range(12):
        Article.objects.create(
            code=f"a{n}", kind="answer", title=f"问{n}", body="答", unit=story.world.water,
            category=story.world.heating, published_at=at(1),
        )  # fmt: skip
    with django_assert_max_num_queries(10):
        assert manager.get("/desk/knowledge").status_code == 200


def test_an_address_that_no_text_could_hold_names_nothing(desk) -> None:
    for address in ("catalogue/%00", "catalogue/a%00b", "documents/%00"):
        assert desk("dispatcher").get(f"/desk/knowledge/{address}").status_code == 404


@pytest.mark.parametrize("asked", ["catalogue?q=%00", "catalogue?c=%00", "documents?q=%00"])
def test_what_no_text_can_hold_is_not_looked_for(desk, asked: str) -> None:
    assert desk("dispatcher").get(f"/desk/knowledge/{asked}").status_code == 200
