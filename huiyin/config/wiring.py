"""The list of outbox consumers and of packages with periodic jobs: who hears of what."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from huiyin.channels.messaging.states import TOPICS as MESSAGE_TOPICS
from huiyin.followup.outside.states import TOPIC as OUTSIDE_TOPIC
from huiyin.kernel import loops, outbox
from huiyin.orders.states import GROUP_TOPICS

JOBS = (
    "huiyin.kernel.upkeep",
    "huiyin.knowledge.jobs",
    "huiyin.orders.jobs",
    "huiyin.dispatch.duplicates.jobs",
    "huiyin.dispatch.learning.jobs",
    "huiyin.dispatch.incidents.jobs",
    "huiyin.followup.callbacks.jobs",
    "huiyin.followup.supervision.jobs",
    "huiyin.followup.mandates.jobs",
    "huiyin.followup.tasks.jobs",
    "huiyin.followup.ladder.jobs",
    "huiyin.followup.filings.jobs",
    "huiyin.followup.replychecks.jobs",
    "huiyin.insight.facts.jobs",
    "huiyin.channels.messaging.jobs",
    "huiyin.callcentre.telephony.jobs",
    "huiyin.assessment.bulletins.jobs",
)
# Name, topics, who takes one row, who takes many at once (empty: one by one is enough).
CONSUMERS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    (
        "messaging",
        MESSAGE_TOPICS,
        "huiyin.channels.messaging.actions:hear",
        "huiyin.channels.messaging.actions:hear_all",
    ),
    (
        "outside",
        (OUTSIDE_TOPIC,),
        "huiyin.channels.messaging.actions:hear_outside",
        "",
    ),
    (
        "groups",
        GROUP_TOPICS,
        "huiyin.orders.actions.grouping:hear",
        "huiyin.orders.actions.grouping:hear_all",
    ),
    (
        "search",
        ("order.*",),
        "huiyin.orders.actions.texts:hear",
        "huiyin.orders.actions.texts:hear_all",
    ),
    (
        "duplicates",
        ("order.create", "order.edit"),
        "huiyin.dispatch.duplicates.actions:hear",
        "huiyin.dispatch.duplicates.actions:hear_all",
    ),
    (
        "replychecks",
        (
            "order.reply",
            "order.sign_reply",
            "order.pass_audit",
            "order.reject_reply",
            "order.handle_again",
            "order.supervise_reply",
        ),
        "huiyin.followup.replychecks.actions:hear",
        "huiyin.followup.replychecks.actions:hear_all",
    ),
    ("live", ("order.*",), "huiyin.web.live.nudges:tell", "huiyin.web.live.nudges:tell_all"),
)
# What a worker does all the time: name, body, seconds between two looks when nothing was waiting.
LOOPS: tuple[tuple[str, str, float], ...] = (
    ("outbox", "huiyin.kernel.outbox:drain", 0.25),
    ("messaging", "huiyin.channels.messaging.jobs:send_now", 2.0),
    ("trials", "huiyin.cities.jobs:answer_trial", 2.0),
)


def connect() -> None:
    """Import every module of periodic jobs, register every consumer and every loop."""
    for module in JOBS:
        import_module(module)
    for name, topics, one, many in CONSUMERS:
        outbox.register(name, topics, _found(one), _found(many) if many else None)
    for name, path, idle in LOOPS:
        loops.register(name, _found(path), idle=idle)


def _found(path: str) -> Any:
    module, _, function = path.partition(":")
    return getattr(import_module(module), function)
