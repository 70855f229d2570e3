"""Who may see and do what with orders: one statement, used by lists, pages and the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from huiyin.kernel.errors import NotAllowed, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import Kind
from huiyin.orders import calling_queries
from huiyin.orders.application_states import ApplicationKind
from huiyin.orders.calling_rules import CALLERS
from huiyin.orders.models import Assignment, DisputeUnit, OrderEvent, WorkOrder
from huiyin.orders.states import BY_VERB, OPEN, AssignmentRole, CloseType, Side, State, Step
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor, ActorKind
from huiyin.orgs.models import Unit
from huiyin.orgs.policy import roles_with
from huiyin.orgs.states import OUTSIDE, Perm

# Steps that only a unit in this part takes.
_OF_ROLES = {
    "report_in": AssignmentRole.WHISTLE,
    "accept_raise": AssignmentRole.RAISED,
    "answer_raise": AssignmentRole.RAISED,
}
_OF_MODES = frozenset({"reply", "draft_reply", "return_draft", "sign_reply"})
_MAY_ATTACH = frozenset(
    {Perm.INTAKE, Perm.DISPATCH, Perm.AUDIT, Perm.CALL_BACK, Perm.SUPERVISE, Perm.REVIEW}
)


def visible_to(actor: Actor) -> Q:
    """Return the condition for orders that ``actor`` may see.

    The centre sees all; staff of a unit see orders in which their unit or one in its care has a
    part, now or before; everybody else sees none. Units outside the government no longer see an
    order that was taken from them before they answered it.

    Source: R-60 (requirements 12, 126, 128, 131; handbook domain.md 4.4).
    """
    if sees_all(actor):
        return Q()
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    mine = Assignment.objects.filter(
        order=OuterRef("pk"), unit_id__in=orgs.subtree_ids(actor.unit.realm)
    )
    if actor.unit.kind in OUTSIDE:
        mine = mine.filter(Q(ended_at__isnull=True) | Q(replied_at__isnull=False))
    return Q(Exists(mine))


def readable_by(actor: Actor) -> Q:
    """Return the condition for orders that ``actor`` may read one by one.

    Beside those of ``visible_to``, staff of a unit may read an order that is contested while their
    unit is a candidate for it; they take no step with it and do not learn who asked.

    Source: R-210 (handbook domain.md 2.8: both units are heard).
    """
    seen = visible_to(actor)
    if sees_all(actor) or actor.unit is None or Perm.HANDLE not in actor.perms:
        return seen
    return seen | contested_by(actor.unit)


def contested_by(unit: Unit) -> Q:
    """Return the condition for orders in dispute for which ``unit`` is a candidate.

    Source: R-210 (handbook domain.md 2.8: both units are heard).
    """
    rows = DisputeUnit.objects.filter(
        dispute__order=OuterRef("pk"), dispute__ruled_at__isnull=True, candidate=True
    )
    return Q(Exists(rows.filter(unit_id=unit.pk)), state=State.DISPUTE.value)


def require(actor: Actor, step: Step, mine: Assignment | None) -> None:
    """Raise unless ``actor`` may take ``step``.

    Args:
        actor: who acts.
        step: what is to be done.
        mine: the open assignment of the actor's unit on the order, if any.

    Raises:
        NotAllowed: says who may.

    Source: R-61 (requirements 2, 12).
    """
    if actor.kind is ActorKind.SYSTEM and step.system:
        return
    if actor.kind is ActorKind.CITIZEN and step.citizen:
        return
    if step.perm is None or step.perm not in actor.perms:
        who = roles_with(step.perm) if step.perm else "系统"
        raise NotAllowed(f"您的岗位不能{step.label}", remedy=f"{step.label}由{who}办理")
    if step.side in (Side.LEAD, Side.ASSIGNED) and mine is None:
        raise NotAllowed("本单位不承办这件工单", remedy="请由承办单位办理")
    if mine is not None and (never := _never_of(step, mine)):
        raise NotAllowed(never)
    if step.side is Side.LEAD and mine is not None and not is_lead(mine):
        raise NotAllowed(f"{step.label}由主办单位办理", remedy="协办和下级单位请报送结果")


def _never_of(step: Step, mine: Assignment) -> str:
    """Return why a step can never be taken with this part: who is called only reports and tells.

    Source: R-111, R-113 (handbook domain.md 2.1 art. 16, 20).
    """
    wanted = _OF_ROLES.get(step.verb)
    if wanted is not None and mine.role != wanted:
        return "没有向本单位吹哨" if wanted == AssignmentRole.WHISTLE else "没有提请本单位研究"
    if mine.role == AssignmentRole.RAISED and step.side is Side.ASSIGNED and wanted is None:
        return "本单位正在研究提级，请接办或答复"
    if step.verb == "sub_sign" and mine.role == AssignmentRole.WHISTLE:
        return "被吹哨的单位请报到"
    if step.verb == "whistle" and mine.role == AssignmentRole.WHISTLE:
        return "被吹哨的单位不再吹哨"
    return ""


def may_whistle(unit: Unit, now: datetime) -> bool:
    """Tell whether units of this kind call departments in this city.

    Source: R-111 (handbook domain.md 2.1 art. 16).
    """
    return unit.kind in knowledge.parameter("whistle.callers", now, default=list(CALLERS))


def sees_all(actor: Actor) -> bool:
    """Tell whether ``actor`` works in the centre and sees every order."""
    return actor.kind is ActorKind.SYSTEM or Perm.SEE_ALL in actor.perms


def figures_below(actor: Actor) -> str:
    """Return the path below which ``actor`` sees figures of units; empty for the whole city.

    Source: R-394 (requirements 126, 131; handbook domain.md 4.4: staff of a unit see its realm).
    """
    if sees_all(actor):
        return ""
    return actor.unit.realm if actor.unit else "-"


def is_lead(assignment: Assignment) -> bool:
    """Tell whether this is the accountable lead assignment of its order."""
    return assignment.role == "lead" and assignment.parent_id is None


def check_state(step: Step, order: WorkOrder) -> None:
    """Raise WrongState unless ``step`` may be taken from where the order stands."""
    if order.standing not in step.sources:
        raise WrongState(
            f"工单 {order.number} 现为“{order.standing.label}”，不能{step.label}",
            remedy="请刷新页面查看最新进展",
            state=order.state,
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A step as it is offered to one person on one order: allowed, or refused with the reason."""

    step: Step
    refusal: str = ""

    @property
    def allowed(self) -> bool:
        """Tell whether the button may be pressed."""
        return not self.refusal


