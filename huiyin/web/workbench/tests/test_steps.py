"""Every step through its page: done, filled in wrongly, too late, not allowed, not there."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from huiyin.orders import actions
from huiyin.orders.actions.beside import FactForm
from huiyin.orders.kinds import FactKind
from huiyin.orders.models import Assignment, Attachment, Reply, WorkOrder
from huiyin.orders.states import BY_VERB
from huiyin.orgs.states import Perm
from huiyin.web.workbench.steps import FORMS
from tests.permissions.row import FILING, MAIN, filled
from tests.world import Story, at

Desk = Callable[[str], Client]
REPLY = {
    "outcome": "solved",
    "process": "上门检修换热站",
    "result": "",
    "public_answer": "您好，换热站已修复，室温已达标。",
    "contacted_at": "2026-03-02T15:00",
    "contact_number": "053412345",
    "sign_off": "李局长",
}
MATTER = {
    "content": "幸福小区 3 号楼暖气不热，只有 12 度。",
    "title": "幸福小区暖气不热",
    "place": "幸福小区 3 号楼",
    "kind": "complaint",
    "category": "0404",
    "urgency": "urgent",
}


class Again(SimpleUploadedFile):
    """A file that can be sent any number of times."""

    def read(self, *args: Any) -> bytes:
        self.seek(0)
        return super().read(*args)


def in_review(story: Story) -> Story:
    from huiyin.kernel import cached
    from huiyin.knowledge.models import Parameter

    Parameter.objects.create(
        key="review.before_dispatch", value=True, valid_from=at(1).date(), source="t", text="t"
    )
    cached.forget_all()
    return story.created().submitted()


def held(story: Story) -> Story:
    return story.created().submitted().dispatched().signed()


def passed_down(story: Story) -> Story:
    held(story)
    actions.pass_down(
        story.order.pk, by=story.world.actor("water_handler"), unit=story.world.water_team,
        due_at=None, now=at(2, 15),
    )  # fmt: skip
    return story


def sub_signed(story: Story) -> Story:
    passed_down(story)
    actions.sub_sign(story.order.pk, by=story.world.actor("team_handler"), now=at(2, 16))
    return story


def returning(story: Story) -> Story:
    story.created().submitted().dispatched(at(3, 10))
    from huiyin.knowledge.models import Reason

    actions.ask_return(
        story.order.pk, by=story.world.actor("water_handler"),
        reason=Reason.objects.get(group="return"), basis="不属供水管理",
        suggested=story.world.housing, now=at(3, 12),
    )  # fmt: skip
    return story


def to_redo(story: Story) -> Story:
    held(story).contacted().replied()
    actions.reject_reply(
        story.order.pk, by=story.world.actor("auditor"), note="没有说明原因", now=at(4, 10)
    )
    return story


def void_asked(story: Story) -> Story:
    story.created().submitted()
    actions.ask_void(
        story.order.pk, by=story.world.actor("dispatcher"), note="重复登记", now=at(3, 9)
    )
    return story


# verb: (what was before, who, fields, state after, a field to leave out and the words then)
Case = tuple[Callable[[Story], Story], str, dict[str, Any], str, tuple[str, str] | None]
CASES: dict[str, Case] = {
    "edit": (Story.created, "agent", MATTER, "draft", ("content", "请写明诉求内容")),
    "submit": (Story.created, "agent", {}, "to_dispatch", None),
    "answer": (
        Story.created, "agent", {"answer": "供热期到 3 月 15 日。"}, "closed",
        ("answer", "请写明答复内容"),
    ),
    "refer": (
        Story.created, "agent", {"reason": "R01", "note": ""}, "closed", ("reason", "请选择原因"),
    ),
    "transfer": (Story.created, "agent", {"to": "119"}, "closed", ("to", "请写明转接对象")),
    "approve": (in_review, "manager", {}, "to_dispatch", None),
    "send_back": (
        in_review, "manager", {"note": "缺少楼号"}, "draft", ("note", "请写明要补充的内容"),
    ),
    "dispatch": (
        lambda s: s.created().submitted(), "dispatcher",
        {"lead": "water", "assist": "housing", "supervise": "东县"}, "to_sign",
        ("lead", "请选择主办单位"),
    ),
    "add_units": (held, "dispatcher", {"assist": "市住建局、东县"}, "in_progress",
                  ("assist", "请选择协办单位")),
    "sign": (
        lambda s: s.created().submitted().dispatched(), "water_handler", {}, "in_progress", None,
    ),
    "sub_sign": (passed_down, "team_handler", {}, "in_progress", None),
    "contact": (
        held, "water_handler",
        {"at": "2026-03-04T11:30", "number": "0534-2345678", "note": "约明天"}, "in_progress",
        ("number", "请填写联系所用的号码"),
    ),
    "pass_down": (held, "water_leader", {"unit": "water-team", "due_at": "2026-03-06T12:00"},
                  "in_progress", ("unit", "请选择下属单位")),
    "sub_reply": (
        sub_signed, "team_handler", {"process": "测温", "result": "20 度"}, "in_progress",
        ("result", "请写明办理结果"),
    ),
    "reply": (
        lambda s: held(s).contacted(), "water_handler", REPLY, "reply_review",
        ("sign_off", "请填写签发人"),
    ),
    "ask_return": (
        lambda s: s.created().submitted().dispatched(at(3, 10)), "water_handler",
        {"reason": "T01", "basis": "三定方案", "suggested": "市住建局"}, "return_review",
        ("basis", "请写明依据"),
    ),
    "grant_return": (returning, "dispatcher", {}, "to_dispatch", None),
    "refuse_return": (
        returning, "dispatcher", {"note": "确属供热管理"}, "to_sign", ("note", "请写明驳回理由"),
    ),
    "confer": (
        lambda s: s.created().submitted(), "dispatcher",
        {"units": "water,housing", "basis": "管网分界不清"}, "dispute",
        ("basis", "请写明会商的理由"),
    ),
    "contest": (
        lambda s: s.created().submitted().dispatched().return_refused(), "water_handler",
        {"basis": "管网已移交", "suggested": "市住建局"}, "dispute",
        ("suggested", "请填写建议承办单位"),
    ),
    "give_opinion": (
        lambda s: s.created().submitted().conferred(), "dispatcher",
        {"unit": "housing", "opinion": "楼内设施由我局负责"}, "dispute",
        ("opinion", "请写明意见"),
    ),
    "rule": (
        lambda s: s.created().submitted().dispatched().return_refused().contested(), "manager",
        {"lead": "housing", "assist": "water", "basis": "三定方案第四条"}, "to_sign",
        ("basis", "请写明裁定依据"),
    ),
    "propose_ruling": (
        lambda s: s.created().submitted().dispatched().return_refused().contested().two_rule(),
        "dispatcher", {"lead": "housing", "basis": "三定方案第四条"}, "dispute",
        ("basis", "请写明裁定依据"),
    ),
    "enter_ruling": (
        lambda s: s.created().submitted().dispatched().return_refused().contested().ruled(),
        "manager",
        {
            "matter": "楼内供热设施", "category": "0404", "lead": "water",
            "basis": "派单裁定：三定方案第四条", "valid_from": "2026-03-04",
        },
        "to_sign", ("matter", "请写明事项"),
    ),
    "ask_extension": (
        held, "water_handler",
        {
            "reason": "E01", "basis": "需委托检测", "until": "2026-03-13T00:00",
            "explanation": "检测需要几天",
        },
        "ext_review", ("basis", "请写明延期理由"),
    ),
    "decide_extension": (
        lambda s: held(s).extension_asked(), "manager", {"note": "同意"}, "in_progress", None,
    ),
    "refuse_extension": (
        lambda s: held(s).extension_asked(), "dispatcher", {"note": "可以按期办结"}, "in_progress",
        ("note", "请写明驳回理由"),
    ),
    "ask_suspension": (
        held, "water_handler",
        {
            "basis": "管网改造已列入计划", "until": "2026-03-20T00:00",
            "explanation": "完工前暂时办不了",
            "photos": Again("报告.pdf", b"%PDF-1.4 sealed", "application/pdf"),
        },
        "in_progress", ("photos", "请上传盖章的书面报告"),
    ),
    "suspend": (lambda s: held(s).suspension_asked(), "manager", {}, "suspended", None),
    "refuse_suspension": (
        lambda s: held(s).suspension_asked(), "manager", {"note": "具备条件"}, "in_progress",
        ("note", "请写明驳回理由"),
    ),
    "resume": (
        lambda s: held(s).suspension_asked().suspended(), "dispatcher", {}, "in_progress", None,
    ),
    "ask_termination": (
        held, "water_handler",
        {"reason": "Z01", "basis": "两次拒绝核实", "explanation": "因无法核实，终止办理"},
        "reply_review", ("explanation", "请写明给诉求人的说明"),
    ),
    "grant_termination": (
        lambda s: held(s).termination_asked(), "auditor", {"note": ""}, "closed", None,
    ),
    "refuse_termination": (
        lambda s: held(s).termination_asked(), "auditor", {"note": "请再上门一次"}, "in_progress",
        ("note", "请写明驳回理由"),
    ),
    "pass_audit": (
        lambda s: held(s).contacted().replied(), "auditor", {}, "to_callback", None,
    ),
    "reject_reply": (
        lambda s: held(s).contacted().replied(), "auditor", {"note": "答非所问"}, "rework",
        ("note", "请写明退回原因"),
    ),
    "draft_reply": (
        lambda s: held(s).contacted().signing(), "water_handler", REPLY, "in_progress",
        ("process", "请写明办理过程"),
    ),
    "return_draft": (
        lambda s: held(s).contacted().signing().drafted(), "water_leader", {"note": "依据不足"},
        "in_progress", ("note", "请写明退回原因"),
    ),
    "sign_reply": (
        lambda s: held(s).contacted().signing().drafted(), "water_leader",
        {"sign_off": "李局长"}, "reply_review", ("sign_off", "请填写签发人"),
    ),
    "local_call": (
        held, "water_handler", {"content": "no", "number": "053412345", "note": "还不热"},
        "in_progress", ("content", "请选择是否满意"),
    ),
    "tell": (
        lambda s: held(s).contacted().replied().audited(), "callback", {"how": "phone"},
        "to_callback", ("how", "请选择怎样告知"),
    ),
    "handle_again": (
        lambda s: held(s).contacted().replied(), "auditor", {"note": "补充照片"}, "in_progress",
        ("note", "请写明要继续办理的内容"),
    ),
    "supervise_reply": (
        lambda s: held(s).contacted().replied(), "auditor", {"note": "限期整改"}, "in_progress",
        ("note", "请写明督办要求"),
    ),
    "list_matters": (Story.created, "agent", {"matters": "暖气不热\n收费不合理"}, "draft", None),
    "explain": (
        held, "water_handler", {"said": "管网改造需要工期", "basis": "供热条例"}, "in_progress",
        ("basis", "请写明政策依据"),
    ),
    "report_plan": (
        lambda s: s.planned(), "water_handler", {"note": "已完工"}, "closed",
        ("note", "请写明落实情况"),
    ),
    "confirm_plan": (
        lambda s: s.planned().plan_reported(), "callback", {"done": "yes", "note": "诉求人确认"},
        "closed", ("note", "请写明核实情况"),
    ),
    "send_again": (to_redo, "dispatcher", {"unit": "", "note": "请上门"}, "in_progress", None),
    "ask_void": (
        lambda s: s.created().submitted(), "dispatcher", {"note": "重复登记"}, "to_dispatch",
        ("note", "请写明作废原因"),
    ),
    "merge": (
        lambda s: s.created().submitted().with_main(), "dispatcher",
        {"main": MAIN, "note": "同一处"}, "closed", ("main", "请填写主单编号"),
    ),
    "join": (
        lambda s: s.created().with_main(), "agent", {"main": MAIN, "note": "同一处"}, "closed",
        ("main", "请填写主单编号"),
    ),
    "answer_from_file": (
        lambda s: s.created().submitted().filed(), "dispatcher", {"filing": FILING}, "closed",
        ("filing", "请填写备案编号"),
    ),
    "ask_write_off": (
        lambda s: s.to_callback().unsatisfied(), "water_handler", {"note": "已换管道"}, "unsat",
        ("note", "请写明改进情况"),
    ),
    "write_off": (
        lambda s: s.to_callback().unsatisfied().improved(), "callback",
        {"result": "reached", "solved": "yes", "satisfaction": "satisfied"}, "closed", None,
    ),
    "split_off": (
        lambda s: s.created().submitted().with_main().merged(), "dispatcher",
        {"note": "不是一件事"}, "to_dispatch", ("note", "请写明拆出原因"),
    ),
    "link": (
        lambda s: s.created().with_main(), "agent", {"other": MAIN, "kind": "sequel"}, "draft",
        ("other", "请填写另一件的编号"),
    ),
    "tag": (lambda s: s.created().tagged(), "quality", {"tags": []}, "draft", None),
    "call_through": (
        Story.created, "agent",
        {"told": "社区值班员", "number": "05342345678", "answered": "on", "said": "请上门"},
        "draft", ("said", "请写明说了什么"),
    ),
    "supplement": (
        Story.created, "agent", {"words": "今天又停暖了"}, "draft", ("words", "请写明新的情况"),
    ),
    "heed": (lambda s: held(s).with_news(), "water_handler", {}, "in_progress", None),
    "record_fact": (
        held, "water_handler",
        {"kind": "enforcement", "on": "2026-03-03", "what": "责令停水整改", "giver": "市水务局",
         "document": "德水责改〔2026〕3 号"}, "in_progress", ("kind", "请选择种类"),
    ),
    "whistle": (
        Story.on_street, "township_handler",
        {"units": "housing", "why": "请到场认定", "meet_place": "小区门口"}, "in_progress",
        ("units", "请选择要吹哨的部门"),
    ),
    "report_in": (
        lambda s: s.on_street().whistled(), "housing_handler",
        {"on_site": "yes", "person": "安全科", "note": ""}, "in_progress",
        ("person", "请写明谁来办理"),
    ),
    "judge_whistle": (
        lambda s: s.on_street().whistled().came_and_told(), "township_handler",
        {"unit": "housing", "grade": "poor", "note": "来得晚"}, "in_progress",
        ("note", "请写明哪里不满意"),
    ),
    "ask_raise": (
        Story.on_street, "township_handler",
        {"to": "county", "basis": "管网跨街道", "tried": "已协调两次"}, "in_progress",
        ("tried", "请写明已做的工作"),
    ),
    "accept_raise": (
        lambda s: s.on_street().raise_asked(), "county_handler", {"note": ""}, "in_progress", None,
    ),
    "answer_raise": (
        lambda s: s.on_street().raise_asked(), "county_handler",
        {"note": "仍由镇里办理", "assist": ""}, "in_progress", ("note", "请写明研究意见"),
    ),
    "settle_raise": (
        lambda s: s.on_street().raise_asked(city=True), "manager",
        {"note": "由住建局牵头", "lead": "housing"}, "to_sign", ("note", "请写明意见"),
    ),
    "confirm_void": (void_asked, "manager", {}, "void", None),
    "note": (
        Story.created, "quality", {"note": "来电人语气急"}, "draft", ("note", "请写明要补充的内容"),
    ),
}  # fmt: skip
WRONG = [(verb, *case[4]) for verb, case in CASES.items() if case[4]]


def url(story: Story, verb: str) -> str:
    return f"/desk/orders/{story.order.number}/{verb}"


def take(client: Client, story: Story, verb: str, fields: dict[str, Any], **more: Any):
    story.order.refresh_from_db()
    data = {"seen": story.order.event_count} | filled(fields, story)
    return client.post(url(story, verb), data, **more)


def test_every_step_that_is_built_has_its_form() -> None:
    elsewhere = {"verify", "create", "close", "redo", "close_unsatisfied", "close_unreached"}
    elsewhere |= {"stay_unsatisfied"}  # recorded with the call-back of a write-off
    by_people = {s.verb for s in BY_VERB.values() if s.built and s.perm is not None}
    assert set(FORMS) == by_people - elsewhere
    assert set(CASES) == set(FORMS)


@pytest.mark.parametrize("verb", CASES)
def test_a_step_is_taken_and_the_page_says_so(story: Story, desk: Desk, verb: str) -> None:
    before, who, fields, after, _ = CASES[verb]
    before(story)
    client = desk(who)
    form = client.get(url(story, verb))
    assert form.status_code == 200
    assert f'action="{url(story, verb)}"' in form.content.decode()
    answer = take(client, story, verb, fields)
    assert answer.status_code == 302, answer.content.decode()
    assert answer.headers["Location"] == f"/desk/orders/{story.order.number}?done={verb}"
    story.order.refresh_from_db()
    assert story.order.state == after
    assert story.verbs()[-1] == verb
    if verb != "confirm_void":
        page = client.get(answer.headers["Location"]).content.decode()
        assert f"已{BY_VERB[verb].past}" in page


@pytest.mark.parametrize(("verb", "field", "words"), WRONG)
def test_a_missing_field_is_named_beside_it_and_nothing_is_done(
    story: Story, desk: Desk, verb: str, field: str, words: str
) -> None:
    before, who, fields, _, _ = CASES[verb]
    before(story)
    steps = story.verbs()
    for headers in ({}, {"HX-Request": "true"}):
        answer = take(desk(who), story, verb, fields | {field: ""}, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'id="id_{field}_error">{words}' in page
        assert ("<html" in page) is not bool(headers)
    assert story.verbs() == steps


@pytest.mark.parametrize("verb", sorted(set(CASES) - {"report_plan", "confirm_plan"}))
def test_a_step_on_an_order_that_has_moved_on_is_409_with_what_happened(
    story: Story, desk: Desk, verb: str
) -> None:
    before, who, fields, _, _ = CASES[verb]
    before(story)
    story.order.refresh_from_db()
    seen = story.order.event_count
    fact = FactForm(FactKind.EXTERNAL, at(4).date(), "来电人补充了门牌号")
    manager = story.world.actor("manager")
    actions.record_fact(story.order.pk, fact, by=manager, now=at(4, 11, 30))
    steps = story.verbs()
    answer = desk(who).post(
        url(story, verb), {"seen": seen} | filled(fields, story), headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "有了新进展" in page
    assert "来电人补充了门牌号" in page
    assert f'href="/desk/orders/{story.order.number}"' in page
    assert story.verbs() == steps
    for name, value in fields.items():
        if name in ("note", "basis", "process", "content", "answer") and value:
            assert value in page, "what was written is kept"


@pytest.mark.parametrize("verb", CASES)
def test_the_second_of_two_presses_is_409(story: Story, desk: Desk, verb: str) -> None:
    before, who, fields, _, _ = CASES[verb]
    before(story)
    story.order.refresh_from_db()
    data = {"seen": story.order.event_count} | filled(fields, story)
    client = desk(who)
    assert client.post(url(story, verb), data).status_code == 302
    steps = story.verbs()
    again = client.post(url(story, verb), data)
    assert again.status_code == 409
    assert story.verbs() == steps


@pytest.mark.parametrize("verb", CASES)
def test_others_are_refused_and_strangers_find_nothing(story: Story, desk: Desk, verb: str) -> None:
    before, _, fields, _, _ = CASES[verb]
    before(story)
    steps = story.verbs()
    if BY_VERB[verb].perm is not Perm.SEE_ALL:  # what the whole centre may do
        watcher = desk("quality")
        assert watcher.get(url(story, verb)).status_code == 403
        assert take(watcher, story, verb, fields).status_code == 403
    streets = story.order.lead_unit_id == story.world.township.pk
    stranger = desk("team_handler" if streets else "township_handler")
    assert stranger.get(url(story, verb)).status_code == 404
    assert take(stranger, story, verb, fields).status_code == 404
    assert desk("administrator").get(url(story, verb)).status_code == 403
    assert story.verbs() == steps


@pytest.mark.parametrize("verb", CASES)
def test_a_lost_session_comes_back_to_the_same_form(story: Story, verb: str) -> None:
    before, _, fields, _, _ = CASES[verb]
    before(story)
    answer = take(Client(), story, verb, fields)
    assert answer.status_code == 302
    back = f"/desk/sign-in?next=%2Fdesk%2Forders%2F{story.order.number}%2F{verb}"
    assert answer.headers["Location"] == back
    page = f"http://testserver/desk/orders/{story.order.number}"
    part = take(
        Client(), story, verb, fields, headers={"HX-Request": "true", "HX-Current-URL": page}
    )
    assert part.status_code == 204
    assert part.headers["HX-Redirect"].startswith("/desk/sign-in?next=http")


def test_a_step_out_of_turn_says_where_the_order_stands(story: Story, desk: Desk) -> None:
    story.created().submitted()
    answer = desk("dispatcher").get(url(story, "grant_return"))
    assert answer.status_code == 409
    assert "现为“待派单”" in answer.content.decode()


def test_a_step_that_is_greyed_out_is_refused_with_the_same_words(story: Story, desk: Desk) -> None:
    held(story)
    answer = take(desk("water_handler"), story, "reply", REPLY)
    assert answer.status_code == 409
    assert "请先联系诉求人并记录" in answer.content.decode()


def test_a_step_that_does_not_exist_is_not_found(story: Story, desk: Desk) -> None:
    story.created()
    for verb in ("create", "archive", "nonsense"):
        assert desk("agent").get(url(story, verb)).status_code == 404


def test_dispatch_names_every_unit_and_shows_the_deadlines_before(story: Story, desk: Desk) -> None:
    story.created().submitted()
    client = desk("dispatcher")
    form = client.get(url(story, "dispatch")).content.decode()
    assert "提交后的时限" in form
    assert "3月12日 00:00" in form
    fields = {
        "lead": "市水务局",
        "assist": "housing、东县",
        "supervise": "",
        "instructions": "今天上门",
    }
    assert take(client, story, "dispatch", fields).status_code == 302
    parts = {a.unit.code: a.role for a in Assignment.objects.select_related("unit")}
    assert parts == {"water": "lead", "housing": "assist", "county": "assist"}


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ("水务", "是不是：市水务局"),
        ("外星局", "没有叫“外星局”的单位"),
        ("市水务局,市住建局", "只能选一个单位"),
        ("市热线中心", "没有叫"),
    ],
)
def test_a_unit_that_cannot_be_meant_is_asked_back(
    story: Story, desk: Desk, lead: str, words: str
) -> None:
    story.created().submitted()
    answer = take(desk("dispatcher"), story, "dispatch", {"lead": lead})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_catalogue_suggests_the_responsible_unit(story: Story, desk: Desk) -> None:
    from huiyin.knowledge.models import CatalogueItem

    CatalogueItem.objects.create(
        code="C1", category=story.world.heating, matter="居民供热", lead=story.world.water,
        valid_from=at(1).date(),
    )  # fmt: skip
    story.created().submitted()
    form = desk("dispatcher").get(url(story, "dispatch")).content.decode()
    assert 'data-fill="water"' in form
    assert "系统建议" in form


def photo(name: str = "现场.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def test_a_reply_brings_its_photos_and_the_handler_sees_them(story: Story, desk: Desk) -> None:
    held(story).contacted()
    client = desk("water_handler")
    fields = REPLY | {"photos": [photo("a.jpg"), photo("b.jpg")], "show_photos": "on"}
    assert take(client, story, "reply", fields).status_code == 302
    reply = Reply.objects.get()
    assert reply.result == reply.public_answer
    files = list(Attachment.objects.filter(reply=reply, public=True))
    assert [f.name for f in files] == ["a.jpg", "b.jpg"]
    page = client.get(f"/desk/orders/{story.order.number}").content.decode()
    assert f"/desk/files/{files[0].pk}" in page


def test_a_reply_with_a_bad_photo_is_not_stored_half(story: Story, desk: Desk) -> None:
    held(story).contacted()
    bad = SimpleUploadedFile("照片.jpg", b"<script>alert(1)</script>", "image/jpeg")
    answer = take(desk("water_handler"), story, "reply", REPLY | {"photos": [photo(), bad]})
    page = answer.content.decode()
    assert answer.status_code == 415
    assert "不是可以识别的图片" in page
    assert REPLY["process"] in page
    assert not Reply.objects.exists()
    assert not Attachment.objects.exists()
    assert WorkOrder.objects.get().state == "in_progress"


def test_an_unsolved_matter_needs_its_basis(story: Story, desk: Desk) -> None:
    held(story).contacted()
    answer = take(desk("water_handler"), story, "reply", REPLY | {"outcome": "not_solved"})
    assert answer.status_code == 422
    assert 'id="id_basis_error"' in answer.content.decode()


def test_a_reply_starts_with_the_recorded_contact(story: Story, desk: Desk) -> None:
    held(story).contacted()
    form = desk("water_leader").get(url(story, "reply")).content.decode()
    assert 'value="2026-03-02T15:00"' in form
    assert 'value="water_leader"' in form


def test_only_units_below_are_offered_for_passing_down(story: Story, desk: Desk) -> None:
    held(story)
    client = desk("water_handler")
    form = client.get(url(story, "pass_down")).content.decode()
    assert "供水管理科" in form
    assert "市住建局" not in form
    answer = take(client, story, "pass_down", {"unit": "housing"})
    assert answer.status_code == 422
    assert "只能下派给本单位的下属单位" in answer.content.decode()


def test_completing_a_draft_keeps_the_place_on_the_map(story: Story, desk: Desk) -> None:
    from huiyin.orgs.models import Region

    story.created(longitude=116.3, latitude=37.4, region=Region.objects.get())
    county = Region.objects.create(code="370001", name="东县", level="county")
    form = desk("agent").get(url(story, "edit")).content.decode()
    assert '<option value="370001" data-name="东县（不清楚街道）">' in form
    fields = MATTER | {"region": "370001"}
    assert take(desk("agent"), story, "edit", fields).status_code == 302
    story.order.refresh_from_db()
    assert (story.order.longitude, story.order.region_id) == (116.3, county.pk)
    answer = take(desk("agent"), story, "edit", MATTER | {"region": "999"})
    assert "没有这个街道" in answer.content.decode()
    assert story.order.kind == "complaint"


@pytest.mark.parametrize("seen", ["", "abc", "-1", "9" * 30])
def test_a_form_without_its_count_is_stale(story: Story, desk: Desk, seen: str) -> None:
    story.created().submitted()
    answer = desk("dispatcher").post(url(story, "dispatch"), {"seen": seen, "lead": "water"})
    assert answer.status_code == 409
    assert story.verbs() == ["create", "submit"]


def test_megabytes_of_text_are_refused_before_they_are_read(story: Story, desk: Desk) -> None:
    story.created()
    for headers in ({}, {"HX-Request": "true"}):
        answer = take(desk("agent"), story, "note", {"note": "长" * 1_000_000}, headers=headers)
        assert answer.status_code == 413
        assert "内容过大" in answer.content.decode()
    assert story.verbs() == ["create"]


def test_a_note_too_long_is_refused_whole(story: Story, desk: Desk) -> None:
    story.created()
    answer = take(desk("agent"), story, "note", {"note": "长" * 501})
    assert answer.status_code == 422
    assert "最多 500 个字" in answer.content.decode()


@pytest.mark.rule("R-390")
def test_a_ruling_is_offered_as_it_was_and_then_as_the_catalogue_has_it(
    story: Story, desk: Desk
) -> None:
    story.created().submitted().dispatched().return_refused().contested()
    story.ruled(story.world.housing, assist=[story.world.water])
    manager = desk("manager")
    form = manager.get(url(story, "enter_ruling")).content.decode()
    for said in ('value="市住建局"', 'value="市水务局"', "三定方案第四条", 'value="2026-03-04"'):
        assert said in form
    fields = {
        "matter": "楼内供热", "category": "0404", "lead": "市住建局", "assist": "市水务局",
        "basis": "派单裁定", "valid_from": "2026-03-05",
    }  # fmt: skip
    assert take(manager, story, "enter_ruling", fields).status_code == 302
    form = manager.get(url(story, "enter_ruling")).content.decode()
    for said in ('value="楼内供热"', 'value="市水务局"', 'value="2026-03-05"'):
        assert said in form
    wrong = take(manager, story, "enter_ruling", fields | {"matter": "别的"})
    assert wrong.status_code == 422
    assert "须晚于 2026-03-05" in wrong.content.decode()
