"""What must hold for a step, beyond state and permission. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from huiyin.kernel.errors import Invalid, NotAllowed, Refused, TooLate
from huiyin.orders.states import CloseType, Outcome, Satisfaction, Solved

SHORTEST_NOTE = 2
SHORTEST_CONTENT = 5


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


def check_note(note: str, field: str, what: str) -> None:
    """Refuse an empty reason.

    Raises:
        Invalid: fewer than two characters.

    Source: R-50 (handbook domain.md 4.3: every refusal and return gives its reason).
    """
    if len(note.strip()) < SHORTEST_NOTE:
        raise Invalid(f"请写明{what}", fields={field: f"请写明{what}"})


def check_return(
    *, now: datetime, until: datetime | None, returns: int, most: int, no_return: bool
) -> None:
    """Refuse a return after its window, beyond its count, or by a unit named in a ruling.

    Args:
        now: when it is asked.
        until: end of the window, exclusive; None when the city sets none.
        returns: how often this unit has returned this order.
        most: how often it may.
        no_return: the unit was named by a ruling.

    Raises:
        NotAllowed: the unit was named, or has used up its returns.
        TooLate: the window has closed.

    Source: R-52 (handbook domain.md 2.8, Shandong: two working days; Weifang: named unit).
    """
    if no_return:
        raise NotAllowed("本单位由裁定指定承办，不得再次退单", remedy="如有困难请联系热线中心会商")
    if returns >= most:
        raise NotAllowed(f"本单位已退单 {returns} 次，不能再退", remedy="请办理，或提请派单异议")
    if until is not None and now >= until:
        raise TooLate("已超过退单时限", remedy="请继续办理；确不属本单位职责的，请联系热线中心")


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
