"""What may be sent with each step: form and limits; rules are in the actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Len, Lt
from pydantic import BaseModel, Field, StringConstraints

from huiyin.orders.actions.assigning import MOST_UNITS
from huiyin.orders.actions.beside import LONGEST_SUPPLEMENT
from huiyin.orders.actions.replying import (
    LONGEST,
    LONGEST_EXPLANATION,
    LONGEST_MATTER,
    LONGEST_MATTER_RESULT,
    MOST_MATTERS,
)
from huiyin.orders.kinds import FactKind, Handing, LinkKind
from huiyin.orders.reply_states import Told
from huiyin.orders.rules import MOST_MONEY
from huiyin.orders.states import Outcome, Satisfaction, Solved
from huiyin.web.api.inputs import Code, Content, Day, Phone, Tags
from huiyin.web.api.words import Moment, asked, said

Note = Annotated[str, StringConstraints(max_length=500)]
Long = Annotated[str, StringConstraints(max_length=2000)]
Units = Annotated[list[Code], Len(max_length=MOST_UNITS)]


class AnswerIn(BaseModel):
    """An answer on the spot."""

    model_config = asked("直接答复", {"answer": "本市供热期至 3 月 15 日，已为您查询到计划。"})

    answer: Annotated[Content, said("答复内容")]


class ReferIn(BaseModel):
    """The lawful way elsewhere."""

    model_config = asked("告知办理渠道", {"reason": "R01", "note": ""})

    reason: Annotated[Code, said("原因编码，见 /reasons?group=refer")]
    note: Annotated[Note, said("补充说明")] = ""


class TransferIn(BaseModel):
    """An emergency handed over."""

    model_config = asked("转紧急热线", {"to": "119", "note": "已三方通话"})

    to: Annotated[str, StringConstraints(max_length=40), said("转接对象")]
    note: Annotated[Note, said("补充说明")] = ""


class NoteIn(BaseModel):
    """A reason or remark that must be given."""

    model_config = asked("须写明的原因或说明", {"note": "地点不清，请补充楼号"})

    note: Annotated[Note, said("原因或说明")]


class OptionalNoteIn(BaseModel):
    """A remark that may be given."""

    model_config = asked("可以填写的说明", {"note": "同意"})

    note: Annotated[Note, said("说明")] = ""


class RemarkIn(BaseModel):
    """A remark for the history."""

    model_config = asked("补充记录", {"note": "诉求人来电补充：室温仍为 14 度"})

    note: Annotated[Long, said("要补充的内容")]


class CallThroughIn(BaseModel):
    """A telephone call that told somebody at once."""

    model_config = asked(
        "电话通知的记录。号码加密保存",
        {"told": "东关社区值班员", "number": "05342345678", "answered": True, "said": "已派人上门"},
    )

    told: Annotated[str, StringConstraints(max_length=60), said("通知了谁：单位和职务")]
    number: Annotated[Phone, said("拨打的号码")]
    answered: Annotated[bool, said("是否接通")] = True
    said: Annotated[Note, said("说了什么")]
    unit: Annotated[Code, said("单位编码，可不填")] = ""
    at: Annotated[Moment | None, said("通话时间；不填为现在")] = None


class DispatchIn(BaseModel):
    """Lead, assisting and supervising units."""

    model_config = asked(
        "派单", {"lead": "water", "assist": ["housing"], "instructions": "请当日上门"}
    )

    lead: Annotated[Code, said("主办单位编码，见 /units")]
    assist: Annotated[Units, said("协办单位编码")] = []  # noqa: RUF012 - pydantic copies it
    supervise: Annotated[
        Code, said("督办单位编码；城市要求每件都有而没有填的，由业务上级或上级单位督办")
    ] = ""
    case_class: Annotated[Code, said("改为这个工单类别；不填则不变")] = ""
    shared: Annotated[bool, said("双派双考：协办单位一并考核")] = False
    instructions: Annotated[Note, said("办理要求")] = ""
    handing: Annotated[Handing, said("交办方式：网络、电话、纸质")] = Handing.NETWORK
    call: Annotated[CallThroughIn | None, said("电话交办时必填")] = None


class AddUnitsIn(BaseModel):
    """Further assisting units."""

    model_config = asked("加派协办单位", {"assist": ["housing"]})

    assist: Annotated[Units, Len(min_length=1), said("协办单位编码")]


class ReassignIn(BaseModel):
    """The unit that leads instead."""

    model_config = asked("转派", {"lead": "housing", "note": "属楼内供热设施，由住建局主管"})

    lead: Annotated[Code, said("改由谁主办，单位编码")]
    note: Annotated[Note, said("转派理由")]


class PassDownIn(BaseModel):
    """The unit below that does the work."""

    model_config = asked("下派到下属单位", {"unit": "water-team", "instructions": "请上门测温"})

    unit: Annotated[Code, said("下属单位编码")]
    due_at: Annotated[Moment | None, said("要求完成的时间；不填则与本单位期限相同")] = None
    instructions: Annotated[Note, said("办理要求")] = ""


class ContactIn(BaseModel):
    """A contact with the requester."""

    model_config = asked(
        "记录与诉求人的联系",
        {"at": "2026-03-02T15:00:00+08:00", "number": "13800000000", "note": "约定明早上门"},
    )

    at: Annotated[Moment, said("联系时间，须在登记之后、现在之前")]
    number: Annotated[Phone, said("联系所用的号码，保存时脱敏")]
    note: Annotated[Note, said("说了什么")] = ""


class SubReplyIn(BaseModel):
    """What a unit below or beside reports."""

    model_config = asked("报送办理结果", {"process": "上门检修换热站", "result": "室温 20 度"})

    process: Annotated[str, StringConstraints(max_length=LONGEST["process"]), said("办理过程")]
    result: Annotated[str, StringConstraints(max_length=LONGEST["result"]), said("办理结果")]


class MattersIn(BaseModel):
    """The matters of an order."""

    model_config = asked("列出诉求事项", {"matters": ["暖气不热", "收费不合理"]})

    matters: Annotated[
        list[Annotated[str, StringConstraints(max_length=LONGEST_MATTER)]],
        Len(max_length=MOST_MATTERS),
        said("逐项列出；空列表为不分项"),
    ]


class ExplainIn(BaseModel):
    """One explanation to the citizen."""

    model_config = asked(
        "记录一次解释", {"said": "已说明改造计划", "basis": "《城市供热条例》第十条"}
    )

    said: Annotated[str, StringConstraints(max_length=LONGEST_EXPLANATION), said("解释内容")]
    basis: Annotated[str, StringConstraints(max_length=LONGEST["basis"]), said("政策依据")]


class AuditIn(BaseModel):
    """A decision of the audit, with points where the city has a scorecard."""

    model_config = asked("审核结论", {"note": "请补充现场照片", "scores": {"S1": 20}})

    note: Annotated[Note, said("审核意见；不通过的必填")] = ""
    scores: Annotated[
        dict[Code, int] | None, Len(max_length=50), said("按评分项编码给分；不评分的不填")
    ] = None


class SignReplyIn(BaseModel):
    """The leader's signature."""

    model_config = asked("签发回复", {"sign_off": "李局长"})

    sign_off: Annotated[
        str, StringConstraints(max_length=LONGEST["sign_off"]), said("签发人；不填为本人")
    ] = ""


