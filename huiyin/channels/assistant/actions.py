"""Asking the language model for a draft; each time is logged, nothing else is stored."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime

from huiyin.channels.assistant import client, queries, rules
from huiyin.channels.assistant.client import NoAnswer
from huiyin.channels.assistant.models import AssistantUse
from huiyin.channels.assistant.rules import Draft, Source
from huiyin.channels.assistant.states import Ended, Task
from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.orders import person_queries
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor

_LEAST = 5


def draft(
    task: Task,
    text: str,
    *,
    by: Actor,
    now: datetime,
    order: WorkOrder | None = None,
    names: Collection[str] = (),
    sources: Sequence[Source] = (),
) -> Draft:
    """Return a draft by the language model, for a person to confirm; log who asked.

    Runs outside any transaction: the service may take long.

    Args:
        task: what is asked for.
        text: what it is about; personal data in it is masked before it leaves.
        by: who asks.
        now: when.
        order: the order that it is about, for the log.
        names: names of people in the text, which do not leave; who asked in ``order`` never does.
        sources: articles that an answer may cite.

    Raises:
        NotAllowed: no service is set, or the city has not switched this on.
        Invalid: there is nothing to go by.
        NoAnswer: the service gave no usable answer; that is logged too.

    Source: R-206, R-207, R-208 (handbook domain.md 7.2; requirement 98).
    """
    service = queries.service()
    if service is None or not queries.is_on(task, now) or by.staff is None:
        raise NotAllowed("本市没有启用语言模型助手")
    if len(text.strip()) < _LEAST:
        raise Invalid("请先写下内容", fields={"content": "请先写下内容"})
    if task is Task.ANSWER and not sources:
        raise Invalid("没有找到可以引用的知识条目，助手不凭空作答")
    if order is not None:
        names = [*names, person_queries.name_of(order)]
    use = AssistantUse(at=now, by=by.staff, task=task.value, order=order, model=service.model[:80])
    begun = time.monotonic()
    try:
        told = client.ask(service, rules.messages(task, text, names=names, sources=sources))
        made = rules.kept(told.text, sources)
        use.ended, use.dropped = Ended.TOLD.value, len(made.dropped)
        use.tokens_in, use.tokens_out = told.tokens_in, told.tokens_out
    except NoAnswer as failure:
        use.ended = failure.ended.value
        raise
    finally:
        use.milliseconds = int(1000 * (time.monotonic() - begun))
        use.save()
    return made
