"""Orders as the API tells them: the shapes of answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.orders.states import State
from huiyin.web.api.words import said, shape


@with_config(shape("编码和名称"))
class Named(TypedDict):
    """A row of reference data, by code."""

    code: Annotated[str, said("编码")]
    name: Annotated[str, said("名称")]


@with_config(shape("诉求人，已脱敏"))
class Asker(TypedDict):
    """The requester, masked."""

    name: Annotated[str, said("姓名，只留首字")]
    phone: Annotated[str, said("电话，中间四位已隐去")]
    is_enterprise: Annotated[bool, said("是否企业")]


@with_config(shape("工单摘要，列表中的一行"))
class OrderRow(TypedDict):
    """One order in a list."""

    number: Annotated[str, said("工单编号，14 位数字，末位为校验位")]
    title: Annotated[str, said("标题")]
    state: Annotated[State, said("状态")]
    state_label: Annotated[str, said("状态名称")]
    kind: Annotated[str, said("诉求类型")]
    channel: Annotated[str, said("来源渠道")]
    urgency: Annotated[str, said("紧急程度")]
    case_class: Annotated[Named | None, said("工单类别；城市不分类别的为空")]
    line: Annotated[Named | None, said("从哪条归并热线来；空为 12345")]
    tags: Annotated[list[str], said("标签编码")]
    merged_count: Annotated[int, said("并入本单的件数")]
    category: Annotated[Named | None, said("分类")]
    place: Annotated[str, said("地点")]
    lead_unit: Annotated[Named | None, said("主办单位")]
    requester: Annotated[Asker | None, said("诉求人；要求保密或举报的，承办单位看不到")]
    confidential: Annotated[bool, said("是否要求保密")]
    round: Annotated[int, said("办理轮次")]
    created_at: Annotated[datetime, said("登记时间")]
    due_at: Annotated[datetime | None, said("办结期限，到此刻即为超期")]
    waits_until: Annotated[datetime | None, said("当前环节的期限；空为未设时限")]
    closed_at: Annotated[datetime | None, said("办结时间")]
    close_type: Annotated[str, said("办结方式，未办结为空")]
    event_count: Annotated[int, said("历史记录条数，用作 If-Match")]
    href: Annotated[str, said("工单地址")]


@with_config(shape("一页工单"))
class OrderPage(TypedDict):
    """One page of a list of orders."""

    orders: Annotated[list[OrderRow], said("本页工单")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("在等谁、等什么、等到何时"))
class Waits(TypedDict):
    """Who waits for whom until when."""

    line: Annotated[str, said("一句话")]
    who: Annotated[str, said("等待的一方；空为不再等待")]
    to_do: Annotated[str, said("要做的事")]
    until: Annotated[datetime | None, said("期限")]
    tone: Annotated[str, said("ok 正常，soon 临期，late 超期，其余为状态颜色")]
    why: Annotated[str, said("期限是怎样算出来的")]


@with_config(shape("一个单位在工单中的承办任务"))
class Part(TypedDict):
    """One assignment."""

    unit: Annotated[Named, said("单位")]
    role: Annotated[str, said("lead 主办，assist 协办，supervise 督办")]
    role_label: Annotated[str, said("角色名称")]
    parent: Annotated[str, said("下派它的单位编码；空为热线中心派出")]
    round: Annotated[int, said("轮次")]
    instructions: Annotated[str, said("办理要求")]
    dispatched_at: Annotated[datetime, said("派出时间")]
    signed_at: Annotated[datetime | None, said("签收时间")]
    contacted_at: Annotated[datetime | None, said("首次联系诉求人的时间")]
    due_at: Annotated[datetime | None, said("期限")]
    replied_at: Annotated[datetime | None, said("回复或报送时间")]
    ended_at: Annotated[datetime | None, said("结束时间；空为正在承办")]
    returns: Annotated[int, said("已申请退单次数")]
    shared_score: Annotated[bool, said("双派双考：协办单位一并考核")]


@with_config(shape("一项计时"))
class Timer(TypedDict):
    """One clock."""

    kind: Annotated[str, said("计时种类")]
    label: Annotated[str, said("名称")]
    unit: Annotated[str, said("属于哪个单位的任务，单位编码；空为整张工单")]
    started_at: Annotated[datetime, said("起算时间")]
    due_at: Annotated[datetime | None, said("期限，到此刻即为超期；空为未设时限")]
    stopped_at: Annotated[datetime | None, said("停止时间；空为正在计时")]
    replaced: Annotated[bool, said("停止是因为暂停或改期，由另一项计时接续")]
    provisional: Annotated[bool, said("当年放假安排未公布，期限暂定")]
    rule: Annotated[str, said("所依时限规则的编码")]
    words: Annotated[str, said("期限的由来")]


@with_config(shape("回复对一个诉求事项的说明"))
class MatterTold(TypedDict):
    """What a reply says of one matter."""

    seq: Annotated[int, said("事项序号")]
    matter: Annotated[str, said("事项，以回复时为准")]
    outcome: Annotated[str, said("办理结果")]
    outcome_label: Annotated[str, said("办理结果名称")]
    result: Annotated[str, said("结果说明")]


@with_config(shape("审核评分的一项"))
class ScoreTold(TypedDict):
    """Points for one item of the scorecard."""

    code: Annotated[str, said("评分项编码")]
    name: Annotated[str, said("评分项")]
    points: Annotated[int, said("得分")]
    of: Annotated[int, said("满分")]


@with_config(shape("一次办理回复和对它的审核"))
class ReplyTold(TypedDict):
    """One reply."""

    round: Annotated[int, said("轮次")]
    at: Annotated[datetime, said("回复时间")]
    unit: Annotated[Named, said("回复单位")]
    by: Annotated[str, said("回复人")]
    outcome: Annotated[str, said("办理结果")]
    outcome_label: Annotated[str, said("办理结果名称")]
    process: Annotated[str, said("办理过程")]
    result: Annotated[str, said("办理结果说明")]
    public_answer: Annotated[str, said("给诉求人的答复")]
    basis: Annotated[str, said("政策依据")]
    answers: Annotated[list[MatterTold], said("逐项说明；工单没有分项时为空")]
    planned_on: Annotated[date | None, said("列入计划的完成日期")]
    enforcement: Annotated[str, said("执法文书号")]
    contacted_at: Annotated[datetime | None, said("联系诉求人的时间")]
    contact: Annotated[str, said("联系所用号码，已脱敏")]
    sign_off: Annotated[str, said("签发人")]
    passed: Annotated[bool | None, said("审核是否通过；空为待审核")]
    audited_at: Annotated[datetime | None, said("审核时间")]
    audit_note: Annotated[str, said("审核意见")]
    audit_outcome: Annotated[
        str, said("审核结论：close 通过，handle_again 继续办理，return 退回重办，supervise 转督办")
    ]
    scores: Annotated[list[ScoreTold], said("评分；没有评分时为空")]
    substance: Annotated[int | None, said("办理质量得分率，百分数")]
    wording: Annotated[int | None, said("文字质量得分率，百分数")]


KINDS_OF_APPLICATION = (
    "return 退单，extension 延期，suspension 挂账，termination 终止，raising 提级"
)


@with_config(shape("一次申请和对它的审批"))
class ApplicationTold(TypedDict):
    """One application of a unit."""

    kind: Annotated[str, said(KINDS_OF_APPLICATION)]
    kind_label: Annotated[str, said("名称")]
    unit: Annotated[Named, said("申请单位")]
    round: Annotated[int, said("轮次")]
    asked_at: Annotated[datetime, said("申请时间")]
    reason: Annotated[Named | None, said("原因")]
    basis: Annotated[str, said("理由和依据")]
    explanation: Annotated[str, said("给诉求人的说明；提级的为已做的工作")]
    suggested: Annotated[Named | None, said("建议承办单位；提级的为被提请的上级")]
    until: Annotated[datetime | None, said("申请的新期限，或复核日期")]
    due_before: Annotated[datetime | None, said("申请时的办结期限")]
    report: Annotated[int | None, said("盖章报告的附件编号")]
    outcome: Annotated[str, said("waiting 待审批，granted 同意，refused 不同意，lapsed 已失效")]
    decided_at: Annotated[datetime | None, said("审批时间")]
    decided_by: Annotated[str, said("审批人")]
    decision: Annotated[str, said("审批意见")]
    resumed_at: Annotated[datetime | None, said("挂账后恢复办理的时间")]


@with_config(shape("派单异议中的一个单位"))
class DisputeUnitTold(TypedDict):
    """One unit that a dispute is about."""

    unit: Annotated[Named, said("单位")]
    candidate: Annotated[bool, said("是否候选单位")]
    opinion: Annotated[str, said("意见")]
    basis: Annotated[str, said("依据")]
    role: Annotated[str, said("裁定为 lead 主办、assist 协办或 supervise 督办；空为没有")]


@with_config(shape("一次派单异议或会商，和它的裁定"))
class DisputeTold(TypedDict):
    """One dispute about who handles the order."""

    unit: Annotated[Named | None, said("提出异议的单位；由中心提起的为空")]
    anew: Annotated[bool, said("是否因前一次裁定有误而重新会商")]
    raised_at: Annotated[datetime, said("提出时间")]
    raised_by: Annotated[str, said("提出人")]
    basis: Annotated[str, said("理由和依据")]
    suggested: Annotated[Named | None, said("建议承办单位")]
    units: Annotated[list[DisputeUnitTold], said("候选单位和意见")]
    ruled_at: Annotated[datetime | None, said("裁定时间")]
    ruled_by: Annotated[str, said("裁定人")]
    ruling: Annotated[str, said("裁定依据")]


@with_config(shape("被吹哨的一个部门"))
class CalledTold(TypedDict):
    """One department that a whistle called."""

    unit: Annotated[Named, said("部门")]
    due_at: Annotated[datetime | None, said("报到期限")]
    reported_at: Annotated[datetime | None, said("报到时间")]
    on_site: Annotated[bool | None, said("是否到场；还没有报到的为空")]
    person: Annotated[str, said("谁来办理")]
    answered_at: Annotated[datetime | None, said("反馈时间")]
    answer: Annotated[str, said("反馈的结果")]
    grade: Annotated[str, said("good 满意，fair 基本满意，poor 不满意；空为还没有评价")]
    judgement: Annotated[str, said("评价意见")]


@with_config(shape("一次吹哨和部门的报到"))
class WhistleTold(TypedDict):
    """One whistle."""

    unit: Annotated[Named, said("吹哨的单位")]
    at: Annotated[datetime, said("吹哨时间")]
    why: Annotated[str, said("事由")]
    meet_at: Annotated[datetime | None, said("集合时间")]
    meet_place: Annotated[str, said("集合地点")]
    units: Annotated[list[CalledTold], said("被吹哨的部门")]


@with_config(shape("一个附件"))
class FileTold(TypedDict):
    """One attachment."""

    id: Annotated[int, said("附件编号")]
    name: Annotated[str, said("文件名")]
    media_type: Annotated[str, said("按内容识别的类型")]
    size: Annotated[int, said("字节数")]
    added_at: Annotated[datetime, said("添加时间")]
    added_by: Annotated[str, said("添加人")]
    public: Annotated[bool, said("诉求人是否可见")]
    href: Annotated[str, said("下载地址")]


@with_config(shape("一条历史记录，只增不改"))
class EventTold(TypedDict):
    """One step in the history."""

    seq: Annotated[int, said("序号，从 1 起")]
    verb: Annotated[str, said("动作")]
    label: Annotated[str, said("动作名称")]
    at: Annotated[datetime, said("时间")]
    actor: Annotated[str, said("staff 工作人员，citizen 诉求人，system 系统")]
    by: Annotated[str, said("操作人")]
    unit: Annotated[Named | None, said("操作人所在单位")]
    state: Annotated[str, said("之后的状态")]
    note: Annotated[str, said("说明")]
    public_note: Annotated[str, said("给诉求人看的说明")]


@with_config(shape("工单的历史记录"))
class EventList(TypedDict):
    """The history of one order."""

    number: Annotated[str, said("工单编号")]
    events: Annotated[list[EventTold], said("由早到晚")]


@with_config(shape("现在可以办理的一个动作，或不能办理的原因"))
class StepOffered(TypedDict):
    """A step that is offered to the caller."""

    verb: Annotated[str, said("动作")]
    label: Annotated[str, said("动作名称")]
    allowed: Annotated[bool, said("现在能否办理")]
    refusal: Annotated[str, said("不能办理的原因")]
    guard: Annotated[str, said("还须满足的条件")]
    href: Annotated[str, said("以 POST 办理的地址")]


@with_config(shape("当前状态下与调用者有关的动作"))
class StepList(TypedDict):
    """The steps that concern the caller."""

    number: Annotated[str, said("工单编号")]
    state: Annotated[State, said("状态")]
    event_count: Annotated[int, said("历史记录条数，用作 If-Match")]
    steps: Annotated[list[StepOffered], said("动作")]


@with_config(shape("办理之后的工单"))
class StepTaken(TypedDict):
    """Where the order stands after a step."""

    number: Annotated[str, said("工单编号")]
    state: Annotated[State, said("状态")]
    state_label: Annotated[str, said("状态名称")]
    round: Annotated[int, said("办理轮次")]
    due_at: Annotated[datetime | None, said("办结期限")]
    waits_until: Annotated[datetime | None, said("当前环节的期限")]
    close_type: Annotated[str, said("办结方式，未办结为空")]
    event_count: Annotated[int, said("历史记录条数，用作下一次的 If-Match")]
    href: Annotated[str, said("工单地址")]


@with_config(shape("工单全部内容"))
class OrderTold(OrderRow):
    """One order with all that belongs to it."""

    content: Annotated[str, said("诉求内容")]
    region: Annotated[Named | None, said("事发地区")]
    longitude: Annotated[float | None, said("经度")]
    latitude: Annotated[float | None, said("纬度")]
    occurred_at: Annotated[datetime | None, said("事发时间")]
    wants_reply: Annotated[bool, said("是否要求答复")]
    created_by: Annotated[str, said("登记人；空为诉求人自己")]
    summary: Annotated[str, said("要点")]
    changed_since: Annotated[str, said("与上次相比有什么变化")]
    proposal: Annotated[str, said("诉求人的想法")]
    answer: Annotated[str, said("给诉求人的答复")]
    reason: Annotated[Named | None, said("告知渠道或不回访的原因")]
    solved: Annotated[str, said("是否解决：yes、partly、no，未回访为空")]
    satisfaction: Annotated[str, said("满意度，未回访为空")]
    waiting: Annotated[Waits, said("在等谁")]
    parts: Annotated[list[Part], said("承办任务")]
    clocks: Annotated[list[Timer], said("计时")]
    replies: Annotated[list[ReplyTold], said("办理回复，由近到远")]
    attachments: Annotated[list[FileTold], said("附件")]
    applications: Annotated[list[ApplicationTold], said("申请和审批，由近到远")]
    disputes: Annotated[list[DisputeTold], said("派单异议和裁定，由近到远")]
    whistles: Annotated[list[WhistleTold], said("吹哨报到，由近到远")]
    pending: Annotated[str, said("正在等待审批的挂账、终止或提级申请；空为没有")]
