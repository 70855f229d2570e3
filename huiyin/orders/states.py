"""The life of an order as one table: states, steps, who waits for whom, close types.

Buttons, the API and docs/workflow.md are derived from this table; nothing else knows it.
Source: handbook domain.md 4.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from huiyin.knowledge.states import ClockKind
from huiyin.orders.kinds import (
    AUDIT_LABELS as AUDIT_LABELS,
)
from huiyin.orders.kinds import (
    CHANNEL_LABELS as CHANNEL_LABELS,
)
from huiyin.orders.kinds import (
    CLOSE_LABELS as CLOSE_LABELS,
)
from huiyin.orders.kinds import (
    CONTENT_GRADES as CONTENT_GRADES,
)
from huiyin.orders.kinds import (
    OUTCOME_LABELS as OUTCOME_LABELS,
)
from huiyin.orders.kinds import (
    SATISFACTION_LABELS as SATISFACTION_LABELS,
)
from huiyin.orders.kinds import (
    AssignmentRole as AssignmentRole,
)
from huiyin.orders.kinds import (
    AuditOutcome as AuditOutcome,
)
from huiyin.orders.kinds import (
    Channel as Channel,
)
from huiyin.orders.kinds import (
    CloseType as CloseType,
)
from huiyin.orders.kinds import (
    Outcome as Outcome,
)
from huiyin.orders.kinds import (
    Satisfaction as Satisfaction,
)
from huiyin.orders.kinds import (
    ScorePart as ScorePart,
)
from huiyin.orders.kinds import (
    Solved as Solved,
)
from huiyin.orgs.states import Perm


class State(StrEnum):
    """Where an order stands. 催办，督办，批示 are records beside it, never states."""

    DRAFT = "draft"
    REVIEW = "review"
    TO_DISPATCH = "to_dispatch"
    DISPUTE = "dispute"
    TO_SIGN = "to_sign"
    RETURN_REVIEW = "return_review"
    IN_PROGRESS = "in_progress"
    EXT_REVIEW = "ext_review"
    SUSPENDED = "suspended"
    REPLY_REVIEW = "reply_review"
    TO_CALLBACK = "to_callback"
    REWORK = "rework"
    CLOSED = "closed"
    UNSAT = "unsat"
    ARCHIVED = "archived"
    VOID = "void"

    @property
    def label(self) -> str:
        """Return the name that staff read."""
        return FACES[self].label

    @property
    def public(self) -> str:
        """Return the name that the citizen reads."""
        return FACES[self].public


@dataclass(frozen=True, slots=True)
class Face:
    """How a state is shown, who is waited for, and which clock tells until when."""

    label: str
    public: str
    waits_for: str = ""
    to_do: str = ""
    clock: ClockKind | None = None
    tone: str = "blue"


FACES: dict[State, Face] = {
    State.DRAFT: Face("待受理", "已登记，等待受理", "受理员", "受理", ClockKind.ACCEPT),
    State.REVIEW: Face("待审查", "已受理，正在审查", "审查人", "审查", ClockKind.REVIEW),
    State.TO_DISPATCH: Face("待派单", "已受理，正在派单", "派单员", "派单", ClockKind.DISPATCH),
    State.DISPUTE: Face(
        "争议会商", "正在确定承办单位", "热线中心", "裁定承办单位", ClockKind.DISPUTE
    ),
    State.TO_SIGN: Face("待签收", "已派给承办单位", "主办单位", "签收", ClockKind.SIGN),
    State.RETURN_REVIEW: Face(
        "退单待审", "正在核实承办单位", "派单员", "审核退单", ClockKind.RETURN_REVIEW
    ),
    State.IN_PROGRESS: Face("办理中", "承办单位办理中", "主办单位", "办理并回复", ClockKind.FINISH),
    State.EXT_REVIEW: Face(
        "延期待审", "承办单位办理中", "热线中心", "审核延期", ClockKind.EXTENSION_REVIEW
    ),
    State.SUSPENDED: Face(
        "挂账", "已挂账跟踪", "热线中心", "复核销账", ClockKind.SUSPENSION, "grey"
    ),
    State.REPLY_REVIEW: Face("待审核", "已办理，正在审核", "审核员", "审核回复", ClockKind.AUDIT),
    State.TO_CALLBACK: Face("待回访", "已办理，等待您的评价", "回访员", "回访", ClockKind.CALLBACK),
    State.REWORK: Face("待重派", "正在安排重新办理", "派单员", "重新派单", ClockKind.REDO),
    State.CLOSED: Face("已办结", "已办结", tone="green"),
    State.UNSAT: Face("不满意待销号", "已结案，继续跟踪", "主办单位", "改进并申请销号", tone="red"),
    State.ARCHIVED: Face("已归档", "已办结", tone="grey"),
    State.VOID: Face("已作废", "已撤销", tone="grey"),
}

FINAL = frozenset({State.CLOSED, State.UNSAT, State.ARCHIVED, State.VOID})
OPEN = frozenset(State) - FINAL


class Side(StrEnum):
    """On which side of the counter a step is taken."""

    CENTRE = "centre"
    LEAD = "lead"
    ASSIGNED = "assigned"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person (or the system) can do to an order.

    Attributes:
        verb: its name in events, URLs and the API.
        label: the word on the button; ``past``: the word in the timeline.
        sources: states in which it may be taken; ``targets``: where it may lead, the first by
            default; empty when the state stays.
        perm: what the actor must have; None for the system alone.
        side: centre, the lead unit, any assigned unit, or the system.
        starts, stops: clocks.
        public: whether the citizen sees it in the progress list.
        guard: what else must hold, in Chinese, for the documentation.
        built: False while its action and screen belong to a later milestone.
        citizen, system: whether these may take it as well.
    """

    verb: str
    label: str
    past: str
    sources: frozenset[State]
    targets: tuple[State, ...]
    perm: Perm | None
    side: Side = Side.CENTRE
    starts: tuple[ClockKind, ...] = ()
    stops: tuple[ClockKind, ...] = ()
    public: bool = False
    guard: str = ""
    built: bool = True
    citizen: bool = False
    system: bool = False
    source: str = field(default="domain.md 4.3")


