"""What a call test needs, and who may judge a call. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from huiyin.callcentre.listening.states import Fault, Verdict
from huiyin.kernel.errors import Invalid, NotAllowed, WrongState

MOST_CALLS = 100
LONGEST_SPAN = 92
LONGEST_NOTE = 500


def check_draw(
    since: date | None, until: date | None, calls: int | None, *, today: date
) -> tuple[date, date, int]:
    """Return the days and the size of a sample.

    Raises:
        Invalid: names every wrong field: days missing, to come, turned round or too many; a size
            that is none or too large.

    Source: R-506 (requirement 57).
    """
    wrong: dict[str, str] = {}
    if since is None:
        wrong["since"] = "请填写开始日期"
    if until is None or until > today:
        wrong["until"] = "请填写结束日期，不能晚于今天"
    if since and until and not 0 <= (until - since).days < LONGEST_SPAN:
        wrong["since"] = f"开始日期不能晚于结束日期，最多 {LONGEST_SPAN} 天"
    if calls is None or not 1 <= calls <= MOST_CALLS:
        wrong["calls"] = f"请填写 1–{MOST_CALLS}"
    if wrong or since is None or until is None or calls is None:
        raise Invalid("测听没有填好：" + "；".join(wrong.values()), fields=wrong)
    return since, until, calls


def check_verdict(verdict: Verdict | None, faults: Collection[Fault], note: str) -> None:
    """Refuse a judgement without a verdict, or a bad one that does not say what was wrong.

    Raises:
        Invalid: names the field.

    Source: R-507 (requirement 57).
    """
    if verdict is None:
        raise Invalid("请选择结论", fields={"verdict": "请选择结论"})
    if verdict is not Verdict.GOOD and not faults and len(note) < 2:
        words = "请选择问题，或写明情况"
        raise Invalid(words, fields={"note": words})
    if len(note) > LONGEST_NOTE:
        raise Invalid("填写过长", fields={"note": f"最多 {LONGEST_NOTE} 个字"})


def check_judge(judge: int, agent: int | None, *, judged: bool) -> None:
    """Refuse a judgement of one's own call, or a second one.

    Raises:
        NotAllowed: the judge took the call.
        WrongState: the call was judged.

    Source: R-507 (requirement 57; four eyes our own).
    """
    if agent == judge:
        raise NotAllowed("不能测听自己的通话", remedy="请由另一位质检员测听")
    if judged:
        raise WrongState("这段通话已经测听", remedy="请刷新页面查看")
