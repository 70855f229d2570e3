"""Everything that changes messages."""

from huiyin.channels.messaging.actions.outside import hear_outside
from huiyin.channels.messaging.actions.sending import send_due
from huiyin.channels.messaging.actions.templates import (
    TemplateRow,
    put_template,
    sync_templates,
)
from huiyin.channels.messaging.actions.upkeep import forget_old, retry, reveal
from huiyin.channels.messaging.actions.writing import hear, hear_all, queue, send_text

__all__ = [
    "TemplateRow",
    "forget_old",
    "hear",
    "hear_all",
    "hear_outside",
    "put_template",
    "queue",
    "retry",
    "reveal",
    "send_due",
    "send_text",
    "sync_templates",
]
