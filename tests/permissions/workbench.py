"""Who may open which page of the workbench; what is not theirs to see does not exist for them."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.permissions.facts import (
    AGENTS,
    CALL,
    EDITORS,
    FLOOR,
    HELD,
    HOLDERS,
    KEEPERS,
    LEADERS,
    OUTSIDE,
    REPORTED,
    SEATED,
    SIGNED_BY_HAND,
    STRANGERS,
    answer,
    document,
    duty,
    file,
    gap,
    matter,
    order,
    seat,
    seen,
    signed,
    sound,
    step,
    surge_step,
)
from tests.permissions.row import CENTRE, EVERYBODY, STEP_CASES, UNITS, Row, refusals
from tests.world import PASSWORD, scrawl

# The lead unit sees these steps greyed, with the reason in words: not now, rather than never.
LEADS = {verb: {"water_handler": 409, "water_leader": 409} for verb in ("sub_sign", "sub_reply")}
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
    Row("workbench:search", EVERYBODY, data=lambda story: {"q": "暖气"}),
    Row("workbench:search", EVERYBODY, method="POST", data=lambda story: {"q": "暖气"}),
    Row("workbench:units", CENTRE | UNITS),
    Row("workbench:tags", REPORTED, story="created.tagged"),
    Row("workbench:tags_table", REPORTED, story="created.tagged"),
    Row("workbench:returns", REPORTED, story=f"{HELD}.return_refused"),
    Row("workbench:returns_table", REPORTED, story=f"{HELD}.return_refused"),
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
    Row("workbench:my_signature", frozenset({"water_leader"})),
    Row(
        "workbench:my_signature", frozenset({"water_leader"}), method="POST",
        data=lambda story: {"picture": SimpleUploadedFile("签名.png", scrawl(), "image/png")},
    ),
    Row(
        "workbench:my_signature_picture", frozenset({"water_leader"}), story=SIGNED_BY_HAND,
    ),
    Row(
        "workbench:signature", CENTRE | HOLDERS, story=SIGNED_BY_HAND, kwargs=signed,
        refused=403, refused_for=STRANGERS,
    ),
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