class LocalCallIn(BaseModel):
    """A unit's own call-back."""

    model_config = asked("本级回访", {"content": True, "number": "053412345", "note": "已恢复"})

    content: Annotated[bool, said("诉求人是否满意")]
    number: Annotated[Phone, said("回访所用的号码，保存时脱敏")] = ""
    note: Annotated[Note, said("诉求人的意见；不满意的必填")] = ""


class TellIn(BaseModel):
    """How the hotline told the answer."""

    model_config = asked("热线告知答复", {"how": "phone", "note": "已说明结果"})

    how: Annotated[Told, said("phone 电话，sms 短信，web 网上查看")]
    note: Annotated[Note, said("说明")] = ""


class PlanIn(BaseModel):
    """Whether a plan was carried out."""

    model_config = asked("核实计划落实情况", {"done": True, "note": "诉求人确认已完工"})

    done: Annotated[bool, said("是否已落实；否则退回单位")]
    note: Annotated[Note, said("核实情况")]


class MatterIn(BaseModel):
    """The result of one matter."""

    model_config = asked("对一个事项的说明", {"seq": 1, "outcome": "solved", "result": "已修好"})

    seq: Annotated[int, said("事项序号"), Field(ge=1, le=MOST_MATTERS)]
    outcome: Annotated[Outcome, said("办理结果")]
    result: Annotated[str, StringConstraints(max_length=LONGEST_MATTER_RESULT), said("结果说明")]


