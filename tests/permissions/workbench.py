"""Who may open which page of the workbench; what is not theirs to see does not exist for them."""

from __future__ import annotations

from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.actions import AnswerText
from huiyin.knowledge.models import Article, CatalogueItem, Document, Duty
from huiyin.orders.actions.files import Upload, accept, attach
from huiyin.orders.models import Attachment
from tests.permissions.row import (
    CENTRE,
    EVERYBODY,
    STEP_CASES,
    UNITS,
    Facts,
    Row,
    filled,
    refusals,
)  # fmt: skip
from tests.permissions.thanks import thank
from tests.world import PASSWORD, Story, at

HOLDERS = frozenset({"water_handler", "water_leader"})
CONFERRING = frozenset({"supervisor", "manager", "dispatcher"})
URGING = frozenset({"supervisor", "manager"})
AGENTS = frozenset({"agent", "vendor_agent"})
EDITORS = frozenset({"manager", "administrator"})
KEEPERS = EDITORS | UNITS
STRANGERS = {name: 404 for name in UNITS - HOLDERS}
OUTSIDE = dict.fromkeys(UNITS, 404)
HELD = "created.submitted.dispatched"
PRESSED = f"{HELD}.pressed.issued"
MET = f"{HELD}.met"
GROUP = HOLDERS | {"housing_handler"}
NO_GROUP = {name: 404 for name in UNITS - GROUP}
ROUND = f"{HELD}.signed.contacted.assessed"
CALL = {
    "content": "幸福小区 3 号楼暖气不热", "kind": "help", "category": "0404", "urgency": "normal",
    "ending": "submit", "key": "k",
}  # fmt: skip


def order(story: Story) -> Facts:
    return {"number": story.order.number}


def step(verb: str):
    return lambda story: {"number": story.order.number, "verb": verb}


def seen(**fields: object):
    def data(story: Story) -> Facts:
        story.order.refresh_from_db()
        return {"seen": story.order.event_count} | filled(fields, story)

    return data


def file(story: Story) -> Facts:
    if not Attachment.objects.exists():
        files = accept([Upload("a.pdf", b"%PDF-1.4 x")])
        attach(story.order, files, by=story.world.actor("agent"), now=at(2, 11))
    return {"key": Attachment.objects.get().pk}


def filing(story: Story) -> Facts:
    return {"key": story.filing.pk}


def incident(story: Story) -> Facts:
    return {"key": story.incident}


def report(story: Story) -> Facts:
    return {"key": story.filing.reports.get().pk}


def a_round(story: Story) -> Facts:
    return {"key": story.round.pk}


def letter(story: Story) -> Facts:
    return {"key": story.letter.pk}


def risen(story: Story) -> Facts:
    from huiyin.followup.ladder.models import Escalation

    return {"key": Escalation.objects.get().pk}


def followed(story: Story) -> Facts:
    from huiyin.followup.media.models import MediaCase

    found, _ = MediaCase.objects.get_or_create(
        state="open", form="web", outlet="晚报", title="供热", on=at(3).date(), made_at=at(3),
        unit=story.world.water, made_by=story.world.people["supervisor"],
    )  # fmt: skip
    return {"key": found.pk}


def referral(story: Story) -> Facts:
    return {"key": story.referral.pk}


def mandate(story: Story) -> Facts:
    return {"key": story.mandate.pk}


def mandate_file(story: Story) -> Facts:
    return {"key": story.mandate.files.get().pk}


def team(story: Story) -> Facts:
    from huiyin.followup.mandates.models import Team

    return {"key": Team.objects.get_or_create(name="督办组")[0].pk}


def thanked(story: Story) -> Facts:
    from huiyin.followup.commendations.models import Commendation

    if not Commendation.objects.exists():
        thank(story)
    return {"key": Commendation.objects.get().pk}


