"""Whether a reply is complete, which points its audit gives, and whether the citizen is asked.

Pure. What a city asks for comes as data (``ReplyNeeds``, ``ScoreItem``), never as code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huiyin.kernel.errors import Invalid, NotAllowed, Refused
from huiyin.orders.rules import MatterAnswer, ReplyForm
from huiyin.orders.states import (
    AuditOutcome,
    CloseType,
    Outcome,
    Satisfaction,
    ScorePart,
    Solved,
)

PROVED = frozenset({Outcome.SOLVED, Outcome.PARTLY})
UNSOLVED = frozenset({Outcome.EXPLAINED, Outcome.NOT_SOLVED, Outcome.PLANNED})
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class ReplyNeeds:
    """What a city asks of a reply, and what it is about.

    Attributes:
        contact: time and number of the contact with the citizen.
        basis: the policy basis of what is not solved.
        sign_off: the name of the leader who signs.
        per_matter: the result of each listed matter.
        dual: the unit has told the citizen in this round, not only before it.
        matters: keys of the order's listed matters.
        since: when the order was given to the unit in this round.
        explained: how often the unit has explained before; ``explain_least`` what is asked for.
        evidence: a file that shows what was solved; ``files`` is how many there are.
    """

    contact: bool = True
    basis: bool = True
    sign_off: bool = True
    per_matter: bool = True
    dual: bool = False
    matters: Collection[int] = ()
    since: datetime | None = None
    explained: int = 0
    explain_least: int = 1
    evidence: bool = False
    files: int = 0


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of the scorecard: a part, a code, what is looked at, and the most points for it."""

    part: ScorePart
    code: str
    name: str
    points: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an audit gave: percent of each part, and whether both reach the pass mark."""

    substance: int
    wording: int
    passed: bool
    scores: tuple[tuple[ScoreItem, int], ...]


def check_reply(form: ReplyForm, needs: ReplyNeeds, now: datetime, today: date) -> None:
    """Refuse a reply that lacks what the city asks for; every missing field is named.

    Process, result and the answer to the citizen are always asked for; contact, sign-off and the
    policy basis of what is not solved as the city has it, and so is evidence of what is solved. A
    contact in the future has not happened.

    Raises:
        Invalid: names every missing field.

    Source: R-51, R-140, R-515 (requirements 18, 30, 164, 168, 169; handbook domain.md 4.2 reply).
    """
    needed = {
        "process": (form.process, "请写明办理过程"),
        "result": (form.result, "请写明办理结果"),
        "public_answer": (form.public_answer, "请写给诉求人的答复"),
    }
    if needs.contact:
        needed["contact_number"] = (form.contact_number, "请填写联系诉求人所用的号码")
    if needs.sign_off:
        needed["sign_off"] = (form.sign_off, "请填写签发人")
    missing = {name: say for name, (value, say) in needed.items() if not value.strip()}
    missing |= _contact(form, needs, now)
    if needs.basis and form.outcome in UNSOLVED and not form.basis.strip():
        missing["basis"] = "未解决的须写明政策依据或计划"
    if needs.evidence and not needs.files and form.outcome in PROVED:
        missing["photos"] = "请上传办理结果的照片或文件"
    missing |= _matters(form.answers, needs) | _plan(form, today) | _explained(form, needs)
    if missing:
        raise Invalid("回复不完整: " + "; ".join(missing.values()), fields=missing)


def _contact(form: ReplyForm, needs: ReplyNeeds, now: datetime) -> dict[str, str]:
    """Tell what is wrong with the time of the contact.

    Source: R-141 (requirements 164, 182: told to the citizen and to the hotline, both with times).
    """
    if form.contacted_at is None:
        return {"contacted_at": "请填写联系诉求人的时间"} if needs.contact else {}
    if form.contacted_at > now:
        return {"contacted_at": "联系时间不能晚于现在"}
    if needs.dual and needs.since is not None and form.contacted_at < needs.since:
        return {"contacted_at": "双反馈：须在本轮派单之后把结果告诉诉求人"}
    return {}


def _matters(answers: Iterable[MatterAnswer], needs: ReplyNeeds) -> dict[str, str]:
    """Tell what is missing of the answers to the listed matters.

    Source: R-142 (requirement 168: process and result for each matter).
    """
    said = list(answers)
    numbers = [each.seq for each in said]
    if len(set(numbers)) != len(numbers) or set(numbers) - set(needs.matters):
        return {"answers": "诉求事项与工单上的不一致"}
    if not needs.per_matter:
        return {}
    empty = set(needs.matters) - {each.seq for each in said if each.result.strip()}
    if empty:
        which = "、".join(str(seq) for seq in sorted(empty))
        return {"answers": f"请写明第 {which} 项的办理结果"}
    return {}


def _plan(form: ReplyForm, today: date) -> dict[str, str]:
    """Tell what is wrong with the day of a planned solution.

    Source: R-143 (requirement 137: cannot be solved now: put in plan with date).
    """
    if form.outcome is Outcome.PLANNED and form.planned_on is None:
        return {"planned_on": "列入计划的须写明完成日期"}
    if form.planned_on is not None and form.outcome is not Outcome.PLANNED:
        return {"planned_on": "只有列入计划的才填完成日期"}
    if form.planned_on is not None and form.planned_on <= today:
        return {"planned_on": "计划完成日期须在今天之后"}
    return {}


def _explained(form: ReplyForm, needs: ReplyNeeds) -> dict[str, str]:
    """Tell that the citizen has not been told often enough why not; the reply counts as once.

    Source: R-144 (requirement 139: explain, repeat if needed, 1, 2, 3 times).
    """
    if form.outcome is Outcome.EXPLAINED and needs.explained + 1 < needs.explain_least:
        left = needs.explain_least - needs.explained - 1
        return {"outcome": f"解释说明须先向诉求人解释 {needs.explain_least} 次，还差 {left} 次"}
    return {}


def check_local_calls(contents: Sequence[bool], *, required: bool, second: int) -> None:
    """Refuse a reply before the unit's own call-back, or while a second handling is due.

    Args:
        contents: whether the citizen was content, call by call, in this round.
        required: whether the city asks the units to call back themselves.
        second: how often an unhappy answer sends the unit back to work before it may reply.

    Raises:
        Refused: says what is to be done first.

    Source: R-160 (requirement 184: second handling before the city's call-back).
    """
    if not required:
        return
    if not contents:
        raise Refused("还没有本级回访", remedy="请先自行回访诉求人并记录")
    if not contents[-1] and contents.count(False) <= second:
        raise Refused("诉求人对办理不满意", remedy="请二次办理后再作本级回访")


def check_told(*, must_tell: bool) -> None:
    """Refuse to go on before the hotline has told the citizen the answer, where it does so itself.

    Raises:
        Refused: nobody has told the citizen.

    Source: R-162 (requirement 20: the hotline office itself gives the answer).
    """
    if must_tell:
        raise Refused("还没有把答复告诉诉求人", remedy="请先告知答复并登记，再记录回访结果")


def judge(
    card: Sequence[ScoreItem], given: Mapping[str, int] | None, *, pass_mark: int, required: bool
) -> Judgement | None:
    """Return what the points of an audit come to; None when none are given or asked for.

    Each part counts in percent of its own most points, and both must reach the pass mark, so that
    fine words never make up for a matter that was not handled.

    Args:
        card: the city's scorecard of the day.
        given: points by code of item; None when the auditor gave none.
        pass_mark: percent that each part must reach.
        required: whether the city asks for points with every decision.

    Raises:
        Invalid: an item without points, an unknown one, or more points than it has.

    Source: R-145 (requirement 19: handling quality and wording quality).
    """
    if given is None and not (required and card):
        return None
    given = given or {}
    wrong = {}
    for item in card:
        if item.code not in given:
            wrong[item.code] = f"请给“{item.name}”打分"
        elif not 0 <= given[item.code] <= item.points:
            wrong[item.code] = f"“{item.name}”应在 0 到 {item.points} 分之间"
    for code in set(given) - {item.code for item in card}:
        wrong[code] = f"评分表里没有“{code}”"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    if not card:
        return None
    parts = {part: _percent(card, given, part) for part in ScorePart}
    return Judgement(
        substance=parts[ScorePart.SUBSTANCE],
        wording=parts[ScorePart.WORDING],
        passed=all(percent >= pass_mark for percent in parts.values()),
        scores=tuple((item, given[item.code]) for item in card),
    )


def _percent(card: Sequence[ScoreItem], given: Mapping[str, int], part: ScorePart) -> int:
    most = sum(item.points for item in card if item.part is part)
    got = sum(given[item.code] for item in card if item.part is part)
    return got * _PERCENT // most if most else _PERCENT


def check_passed(judged: Judgement | None, pass_mark: int) -> None:
    """Refuse to pass a reply whose points do not reach the pass mark.

    Raises:
        Refused: says how many percent each part has.

    Source: R-146 (requirement 19: accept or return).
    """
    if judged is not None and not judged.passed:
        raise Refused(
            f"评分未达合格线 {pass_mark}：办理质量 {judged.substance}，文字质量 {judged.wording}",
            remedy="请继续办理、退回重办或转督办",
        )


def check_outcome(outcome: AuditOutcome, allowed: Collection[str]) -> None:
    """Refuse an outcome of the audit that the city does not use.

    Raises:
        NotAllowed: names those that it does.

    Source: R-147 (requirement 167: four outcomes of the audit, as data per city).
    """
    if outcome.value not in allowed:
        names = "、".join(each.label for each in AuditOutcome if each.value in allowed)
        raise NotAllowed(f"本市审核结论没有“{outcome.label}”", remedy=f"可选：{names}")


def is_drawn(number: str, scope: str, share: int) -> bool:
    """Tell whether an order is among those whose citizens are called back.

    The draw depends on the order's number alone, so that nobody can choose, and a repeat gives the
    same answer.

    Args:
        number: the order's number.
        scope: ``all`` and ``dispatched`` ask everybody whose order went to a unit, ``sample`` a
            share of them, ``none`` nobody.
        share: percent of a sample.

    Source: R-149 (requirements 49, 166; handbook domain.md 2.9 call-back scope).
    """
    if scope != "sample":
        return scope != "none"
    drawn = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8], "big")
    return drawn % _PERCENT < share


def close_type_after_audit(
    outcome: Outcome, solved: Solved | None, grade: Satisfaction | None, *, unreached: bool
) -> CloseType:
    """Return how an order ends whose citizen was asked before the audit, or not at all.

    Source: R-148 (requirement 165; handbook domain.md 4.3 close types).
    """
    if unreached:
        return CloseType.UNREACHED
    if outcome is Outcome.EXPLAINED:
        return CloseType.EXPLAINED
    if outcome is Outcome.PLANNED:
        return CloseType.PLANNED
    return CloseType.SATISFIED if grade is not None and solved is not None else CloseType.SOLVED
