"""One case of every step of an order: what was before, who takes it, what is filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huiyin.orders import actions
from tests.permissions.row import FILING, MAIN, filled
from tests.world import Story, at

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
    "reassign": (
        held, "dispatcher", {"lead": "市住建局", "note": "属楼内供热"}, "to_sign",
        ("note", "请写明转派理由"),
    ),
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
    "reopen_ruling": (
        lambda s: s.created().submitted().dispatched().return_refused().contested().ruled(),
        "dispatcher", {"basis": "所据文件已作废"}, "dispute", ("basis", "请写明重新会商的理由"),
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
    "progress": (
        held, "water_handler", {"note": "已联系供热公司，明天换泵"}, "in_progress",
        ("note", "请写明进展"),
    ),
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
    "refuse_void": (
        void_asked, "manager", {"note": "不是重复登记"}, "to_dispatch", ("note", "请写明驳回理由"),
    ),
    "note": (
        Story.created, "quality", {"note": "来电人语气急"}, "draft", ("note", "请写明要补充的内容"),
    ),
}  # fmt: skip


def url(story: Story, verb: str) -> str:
    return f"/desk/orders/{story.order.number}/{verb}"


def take(client: Client, story: Story, verb: str, fields: dict[str, Any], **more: Any):
    story.order.refresh_from_db()
    data = {"seen": story.order.event_count} | filled(fields, story)
    return client.post(url(story, verb), data, **more)
