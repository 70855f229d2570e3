"""What must hold for a step, beyond state and permission. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from huiyin.kernel.errors import Invalid, NotAllowed, Refused, TooLate, WrongState
from huiyin.knowledge.states import Kind
from huiyin.orders.kinds import FactKind
from huiyin.orders.states import (
    FINAL,
    OPEN,
    CloseType,
    Outcome,
    Satisfaction,
    Solved,
    State,
)
from huiyin.worktime import pausing
from huiyin.worktime.calendar import WorkCalendar
from huiyin.worktime.limits import LimitUnit

MOST_MONEY = 10_000_000_000
FEWEST_CANDIDATES = 2
SHORTEST_NOTE = 2
SHORTEST_CONTENT = 5
WHOLE = 100
_BY_CALENDAR = frozenset({LimitUnit.CALENDAR_DAYS, LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS})


@dataclass(frozen=True, slots=True)
class MatterAnswer:
    """What a reply says of one matter of the order."""

    seq: int
    outcome: Outcome
    result: str


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """What a unit reports; ``contact_number`` is in the clear here and sealed when stored.

    ``answers`` are one for each matter of the order, ``planned_on`` is the day of a planned
    solution, ``enforcement`` the number of a document of law enforcement 执法文书.
    """

    outcome: Outcome
    process: str
    result: str
    public_answer: str
    contacted_at: datetime | None
    contact_number: str
    sign_off: str
    basis: str = ""
    answers: tuple[MatterAnswer, ...] = ()
    planned_on: date | None = None
    enforcement: str = ""


def is_served(since: date | None, day: date) -> bool:
    """Tell whether the hotline takes requests from a place on ``day``; without a date, always.

    Source: R-172 (requirement 63: the coverage is widened from a town to a whole district).
    """
    return since is None or since <= day


def check_note(note: str, field: str, what: str) -> None:
    """Refuse an empty reason.

    Raises:
        Invalid: fewer than two characters.

    Source: R-50 (handbook domain.md 4.3: every refusal and return gives its reason).
    """
    if len(note.strip()) < SHORTEST_NOTE:
        raise Invalid(f"请写明{what}", fields={field: f"请写明{what}"})


def check_return(
    *,
    now: datetime,
    until: datetime | None,
    returns: int,
    most: int,
    no_return: bool,
    refused: bool = False,
) -> None:
    """Refuse a return after its window, beyond its count, once refused, or by a named unit.

    Args:
        now: when it is asked.
        until: end of the window, exclusive; None when the city sets none.
        returns: how often this unit has returned this order.
        most: how often it may.
        no_return: the unit was named by a ruling.
        refused: a return of this unit was refused before; only a dispute is left to it.

    Raises:
        NotAllowed: the unit was named, was refused, or has used up its returns.
        TooLate: the window has closed.

    Source: R-52, R-103 (requirement 152; handbook domain.md 2.8, Shandong: two working days;
    Weifang: named unit).
    """
    if no_return:
        raise NotAllowed("本单位由裁定指定承办，不得再次退单", remedy="如有困难请联系热线中心会商")
    if refused:
        raise NotAllowed("本单位的退单已被驳回，不能再次申请", remedy="仍有异议的，请提出派单异议")
    if returns >= most:
        raise NotAllowed(f"本单位已退单 {returns} 次，不能再退", remedy="请办理，或提请派单异议")
    if until is not None and now >= until:
        raise TooLate("已超过退单时限", remedy="请继续办理；确不属本单位职责的，请联系热线中心")


def check_confer(*, candidates: int, returns: int, after: int) -> None:
    """Refuse to let units confer when it is clear enough who handles the order.

    Args:
        candidates: how many units may have to handle it.
        returns: how often it has come back by a return.
        after: from how many returns on it is a dispute with any number of candidates.

    Raises:
        Invalid: fewer than two candidates, and fewer returns than that.

    Source: R-101 (handbook domain.md 4.3: two candidates or two returns).
    """
    if candidates < FEWEST_CANDIDATES and returns < after:
        raise Invalid(
            "会商须有两个以上候选单位",
            remedy=f"只有一个候选单位的请直接派单；退单达到 {after} 次的也可以会商",
            fields={"units": f"至少选两个；已同意退单 {returns} 次"},
        )


def check_extension(  # noqa: PLR0913 - one check, all that it weighs
    *,
    now: datetime,
    due_at: datetime | None,
    until: datetime,
    latest: datetime | None,
    granted: int,
    most: int,
) -> None:
    """Refuse an extension after the due time, beyond its count, or beyond what may be given.

    Args:
        now: when it is asked.
        due_at: the due time as it stands, exclusive; None when the city sets none.
        until: the due time that is asked for.
        latest: the latest that may be given; None when the city sets no limit.
        granted: how many this round has had.
        most: how many it may have.

    Raises:
        Refused: there is no due time.
        TooLate: the due time has come.
        NotAllowed: the extensions are used up.
        Invalid: the new due time is not after the present one, or too late.

    Source: R-105 (handbook domain.md 2.8: before expiry, times, days).
    """
    if due_at is None:
        raise Refused("这件工单没有办理时限，不需要延期")
    if now >= due_at:
        raise TooLate("已到办理时限，不能再申请延期", remedy="请尽快办理并回复")
    if granted >= most:
        raise NotAllowed(
            f"已延期 {granted} 次，不能再延期", remedy="请办理；确有困难的可以申请挂账"
        )
    if until <= due_at:
        raise Invalid("新时限须晚于现在的时限", fields={"until": "须晚于现在的时限"})
    if latest is not None and until > latest:
        raise Invalid("超过可以延长的时间", fields={"until": "超过本市规定可以延长的时间"})


def check_review_date(*, now: datetime, until: datetime, latest: datetime | None) -> None:
    """Refuse a review date of a suspension that has passed or is too far away.

    Raises:
        Invalid: it is not after ``now``, or after ``latest``.

    Source: R-106 (handbook domain.md 4.3: review date).
    """
    if until <= now:
        raise Invalid("复核日期须晚于现在", fields={"until": "须晚于现在"})
    if latest is not None and until > latest:
        raise Invalid("复核日期太晚", fields={"until": "超过本市规定的最长挂账时间"})


def due_below(  # noqa: PLR0913 - a share of what, and how it is counted
    now: datetime,
    own: datetime | None,
    asked: datetime | None,
    share: int,
    unit: LimitUnit = LimitUnit.HOURS,
    calendar: WorkCalendar | None = None,
) -> datetime | None:
    """Return when a sub-unit is due: as asked, else after a share of the time left, never later.

    What is left is counted as the limit of the order is: of a limit in working days neither the
    time passed down falls on a holiday nor its end, and one in days ends with a day.

    Args:
        now: when the part is passed down.
        own: when the unit that passes it down is due itself; None without a limit.
        asked: what it asks for; None leaves it to the share.
        share: per cent of the time left that the sub-unit is given.
        unit: in what the order's own limit is counted.
        calendar: the region's calendar; None counts day and night, as do hours and minutes.

    Source: R-109, R-592 (requirement 23; handbook domain.md 2.1 art. 14: internal due date).
    """
    if asked is not None:
        return asked if own is None else min(asked, own)
    if own is None or own <= now:
        return own
    if share >= WHOLE:
        return own
    if calendar is not None and unit in _BY_CALENDAR:
        rest = pausing.left(now, own, unit, calendar) * share / 100
        return min(own, pausing.continued(now, rest, unit, calendar)) if rest else own
    due = now + (own - now) * share / 100
    return due.replace(second=0, microsecond=0)


def check_community(*, guarded: bool, listed: Iterable[str], category: str, unit: str) -> None:
    """Refuse to hand a department's duty to a community or township outside its list.

    Args:
        guarded: whether the city keeps such a list and the unit is one that it protects.
        listed: beginnings of the codes of categories that may be handed down.
        category: code of the order's category.
        unit: name of the unit, for the refusal.

    Raises:
        NotAllowed: the matter is not on the list.

    Source: R-112 (handbook domain.md 2.1 art. 17).
    """
    if guarded and not any(category.startswith(code) for code in listed):
        raise NotAllowed(
            f"这类事项不在{unit}的职责清单内，不能下派",
            remedy="请由职能部门办理；需要现场配合的，可以吹哨或联系热线中心",
        )


def check_different_person(first: int | None, second: int | None, what: str) -> None:
    """Refuse when one person would be both sides of a four-eyes step.

    Raises:
        NotAllowed: both are the same person.

    Source: R-53 (requirement 12; handbook domain.md 4.3: reviewer is not creator, two persons).
    """
    if first is not None and first == second:
        raise NotAllowed(f"{what}不能由同一人完成", remedy="请由另一位同事办理")


def check_close(
    *, called_back: bool, reason_code: str, solved: Solved | None, grade: Satisfaction | None
) -> CloseType:
    """Return the close type after a call-back; refuse closing without one or a recorded reason.

    An unsatisfied citizen's case is not closed here: it is redone or closed as unsatisfied.

    Raises:
        Refused: nobody called back and no reason is recorded, or the citizen is not satisfied.

    Source: R-54 (requirements 1, 9, 91; handbook rule 5: no closing without call-back or reason).
    """
    if not called_back:
        if not reason_code:
            raise Refused("尚未回访，不能办结", remedy="请先回访，或登记不回访的原因")
        return CloseType.SOLVED
    if solved is Solved.NO or (grade is not None and not grade.is_content):
        raise Refused("诉求人不满意，不能直接办结", remedy="请转重办，或按不满意结案")
    if grade is not None:
        return CloseType.SATISFIED
    return CloseType.SOLVED


def close_type_for(outcome: Outcome, closing: CloseType) -> CloseType:
    """Return the close type with what the unit reported: explained and planned keep their name.

    Source: R-55 (requirement 30; handbook domain.md 4.3 close types).
    """
    if outcome is Outcome.EXPLAINED:
        return CloseType.EXPLAINED
    if outcome is Outcome.PLANNED:
        return CloseType.PLANNED
    return closing


def check_round(round_: int, most: int) -> None:
    """Refuse a further redo when the rounds are used up.

    Raises:
        Refused: ``round_`` has reached ``most``.

    Source: R-56 (handbook domain.md 4.3: redo while round < max).
    """
    if round_ >= most:
        raise Refused(f"已办理 {round_} 轮，不能再重办", remedy="请按不满意结案，继续跟踪销号")


def is_secret(kind: str, confidential: bool) -> bool:  # noqa: FBT001 - two facts of one order
    """Tell whether nobody but the centre may know who asked: a report, or asked for."""
    return confidential or kind == Kind.REPORT


def check_merge(*, same: bool, main_standing: State, holds_others: int, secret: bool) -> None:
    """Refuse to merge what cannot hang together.

    Args:
        same: the order would be merged into itself.
        main_standing: where the main order stands.
        holds_others: how many orders are merged into the one that is to go.
        secret: one of the two is a report or confidential; its answer is for its author alone.

    Raises:
        Invalid: it is the same order.
        WrongState: the main order is a draft, is being reviewed, or has ended.
        Refused: a group or a confidential matter would be merged.

    Source: R-120 (handbook domain.md 4.3 并单: the parent is open; 4.4).
    """
    if same:
        raise Invalid("不能并入自己", fields={"main": "请选择另一件工单"})
    if main_standing not in OPEN or main_standing in (State.DRAFT, State.REVIEW):
        raise WrongState(
            f"主单现为“{main_standing.label}”，不能并入", remedy="请选择正在办理的工单"
        )
    if holds_others:
        raise Refused(
            f"已有 {holds_others} 件并入本单，本单不能再并入别的工单",
            remedy="请把另一件并入本单，或先拆出",
        )
    if secret:
        raise Refused("举报和要求保密的诉求不能并单", remedy="可以用“关联”把两件联系起来")


def check_split(*, main_standing: State | None) -> None:
    """Refuse to split off what is not merged, or whose main order has ended.

    Raises:
        WrongState: says which.

    Source: R-121 (handbook domain.md 4.3 并单).
    """
    if main_standing is None:
        raise WrongState("这件工单没有并入别的工单，不能拆出")
    if main_standing in FINAL:
        raise WrongState(
            f"主单现为“{main_standing.label}”，不能再拆出", remedy="可以登记一件后续工单"
        )


def check_rate_merged(*, main_standing: State | None) -> None:
    """Refuse a rating of a merged order before there is a result.

    Raises:
        WrongState: it is not merged, or the main order has not ended.

    Source: R-123 (handbook domain.md 4.3: all callers are kept).
    """
    if main_standing is None or main_standing not in FINAL or main_standing is State.VOID:
        raise WrongState("事情还在办理，现在还不能评价", remedy="有了结果会告诉您")


def check_call(*, told: str, digits: str, said: str, at: datetime, now: datetime) -> None:
    """Refuse the record of a call that does not say who was called, where, and what came of it.

    Raises:
        Invalid: names every wrong field.

    Source: R-131 (requirements 16, 213).
    """
    wrong = {}
    if not 2 <= len(told) <= 60:
        wrong["told"] = "请写明通知了谁（单位和职务），最多 60 个字"
    if not 3 <= len(digits) <= 20:
        wrong["number"] = "请填写拨打的号码"
    if not 2 <= len(said.strip()) <= 500:
        wrong["said"] = "请写明说了什么，2–500 个字"
    if at > now:
        wrong["at"] = "通话时间不能晚于现在"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def check_supplement(said: str, longest: int) -> None:
    """Refuse an empty or endless addition of the citizen.

    Raises:
        Invalid: fewer than five characters, or more than ``longest``.

    Source: R-132 (requirement 41).
    """
    if len(said) < SHORTEST_CONTENT:
        raise Invalid("请写明新的情况，至少 5 个字", fields={"words": "至少 5 个字"})
    if len(said) > longest:
        raise Invalid(f"最多 {longest} 个字", fields={"words": f"最多 {longest} 个字"})


def check_fact(
    kind: FactKind,
    *,
    on: date | None,
    today: date,
    words: Mapping[str, str],
    amount: Decimal | None,
) -> date:
    """Return the day of a fact; refuse one that lacks what its kind needs.

    Aid names who gave it; enforcement names the office and the number of its document.

    Args:
        kind: which fact.
        on: the day on which it happened.
        today: no fact lies ahead.
        words: what, giver and document.
        amount: of money, if any.

    Raises:
        Invalid: names every wrong field.

    Source: R-133 (requirements 29, 70).
    """
    wrong = {}
    if len(words["what"]) < SHORTEST_NOTE:
        wrong["what"] = "请写明内容"
    if kind is not FactKind.EXTERNAL and not words["giver"]:
        wrong["giver"] = "请写明单位"
    if kind is FactKind.ENFORCEMENT and not words["document"]:
        wrong["document"] = "请填写执法文书编号"
    wrong |= {
        name: f"最多 {most} 个字"
        for name, most in (("what", 500), ("giver", 60), ("document", 60))
        if len(words[name]) > most
    }
    if amount is not None and not 0 < amount < MOST_MONEY:
        wrong["amount"] = "金额须大于 0"
    if on is None or on > today:
        wrong["on"] = "请填写日期，不能晚于今天"
    if wrong or on is None:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    return on