S, C, P = State, ClockKind, Perm
# A lower part may not have signed yet, nor a department that was called have come.
_HELD = (C.FINISH, C.CONTACT, C.FEEDBACK, C.SIGN, C.WHISTLE)
_GIVEN = (C.SIGN, C.CONTACT, C.FEEDBACK, C.FINISH)
_ENDS = tuple(ClockKind)
_KEPT = frozenset(State) - {State.ARCHIVED, State.VOID}


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


CREATE = Step(
    "create", "登记", "登记诉求", _from(), (S.DRAFT,), P.INTAKE, starts=(C.ACCEPT,), public=True,
    guard="内容完整", citizen=True,
)  # fmt: skip
ANSWER = Step(
    "answer", "直接答复", "直接答复", _from(S.DRAFT), (S.CLOSED,), P.INTAKE,
    stops=_ENDS, public=True,
    guard="填写答复内容",
)  # fmt: skip
REFER = Step(
    "refer", "告知渠道", "告知办理渠道", _from(S.DRAFT), (S.CLOSED,), P.INTAKE, stops=_ENDS,
    public=True, guard="选择原因并告知去处",
)  # fmt: skip
TRANSFER = Step(
    "transfer", "转紧急热线", "转紧急热线", _from(S.DRAFT), (S.CLOSED,), P.INTAKE, stops=_ENDS,
    public=True, guard="写明转接对象和时间",
)  # fmt: skip
SUBMIT = Step(
    "submit", "转派单", "受理", _from(S.DRAFT), (S.TO_DISPATCH, S.REVIEW), P.INTAKE,
    starts=(C.DISPATCH,), stops=(C.ACCEPT,), public=True, guard="类型、分类齐全",
)  # fmt: skip
EDIT = Step(
    "edit", "整理", "整理诉求", _from(S.DRAFT), (), P.INTAKE, guard="原文留存在历史中",
)  # fmt: skip
APPROVE = Step(
    "approve", "审查通过", "审查通过", _from(S.REVIEW), (S.TO_DISPATCH,), P.REVIEW,
    starts=(C.DISPATCH,), stops=(C.REVIEW,), guard="审查人不是登记人",
)  # fmt: skip
SEND_BACK = Step(
    "send_back", "退回补充", "退回补充", _from(S.REVIEW), (S.DRAFT,), P.REVIEW, starts=(C.ACCEPT,),
    stops=(C.REVIEW,), guard="写明要补充什么",
)  # fmt: skip
MERGE = Step(
    "merge", "并单", "并入同一事件", _from(S.TO_DISPATCH), (S.CLOSED,), P.DISPATCH, stops=_ENDS,
    guard="主单未办结", public=True,
)  # fmt: skip
JOIN = Step(
    "join", "并入同一事件", "登记时并入同一事件", _from(S.DRAFT), (S.CLOSED,), P.INTAKE,
    stops=_ENDS, guard="主单未办结，已转派单", public=True, source="domain.md 4.3; requirement 69",
)  # fmt: skip
ABSORB = Step(
    "absorb", "接收并单", "有诉求并入本单", OPEN, (), None, Side.SYSTEM,
    guard="随并单记录", system=True,
)  # fmt: skip
SPLIT_OFF = Step(
    "split_off", "拆出", "从并单中拆出", _from(S.CLOSED), (S.TO_DISPATCH,), P.DISPATCH,
    starts=(C.DISPATCH,), guard="并单的工单；主单未办结；写明原因", public=True,
)  # fmt: skip
END_WITH_MAIN = Step(
    "end_with_main", "随主单办结", "所并入的工单有了结果", _from(S.CLOSED), (), None, Side.SYSTEM,
    guard="主单已办结", public=True, system=True,
)  # fmt: skip
RATE_MERGED = Step(
    "rate_merged", "评价", "诉求人评价", _from(S.CLOSED, S.ARCHIVED), (), None, Side.SYSTEM,
    guard="并单的工单；主单已办结；每件一次", public=True, citizen=True,
)  # fmt: skip
ANSWER_FROM_FILE = Step(
    "answer_from_file", "备案答复", "按备案材料答复", _from(S.TO_DISPATCH), (S.CLOSED,), P.DISPATCH,
    stops=_ENDS, guard="有效备案相符", public=True,
)  # fmt: skip
DISPATCH = Step(
    "dispatch", "派单", "派单", _from(S.TO_DISPATCH), (S.TO_SIGN,), P.DISPATCH,
    starts=_GIVEN, stops=(C.DISPATCH,), public=True, guard="选定主办单位",
)  # fmt: skip
CONFER = Step(
    "confer", "会商", "提交会商", _from(S.TO_DISPATCH), (S.DISPUTE,), P.DISPATCH,
    starts=(C.DISPUTE,), stops=(C.DISPATCH,),
    guard="写明理由；两个以上候选单位，或退单达到规定次数",
)  # fmt: skip
CONTEST = Step(
    "contest", "派单异议", "提出派单异议", _from(S.TO_SIGN, S.IN_PROGRESS), (S.DISPUTE,), P.HANDLE,
    Side.LEAD, starts=(C.DISPUTE,), guard="退单已被驳回；依据和建议单位；原时限继续计算",
    source="domain.md 2.8",
)  # fmt: skip
GIVE_OPINION = Step(
    "give_opinion", "会商意见", "记录会商意见", _from(S.DISPUTE), (), P.DECIDE,
    guard="候选单位，尚未裁定；写明意见", source="domain.md 2.8",
)  # fmt: skip
RULE = Step(
    "rule", "裁定", "裁定承办单位", _from(S.DISPUTE), (S.TO_SIGN, S.IN_PROGRESS), P.DECIDE,
    starts=_GIVEN, stops=(C.DISPUTE,), public=True,
    guard="写明依据；被指定单位不得再退；须两人裁定的，与另一人所拟一致",
)  # fmt: skip
PROPOSE_RULING = Step(
    "propose_ruling", "拟裁定", "拟出裁定", _from(S.DISPUTE), (), P.DECIDE,
    guard="须两人裁定的城市；由另一人裁定", source="domain.md 2.8",
)  # fmt: skip
REOPEN_RULING = Step(
    "reopen_ruling", "重新会商", "裁定有误，重新会商",
    _from(S.TO_SIGN, S.IN_PROGRESS), (S.DISPUTE,), P.DECIDE, starts=(C.DISPUTE,),
    source="domain.md 2.8",
    guard="主办单位由裁定指定；写明理由；不是裁定人本人；原时限继续计算",
)  # fmt: skip
ENTER_RULING = Step(
    "enter_ruling", "写入派单目录", "把裁定写入派单目录", _KEPT, (), P.DECIDE,
    guard="有裁定；主办单位、分类与裁定和本单一致；生效日期不早于今天", source="domain.md 2.8",
)  # fmt: skip
SIGN = Step(
    "sign", "签收", "签收", _from(S.TO_SIGN), (S.IN_PROGRESS,), P.HANDLE,
    Side.LEAD, stops=(C.SIGN,),
    public=True,
)  # fmt: skip
CONTACT = Step(
    "contact", "记录联系", "联系诉求人", _from(S.IN_PROGRESS), (), P.HANDLE, Side.ASSIGNED,
    stops=(C.CONTACT,), public=True, guard="写明联系时间和号码", source="domain.md 2.1 art. 15",
)  # fmt: skip
ADD_UNITS = Step(
    "add_units", "加派", "增加协办单位", _from(S.TO_SIGN, S.IN_PROGRESS), (), P.DISPATCH,
    guard="单位尚未承办本单",
)  # fmt: skip
REASSIGN = Step(
    "reassign", "转派", "改由另一单位主办", _from(S.TO_SIGN, S.IN_PROGRESS), (S.TO_SIGN,),
    P.DISPATCH, starts=_GIVEN, stops=_HELD, public=True,
    guard="写明理由；不是现主办单位；现主办单位不是由裁定指定",
)  # fmt: skip
PASS_DOWN = Step(
    "pass_down", "下派", "下派到下属单位", _from(S.IN_PROGRESS), (), P.HANDLE, Side.ASSIGNED,
    guard="下属单位；本单位仍负责", source="requirement 126",
)  # fmt: skip
SUB_SIGN = Step(
    "sub_sign", "签收任务", "下级或协办单位签收", _from(S.TO_SIGN, S.IN_PROGRESS), (), P.HANDLE,
    Side.ASSIGNED,
)  # fmt: skip
WHISTLE = Step(
    "whistle", "吹哨", "吹哨，请部门报到", _from(S.IN_PROGRESS, S.EXT_REVIEW), (), P.HANDLE,
    Side.ASSIGNED, guard="城市规定可以吹哨的单位；部门未承办本单；写明事由",
    source="domain.md 2.1 art. 16",
)  # fmt: skip
REPORT_IN = Step(
    "report_in", "报到", "部门报到", _from(S.TO_SIGN, S.IN_PROGRESS, S.EXT_REVIEW), (), P.HANDLE,
    Side.ASSIGNED, guard="被吹哨的部门；写明谁来、是否到场", source="domain.md 2.1 art. 16",
)  # fmt: skip
JUDGE_WHISTLE = Step(
    "judge_whistle", "评价报到", "评价报到情况",
    _from(S.IN_PROGRESS, S.EXT_REVIEW, S.REPLY_REVIEW, S.TO_CALLBACK), (), P.HANDLE, Side.ASSIGNED,
    guard="吹哨的单位；部门已反馈，或到时限没有报到、没有反馈", source="domain.md 2.1 art. 33",
)  # fmt: skip
ASK_RAISE = Step(
    "ask_raise", "申请提级", "申请提级办理", _from(S.IN_PROGRESS), (), P.HANDLE, Side.LEAD,
    starts=(C.RAISING,), guard="次数未用完；写明原因和已做的工作；答复前时限照常计算",
    source="domain.md 2.1 art. 20; requirement 204",
)  # fmt: skip
ACCEPT_RAISE = Step(
    "accept_raise", "提级接办", "提级接办", _from(S.IN_PROGRESS), (), P.HANDLE, Side.ASSIGNED,
    stops=(C.RAISING,), public=True, guard="被提请的上级单位；原主办单位转为协办",
    source="domain.md 2.8",
)  # fmt: skip
ANSWER_RAISE = Step(
    "answer_raise", "答复提级", "研究答复提级", _from(S.IN_PROGRESS), (), P.HANDLE, Side.ASSIGNED,
    stops=(C.RAISING,), guard="被提请的上级单位；写明意见，可指定所辖单位协办",
    source="domain.md 2.8",
)  # fmt: skip
SETTLE_RAISE = Step(
    "settle_raise", "决定提级", "决定提级办理", _from(S.IN_PROGRESS), (S.IN_PROGRESS, S.TO_SIGN),
    P.DECIDE, stops=(C.RAISING,), public=True, guard="已申请提级；写明意见；上级未答复的也可",
    source="domain.md 2.8",
)  # fmt: skip
SUB_REPLY = Step(
    "sub_reply", "报送结果", "下级或协办单位报送结果", _from(S.IN_PROGRESS), (), P.HANDLE,
    Side.ASSIGNED, guard="填写办理过程和结果",
)  # fmt: skip
ASK_RETURN = Step(
    "ask_return", "申请退单", "申请退单", _from(S.TO_SIGN, S.IN_PROGRESS), (S.RETURN_REVIEW,),
    P.HANDLE, Side.LEAD, starts=(C.RETURN_REVIEW,),
    guard="退单时限和次数内，未被驳回过；原因、依据、建议单位", source="domain.md 2.8",
)  # fmt: skip
GRANT_RETURN = Step(
    "grant_return", "同意退单", "同意退单", _from(S.RETURN_REVIEW), (S.TO_DISPATCH,), P.DISPATCH,
    starts=(C.DISPATCH,), stops=(C.RETURN_REVIEW, *_HELD),
)  # fmt: skip
REFUSE_RETURN = Step(
    "refuse_return", "驳回退单", "驳回退单", _from(S.RETURN_REVIEW), (S.TO_SIGN, S.IN_PROGRESS),
    P.DISPATCH, stops=(C.RETURN_REVIEW,), guard="写明理由；原时限继续计算，城市可规定补回审核用时",
)  # fmt: skip
ASK_EXTENSION = Step(
    "ask_extension", "申请延期", "申请延期", _from(S.IN_PROGRESS), (S.EXT_REVIEW,), P.HANDLE,
    Side.LEAD, starts=(C.EXTENSION_REVIEW,), source="domain.md 2.8; 2.1 art. 15",
    guard="到期前；次数未用完；新时限在规定之内；向诉求人说明",
)  # fmt: skip
DECIDE_EXTENSION = Step(
    "decide_extension", "同意延期", "同意延期", _from(S.EXT_REVIEW), (S.IN_PROGRESS,), P.DECIDE,
    stops=(C.EXTENSION_REVIEW,), public=True, guard="审批人不是申请人；原时限停止，按新时限计算",
)  # fmt: skip
REFUSE_EXTENSION = Step(
    "refuse_extension", "驳回延期", "驳回延期", _from(S.EXT_REVIEW), (S.IN_PROGRESS,), P.DECIDE,
    stops=(C.EXTENSION_REVIEW,), guard="写明理由；原时限继续计算",
)  # fmt: skip
ASK_SUSPENSION = Step(
    "ask_suspension", "申请挂账", "申请挂账", _from(S.IN_PROGRESS), (), P.HANDLE, Side.LEAD,
    guard="盖章报告；复核日期；批准前时限照常计算", source="domain.md 2.8, 4.3",
)  # fmt: skip
SUSPEND = Step(
    "suspend", "批准挂账", "挂账", _from(S.IN_PROGRESS), (S.SUSPENDED,), P.DECIDE,
    starts=(C.SUSPENSION,), stops=_HELD, public=True, guard="有盖章报告的申请；审批人不是申请人",
)  # fmt: skip
REFUSE_SUSPENSION = Step(
    "refuse_suspension", "驳回挂账", "驳回挂账申请", _from(S.IN_PROGRESS), (), P.DECIDE,
    guard="写明理由",
)  # fmt: skip
RESUME = Step(
    "resume", "销账", "销账，恢复办理", _from(S.SUSPENDED), (S.IN_PROGRESS,), P.DECIDE,
    stops=(C.SUSPENSION,), public=True, guard="余下的时间接续计算；到复核日期自动销账", system=True,
)  # fmt: skip
ASK_TERMINATION = Step(
    "ask_termination", "申请终止", "申请终止办理", _from(S.IN_PROGRESS), (S.REPLY_REVIEW,),
    P.HANDLE, Side.LEAD, starts=(C.AUDIT,), stops=_HELD, guard="原因、依据和给诉求人的说明",
    source="domain.md 2.8 (Weifang art. 21)",
)  # fmt: skip
GRANT_TERMINATION = Step(
    "grant_termination", "同意终止", "终止办理", _from(S.REPLY_REVIEW), (S.CLOSED,), P.AUDIT,
    stops=_ENDS, public=True, guard="已申请终止；向诉求人说明，不再回访",
)  # fmt: skip
REFUSE_TERMINATION = Step(
    "refuse_termination", "驳回终止", "驳回终止申请", _from(S.REPLY_REVIEW), (S.IN_PROGRESS,),
    P.AUDIT, stops=(C.AUDIT,), guard="写明理由；原时限照旧",
)  # fmt: skip
REPLY = Step(
    "reply", "回复", "回复办理结果", _from(S.IN_PROGRESS), (S.REPLY_REVIEW, S.TO_CALLBACK),
    P.HANDLE, Side.LEAD, starts=(C.AUDIT, C.CALLBACK), stops=_HELD, public=True,
    guard="已联系诉求人；过程、结果、公开答复、签发人齐全；先回访后审核的城市转回访，其余转审核",
    source="requirements 18, 164, 165",
)  # fmt: skip
DRAFT_REPLY = Step(
    "draft_reply", "送签", "拟稿送签", _from(S.IN_PROGRESS), (), P.HANDLE, Side.LEAD,
    guard="本单位实行签批；回复内容齐全；没有待签发的稿子，期限继续计算", source="requirement 197",
)  # fmt: skip
RETURN_DRAFT = Step(
    "return_draft", "退回拟稿", "退回拟稿", _from(S.IN_PROGRESS), (), P.SIGN_OFF, Side.LEAD,
    guard="有待签发的稿子；写明退回原因", source="requirement 197",
)  # fmt: skip
SIGN_REPLY = Step(
    "sign_reply", "签发", "签发回复", _from(S.IN_PROGRESS), (S.REPLY_REVIEW, S.TO_CALLBACK),
    P.SIGN_OFF, Side.LEAD, starts=(C.AUDIT, C.CALLBACK), stops=_HELD, public=True,
    guard="有待签发的稿子；签发人不是拟稿人", source="requirement 197",
)  # fmt: skip
LOCAL_CALL = Step(
    "local_call", "本级回访", "承办单位自行回访", _from(S.IN_PROGRESS), (), P.HANDLE, Side.LEAD,
    guard="回复前的自行回访；不满意的二次办理后再回访", source="requirement 184",
)  # fmt: skip
TELL = Step(
    "tell", "告知答复", "热线告知诉求人答复", _from(S.TO_CALLBACK), (), P.CALL_BACK, public=True,
    guard="由热线统一答复的城市；写明告知方式", source="requirement 20",
)  # fmt: skip
LIST_MATTERS = Step(
    "list_matters", "列出事项", "列出诉求事项", _from(S.DRAFT, S.REVIEW, S.TO_DISPATCH), (),
    P.INTAKE, guard="一件诉求含多个事项时逐项列出，回复须逐项说明", source="requirement 168",
)  # fmt: skip
EXPLAIN = Step(
    "explain", "记录解释", "向诉求人解释", _from(S.IN_PROGRESS), (), P.HANDLE, Side.ASSIGNED,
    public=True, guard="写明解释内容和依据；次数自动累计", source="requirement 139",
)  # fmt: skip
PROGRESS = Step(
    "progress", "阶段反馈", "向热线和诉求人反馈进展", _from(S.IN_PROGRESS, S.EXT_REVIEW), (),
    P.HANDLE, Side.LEAD, stops=(C.FEEDBACK,), public=True,
    guard="写明进展，诉求人看得到；办理时限照常计算", source="domain.md 2.1 art. 14, 15",
)  # fmt: skip
PASS_AUDIT = Step(
    "pass_audit", "审核通过", "审核通过", _from(S.REPLY_REVIEW), (S.TO_CALLBACK, S.CLOSED), P.AUDIT,
    starts=(C.CALLBACK,), stops=(C.AUDIT,), public=True,
    guard="评分达到合格线；已回访或按计划不回访的随即办结，其余转回访",
    source="requirements 19, 165, 167",
)  # fmt: skip
REJECT_REPLY = Step(
    "reject_reply", "退回重办", "审核退回", _from(S.REPLY_REVIEW), (S.REWORK,), P.AUDIT,
    starts=(C.REDO,), stops=(C.AUDIT,), guard="写明退回原因", source="requirement 167",
)  # fmt: skip
HANDLE_AGAIN = Step(
    "handle_again", "继续办理", "审核要求继续办理", _from(S.REPLY_REVIEW), (S.IN_PROGRESS,),
    P.AUDIT, starts=(C.FINISH,), stops=(C.AUDIT,),
    guard="同一轮内补充办理；原期限未到的继续计算，已过的按重办时限", source="requirement 167",
)  # fmt: skip
SUPERVISE_REPLY = Step(
    "supervise_reply", "转督办", "审核转督办", _from(S.REPLY_REVIEW), (S.IN_PROGRESS,), P.AUDIT,
    starts=(C.FINISH,), stops=(C.AUDIT,),
    guard="写明督办要求；按督办时限办理", source="requirement 167",
)  # fmt: skip
VERIFY = Step(
    "verify", "回访核实", "回访核实，转审核", _from(S.TO_CALLBACK), (S.REPLY_REVIEW,), P.CALL_BACK,
    starts=(C.AUDIT,), stops=(C.CALLBACK,), public=True, citizen=True,
    guard="先回访后审核：有效回访、无法联系或已登记不回访的原因", source="requirement 165",
)  # fmt: skip
REPORT_PLAN = Step(
    "report_plan", "申报落实", "申报计划已落实", _from(S.CLOSED, S.UNSAT, S.ARCHIVED), (),
    P.HANDLE, guard="本单位列入计划、尚未落实的事项", source="requirement 137",
)  # fmt: skip
CONFIRM_PLAN = Step(
    "confirm_plan", "核实落实", "核实计划落实情况", _from(S.CLOSED, S.UNSAT, S.ARCHIVED), (),
    P.CALL_BACK, guard="单位已申报落实", source="requirement 137",
)  # fmt: skip
CLOSE = Step(
    "close", "办结", "回访后办结", _from(S.TO_CALLBACK), (S.CLOSED,), P.CALL_BACK, stops=_ENDS,
    public=True, guard="有效回访，或已登记不回访的原因", citizen=True,
)  # fmt: skip
REDO = Step(
    "redo", "重办", "回访不满意，重办", _from(S.TO_CALLBACK), (S.REWORK,), P.CALL_BACK,
    starts=(C.REDO,), stops=(C.CALLBACK,), public=True,
    guard="轮次未用完；回访员没有认定承办单位已尽责", citizen=True,
)  # fmt: skip
CLOSE_UNSATISFIED = Step(
    "close_unsatisfied", "不满意结案", "不满意结案", _from(S.TO_CALLBACK), (S.UNSAT,), P.CALL_BACK,
    stops=_ENDS, public=True, guard="已尽责；回访次数达到要求", source="domain.md 2.8",
)  # fmt: skip
CLOSE_UNREACHED = Step(
    "close_unreached", "无法联系结案", "多次无法联系，结案", _from(S.TO_CALLBACK), (S.CLOSED,),
    P.CALL_BACK, stops=_ENDS, public=True, guard="在规定天数内多次联系未果",
)  # fmt: skip
SEND_AGAIN = Step(
    "send_again", "重新派单", "重新派单", _from(S.REWORK), (S.IN_PROGRESS, S.TO_SIGN), P.DISPATCH,
    starts=_GIVEN, stops=(C.REDO,), public=True,
    guard="轮次加一，重新计算时限；原单位接着办理，改派的单位先签收", system=True,
)  # fmt: skip
ASK_WRITE_OFF = Step(
    "ask_write_off", "申请销号", "申请销号", _from(S.UNSAT), (), P.HANDLE,
    guard="原主办单位；写明改进情况；上一次申请已有结果", source="requirement 116",
)  # fmt: skip
WRITE_OFF = Step(
    "write_off", "销号回访", "整改后满意，销号", _from(S.UNSAT), (S.CLOSED,), P.CALL_BACK,
    public=True, guard="单位已申请；热线电话回访，诉求人满意",
)  # fmt: skip
STAY_UNSATISFIED = Step(
    "stay_unsatisfied", "不予销号", "销号回访未通过", _from(S.UNSAT), (), P.CALL_BACK,
    guard="单位已申请；回访未接通或诉求人仍不满意", source="requirement 116",
)  # fmt: skip
ARCHIVE = Step(
    "archive", "归档", "归档", _from(S.CLOSED), (S.ARCHIVED,), None,
    Side.SYSTEM, guard="办结满规定天数",
    system=True,
)  # fmt: skip
ASK_VOID = Step(
    "ask_void", "申请作废", "申请作废", OPEN, (), P.VOID, guard="撤诉或登记有误，写明原因",
)  # fmt: skip
CONFIRM_VOID = Step(
    "confirm_void", "确认作废", "确认作废", OPEN, (S.VOID,), P.CONFIRM_VOID,
    stops=_ENDS, public=True,
    guard="确认人不是申请人",
)  # fmt: skip
REFUSE_VOID = Step(
    "refuse_void", "驳回作废", "驳回作废申请", OPEN, (), P.CONFIRM_VOID,
    guard="已有人申请作废；写明理由；工单照常办理",
)  # fmt: skip
NOTE = Step(
    "note", "补充记录", "补充记录", OPEN, (), P.SEE_ALL, guard="不改变状态", system=True,
)  # fmt: skip
MOVE_UNIT = Step(
    "move_unit", "划转", "因机构调整划转", OPEN, (), None, Side.SYSTEM, public=True,
    guard="机构调整生效；时限不变", source="requirements 126, 132", system=True,
)  # fmt: skip
LINK = Step(
    "link", "关联", "关联工单", _KEPT, (), P.SEE_ALL, guard="两件不同的工单，尚未这样关联",
    source="requirement 48",
)  # fmt: skip
TAG = Step(
    "tag", "标签", "调整标签", _KEPT, (), P.SEE_ALL, guard="标签在本市目录内",
    source="requirements 206, 213, 215",
)  # fmt: skip
CALL_THROUGH = Step(
    "call_through", "电话通知", "电话通知", OPEN, (), P.SEE_ALL, source="requirements 16, 213",
    guard="写明通知谁、号码、是否接通、说了什么",
)  # fmt: skip
SUPPLEMENT = Step(
    "supplement", "补充情况", "诉求人补充情况", OPEN | {S.CLOSED, S.UNSAT}, (), P.INTAKE,
    public=True, guard="写明新情况", citizen=True, source="requirement 41",
)  # fmt: skip
HEED = Step(
    "heed", "已阅补充", "承办单位已阅补充情况", OPEN, (), P.HANDLE, Side.ASSIGNED,
    guard="有未阅的补充情况", source="requirement 41",
)  # fmt: skip
RECORD_FACT = Step(
    "record_fact", "记帮扶或执法", "记录帮扶或执法情况", _KEPT, (), P.REVEAL,
    guard="帮扶写明单位和内容；执法写明文书编号；承办单位须正在承办", source="requirements 29, 70",
)  # fmt: skip
RECOMPUTE = Step(
    "recompute", "重算时限", "日历公布，重算时限", OPEN, (), None, Side.SYSTEM,
    source="architecture 5", system=True,
)  # fmt: skip
OVERDUE = Step("overdue", "超期", "超过时限", OPEN, (), None, Side.SYSTEM, system=True)