def answer(story: Story) -> Facts:
    """Publish an answer of the water bureau, once."""
    if not Article.objects.exists():
        world = story.world
        text = AnswerText("停水怎么办？", "看公告。", unit=world.water)
        key = knowledge.write_answer(text, by=world.actor("manager"), now=at(1)).article_id
        knowledge.take_step(key, "submit", by=world.actor("manager"), now=at(1))
        knowledge.take_step(key, "publish", by=world.actor("water_leader"), now=at(1))
    return {"key": Article.objects.get().pk}


def matter(story: Story) -> Facts:
    CatalogueItem.objects.get_or_create(
        code="PD1", category=story.world.heating, matter="供热", lead=story.world.water,
        valid_from=at(1).date(),
    )  # fmt: skip
    return {"code": "PD1"}


def document(story: Story) -> Facts:
    Document.objects.get_or_create(
        code="r1", kind="rule", title="t", body="b", valid_from=at(1).date()
    )
    return {"code": "r1"}


def duty(story: Story) -> Facts:
    found, _ = Duty.objects.get_or_create(code="Z1", unit=story.world.water, matter="停水")
    return {"key": found.pk}


def gap(story: Story) -> Facts:
    by = story.world.actor("agent")
    task = knowledge.report_gap("没有的事", by=by, now=at(1))
    assert task is not None
    return {"key": task.pk}


def a_task(story: Story) -> Facts:
    return {"key": story.instruction.sheet.tasks.get().pk}


def task_file(story: Story) -> Facts:
    from huiyin.followup.tasks import actions as tasks

    (task,) = story.instruction.sheet.tasks.all()
    if not task.files.exists():
        by, file = story.world.actor("water_handler"), Upload("a.pdf", b"%PDF-1.4 x")
        tasks.report(task.pk, by=by, said="已经恢复供热", files=[file], now=at(3))
    return {"key": task.files.get().pk}


def a_meeting(story: Story) -> Facts:
    return {"key": story.meeting.pk}


def a_point(story: Story) -> Facts:
    return {"key": story.meeting.pk, "item": story.meeting.items.get().pk}


def a_joint(story: Story) -> Facts:
    return {"key": story.joint.pk}


def an_instruction(story: Story) -> Facts:
    return {"key": story.instruction.pk}


def instruction_file(story: Story) -> Facts:
    from huiyin.orders.actions.files import keep

    (file,) = accept([Upload("a.pdf", b"%PDF-1.4 x")])
    kept = {"kind": "words", "name": "a.pdf", "media_type": file.media_type, "size": 1}
    made, _ = story.instruction.files.get_or_create(digest=keep(file), defaults=kept)
    return {"key": made.pk}


SEATED = frozenset({"agent", "vendor_agent", "callback", "supervisor", "quality", "manager"})
LEADERS = frozenset({"supervisor", "manager"})
FLOOR = frozenset({"supervisor", "quality", "manager", "water_leader"})


def seat(story: Story) -> Facts:
    from huiyin.callcentre.telephony.actions import setup

    setup.seats("8001", kind="answering")
    return {"seat": "8001"}


def surge_step(story: Story) -> Facts:
    from huiyin.callcentre.telephony.models import SurgeStep

    step, _ = SurgeStep.objects.get_or_create(
        act="message", started_at=at(1), started_by=story.world.people["supervisor"], level="red",
        stopped_at=None,
    )  # fmt: skip
    return {"key": step.pk}


def sound(story: Story) -> Facts:
    from huiyin.callcentre.telephony.tests.kept import kept

    return {"key": kept(at(2, 11)).pk}


