"""Who may ask for which address of the API; tokens carry all permissions of their account."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.permissions.facts import (
    CONFERRING,
    HEARING,
    HOLDERS,
    MET,
    URGING,
    a_call_test,
    a_drawn_call,
    a_joint,
    a_meeting,
    a_task,
    a_turn,
    an_instruction,
    answer,
    followed,
    gap,
    letter,
    referral,
)  # fmt: skip
from tests.permissions.row import CENTRE, EVERYBODY, STEP_CASES, UNITS, Row, filled, refusals
from tests.world import Story, at

Facts = dict[str, Any]
AGENTS = frozenset({"agent", "vendor_agent"})
EDITORS = frozenset({"manager", "administrator"})
KEEPERS = EDITORS
SEEING = CENTRE | {"water_handler", "water_leader"}
CALLED_BY = frozenset({"agent", "vendor_agent", "callback", "supervisor", "quality", "manager"})
READING = frozenset({"supervisor", "manager", "water_leader"})
CONCERNED = CONFERRING | HOLDERS
UNCONCERNED = {who: 404 for who in EVERYBODY - CONCERNED}
GROUP = HOLDERS | {"housing_handler", "supervisor", "manager"}
HELD = "created.submitted.dispatched"
CALLED = "created.submitted.dispatched.signed.contacted.replied.audited"
ATTACHING = SEEING - {"quality"}
HIDDEN = {who: 404 for who in EVERYBODY - SEEING}


def order(story: Story) -> Facts:
    return {"number": story.order.number}


def fixed(**data: Any) -> Any:
    return lambda story: data


MARCH = fixed(since="2026-03-01", until="2026-03-31")


def risen(story: Story) -> Facts:
    from huiyin.followup.ladder.models import Escalation

    return {"key": Escalation.objects.get().pk}


def photo(story: Story) -> Facts:
    from huiyin.orders import actions
    from huiyin.orders.actions.files import Accepted
    from huiyin.orders.models import Attachment

    if not Attachment.objects.exists():
        files = [Accepted("a.pdf", b"%PDF-1.4", "application/pdf")]
        actions.attach(story.order, files, by=story.world.actor("agent"), now=at(2))
    return {"key": Attachment.objects.get().pk}


def upload(story: Story) -> Facts:
    return {"files": SimpleUploadedFile("a.pdf", b"%PDF-1.4", "application/pdf")}


def of_order(name: str, **row: Any) -> Row:
    return Row(f"api:{name}", kwargs=order, api=True, refused_for=HIDDEN, **row)


ROWS: list[Row] = [
    Row("api:openapi_json", public=True, api=True),
    Row("api:docs", public=True, api=True),
    Row("api:index", public=True, api=True),
    Row("api:health", public=True, api=True),
    Row("api:unknown", kwargs=fixed(rest="no/such"), public=True, api=True),
    Row(
        "api:send_message", method="POST", public=True, api=True,
        data=fixed(content="暖气不热，请处理"),
    ),
    Row("api:follow_case", method="POST", public=True, api=True, data=fixed(number="1", code="1")),
    Row("api:add_to_case", method="POST", public=True, api=True, data=fixed(number="1", code="1")),
    Row("api:rate_case", method="POST", public=True, api=True, data=fixed(number="1", code="1")),
    Row("api:who_am_i", EVERYBODY, api=True),
    Row("api:list_categories", EVERYBODY, api=True),
    Row("api:list_units", EVERYBODY, api=True),
    Row("api:list_unit_changes", EVERYBODY, api=True),
    Row("api:list_regions", EVERYBODY, api=True),
    Row("api:list_reasons", EVERYBODY, api=True, data=fixed(group="refer")),
    Row("api:list_limits", EVERYBODY, api=True),
    Row("api:list_classes", EVERYBODY, api=True),
    Row("api:list_rounds", UNITS | {"supervisor", "manager"}, api=True),
    Row(
        "api:read_round", UNITS | {"supervisor", "manager"}, api=True,
        story="created.submitted.dispatched.assessed",
        kwargs=lambda story: {"key": story.round.pk},
    ),
    Row(
        "api:read_behind", HOLDERS | URGING, api=True,
        story="created.submitted.dispatched.signed.contacted.assessed",
        refused_for={who: 404 for who in UNITS - HOLDERS},
        kwargs=lambda story: {"key": story.round.pk, "code": "water", "indicator": "signed"},
    ),
    Row("api:list_call_tests", HEARING, api=True),
    Row("api:read_call_test", HEARING, kwargs=a_call_test, api=True),
    Row(
        "api:draw_call_test", HEARING, "POST", api=True,
        data=fixed(since="2026-03-02", until="2026-03-03"),
    ),
    Row(
        "api:judge_call", HEARING, "POST", api=True, data=fixed(verdict="good"),
        kwargs=a_drawn_call,
    ),
    Row("api:list_turns", CONFERRING, api=True),
    Row(
        "api:lay_out_turns", URGING, "POST", api=True,
        data=fixed(first="2026-03-09", weeks=2, people=["manager"]),
    ),
    Row(
        "api:exchange_turn", URGING, "POST", api=True, kwargs=a_turn,
        data=fixed(account="supervisor", note="出差"),
    ),
    Row("api:list_outside", URGING | {"administrator"}, api=True),
    Row(
        "api:notify_outside", URGING, "POST", api=True, story=HELD,
        data=lambda story: {"contact": 1, "occasion": "risk", "subject": story.order.pk},
    ),
    Row("api:list_lines", EVERYBODY, api=True),
    Row(
        "api:read_line_figures", READING, api=True, data=MARCH,
    ),
    *(
        Row(f"api:read_{what}_figures", READING, api=True, data=MARCH)
        for what in ("county", "whistle", "tag")
    ),
    Row(
        "api:apply_filing", UNITS, "POST", api=True, form=True,
        data=lambda s: {"title": "老旧管网供热不足"},
    ),
    Row("api:list_escalations", EVERYBODY, api=True),
    Row(
        "api:answer_escalation", frozenset({"supervisor", "manager", "water_handler",
        "water_leader"}), "POST", api=True, story="created.submitted.dispatched.risen",
        refused_for=HIDDEN, data=fixed(said="已安排"), kwargs=risen,
    ),
    Row("api:list_mandates", EVERYBODY, api=True),
    Row(
        "api:read_mandate", SEEING, story="created.submitted.dispatched.pressed.issued",
        kwargs=lambda s: {"key": s.mandate.pk}, api=True, refused=404,
    ),
    Row(
        "api:draft_mandate", frozenset({"supervisor", "manager"}), "POST", api=True,
        story="created.submitted.dispatched",
        data=lambda s: {
            "kind": "internal", "title": "暖气不热", "demands": "请尽快办理。", "unit": "water",
            "orders": [s.order.number],
        },
    ),
    Row(
        "api:step_mandate", frozenset({"supervisor", "manager"}), "POST", api=True,
        story="created.submitted.dispatched.pressed.issued", refused_for=HIDDEN,
        kwargs=lambda s: {"key": s.mandate.pk}, data=fixed(verb="withdraw", note="发错单位"),
    ),
    Row("api:list_calls", CALLED_BY, api=True),
    Row(
        "api:read_call_figures", READING, api=True,
        data=fixed(since="2026-03-01", until="2026-03-02"),
    ),
    Row("api:read_call_totals", READING, api=True, data=fixed(year=2026)),
    Row("api:read_agents", READING, api=True, data=fixed(day="2026-03-02")),
    Row("api:list_filings", EVERYBODY, api=True),
    Row(
        "api:read_filing", SEEING, story="applied", kwargs=lambda s: {"key": s.filing.pk},
        api=True, refused=404,
    ),
    Row(
        "api:review_filing", frozenset({"dispatcher", "manager"}), "POST", story="applied",
        kwargs=lambda s: {"key": s.filing.pk}, api=True, refused_for=HIDDEN,
        data=fixed(agreed=True),
    ),
    Row(
        "api:cancel_filing", frozenset({"dispatcher", "manager"}), "POST", story="filed",
        kwargs=lambda s: {"key": s.filing.pk}, api=True, refused_for=HIDDEN,
        data=fixed(reason="已改造"),
    ),
    Row("api:list_tasks", EVERYBODY, api=True),
    Row(
        "api:read_task", CONCERNED, story="instructed", kwargs=a_task, api=True, refused=404,
    ),
    Row(
        "api:report_task", HOLDERS, "POST", story="instructed", kwargs=a_task, api=True,
        refused_for=UNCONCERNED, data=fixed(said="已经恢复供热"),
    ),
    Row(
        "api:decide_task", frozenset({"supervisor", "manager"}), "POST", story="instructed",
        kwargs=a_task, api=True, refused_for=UNCONCERNED, data=fixed(do="cancel", note="不再需要"),
    ),
    Row(
        "api:add_flag", CONFERRING, "POST", api=True, data=fixed(kind="case", reason="分界不清"),
    ),
    Row("api:list_meetings", EVERYBODY, api=True),
    Row("api:read_meeting", CONCERNED, story=MET, kwargs=a_meeting, api=True, refused=404),
    Row(
        "api:answer_meeting", HOLDERS, "POST", story=MET, kwargs=a_meeting, api=True,
        refused_for=UNCONCERNED, data=fixed(coming="yes", attendee="张科长"),
    ),
    Row("api:list_flags", CONFERRING, api=True),
    Row(
        "api:list_returns", READING, api=True, story=f"{HELD}.return_refused",
        data=fixed(since="2026-03-01", until="2026-03-31"),
    ),
    Row(
        "api:read_return_figures", READING, api=True, story=f"{HELD}.return_refused",
        data=fixed(since="2026-03-01", until="2026-03-31"),
    ),
    Row(
        "api:send_letters", URGING, "POST", api=True,
        data=fixed(units=["water"], reasons=["overdue"], signed_by="王主任"),
    ),
    Row(
        "api:propose_referral", URGING, "POST", api=True, story=HELD,
        data=lambda s: {
            "title": "久拖不办", "agency": "市纪委监委", "unit": "water", "basis": "追究办法",
            "facts": "三月二日派单，多次催办，至今没有签收，也没有联系诉求人。",
            "orders": [s.order.number],
        },
    ),
    Row(
        "api:add_media_case", URGING, "POST", api=True,
        data=fixed(form="web", outlet="晚报", title="供热", on="2026-03-03", unit="water"),
    ),
    Row(
        "api:plan_meeting", URGING, "POST", api=True,
        data=fixed(
            title="供热协调会", held_at="2026-03-06T09:00:00+08:00", place="三楼", chair="主任",
        ),
    ),
    Row(
        "api:open_joint_case", URGING, "POST", api=True,
        data=fixed(title="供热改造", goal="完成管网改造", lead="water", partners=["housing"]),
    ),
    Row("api:list_letters", EVERYBODY, api=True),
    Row(
        "api:read_letter", SEEING, story=f"{HELD}.lettered", kwargs=letter, api=True, refused=404,
    ),
    Row(
        "api:answer_letter", HOLDERS, "POST", story=f"{HELD}.lettered", kwargs=letter, api=True,
        refused_for=HIDDEN, data=fixed(said="已安排"),
    ),
    Row("api:list_referrals", URGING, api=True),
    Row("api:read_referral", URGING, story=f"{HELD}.referred", kwargs=referral, api=True),
    Row("api:list_media_cases", EVERYBODY, api=True),
    Row(
        "api:read_media_case", SEEING, story=HELD, kwargs=followed, api=True, refused=404,
    ),
    Row("api:list_risks", URGING, api=True),
    Row("api:list_joint_cases", EVERYBODY, api=True),
    Row(
        "api:read_joint_case", GROUP | {"dispatcher"}, story="joined_forces", kwargs=a_joint,
        api=True, refused=404,
    ),
    Row(
        "api:log_joint_case", GROUP, "POST", story="joined_forces", kwargs=a_joint,
        api=True, data=fixed(said="看了三栋楼"),
        refused_for={who: 404 for who in EVERYBODY - GROUP - {"dispatcher"}},
    ),
    Row("api:list_instructions", EVERYBODY, api=True),
    Row(
        "api:add_instruction", frozenset({"supervisor", "manager"}), "POST", api=True,
        data=fixed(
            leader="王市长", office="市长", given_on="2026-03-03", reply_by="2026-03-10",
            title="专报", words="请办理",
        ),
    ),
    Row(
        "api:read_instruction", CONCERNED, story="instructed", kwargs=an_instruction, api=True,
        refused=404,
    ),
    Row("api:list_unsatisfied", EVERYBODY, api=True),
    Row("api:list_commendations", EVERYBODY, api=True),
    Row(
        "api:add_commendation", CENTRE, "POST", api=True,
        data=fixed(form="call", on="2026-03-02", unit="water", words="谢谢"),
    ),
    Row("api:ask_public", public=True, api=True, data=fixed(q="停水")),
    Row(
        "api:judge_public", method="POST", public=True, api=True,
        kwargs=lambda s: {"code": "none"}, data=fixed(kind="right"),
    ),
    Row("api:find_answers", EVERYBODY, api=True, data=fixed(q="停水")),
    Row("api:read_answer", EVERYBODY, kwargs=answer, api=True),
    Row("api:write_answer", KEEPERS, "POST", api=True, data=fixed(question="停水怎么办？"),
        refused_for=dict.fromkeys(UNITS, 403)),
    Row(
        "api:revise_answer", EDITORS | {"water_handler", "water_leader"}, "POST", kwargs=answer,
        api=True, data=fixed(question="停水怎么办？", unit="water"),
    ),
    Row(
        "api:move_answer", frozenset({"water_leader"}), "POST", api=True, data=fixed(),
        kwargs=lambda s: answer(s) | {"verb": "confirm"},
    ),
    Row("api:list_documents", EVERYBODY, api=True),
    Row("api:list_duty", EVERYBODY, api=True),
    Row("api:list_knowledge_tasks", EVERYBODY, api=True),
    Row(
        "api:close_knowledge_task", EDITORS, "POST", kwargs=gap, api=True, data=fixed(),
    ),
    Row("api:list_tags", EVERYBODY, api=True),
    Row("api:read_workflow", EVERYBODY, api=True),
    # Everybody may ask; who sees no orders gets an empty answer.
    Row("api:count_open", EVERYBODY, api=True),
    Row("api:list_orders", EVERYBODY, api=True),
    Row("api:search", EVERYBODY, api=True, data=fixed(q="暖气")),
    Row("api:create_order", AGENTS, "POST", api=True, data=fixed(content="暖气不热，请处理")),
    of_order("read_order", allowed=SEEING, story=HELD),
    of_order("list_events", allowed=SEEING, story=HELD),
    of_order("read_around", allowed=SEEING, story=HELD),
    of_order("list_steps", allowed=SEEING, story=HELD),
    of_order("list_callbacks", allowed=SEEING, story=CALLED),
    of_order("list_urgings", allowed=SEEING, story=HELD),
    of_order(
        "urge", allowed=frozenset({"supervisor", "manager"}), method="POST", story=HELD,
        data=fixed(kind="telephone", said="请签收"),
    ),
    of_order(
        "reveal", allowed=SEEING - {"quality"}, method="POST", story=HELD,
        data=fixed(purpose="核实"),
    ),
    of_order(
        "record_callback", allowed=frozenset({"callback"}), method="POST", story=CALLED,
        data=fixed(reached=True, solved="yes", satisfaction="satisfied"),
    ),
    of_order("close_unreached", allowed=frozenset({"callback"}), method="POST", story=CALLED),
    of_order(
        "close_unsatisfied", allowed=frozenset({"callback"}), method="POST", story=CALLED,
        data=fixed(note="已说明"),
    ),
    of_order(
        "close_without_callback", allowed=frozenset({"callback"}), method="POST", story=CALLED,
        data=fixed(reason="N01"),
    ),
    of_order(
        "add_attachments", allowed=ATTACHING, method="POST", story=HELD, form=True, data=upload
    ),
    Row("api:read_attachment", SEEING, story=HELD, kwargs=photo, api=True, refused=404),
    *(
        Row(
            f"api:step_{case.verb}", case.allowed, "POST", story=case.story, kwargs=order,
            data=lambda story, case=case: filled(case.data, story), api=True,
            refused_for=refusals(case),
        )
        for case in STEP_CASES
    ),
]  # fmt: skip