def offers(
    actor: Actor, order: WorkOrder, mine: Assignment | None, *, now: datetime | None = None
) -> list[Offer]:
    """Return the steps that concern ``actor`` in the order's present state.

    Steps of other roles are left out; a step of the actor's own role that is refused carries why.
    What depends on the rules of a day, such as who may whistle, is offered when ``now`` is given.
    """
    found = []
    for step in BY_VERB.values():
        if _in_the_other_mode(step, actor):
            continue
        if not _is_used(step, mine, now) or _beside(step, actor, mine):
            continue
        if not step.built or order.standing not in step.sources or step.perm not in actor.perms:
            continue
        if not _is_about(step, order) or (mine is not None and _never_of(step, mine)):
            continue
        try:
            require(actor, step, mine)
            refusal = _own_ruling(step, actor, order) or _refusal(step, order, mine)
            found.append(Offer(step, refusal))
        except NotAllowed as not_allowed:
            if mine is not None:
                words = f"{not_allowed.message}。{not_allowed.remedy}"
                found.append(Offer(step, words))
    return found


def _beside(step: Step, actor: Actor, mine: Assignment | None) -> bool:
    """Tell whether a unit without a part in the order stands beside it: it writes no facts."""
    return step.verb == "record_fact" and mine is None and not sees_all(actor)


def _is_used(step: Step, mine: Assignment | None, now: datetime | None) -> bool:
    """Tell whether the city has a step at all, and lets units of this kind take it. No query."""
    if step.verb == "whistle":
        return bool(mine and now and may_whistle(mine.unit, now))
    if step.verb == "propose_ruling":
        return bool(now and knowledge.parameter("ruling.two_persons", now, default=False))
    return True


