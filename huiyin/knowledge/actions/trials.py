"""Trials of changed rules: asked on a page, answered in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from huiyin.kernel.errors import Invalid, TooLarge, TooMany
from huiyin.knowledge.models import RuleTrial
from huiyin.knowledge.states import TrialState
from huiyin.orgs import policy
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm

LARGEST = 200 * 1024
MOST_WAITING = 5
KEPT = 50
TRIERS = (Perm.RULES, Perm.SUPERVISE)
"""Who may try rules and read what came of it: they look after rules, or see every order."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a trial: lines that say what is wrong, or the result."""

    state: TrialState
    problems: tuple[str, ...] = ()
    result: dict[str, Any] | None = None


@transaction.atomic
def ask_trial(
    text: str, *, first: date, last: date, as_of: date | None, by: Actor, now: datetime
) -> RuleTrial:
    """Ask what these rules would have done to the orders of a window.

    Raises:
        NotAllowed: the actor neither looks after rules nor supervises.
        Invalid: there is no text, or the window is empty.
        TooLarge: the text is longer than any rules.toml.
        TooMany: several trials are waiting already.

    Source: R-195 (handbook domain.md 2.9: rules with effective dates; 4.3 timers).
    """
    if not by.perms & set(TRIERS):
        policy.require(by, TRIERS[0])
    if not text.strip():
        raise Invalid("请上传或粘贴改过的 rules.toml", fields={"text": "请上传或粘贴规则"})
    if len(text.encode()) > LARGEST:
        raise TooLarge(f"规则文件最多 {LARGEST // 1024} KB")
    if "\x00" in text:
        raise Invalid("不是文本文件", fields={"text": "请上传 rules.toml"})
    if last < first:
        raise Invalid("起止日期颠倒了", fields={"last": "须不早于开始日期"})
    if RuleTrial.objects.filter(state=TrialState.WAITING.value).count() >= MOST_WAITING:
        raise TooMany("前面还有几项试算没有完成", remedy="请稍后再试", retry_after=60)
    asked = RuleTrial.objects.create(
        text=text, first=first, last=last, as_of=as_of, asked_at=now, asked_by=by.label[:60]
    )
    old = RuleTrial.objects.exclude(state=TrialState.WAITING.value).order_by("-pk")
    RuleTrial.objects.filter(pk__in=old.values_list("pk", flat=True)[KEPT:]).delete()
    return asked


@transaction.atomic
def answer_next(answer: Callable[[RuleTrial], Verdict], *, now: datetime) -> bool:
    """Answer the oldest waiting trial; tell whether there was one. Safe in several processes."""
    waiting = RuleTrial.objects.select_for_update(skip_locked=True)
    asked = waiting.filter(state=TrialState.WAITING.value).order_by("pk").first()
    if asked is None:
        return False
    verdict = answer(asked)
    asked.state, asked.result = verdict.state.value, verdict.result
    asked.problems = [line[:400] for line in verdict.problems[:100]]
    asked.ended_at = now
    asked.save(update_fields=["state", "result", "problems", "ended_at"])
    return True