class ReplyIn(BaseModel):
    """What the lead unit replies."""

    model_config = asked(
        "回复办理结果",
        {
            "outcome": "solved",
            "process": "3 月 3 日上门测温，检修换热站。",
            "result": "已恢复供热，室温 20 度。",
            "public_answer": "您好，换热站故障已修复，室温已达标。",
            "contacted_at": "2026-03-03T10:00:00+08:00",
            "contact_number": "13800000000",
            "sign_off": "李局长",
        },
    )

    outcome: Annotated[Outcome, said("办理结果")]
    process: Annotated[str, StringConstraints(max_length=LONGEST["process"]), said("办理过程")]
    result: Annotated[str, StringConstraints(max_length=LONGEST["result"]), said("办理结果说明")]
    public_answer: Annotated[
        str, StringConstraints(max_length=LONGEST["public_answer"]), said("给诉求人的答复")
    ]
    contacted_at: Annotated[Moment | None, said("联系诉求人的时间；城市不要求的可不填")] = None
    contact_number: Annotated[Phone, said("联系所用的号码，加密保存")] = ""
    sign_off: Annotated[str, StringConstraints(max_length=LONGEST["sign_off"]), said("签发人")] = ""
    basis: Annotated[
        str,
        StringConstraints(max_length=LONGEST["basis"]),
        said("政策依据；结果为解释、未解决、列入计划时必填"),
    ] = ""
    answers: Annotated[
        list[MatterIn], Len(max_length=MOST_MATTERS), said("逐项说明；工单列出事项的须逐项填写")
    ] = []  # noqa: RUF012 - pydantic copies it
    planned_on: Annotated[date | None, said("列入计划的完成日期；结果为列入计划时必填")] = None
    enforcement: Annotated[
        str, StringConstraints(max_length=LONGEST["enforcement"]), said("执法文书号")
    ] = ""


class AskReturnIn(BaseModel):
    """Why an order is not the unit's."""

    model_config = asked(
        "申请退单", {"reason": "T01", "basis": "管网移交文件第三条", "suggested": "housing"}
    )

    reason: Annotated[Code, said("原因编码，见 /reasons?group=return")]
    basis: Annotated[Note, said("依据")]
    suggested: Annotated[Code, said("建议承办单位编码")] = ""


class ConferIn(BaseModel):
    """Candidates and what is in dispute."""

    model_config = asked(
        "提交会商", {"units": ["water", "housing"], "basis": "管网和楼内设施的分界不清"}
    )

    units: Annotated[Units, said("候选单位编码；退单未达规定次数的至少两个")]
    basis: Annotated[Note, said("会商的理由")]


class ContestIn(BaseModel):
    """Why the dispatch is contested, and who should handle the order."""

    model_config = asked("提出派单异议", {"basis": "管网已移交市住建局", "suggested": "housing"})

    basis: Annotated[Note, said("异议的依据")]
    suggested: Annotated[Code, said("建议承办单位编码")]


class ReopeningIn(BaseModel):
    """What is wrong with a ruling."""

    model_config = asked("重新会商", {"basis": "管网已于上月移交，裁定所据的文件已作废"})

    basis: Annotated[Note, said("裁定错在哪里")]


class OpinionIn(BaseModel):
    """What a unit says in the conference."""

    model_config = asked("会商意见", {"unit": "housing", "opinion": "楼内设施由我局负责"})

    unit: Annotated[Code, said("单位编码")]
    opinion: Annotated[Note, said("意见")]
    basis: Annotated[Note, said("依据")] = ""