# The lead unit sees these steps greyed, with the reason in words: not now, rather than never.
LEADS = {verb: {"water_handler": 409, "water_leader": 409} for verb in ("sub_sign", "sub_reply")}
REPORTED = frozenset({"supervisor", "manager", "water_leader"})
ROWS: list[Row] = [
    Row("workbench:sign_in", public=True),
    Row(
        "workbench:sign_in", method="POST", public=True,
        data=lambda story: {"username": "agent", "password": PASSWORD},
    ),
    Row("workbench:sign_out", method="POST", public=True),
    Row("workbench:home", EVERYBODY),
    Row("workbench:next", CENTRE | UNITS, kwargs=lambda story: {"key": "to_dispatch"}),
    Row("workbench:orders", CENTRE | UNITS),
    Row(
        "workbench:export",
        UNITS | {"dispatcher", "auditor", "callback", "supervisor", "manager"},
    ),
    Row(
        "workbench:draft_order", frozenset(), method="POST", refused_for=dict.fromkeys(AGENTS, 404),
        data=lambda story: {"content": "暖气不热"},
    ),
    Row(
        "workbench:draft_answer", frozenset(), method="POST",
        refused_for=dict.fromkeys(AGENTS, 404), data=lambda story: {"content": "暖气不热"},
    ),
    Row(
        "workbench:draft_summary", frozenset(), method="POST", story="created", kwargs=order,
        refused=404, refused_for={"administrator": 403},
    ),
    Row("workbench:incidents", frozenset({"dispatcher"})),
    Row(
        "workbench:incident", frozenset({"dispatcher"}), method="POST",
        story="five_alike", kwargs=incident, data=lambda story: {"do": "dismiss"},
    ),
    Row("workbench:urging", URGING),
    Row("workbench:urge", URGING, story=HELD, kwargs=order),
    Row(
        "workbench:urge", URGING, method="POST", story=HELD, kwargs=order,
        data=lambda story: {"kind": "telephone", "said": "请签收"},
    ),
    Row("workbench:letters", CENTRE | UNITS),
    Row("workbench:letter_new", URGING, story=HELD),
    Row(
        "workbench:letter_new", URGING, method="POST", story=HELD,
        data=lambda story: {"signed_by": "王主任"},
    ),
    Row(
        "workbench:letter", CENTRE | HOLDERS, story=f"{HELD}.lettered", kwargs=letter, refused=403,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:letter_pdf", CENTRE | HOLDERS, story=f"{HELD}.lettered", kwargs=letter,
        refused=403, refused_for=STRANGERS,
    ),
    Row("workbench:media", CENTRE | UNITS),
    Row("workbench:media", URGING, method="POST", data=lambda story: {"form": "web"}),
    Row("workbench:media_csv", URGING | {"water_leader"}),
    Row(
        "workbench:media_case", CENTRE | HOLDERS, story=HELD, kwargs=followed, refused=403,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:media_case", URGING, method="POST", story=HELD, kwargs=followed,
        data=lambda story: {"do": "end", "result": "已修复"}, refused_for=STRANGERS,
    ),
    Row("workbench:risks", URGING),
    Row("workbench:referrals", URGING),
    Row("workbench:referral_new", URGING),
    Row("workbench:referral_new", URGING, method="POST", data=lambda story: {"title": "x"}),
    Row("workbench:referral", URGING, story=f"{HELD}.referred", kwargs=referral),
    Row(
        "workbench:referral", frozenset({"manager"}), method="POST", story=f"{HELD}.referred",
        kwargs=referral, data=lambda story: {"do": "approve", "note": "同意"},
    ),
    Row("workbench:referral_evidence", URGING, story=f"{HELD}.referred", kwargs=referral),
    Row("workbench:referral_pdf", URGING, story=f"{HELD}.referred", kwargs=referral),
    Row("workbench:escalations", CENTRE | UNITS),
    Row(
        "workbench:escalation", CENTRE | HOLDERS, story=f"{HELD}.risen", kwargs=risen,
        refused=403, refused_for=STRANGERS,
    ),
    Row(
        "workbench:escalation", HOLDERS | URGING, method="POST", story=f"{HELD}.risen",
        kwargs=risen, data=lambda story: {"said": "已安排"}, refused_for=STRANGERS,
    ),
    Row("workbench:mandates", CENTRE | UNITS),
    Row("workbench:mandates_csv", URGING | {"water_leader"}),
    Row("workbench:mandate_new", URGING),
    Row("workbench:mandate_new", URGING, method="POST", data=lambda story: {"title": "x"}),
    Row("workbench:teams", URGING),
    Row("workbench:teams", URGING, method="POST", data=lambda story: {"name": "督办一组"}),
    Row("workbench:team", URGING, kwargs=team),
    Row("workbench:team", URGING, method="POST", kwargs=team, data=lambda story: {"name": "x"}),
    Row(
        "workbench:mandate", CENTRE | HOLDERS, story=PRESSED, kwargs=mandate, refused=403,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:mandate_paper", CENTRE | HOLDERS, story=PRESSED, kwargs=mandate, refused=403,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:mandate_pdf", CENTRE | HOLDERS, story=PRESSED, kwargs=mandate, refused=403,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:mandate_file", CENTRE | HOLDERS, story=f"{PRESSED}.taken_up.answered",
        kwargs=mandate_file, refused=403, refused_for=STRANGERS,
    ),
    Row("workbench:mandate_edit", URGING, story=f"{HELD}.pressed", kwargs=mandate),
    Row(
        "workbench:mandate_edit", URGING, method="POST", story=f"{HELD}.pressed", kwargs=mandate,
        data=lambda story: {"title": "x"},
    ),
    Row(
        "workbench:mandate_step", HOLDERS, story=PRESSED, refused_for=STRANGERS,
        kwargs=lambda story: {"key": story.mandate.pk, "verb": "sign"},
    ),
    Row(
        "workbench:mandate_step", URGING, method="POST", story=f"{PRESSED}.taken_up.answered",
        kwargs=lambda story: {"key": story.mandate.pk, "verb": "cancel"},
        data=lambda story: {"note": "已恢复供热"}, refused_for=STRANGERS,
    ),
    Row("workbench:tasks", CONFERRING | UNITS),
    Row(
        "workbench:task", CONFERRING | HOLDERS, story="instructed", kwargs=a_task,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:task", HOLDERS, method="POST", story="instructed", kwargs=a_task,
        data=lambda story: {"do": "report", "said": "已经恢复供热"}, refused_for=STRANGERS,
    ),
    Row(
        "workbench:task_file", CONFERRING | HOLDERS, story="instructed", kwargs=task_file,
        refused_for=STRANGERS,
    ),
    Row("workbench:flags", CONFERRING),
    Row("workbench:rulings", CONFERRING | UNITS),
    Row("workbench:flag_new", CONFERRING),
    Row("workbench:flag_new", CONFERRING, method="POST", data=lambda story: {"kind": "case"}),
    Row("workbench:flag", CONFERRING, story=MET, kwargs=lambda story: {"key": story.flag.pk}),
    Row(
        "workbench:flag", CONFERRING, method="POST", story=MET,
        kwargs=lambda story: {"key": story.flag.pk},
    ),
    Row(
        "workbench:flag_file", CONFERRING | HOLDERS, story=MET, refused_for=STRANGERS,
        kwargs=lambda story: {"key": story.flag.files.get().pk},
    ),
    Row("workbench:meetings", CONFERRING | UNITS),
    Row("workbench:meeting_new", URGING),
    Row("workbench:meeting_new", URGING, method="POST", data=lambda story: {"title": "会"}),
    Row(
        "workbench:meeting", CONFERRING | HOLDERS, story=MET, kwargs=a_meeting,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:meeting", URGING, method="POST", story=MET, kwargs=a_meeting,
        data=lambda story: {"do": "hold"}, refused_for=STRANGERS,
    ),
    Row("workbench:meeting_decide", URGING, story=f"{MET}.held", kwargs=a_point),
    Row(
        "workbench:meeting_decide", URGING, method="POST", story=f"{MET}.held", kwargs=a_point,
        data=lambda story: {"outcome": "postponed", "decision": "下次再议"},
    ),
    Row(
        "workbench:minutes", CONFERRING | HOLDERS, story=f"{MET}.held", kwargs=a_meeting,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:minutes_pdf", CONFERRING | HOLDERS, story=f"{MET}.held", kwargs=a_meeting,
        refused_for=STRANGERS,
    ),
    Row("workbench:joint_cases", CONFERRING | UNITS),
    Row("workbench:joint_new", URGING),
    Row("workbench:joint_new", URGING, method="POST", data=lambda story: {"title": "供热"}),
    Row(
        "workbench:joint_case", CONFERRING | GROUP, story="joined_forces", kwargs=a_joint,
        refused_for=NO_GROUP,
    ),
    Row(
        "workbench:joint_case", URGING, method="POST", story="joined_forces", kwargs=a_joint,
        data=lambda story: {"do": "orders", "orders": ""}, refused_for=NO_GROUP,
    ),
    Row("workbench:instructions", CONFERRING | UNITS),
    Row("workbench:instruction_new", URGING),
    Row("workbench:instruction_new", URGING, method="POST", data=lambda story: {"title": "专报"}),
    Row(
        "workbench:instruction", CONFERRING | HOLDERS, story="instructed", kwargs=an_instruction,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:instruction", URGING, method="POST", story="instructed", kwargs=an_instruction,
        data=lambda story: {"do": "close", "note": ""}, refused_for=STRANGERS,
    ),
    Row(
        "workbench:instruction_file", CONFERRING | HOLDERS, story="instructed",
        kwargs=instruction_file, refused_for=STRANGERS,
    ),
    Row("workbench:search", EVERYBODY, data=lambda story: {"q": "暖气"}),
    Row("workbench:search", EVERYBODY, method="POST", data=lambda story: {"q": "暖气"}),
    Row("workbench:units", CENTRE | UNITS),
    Row("workbench:filings", CENTRE | UNITS),
    Row("workbench:filings_table", CENTRE | UNITS, story="filed"),
    Row("workbench:counties", REPORTED),
    Row("workbench:counties_table", REPORTED),
    Row(
        "workbench:county_orders", REPORTED - {"water_leader"}, refused_for={"water_leader": 404},
        kwargs=lambda story: {"code": "township", "figure": "due"},
    ),
    Row("workbench:tags", REPORTED, story="created.tagged"),
    Row("workbench:whistles", REPORTED, story="on_street.whistled"),
    Row("workbench:whistles_table", REPORTED, story="on_street.whistled"),
    Row("workbench:filing_new", UNITS),
    Row("workbench:filing_new", UNITS, method="POST", data=lambda story: {"title": "x"}),
    Row(
        "workbench:filing", CENTRE | HOLDERS, story="applied", kwargs=filing, refused=403,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:filing", frozenset({"dispatcher", "manager"}), method="POST", story="applied",
        kwargs=filing, data=lambda story: {"do": "agree"}, refused_for=STRANGERS,
    ),
    Row(
        "workbench:filing_report", CENTRE | HOLDERS, story="applied", kwargs=report, refused=403,
        refused_for=STRANGERS,
    ),
    Row("workbench:assessment", UNITS | URGING),
    Row(
        "workbench:assessment", URGING, method="POST",
        data=lambda story: {"first_day": "2026-03-01"},
    ),
    Row("workbench:round", UNITS | URGING, story=ROUND, kwargs=a_round),
    Row("workbench:round_table", UNITS | URGING, story=ROUND, kwargs=a_round),
    Row("workbench:round_requests", UNITS | URGING, story=ROUND, kwargs=a_round),
    Row(
        "workbench:round_requests", HOLDERS, method="POST", story=ROUND, kwargs=a_round,
        data=lambda story: {"reason": "有误", "proof": "说明"},
    ),
    Row(
        "workbench:round_request", URGING, method="POST", story=f"{ROUND}.exclusion_asked",
        kwargs=lambda story: {"key": story.request.pk}, data=lambda story: {"do": "agree"},
        refused_for=STRANGERS,
    ),
    Row("workbench:round_trial", URGING, story=ROUND, kwargs=a_round),
    Row(
        "workbench:round_step", URGING, method="POST", story=ROUND,
        kwargs=lambda story: {"key": story.round.pk, "verb": "preview"},
    ),
    Row("workbench:round_correct", URGING, method="POST", story=f"{ROUND}.frozen", kwargs=a_round),
    Row(
        "workbench:round_unit", HOLDERS | URGING, story=ROUND,
        kwargs=lambda story: {"key": story.round.pk, "code": "water"}, refused_for=STRANGERS,
    ),
    Row(
        "workbench:round_orders", HOLDERS | URGING, story=ROUND, refused_for=STRANGERS,
        kwargs=lambda story: {
            "key": story.round.pk, "code": "water", "indicator": "signed", "side": "numerator",
        },
    ),
    Row(
        "workbench:round_city_orders", URGING, story=ROUND,
        kwargs=lambda story: {
            "key": story.round.pk, "indicator": "signed", "side": "numerator",
        },
    ),
    Row("workbench:unsatisfied", CENTRE | UNITS),
    Row("workbench:commendations", CENTRE | UNITS),
    Row(
        "workbench:commendations", CENTRE, method="POST",
        data=lambda story: {"form": "call", "on": "2026-03-02", "unit": "water", "words": "谢谢"},
    ),
    Row(
        "workbench:commendation_photo", CENTRE | HOLDERS, kwargs=thanked, refused_for=STRANGERS,
    ),
    Row("workbench:knowledge", EVERYBODY),
    Row("workbench:gap", EVERYBODY, method="POST", data=lambda story: {"q": "没有的事"}),
    Row("workbench:answer", EVERYBODY, kwargs=answer),
    Row("workbench:answer_opinion", EVERYBODY, "POST", kwargs=answer,
        data=lambda story: {"kind": "right"}),
    Row("workbench:answer_new", KEEPERS),
    Row("workbench:answer_new", KEEPERS, "POST", data=lambda story: {"title": ""}),
    Row("workbench:answer_edit", EDITORS | HOLDERS, kwargs=answer),
    Row("workbench:answer_edit", EDITORS | HOLDERS, "POST", kwargs=answer,
        data=lambda story: {"title": "停水怎么办？", "body": "看公告。", "unit": "water",
                            "visibility": "public"}),
    Row("workbench:answer_step", frozenset({"water_leader"}), "POST",
        kwargs=lambda story: answer(story) | {"verb": "confirm"}),
    Row("workbench:answers", AGENTS, "POST", data=lambda story: {"content": "家里停水了"}),
    Row("workbench:catalogue", EVERYBODY),
    Row("workbench:matter", EVERYBODY, kwargs=matter),
    Row("workbench:documents", EVERYBODY),
    Row("workbench:document", EVERYBODY, kwargs=document),
    Row("workbench:document_new", EDITORS),
    Row("workbench:document_new", EDITORS, "POST", data=lambda story: {"code": ""}),
    Row("workbench:duty", EVERYBODY),
    Row("workbench:duty_phone", EDITORS | HOLDERS, "POST", kwargs=duty,
        data=lambda story: {"phone": "12345"}),
    Row("workbench:knowledge_tasks", KEEPERS),
    Row("workbench:knowledge_task", EDITORS, "POST", kwargs=gap, data=lambda story: {"do": "done"}),
    Row("workbench:new", AGENTS),
    Row("workbench:new", AGENTS, method="POST", data=lambda story: CALL),
    Row("workbench:hints", AGENTS, method="POST", data=lambda story: {"content": "暖气不热"}),
    Row("workbench:before", AGENTS, method="POST", data=lambda story: {"phone": "13812345678"}),
    Row("workbench:callback", frozenset({"callback"})),
    Row("workbench:call", frozenset({"callback"}), story="to_callback", kwargs=order),
    Row(
        "workbench:call", frozenset({"callback"}), method="POST", story="to_callback",
        kwargs=order, data=seen(result="no_callback", no_callback="N01"),
    ),
    Row(
        "workbench:order", CENTRE | HOLDERS, story=HELD, kwargs=order, refused=403,
        refused_for=STRANGERS,
    ),
    Row("workbench:order", CENTRE, story="created", kwargs=order, refused_for=OUTSIDE),
    Row(
        "workbench:reveal", (CENTRE - {"quality"}) | HOLDERS, story=HELD, kwargs=order,
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:reveal", (CENTRE - {"quality"}) | HOLDERS, method="POST", story=HELD,
        kwargs=order, data=lambda story: {"purpose": "核实情况"}, refused_for=STRANGERS,
    ),
    Row("workbench:sheet", CENTRE | HOLDERS, story=HELD, kwargs=order, refused_for=STRANGERS),
    Row("workbench:sheet_pdf", CENTRE | HOLDERS, story=HELD, kwargs=order, refused_for=STRANGERS),
    Row("workbench:plans", CENTRE | UNITS),
    Row("workbench:phone", SEATED),
    Row("workbench:phone_sign_in", AGENTS, method="POST", data=seat),
    Row(
        "workbench:phone_do", SEATED, method="POST", kwargs=lambda story: {"verb": "choose"},
        data=lambda story: {"to": "ready"},
    ),
    Row("workbench:missed", SEATED - {"quality"}),
    Row("workbench:calls", SEATED),
    Row("workbench:calls_table", SEATED | FLOOR - {"water_leader"}),
    Row("workbench:figures_table", FLOOR),
    Row("workbench:floor", FLOOR),
    Row("workbench:wall", FLOOR),
    Row("workbench:tag_map", LEADERS),
    Row(
        "workbench:surge_start", LEADERS, method="POST", data=lambda story: {"act": "message"},
    ),
    Row("workbench:surge_stop", LEADERS, method="POST", kwargs=surge_step),
    Row(
        "workbench:recording", frozenset({"supervisor", "quality", "manager"}), method="POST",
        kwargs=sound, data=lambda story: {"purpose": "质检抽查"},
    ),
    Row(
        "workbench:audits",
        frozenset({"auditor", "supervisor", "manager", "water_leader"}),
    ),
    Row("workbench:file", CENTRE | HOLDERS, story=HELD, kwargs=file, refused_for=STRANGERS),
    Row(
        "workbench:step", frozenset({"dispatcher"}), story="created.submitted",
        kwargs=step("dispatch"), refused_for=OUTSIDE,
    ),
    Row(
        "workbench:step", frozenset({"dispatcher"}), method="POST", story="created.submitted",
        kwargs=step("dispatch"), data=seen(lead="water"), refused_for=OUTSIDE,
    ),
    Row(
        "workbench:step", HOLDERS, method="POST", story=HELD, kwargs=step("sign"), data=seen(),
        refused_for=STRANGERS,
    ),
    Row(
        "workbench:step", frozenset({"auditor"}), method="POST",
        story=f"{HELD}.signed.contacted.replied", kwargs=step("pass_audit"), data=seen(),
        refused_for=STRANGERS,
    ),
    *(
        Row(
            "workbench:step", case.allowed, "POST", story=case.story, kwargs=step(case.verb),
            data=seen(**case.data),
            refused_for=refusals(case) | {"administrator": 403} | LEADS.get(case.verb, {}),
        )
        for case in STEP_CASES
    ),
]  # fmt: skip