def _named_by_ruling(order: WorkOrder) -> OrderEvent | None:
    """Return the event of the last ruling, if it named the present lead. No query when read."""
    ruled = [event for event in order.events.all() if event.verb == "rule"]
    last = max(ruled, key=lambda event: event.seq, default=None)
    if last is None or order.lead_unit is None or last.data.get("lead") != order.lead_unit.code:
        return None
    return last


def _own_ruling(step: Step, actor: Actor, order: WorkOrder) -> str:
    """Return why ``actor`` cannot let units confer anew: who ruled does not judge that ruling."""
    if step.verb != "reopen_ruling" or actor.staff is None:
        return ""
    last = _named_by_ruling(order)
    mine = last is not None and last.staff_id == actor.staff.pk
    return "裁定是您作出的，请由另一位同事提起" if mine else ""


def _is_about(step: Step, order: WorkOrder) -> bool:
    """Tell whether a step has anything to do with this order: only merged ones are split off."""
    if step.verb == "split_off":
        return order.close_type == CloseType.MERGED
    if step.verb == "reopen_ruling":
        return _named_by_ruling(order) is not None
    if step.verb == "enter_ruling":
        return any(event.verb == "rule" for event in order.events.all())
    if step.verb == "judge_whistle":
        return any(event.verb == "whistle" for event in order.events.all())
    if step.verb == "settle_raise":
        return order.pending == ApplicationKind.RAISING
    if step.verb == "heed":
        return order.news_at is not None
    if step.verb in ("write_off", "stay_unsatisfied", "ask_write_off"):
        return order.lead_unit_id is not None
    return True


def _standing_refusal(step: Step, order: WorkOrder, mine: Assignment | None) -> str:
    """Return why a step that is allowed in principle cannot be taken right now."""
    if step.verb == "reply" and mine and mine.contacted_at is None:
        return "请先联系诉求人并记录，再回复"
    if step.verb in ("confirm_void", "refuse_void") and order.void_asked_by_id is None:
        return "尚无人申请作废"
    if step.verb == "ask_void" and order.void_asked_by_id is not None:
        return "已申请作废，等待确认"
    if step.verb == "ask_return" and mine and mine.no_return:
        return "本单位由裁定指定承办，不得再次退单"
    if words := _part_refusal(step, order, mine):
        return words
    return _group_refusal(step, order) or _application_refusal(step, order, mine)


def _part_refusal(step: Step, order: WorkOrder, mine: Assignment | None) -> str:
    """Return why a step of an assisting, passed-down or called part cannot be taken now."""
    if step.verb == "sub_sign" and (mine is None or mine.signed_at or is_lead(mine)):
        return "无需另行签收"
    if step.verb == "sub_reply" and (mine is None or is_lead(mine)):
        return "主办单位请直接回复"
    if step.verb == "sub_reply" and mine and mine.signed_at is None:
        return "请先报到" if mine.role == AssignmentRole.WHISTLE else "请先签收任务"
    if step.verb == "report_in" and mine and mine.signed_at is not None:
        return "本单位已经报到"
    if step.verb == "judge_whistle" and mine and not calling_queries.to_judge(order, mine.unit):
        return "没有等待评价的部门"
    return ""


def _group_refusal(step: Step, order: WorkOrder) -> str:
    if step.verb == "merge" and order.merged_count:
        return f"已有 {order.merged_count} 件并入本单，本单不能再并入别的工单"
    return ""


def _refusal(step: Step, order: WorkOrder, mine: Assignment | None) -> str:
    beside = _plan_refusal(step, order) or _draft_refusal(step, order)
    return beside or _standing_refusal(step, order, mine)


def _in_the_other_mode(step: Step, actor: Actor) -> bool:
    """Tell whether a step belongs to the way in which the actor's unit does not work.

    Source: R-158 (requirement 197: direct or signed mode inside a unit).
    """
    if step.verb not in _OF_MODES or actor.unit is None:
        return False
    signed = actor.unit.pk in orgs.signed_units()
    if step.verb == "reply":
        return signed and Perm.SIGN_OFF not in actor.perms
    return not signed