class ProposalIn(BaseModel):
    """Who should handle the order, for somebody else to rule."""

    model_config = asked("拟裁定", {"lead": "housing", "basis": "三定方案第四条"})

    lead: Annotated[Code, said("主办单位编码")]
    basis: Annotated[Note, said("裁定依据")]


class RulingIn(BaseModel):
    """Who handles the order by the ruling."""

    model_config = asked(
        "裁定", {"lead": "housing", "assist": ["water"], "basis": "三定方案第四条"}
    )

    lead: Annotated[Code, said("主办单位编码")]
    assist: Annotated[Units, said("协办单位编码")] = []  # noqa: RUF012 - pydantic copies it
    supervise: Annotated[Code, said("督办单位编码")] = ""
    basis: Annotated[Note, said("裁定依据")]


class RuledMatterIn(BaseModel):
    """What of a ruling is entered into the dispatch catalogue."""

    model_config = asked(
        "把裁定写入派单目录",
        {"matter": "二次供水设施维修", "basis": "派单裁定 CD000012：三定方案第四条"},
    )

    matter: Annotated[str, StringConstraints(max_length=200), said("事项")]
    category: Annotated[Code, said("分类编码，本单的分类或其上级；不填为本单的分类")] = ""
    lead: Annotated[Code, said("主办单位编码，须与裁定一致；不填为裁定的主办单位")] = ""
    assist: Annotated[Units, said("协办单位编码")] = []  # noqa: RUF012 - pydantic copies it
    basis: Annotated[str, StringConstraints(max_length=300), said("依据：裁定编号和内容")]
    valid_from: Annotated[Day | None, said("生效日期；不填为今天")] = None
    valid_to: Annotated[Day | None, said("失效日期，当日起不再适用；可不填")] = None
    place: Annotated[Code, said("只在本单所在的县区或街道适用的，填地区编码；不填为全市")] = ""


class AskExtensionIn(BaseModel):
    """Why more time is needed, and until when."""

    model_config = asked(
        "申请延期",
        {
            "reason": "E1",
            "basis": "需委托检测，检测周期 5 个工作日",
            "until": "2026-03-17T00:00:00+08:00",
            "explanation": "检测需要几天，结果出来后马上告诉您。",
        },
    )

    reason: Annotated[Code, said("原因编码，见 /reasons?group=extension")]
    basis: Annotated[Note, said("延期理由")]
    until: Annotated[Moment, said("新的办理时限，到此刻即为超期")]
    explanation: Annotated[Note, said("给诉求人的说明，批准后可见；本市要求告知时必填")] = ""


class AskSuspensionIn(BaseModel):
    """Why nothing can be done yet, and when to look again."""

    model_config = asked(
        "申请挂账。盖章报告先以附件接口上传",
        {
            "basis": "管网改造已列入计划，暂不具备条件",
            "explanation": "改造工程已立项，完工前暂时办不了，我们会继续跟踪。",
            "until": "2026-05-01T00:00:00+08:00",
            "report": [17],
        },
    )

    basis: Annotated[Note, said("不能按期办结的原因")]
    explanation: Annotated[Note, said("给诉求人的说明，批准后可见")]
    until: Annotated[Moment, said("复核日期，到时自动恢复办理")]
    report: Annotated[
        list[Annotated[int, Ge(1), Le(2**62)]],
        Len(min_length=1, max_length=9),
        said("盖章报告的附件编号，须已在这件工单上"),
    ]


class AskTerminationIn(BaseModel):
    """Why an order cannot be handled further."""

    model_config = asked(
        "申请终止办理",
        {
            "reason": "T1",
            "basis": "诉求人两次拒绝现场核实",
            "explanation": "因无法核实，暂时终止办理；可以核实时请再联系我们。",
        },
    )

    reason: Annotated[Code, said("原因编码，见 /reasons?group=termination")]
    basis: Annotated[Note, said("依据")]
    explanation: Annotated[Note, said("给诉求人的说明，同意后可见")]


