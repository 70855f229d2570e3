"""The form of a row of the permission matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.world import Story

Facts = dict[str, Any]


def _nothing(story: Story) -> Facts:
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """Who may ask for one URL with one method.

    Attributes:
        name: URL name with its namespace, such as ``workbench:order``.
        allowed: names of people of ``tests.world`` who may; everybody else is refused.
        method: GET or POST.
        story: steps of ``Story`` before the request, such as ``created.submitted``.
        kwargs: makes the URL's arguments from the story.
        data: makes the posted fields from the story.
        refused: what others get: 403 (knows of it, may not) or 404 (does not exist for them).
        refused_for: exceptions to ``refused`` by name.
        public: anybody may, signed in or not.
        api: asked with a token instead of a session; signed-out answers are 401 instead of 302.
        form: an API address that takes a form instead of JSON.
    """

    name: str
    allowed: frozenset[str] = frozenset()
    method: str = "GET"
    story: str = ""
    kwargs: Callable[[Story], Facts] = field(default=_nothing)
    data: Callable[[Story], Facts] = field(default=_nothing)
    refused: int = 403
    refused_for: dict[str, int] = field(default_factory=dict)
    public: bool = False
    api: bool = False
    form: bool = False


CENTRE = frozenset(
    {
        "agent",
        "vendor_agent",
        "dispatcher",
        "auditor",
        "callback",
        "supervisor",
        "quality",
        "manager",
    }
)
UNITS = frozenset(
    {
        "water_handler",
        "water_leader",
        "team_handler",
        "housing_handler",
        "township_handler",
        "county_handler",
    }
)
EVERYBODY = CENTRE | UNITS | {"administrator"}


@dataclass(frozen=True, slots=True)
class StepCase:
    """Who may take one step of an order, and in which story; shared by pages and API."""

    verb: str
    story: str
    allowed: frozenset[str]
    data: Facts = field(default_factory=dict)
    # Units with a part in the order see it; the rest do not, so it does not exist for them.
    seeing: frozenset[str] = CENTRE


# Stands for the number of the main order that ``Story.with_main`` makes.
MAIN = "<main>"
FILING = "<filing>"
_MINE = CENTRE | {"water_handler", "water_leader"}
_AGENTS = frozenset({"agent", "vendor_agent"})
_DISPATCH = frozenset({"dispatcher"})
_WATER = frozenset({"water_handler", "water_leader"})
_AUDIT = frozenset({"auditor"})
_DECIDE = frozenset({"dispatcher", "manager"})
_STREET = frozenset({"township_handler"})
_COUNTY = frozenset({"county_handler"})
_ON_STREET = CENTRE | _STREET | _COUNTY
_NOTE = {"note": "说明原因"}
_HELD = "created.submitted.dispatched"
STEP_CASES: tuple[StepCase, ...] = (
    StepCase(
        "edit", "created", _AGENTS,
        {"kind": "help", "category": "0404", "content": "暖气不热，请处理", "urgency": "normal"},
    ),
    StepCase("answer", "created", _AGENTS, {"answer": "供热期到三月十五日"}),
    StepCase("refer", "created", _AGENTS, {"reason": "R01"}),
    StepCase("transfer", "created", _AGENTS, {"to": "110"}),
    StepCase("submit", "created", _AGENTS),
    StepCase("approve", "created.to_review", frozenset({"dispatcher", "manager"})),
    StepCase("send_back", "created.to_review", frozenset({"dispatcher", "manager"}), _NOTE),
    StepCase("dispatch", "created.submitted", _DISPATCH, {"lead": "water"}),
    StepCase("add_units", _HELD, _DISPATCH, {"assist": ["housing"]}, _MINE),
    StepCase(
        "reassign", f"{_HELD}.signed", _DISPATCH, {"lead": "housing", "note": "属楼内供热"}, _MINE,
    ),
    StepCase("sign", _HELD, _WATER, {}, _MINE),
    StepCase(
        "ask_return", _HELD, _WATER,
        {"reason": "T01", "basis": "不属本单位", "suggested": "housing"}, _MINE,
    ),
    StepCase("grant_return", f"{_HELD}.return_asked", _DISPATCH, {}, _MINE),
    StepCase("refuse_return", f"{_HELD}.return_asked", _DISPATCH, _NOTE, _MINE),
    StepCase(
        "confer", "created.submitted", _DISPATCH,
        {"units": ["water", "housing"], "basis": "管网分界不清"},
    ),
    StepCase(
        "contest", f"{_HELD}.return_refused", _WATER,
        {"basis": "管网已移交", "suggested": "housing"}, _MINE,
    ),
    StepCase(
        "give_opinion", "created.submitted.conferred", _DECIDE,
        {"unit": "housing", "opinion": "楼内设施由我局负责"},
        CENTRE | {"water_handler", "water_leader", "housing_handler"},
    ),
    StepCase(
        "rule", f"{_HELD}.return_refused.contested", _DECIDE,
        {"lead": "housing", "basis": "三定方案第四条"}, _MINE | {"housing_handler"},
    ),
    StepCase(
        "reopen_ruling", f"{_HELD}.return_refused.contested.ruled", _DECIDE,
        {"basis": "所据文件已作废"}, _MINE,
    ),
    StepCase(
        "propose_ruling", f"{_HELD}.return_refused.contested.two_rule", _DECIDE,
        {"lead": "housing", "basis": "三定方案第四条"}, _MINE | {"housing_handler"},
    ),
    StepCase(
        "enter_ruling", f"{_HELD}.return_refused.contested.ruled", _DECIDE,
        {"matter": "二次供水设施维修", "basis": "派单裁定：三定方案第四条"},
        _MINE,
    ),
    StepCase(
        "sub_sign", f"{_HELD}.assisted", frozenset({"housing_handler"}), {},
        _MINE | {"housing_handler"},
    ),
    StepCase(
        "sub_reply", f"{_HELD}.signed.assisted", frozenset({"housing_handler"}),
        {"process": "已到场", "result": "已配合"}, _MINE | {"housing_handler"},
    ),
    StepCase(
        "contact", f"{_HELD}.signed", _WATER,
        {"at": "2026-03-02T15:00:00+08:00", "number": "13800000000"}, _MINE,
    ),
    StepCase("pass_down", f"{_HELD}.signed", _WATER, {"unit": "water-team"}, _MINE),
    StepCase(
        "ask_extension", f"{_HELD}.signed", _WATER,
        {
            "reason": "E01", "basis": "需检测", "until": "2026-03-12T00:00:00+08:00",
            "explanation": "需要检测",
        }, _MINE,
    ),
    StepCase("decide_extension", f"{_HELD}.signed.extension_asked", _DECIDE, {}, _MINE),
    StepCase("refuse_extension", f"{_HELD}.signed.extension_asked", _DECIDE, _NOTE, _MINE),
    StepCase(
        "ask_suspension", f"{_HELD}.signed", _WATER,
        {
            "basis": "暂不具备条件", "explanation": "暂时办不了",
            "until": "2026-03-20T00:00:00+08:00", "report": [1],
        }, _MINE,
    ),
    StepCase("suspend", f"{_HELD}.signed.suspension_asked", _DECIDE, {}, _MINE),
    StepCase("refuse_suspension", f"{_HELD}.signed.suspension_asked", _DECIDE, _NOTE, _MINE),
    StepCase("resume", f"{_HELD}.signed.suspension_asked.suspended", _DECIDE, {}, _MINE),
    StepCase(
        "ask_termination", f"{_HELD}.signed", _WATER,
        {"reason": "Z01", "basis": "拒绝核实", "explanation": "无法核实"}, _MINE,
    ),
    StepCase("grant_termination", f"{_HELD}.signed.termination_asked", _AUDIT, {}, _MINE),
    StepCase("refuse_termination", f"{_HELD}.signed.termination_asked", _AUDIT, _NOTE, _MINE),
    StepCase(
        "reply", f"{_HELD}.signed.contacted", _WATER,
        {
            "outcome": "solved", "process": "检修", "result": "恢复", "public_answer": "已修好",
            "contacted_at": "2026-03-03T10:00:00+08:00", "contact_number": "13800000000",
            "sign_off": "负责人",
        }, _MINE,
    ),
    StepCase("pass_audit", f"{_HELD}.signed.contacted.replied", _AUDIT, {}, _MINE),
    StepCase("reject_reply", f"{_HELD}.signed.contacted.replied", _AUDIT, _NOTE, _MINE),
    StepCase(
        "draft_reply", f"{_HELD}.signed.contacted.signing", _WATER,
        {
            "outcome": "solved", "process": "检修", "result": "恢复", "public_answer": "已修好",
            "contacted_at": "2026-03-03T10:00:00+08:00", "contact_number": "13800000000",
            "sign_off": "负责人",
        }, _MINE,
    ),
    StepCase(
        "return_draft", f"{_HELD}.signed.contacted.signing.drafted", frozenset({"water_leader"}),
        _NOTE, _MINE,
    ),
    StepCase(
        "sign_reply", f"{_HELD}.signed.contacted.signing.drafted", frozenset({"water_leader"}),
        {"sign_off": "负责人"}, _MINE,
    ),
    StepCase("local_call", f"{_HELD}.signed", _WATER, {"content": "yes"}, _MINE),
    StepCase(
        "tell", f"{_HELD}.signed.contacted.replied.audited", frozenset({"callback"}),
        {"how": "phone"}, _MINE,
    ),
    StepCase("handle_again", f"{_HELD}.signed.contacted.replied", _AUDIT, _NOTE, _MINE),
    StepCase("supervise_reply", f"{_HELD}.signed.contacted.replied", _AUDIT, _NOTE, _MINE),
    StepCase("list_matters", "created", _AGENTS, {"matters": ["暖气不热", "收费不合理"]}),
    StepCase(
        "explain", f"{_HELD}.signed", _WATER, {"said": "需要工期", "basis": "供热条例"}, _MINE,
    ),
    StepCase("progress", f"{_HELD}.signed", _WATER, _NOTE, _MINE),
    StepCase("report_plan", "planned", _WATER, _NOTE, _MINE),
    StepCase(
        "confirm_plan", "planned.plan_reported", frozenset({"callback"}),
        {"done": True, "note": "诉求人确认"}, _MINE,
    ),
    StepCase(
        "whistle", "on_street", _STREET, {"units": ["housing"], "why": "请到场认定"}, _ON_STREET,
    ),
    StepCase(
        "report_in", "on_street.whistled", frozenset({"housing_handler"}),
        {"on_site": "yes", "person": "安全科"}, _ON_STREET | {"housing_handler"},
    ),
    StepCase(
        "judge_whistle", "on_street.whistled.came_and_told", _STREET,
        {"unit": "housing", "grade": "good"}, _ON_STREET | {"housing_handler"},
    ),
    StepCase(
        "ask_raise", "on_street", _STREET,
        {"to": "county", "basis": "跨街道", "tried": "已协调"}, _ON_STREET,
    ),
    StepCase("accept_raise", "on_street.raise_asked", _COUNTY, {}, _ON_STREET),
    StepCase("answer_raise", "on_street.raise_asked", _COUNTY, _NOTE, _ON_STREET),
    StepCase("settle_raise", "on_street.raise_asked", _DECIDE, _NOTE, _ON_STREET),
    StepCase("send_again", f"{_HELD}.signed.contacted.replied.rejected", _DISPATCH, {}, _MINE),
    StepCase("ask_void", "created", _DISPATCH, _NOTE),
    StepCase("confirm_void", "created.void_asked", frozenset({"manager"})),
    StepCase("refuse_void", "created.void_asked", frozenset({"manager"}), _NOTE),
    StepCase("note", "created", CENTRE, _NOTE),
    StepCase("merge", "created.submitted.with_main", _DISPATCH, {"main": MAIN}),
    StepCase("join", "created.with_main", _AGENTS, {"main": MAIN}),
    StepCase("split_off", "created.submitted.with_main.merged", _DISPATCH, _NOTE),
    StepCase("answer_from_file", "created.submitted.filed", _DISPATCH, {"filing": FILING}),
    StepCase(
        "ask_write_off", "to_callback.unsatisfied", _WATER,
        {"note": "已换管道"}, _MINE,
    ),
    StepCase(
        "write_off", "to_callback.unsatisfied.improved", frozenset({"callback"}),
        {"reached": True, "solved": "yes", "satisfaction": "satisfied"}, _MINE,
    ),
    StepCase("link", "created.with_main", CENTRE, {"other": MAIN, "kind": "related"}),
    StepCase("tag", "created.tagged", CENTRE, {"tags": []}),
    StepCase(
        "call_through", "created", CENTRE,
        {"told": "社区值班员", "number": "05342345678", "said": "请上门看望"},
    ),
    StepCase("supplement", "created", _AGENTS, {"words": "今天又停暖了"}),
    StepCase("heed", f"{_HELD}.with_news", _WATER, {}, _MINE),
    StepCase(
        "record_fact", _HELD, (CENTRE - {"quality"}) | {"water_handler", "water_leader"},
        {"kind": "external", "on": "2026-03-02", "what": "邻居反映"}, _MINE,
    ),
)  # fmt: skip


def refusals(case: StepCase) -> dict[str, int]:
    """Return what each person gets who may not: 403 if they see the order, else 404."""
    return {who: 403 if who in case.seeing else 404 for who in EVERYBODY}


def filled(data: Facts, story: Story) -> Facts:
    """Return posted fields with the numbers of the main order or filing that they ask for."""
    stands_for = {MAIN: lambda: story.main.number, FILING: lambda: story.filing.number}
    return {
        k: stands_for[v]() if isinstance(v, str) and v in stands_for else v for k, v in data.items()
    }
