"""What an application needs, how long a filing holds, and what it answers. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from huiyin.followup.filings.states import FilingState
from huiyin.kernel import likeness
from huiyin.kernel.errors import Invalid, WrongState

SHORTEST = 10
LIKE = 40
SHORTEST_PLACE = 4
LONGEST = {
    "title": 80, "place": 200, "cause": 2000, "process": 3000, "basis": 500, "public_answer": 3000,
}  # fmt: skip
_NEEDED = {
    "title": (2, "请写明事项"),
    "cause": (SHORTEST, "请写明办不了的原因，至少 10 个字"),
    "process": (SHORTEST, "请写明已经做了什么，至少 10 个字"),
    "basis": (2, "请写明政策依据"),
    "public_answer": (SHORTEST, "请写明给诉求人的答复，至少 10 个字"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which orders are meant: of a class, at a place or by a caller."""

    category: str
    place_key: str = ""
    phone_key: bytes = b""


def check_application(words: Mapping[str, str], scope: Scope, *, reports: int) -> None:
    """Refuse an application without cause, process, basis, answer, scope or sealed report.

    Raises:
        Invalid: names every missing field.

    Source: R-127 (requirement 112; handbook domain.md 2.8).
    """
    wrong = {
        name: say for name, (least, say) in _NEEDED.items() if len(words[name].strip()) < least
    }
    wrong |= {
        name: f"最多 {most} 个字" for name, most in LONGEST.items() if len(words[name]) > most
    }
    if not scope.category:
        wrong["category"] = "请选择分类"
    if len(scope.place_key) < SHORTEST_PLACE and not scope.phone_key:
        wrong["place"] = "请写明地点，或限定为本单的诉求人"
    if reports < 1:
        wrong["reports"] = "请上传加盖公章的书面报告"
    if wrong:
        raise Invalid("备案材料不全：" + "；".join(wrong.values()), fields=wrong)


def valid_until(start: date, months: int) -> date:
    """Return the day on which a filing of ``start`` no longer holds, ``months`` later.

    A day that the month has not becomes its last one.

    Source: R-127 (handbook domain.md 2.8: expiry, six months by our default).
    """
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def check_standing(state: FilingState, wanted: FilingState, what: str) -> None:
    """Refuse what a filing of this state does not allow.

    Raises:
        WrongState: says where it stands.

    Source: R-127 (handbook domain.md 2.8).
    """
    if state is not wanted:
        raise WrongState(f"这份备案现为“{state.label}”，不能{what}", state=state.value)


def answers(filing: Scope, order: Scope) -> bool:
    """Tell whether a filing answers an order: the same class, and the same place or caller.

    A class of a higher level covers those below it.

    Source: R-126 (requirement 113; handbook domain.md 2.8: the same matter).
    """
    if not order.category.startswith(filing.category):
        return False
    same_place = len(filing.place_key) >= SHORTEST_PLACE and filing.place_key == order.place_key
    return same_place or (filing.phone_key != b"" and filing.phone_key == order.phone_key)


def says_the_like(said: str, filed: str, *, percent: int = LIKE) -> bool:
    """Tell whether a request says what the request on file said, for somebody to look at.

    Source: R-209 (requirement 113).
    """
    one, other = (likeness.pairs(likeness.folded(text)) for text in (said, filed))
    return likeness.likeness(one, other) * 100 >= percent
