"""Pages of tasks, coordination, joint cases and instructions."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiyin.followup.coordination.models import AgendaItem, Flag, JointCase, Meeting
from huiyin.followup.instructions.models import Instruction
from huiyin.followup.tasks.models import Task
from huiyin.kernel import clock
from huiyin.kernel.models import AccessLog
from tests.world import Story, at

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def pdf(name: str = "件.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4 x", "application/pdf")


def duty(n: int = 0, unit: str = "housing", what: str = "更换楼内管道") -> dict[str, str]:
    names = {"unit": unit, "what": what, "due_on": "2026-03-12"}
    return {f"duty{n}-{name}": value for name, value in names.items()}


@pytest.mark.rule("R-443")
@pytest.mark.rule("R-444")
@pytest.mark.rule("R-445")
def test_a_meeting_on_the_pages(story: Story, desk) -> None:
    order = story.created().submitted().dispatched().order
    dispatcher, office, unit = desk("dispatcher"), desk("supervisor"), desk("housing_handler")
    page = f"/desk/coordination/new?order={order.number}"
    assert page in text(dispatcher.get(f"/desk/orders/{order.number}"))
    assert order.number in text(dispatcher.get(page))
    asked = {"kind": "case", "order": order.number, "units": "housing", "reason": ""}
    assert dispatcher.post("/desk/coordination/new", asked).status_code == 422
    asked |= {"reason": "管网分界不清，协商不成", "photos": pdf()}
    assert dispatcher.post("/desk/coordination/new", asked).status_code == 302
    again = dispatcher.post("/desk/coordination/new", asked | {"photos": pdf()})
    assert (again.status_code, "已提请协调" in text(again)) == (409, True)
    flag = Flag.objects.get()
    assert "管网分界不清" in text(dispatcher.get(f"/desk/orders/{order.number}"))
    assert "管网分界不清" in text(office.get("/desk/coordination"))
    assert 'value="市水务局,市住建局"' in text(office.get("/desk/meetings/new"))
    plan = {"title": "供热协调会", "held_at": "2026-03-05T14:00", "place": "三楼", "chair": "主任"}
    assert office.post("/desk/meetings/new", plan | {"place": ""}).status_code == 422
    plan |= {"flags": str(flag.pk), "units": "housing,water", "wanted": "分管负责人"}
    assert office.post("/desk/meetings/new", plan).status_code == 302
    here = f"/desk/meetings/{Meeting.objects.get().pk}"
    assert unit.get(here).status_code == 404
    assert office.post(here, {"do": "call"}).status_code == 302
    assert "会议邀请待回执" in text(unit.get("/desk/"))
    assert "请回执" in text(unit.get(here))
    assert unit.post(here, {"do": "answer", "coming": "yes"}).status_code == 422
    coming = {"do": "answer", "coming": "yes", "attendee": "分管副局长"}
    assert unit.post(here, coming).status_code == 302
    assert unit.post(here, {"do": "hold"}).status_code == 403
    assert office.post(here, {"do": "nonsense"}).status_code == 404
    evidence = unit.get(f"/desk/coordination/files/{flag.files.get().pk}")
    assert evidence.headers["Content-Disposition"].startswith("attachment")
    list(evidence.streaming_content)
    with clock.driven(at(5, 16)):
        assert office.post(here, {"do": "hold"}).status_code == 302
        decide = f"{here}/items/{AgendaItem.objects.get().pk}"
        said = {"outcome": "decided", "decision": "楼内管道由市住建局负责"}
        assert "更多任务" in text(office.get(decide))
        assert office.post(decide, said).status_code == 422
        half = office.post(decide, said | {"duty0-what": "更换"})
        assert (half.status_code, "请选择责任单位" in text(half)) == (422, True)
        two = said | duty() | duty(1, "water", "配合停水")
        assert office.post(decide, two).status_code == 302
        assert office.get(f"{here}/minutes").status_code == 409
        concluded = {"do": "conclude", "minutes": "听取了两家情况。"}
        assert office.post(here, concluded).status_code == 302
        shown = text(unit.get(f"{here}/minutes"))
        assert all(each in shown for each in ("听取了两家情况", "更换楼内管道", "2026年3月12日"))
        paper = unit.get(f"{here}/minutes.pdf")
        assert paper.content.startswith(b"%PDF-")


@pytest.mark.rule("R-445")
def test_a_point_is_put_off_with_the_rows_as_they_were_filled_in_advance(story: Story, desk):
    story.created().submitted().dispatched().met().held()
    office, here = desk("supervisor"), f"/desk/meetings/{story.meeting.pk}"
    assert "还有 1 个议题没有结果" in text(office.get(here))
    point = f"{here}/items/{AgendaItem.objects.get().pk}"
    early = office.post(here, {"do": "conclude", "minutes": "听取了情况。"})
    assert (early.status_code, "没有结果" in text(early)) == (409, True)
    said = {"outcome": "postponed", "decision": "缺移交资料", "duty0-unit": "water"}
    assert office.post(point, said | {"outcome": "decided"}).status_code == 422
    assert office.post(point, said).status_code == 302
    assert office.get(point).status_code == 409
    assert "印发纪要" in text(office.get(here))
    assert not Task.objects.exists()


@pytest.mark.rule("R-441")
def test_a_task_on_the_pages(story: Story, desk, django_assert_max_num_queries) -> None:
    story.instructed()
    unit, office = desk("water_handler"), desk("supervisor")
    here = f"/desk/tasks/{Task.objects.get().pk}"
    assert "任务待办" in text(unit.get("/desk/"))
    unit.get("/desk/tasks")
    with django_assert_max_num_queries(7):
        assert here in text(unit.get("/desk/tasks"))
    assert here in text(office.get("/desk/tasks?state=open&from=instruction"))
    assert here not in text(office.get("/desk/tasks?state=late"))
    assert desk("housing_handler").get(here).status_code == 404
    assert unit.post(here, {"do": "report", "said": ""}).status_code == 422
    assert unit.post(here, {"do": "confirm"}).status_code == 403
    wrong = SimpleUploadedFile("a.exe", b"MZ", "application/pdf")
    bad = unit.post(here, {"do": "report", "said": "已经恢复供热", "photos": wrong})
    assert (bad.status_code, "不是可以识别的" in text(bad)) == (415, True)
    told = {"do": "report", "said": "已经恢复供热", "photos": pdf("照片.pdf")}
    assert unit.post(here, told).status_code == 302
    assert "照片.pdf" in text(office.get(here))
    assert desk("housing_handler").get("/desk/tasks/files/1").status_code == 404
    assert "任务待确认" in text(office.get("/desk/"))
    assert office.post(here, {"do": "send_back", "note": ""}).status_code == 422
    assert office.post(here, {"do": "send_back", "note": "请附照片"}).status_code == 302
    late = {"do": "postpone", "note": "设备未到", "due_on": "2026-03-20"}
    assert office.post(here, late).status_code == 302
    assert unit.post(here, {"do": "report", "said": "已附照片"}).status_code == 302
    assert office.post(here, {"do": "confirm"}).status_code == 302
    assert "确认完成" in text(unit.get(here))


@pytest.mark.rule("R-447")
@pytest.mark.rule("R-448")
@pytest.mark.rule("R-450")
def test_an_instruction_on_the_pages(story: Story, desk) -> None:
    order = story.created().submitted().dispatched().order
    office, unit, leader = desk("supervisor"), desk("water_handler"), desk("water_leader")
    assert order.number in text(office.get(f"/desk/instructions/new?order={order.number}"))
    said = {
        "order": order.number, "leader": "王市长", "office": "市长", "given_on": "2026-03-03",
        "reply_by": "2026-03-10", "priority": "urgent", "confidential": "on",
    }  # fmt: skip
    assert office.post("/desk/instructions/new", said).status_code == 422
    made = said | duty(unit="water") | {"photos": pdf(), "report": pdf("专报.pdf")}
    assert office.post("/desk/instructions/new", made).status_code == 302
    found = Instruction.objects.get()
    assert sorted(f.kind for f in found.files.all()) == ["report", "words"]
    here = f"/desk/instructions/{found.pk}"
    assert "批示·紧急" in text(office.get(f"/desk/orders/{order.number}"))
    assert "批示·紧急" not in text(unit.get(f"/desk/orders/{order.number}"))
    assert [unit.get(here).status_code, leader.get(here).status_code] == [404, 200]
    paper = leader.get(f"/desk/instructions/files/{found.files.first().pk}")
    assert (paper.status_code, paper.headers["X-Content-Type-Options"]) == (200, "nosniff")
    list(paper.streaming_content)
    readings = AccessLog.objects.filter(subject=f"instruction:{found.number}")
    assert list(readings.order_by("pk").values_list("fields", flat=True)) == [["words"], ["file"]]
    assert "批示内容" in text(desk("administrator").get("/console/access-log"))
    early = office.post(here, {"do": "feed_back", "feedback": "已恢复供热"})
    assert (early.status_code, "没有完成" in text(early)) == (409, True)
    task = f"/desk/tasks/{Task.objects.get().pk}"
    leader.post(task, {"do": "report", "said": "已经恢复供热"})
    office.post(task, {"do": "confirm"})
    assert office.post(here, {"do": "feed_back", "feedback": "已恢复供热"}).status_code == 302
    assert office.post(here, {"do": "reopen", "note": ""}).status_code == 422
    assert office.post(here, {"do": "close", "note": "领导已阅"}).status_code == 302
    assert found.number in text(office.get("/desk/instructions?state=closed&q=王市长"))


@pytest.mark.rule("R-449")
def test_a_joint_case_on_the_pages(story: Story, desk) -> None:
    order = story.created().submitted().order
    office, unit = desk("supervisor"), desk("water_handler")
    said = {"title": "供热改造", "goal": "年底前完成管网改造", "lead": "housing"}
    assert office.post("/desk/joint/new", said).status_code == 422
    said |= {"partners": "water", "orders": order.number}
    assert office.post("/desk/joint/new", said | {"orders": "123"}).status_code == 422
    assert office.post("/desk/joint/new", said).status_code == 302
    here = f"/desk/joint/{JointCase.objects.get().pk}"
    assert office.post(here, {"do": "orders", "orders": order.number}).status_code == 409
    step = {"do": "milestone", "unit": "water", "what": "完成管网排查", "due_on": "2026-03-12"}
    assert office.post(here, step | {"due_on": ""}).status_code == 422
    assert office.post(here, step).status_code == 302
    assert unit.post(here, {"do": "log", "said": "看了三栋楼"}).status_code == 302
    assert unit.post(here, {"do": "close", "summary": "都办好了"}).status_code == 403
    shown = text(unit.get(here))
    assert all(each in shown for each in ("完成管网排查", "看了三栋楼", "供热改造"))
    assert office.post(here, {"do": "close", "summary": "都办好了"}).status_code == 409
    office.post(f"/desk/tasks/{Task.objects.get().pk}", {"do": "cancel", "note": "不再需要"})
    assert office.post(here, {"do": "close", "summary": "都办好了"}).status_code == 302
    assert here in text(unit.get("/desk/joint?state=closed&q=供热"))
    assert "联合办理：供热改造" in text(office.get(f"/desk/orders/{order.number}"))


@pytest.mark.rule("R-446")
def test_a_question_of_duties_on_the_pages(story: Story, desk) -> None:
    office = desk("supervisor")
    asked = {"kind": "boundary", "title": "小区内供热管道", "reason": "多次退单，无人维修"}
    assert office.post("/desk/coordination/new", asked).status_code == 422
    asked |= {"category": "0404", "units": "water,housing"}
    assert office.post("/desk/coordination/new", asked).status_code == 302
    here = f"/desk/coordination/{Flag.objects.get().pk}"
    assert "市水务局" in text(office.get(here))
    assert office.post(here, {"note": ""}).status_code == 422
    assert office.post(here, {"note": "单位已商定"}).status_code == 302
    assert "单位已商定" in text(office.get(here))


@pytest.mark.parametrize("path", ["coordination", "meetings", "joint", "instructions", "tasks"])
def test_lists_are_cheap_and_take_any_filter(
    story: Story, desk, path, django_assert_max_num_queries
) -> None:
    office = desk("supervisor")
    office.get(f"/desk/{path}")
    with django_assert_max_num_queries(8):
        assert office.get(f"/desk/{path}?state=nonsense").status_code == 200
    assert office.get(f"/desk/{path}?cursor=x").status_code == 400


@pytest.mark.rule("R-585")
def test_turns_at_the_weekly_meeting(story: Story, desk) -> None:
    from huiyin.web.api.tests.asking import Api

    office, page = desk("supervisor"), "/desk/meetings/turns"
    assert page in office.get("/desk/meetings").content.decode()
    body = {"first": "2026-03-09", "weeks": "2", "people": "dispatcher, manager"}
    for wrong in ({"people": "nobody"}, {"weeks": "0"}, {"first": "2020-01-01"}, {"people": ""}):
        assert office.post(page, body | wrong).status_code == 422
    assert office.post(page, body).status_code == 302
    shown = desk("dispatcher").get(page).content.decode()
    assert "2026-03-16" in shown
    assert "排定" not in shown
    one = f"{page}/2026-03-09"
    assert office.post(one, {"account": "manager", "note": ""}).status_code == 422
    assert office.post(one, {"account": "manager", "note": "出差"}).status_code == 302
    assert "出差" in office.get(page).content.decode()
    for missing in ("2026-03-10", "x"):
        assert office.get(f"{page}/{missing}").status_code == 404
    api = Api(story.world, at(4, 12))
    assert [row["account"] for row in api.get("/meetings/turns", "dispatcher").body["turns"]] == [
        "manager", "manager",
    ]  # fmt: skip
    told = api.post("/meetings/turns/2026-03-16", {"account": "agent", "note": "休假"}, "manager")
    assert (told.status, told.body["turns"][1]["account"]) == (200, "agent")
    laid = {"first": "2026-03-23", "weeks": 1, "people": ["dispatcher"]}
    assert len(api.post("/meetings/turns", laid, "supervisor", key="k").body["turns"]) == 3
    assert api.post("/meetings/turns", laid | {"people": ["x"]}, "supervisor").status == 422
    assert api.post("/meetings/turns", laid, "dispatcher").status == 403
    assert "轮到您参加网格例会" not in desk("agent").get("/desk/").content.decode()
