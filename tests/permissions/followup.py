"""Who may open the pages beside the orders: urging, supervision, tasks, filings, assessment."""

from __future__ import annotations

from tests.permissions.facts import (
    CONFERRING,
    GROUP,
    HEARING,
    HELD,
    HOLDERS,
    MET,
    NO_GROUP,
    PRESSED,
    REPORTED,
    ROUND,
    STRANGERS,
    URGING,
    a_call_test,
    a_joint,
    a_meeting,
    a_point,
    a_round,
    a_task,
    an_instruction,
    filing,
    followed,
    incident,
    instruction_file,
    letter,
    mandate,
    mandate_file,
    order,
    referral,
    report,
    risen,
    task_file,
    team,
    thanked,
)
from tests.permissions.row import CENTRE, UNITS, Row

ROWS: list[Row] = [
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
        "workbench:letter", HOLDERS, method="POST", story=f"{HELD}.lettered", kwargs=letter,
        data=lambda story: {"said": "已安排"}, refused_for=STRANGERS,
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
    Row(
        "workbench:notify", URGING, method="POST", story=HELD,
        kwargs=lambda story: followed(story) | {"occasion": "media"},
    ),
    Row("workbench:call_tests", HEARING),
    Row("workbench:call_tests", HEARING, method="POST", data=lambda story: {"calls": "5"}),
    Row("workbench:call_test", HEARING, kwargs=a_call_test),
    Row("workbench:call_test", HEARING, method="POST", kwargs=a_call_test),
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
    Row("workbench:filings", CENTRE | UNITS),
    Row("workbench:filings_table", CENTRE | UNITS, story="filed"),
    Row("workbench:counties", REPORTED),
    Row("workbench:counties_table", REPORTED),
    Row(
        "workbench:county_orders", REPORTED - {"water_leader"}, refused_for={"water_leader": 404},
        kwargs=lambda story: {"code": "township", "figure": "due"},
    ),
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
    Row("workbench:plans", CENTRE | UNITS),
]  # fmt: skip
