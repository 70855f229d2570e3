"""The list of outbox consumers and of packages with periodic jobs: who hears of what."""

from __future__ import annotations

from importlib import import_module

from huiyin.channels.messaging.states import TOPICS as MESSAGE_TOPICS
from huiyin.kernel import outbox
from huiyin.kernel.outbox import Handler

JOBS = (
    "huiyin.kernel.upkeep",
    "huiyin.orders.jobs",
    "huiyin.followup.callbacks.jobs",
    "huiyin.channels.messaging.jobs",
)
CONSUMERS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("messaging", MESSAGE_TOPICS, "huiyin.channels.messaging.actions:hear"),
    ("live", ("order.*",), "huiyin.web.live.nudges:tell"),
)


def connect() -> None:
    """Import every module of periodic jobs and register every consumer."""
    for module in JOBS:
        import_module(module)
    for name, topics, path in CONSUMERS:
        outbox.register(name, topics, _handler(path))


def _handler(path: str) -> Handler:
    module, _, function = path.partition(":")
    handler: Handler = getattr(import_module(module), function)
    return handler
