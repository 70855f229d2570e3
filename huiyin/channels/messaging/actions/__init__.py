"""Everything that changes messages."""

from huiyin.channels.messaging.actions.sending import send_due
from huiyin.channels.messaging.actions.upkeep import forget_old, put_template, retry, reveal
from huiyin.channels.messaging.actions.writing import hear, queue, send_text

__all__ = [
    "forget_old",
    "hear",
    "put_template",
    "queue",
    "retry",
    "reveal",
    "send_due",
    "send_text",
]