class ExplanationIn(BaseModel):
    """What the citizen is told."""

    model_config = asked("给诉求人的说明", {"explanation": "因无法核实，终止办理。"})

    explanation: Annotated[Note, said("给诉求人的说明；不填则用承办单位的说明")] = ""


class SendAgainIn(BaseModel):
    """The next round."""

    model_config = asked("重新派单", {"note": "请更换管道"})

    unit: Annotated[Code, said("改派的单位编码；不填为原主办单位")] = ""
    note: Annotated[Note, said("办理要求")] = ""


class MergeIn(BaseModel):
    """The main order of the same event."""

    model_config = asked("并入主单", {"main": "26030200000011", "note": "同一处管道漏水"})

    main: Annotated[str, StringConstraints(max_length=24), said("主单编号，须未办结")]
    note: Annotated[Note, said("为什么是同一件事")] = ""


class LinkIn(BaseModel):
    """Another order, and what it is to this one."""

    model_config = asked("关联工单", {"other": "26030200000011", "kind": "sequel"})

    other: Annotated[str, StringConstraints(max_length=24), said("另一件的编号")]
    kind: Annotated[
        Literal[LinkKind.SEQUEL, LinkKind.PARENT, LinkKind.RELATED],
        said("另一件是本单的：sequel 前单，parent 上级，related 相关"),
    ] = LinkKind.RELATED
    note: Annotated[Note, said("说明")] = ""


class TagIn(BaseModel):
    """The tags of an order."""

    model_config = asked("标签。以这次填写的为准", {"tags": ["elderly", "qy-home"]})

    tags: Annotated[Tags, said("标签编码，见 /tags")]


class SupplementIn(BaseModel):
    """What the citizen said further."""

    model_config = asked("诉求人补充的情况", {"words": "今天又停暖了，室内 12 度。"})

    words: Annotated[str, StringConstraints(max_length=LONGEST_SUPPLEMENT), said("新的情况")]


class FactIn(BaseModel):
    """Aid, enforcement or another fact."""

    model_config = asked(
        "帮扶、执法或有关情况",
        {"kind": "aid", "on": "2026-03-02", "giver": "民政局", "what": "临时救助", "amount": 5000},
    )

    kind: Annotated[FactKind, said("aid 帮扶，enforcement 执法，external 有关情况")]
    on: Annotated[Day, said("日期，不能晚于今天")]
    what: Annotated[Note, said("内容")]
    giver: Annotated[str, StringConstraints(max_length=60), said("帮扶或执法单位")] = ""
    amount: Annotated[
        Decimal | None, Gt(0), Lt(MOST_MONEY), said("金额，元"), Field(decimal_places=2)
    ] = None
    document: Annotated[str, StringConstraints(max_length=60), said("执法文书号；执法时必填")] = ""


class CallIn(BaseModel):
    """A call-back, reached or not."""

    model_config = asked(
        "记录一次回访。联系上的回答两个问题；没联系上的写原因",
        {"reached": True, "solved": "yes", "satisfaction": "satisfied", "comment": "谢谢"},
    )

    reached: Annotated[bool, said("是否联系上")]
    solved: Annotated[Solved | None, said("是否解决；联系上时必填")] = None
    satisfaction: Annotated[Satisfaction | None, said("满意度；联系上时必填")] = None
    reasons: Annotated[
        list[Code], Len(max_length=10), said("不满意的原因编码，见 /reasons?group=unsatisfied")
    ] = []  # noqa: RUF012 - pydantic copies it
    comment: Annotated[Note, said("诉求人的话")] = ""
    told: Annotated[bool, said("由热线答复的城市：这次通话中已告知答复")] = False
    dutiful: Annotated[
        bool, said("不满意，但承办单位已尽责：不再重办，等待按不满意结案；不写则转下一轮")
    ] = False
    number: Annotated[Phone, said("回访所用的号码，保存时脱敏")] = ""
    reason: Annotated[Code, said("未联系上的原因编码，见 /reasons?group=unreached")] = ""


class WithoutCallIn(BaseModel):
    """Why nobody calls back."""

    model_config = asked("不回访而办结", {"reason": "N01"})

    reason: Annotated[Code, said("原因编码，见 /reasons?group=no_callback")]