def _draft_refusal(step: Step, order: WorkOrder) -> str:
    """Return why a draft cannot be sent or signed now. One query, only for units that sign."""
    if step.verb not in _OF_MODES or step.verb == "reply":
        return ""
    waits = any(d.state == "waiting" and d.round == order.round for d in order.drafts.all())
    if step.verb == "draft_reply":
        return "已有稿子待签发" if waits else ""
    return "" if waits else "没有待签发的稿子"


_AUDITING = frozenset({"pass_audit", "reject_reply", "handle_again", "supervise_reply"})
_DECIDING = {
    "suspend": ApplicationKind.SUSPENSION,
    "refuse_suspension": ApplicationKind.SUSPENSION,
    "grant_termination": ApplicationKind.TERMINATION,
    "refuse_termination": ApplicationKind.TERMINATION,
    "settle_raise": ApplicationKind.RAISING,
}
_APPLYING = frozenset({"ask_extension", "ask_suspension", "ask_raise"})


def _application_refusal(step: Step, order: WorkOrder, mine: Assignment | None) -> str:
    """Return why a step cannot be taken because of what the unit has applied for, or has not."""
    kind = _DECIDING.get(step.verb)
    if kind is not None and order.pending != kind:
        return f"尚无人申请{kind.label}"
    if step.verb in _AUDITING and order.pending:
        return "承办单位申请终止办理，请审核终止申请"
    if step.verb in _APPLYING and order.pending:
        return f"已申请{ApplicationKind(order.pending).label}，等待审批"
    if step.verb == "ask_return" and mine and mine.returns:
        return "退单已被驳回；仍有异议的，请提出派单异议"
    if step.verb == "contest" and mine and mine.no_return:
        return "本单位由裁定指定承办"
    if step.verb == "contest" and mine and not mine.returns:
        return "请先申请退单；被驳回后仍有异议的，再提出派单异议"
    return ""


def _plan_refusal(step: Step, order: WorkOrder) -> str:
    """Return why nothing can be said of a plan. One query, only once the order has ended."""
    if step.verb not in ("report_plan", "confirm_plan"):
        return ""
    plan = next((p for p in order.plans.all() if p.done_at is None), None)
    if plan is None:
        return "没有待落实的计划"
    if step.verb == "confirm_plan" and plan.reported_at is None:
        return "单位还没有申报落实"
    return ""


def shows_requester(actor: Actor, order: WorkOrder) -> bool:
    """Tell whether ``actor`` may see even the masked name and number of the requester.

    Source: R-62 (handbook domain.md 4.4; architecture 3: never to the reported unit).
    """
    return Perm.SEE_ALL in actor.perms or not (order.kind == Kind.REPORT or order.confidential)


def check_attach(actor: Actor, order: WorkOrder, mine: Assignment | None) -> None:
    """Raise unless ``actor`` may add files to ``order``.

    Raises:
        WrongState: the order has ended.
        NotAllowed: neither a step of the centre nor a part in the order is the actor's.

    Source: R-68 (requirements 160, 182).
    """
    if order.standing not in OPEN:
        raise WrongState(
            f"工单 {order.number} 现为“{order.standing.label}”，不能再添加附件", state=order.state
        )
    if mine is None and not actor.perms & _MAY_ATTACH:
        raise NotAllowed(
            "您不能为这件工单添加附件", remedy="由受理、派单、审核、回访人员或承办单位添加"
        )


def may_reveal(actor: Actor, order: WorkOrder, mine: Assignment | None) -> str:
    """Return why ``actor`` may not read the requester's data in the clear; empty when they may.

    The author of a report 举报, or of a request marked confidential, is never shown to a unit.

    Source: R-62 (handbook domain.md 4.4, Jinan Art. 32; architecture 3).
    """
    if Perm.REVEAL not in actor.perms:
        return "您的岗位不能查看诉求人信息"
    if Perm.SEE_ALL in actor.perms:
        return ""
    if order.kind == Kind.REPORT or order.confidential:
        return "举报和要求保密的诉求，不向承办单位提供诉求人信息；请通过热线中心联系"
    if mine is None or order.standing in (State.ARCHIVED, State.VOID):
        return "本单位当前不承办这件工单"
    return ""