STEPS: tuple[Step, ...] = (
    CREATE, EDIT, ANSWER, REFER, TRANSFER, SUBMIT, APPROVE, SEND_BACK, MERGE, JOIN,
    ABSORB, SPLIT_OFF, END_WITH_MAIN, RATE_MERGED, ANSWER_FROM_FILE, DISPATCH,
    CONFER, CONTEST, GIVE_OPINION, PROPOSE_RULING, RULE, REOPEN_RULING, ENTER_RULING,
    SIGN, SUB_SIGN, CONTACT, ADD_UNITS, REASSIGN,
    PASS_DOWN, SUB_REPLY, ASK_RETURN, GRANT_RETURN,
    REFUSE_RETURN, ASK_EXTENSION, DECIDE_EXTENSION, REFUSE_EXTENSION, ASK_SUSPENSION, SUSPEND,
    REFUSE_SUSPENSION, RESUME, ASK_TERMINATION, GRANT_TERMINATION, REFUSE_TERMINATION,
    WHISTLE, REPORT_IN, JUDGE_WHISTLE, ASK_RAISE, ACCEPT_RAISE, ANSWER_RAISE, SETTLE_RAISE, REPLY,
    DRAFT_REPLY, RETURN_DRAFT, SIGN_REPLY, LOCAL_CALL, TELL, LIST_MATTERS, EXPLAIN, PROGRESS,
    PASS_AUDIT, REJECT_REPLY, HANDLE_AGAIN, SUPERVISE_REPLY, VERIFY,
    REPORT_PLAN, CONFIRM_PLAN, CLOSE, REDO, CLOSE_UNSATISFIED, CLOSE_UNREACHED,
    SEND_AGAIN, ASK_WRITE_OFF, WRITE_OFF, STAY_UNSATISFIED,
    ARCHIVE, ASK_VOID, CONFIRM_VOID, REFUSE_VOID, NOTE, LINK, TAG, CALL_THROUGH, SUPPLEMENT, HEED,
    RECORD_FACT, MOVE_UNIT, RECOMPUTE, OVERDUE,
)  # fmt: skip
# Steps that may end a main order: then the callers of those merged into it are told. A draft has
# no group, what is merged holds none, and what voids the main order splits its group.
GROUP_TOPICS = tuple(
    f"order.{step.verb}"
    for step in STEPS
    if {S.CLOSED, S.UNSAT} & set(step.targets) and step.sources != {S.DRAFT} and step is not MERGE
)
BY_VERB: dict[str, Step] = {step.verb: step for step in STEPS}
