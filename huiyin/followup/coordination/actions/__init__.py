"""Everything that changes flags, meetings and joint cases."""

from huiyin.followup.coordination.actions.flagging import Raising, flag, withdraw
from huiyin.followup.coordination.actions.jointly import (
    Opening,
    add_milestone,
    add_orders,
    close_joint,
    log_joint,
    open_joint,
)
from huiyin.followup.coordination.actions.meeting import (
    Deciding,
    Planning,
    answer,
    call,
    cancel,
    conclude,
    decide,
    drop_item,
    hold,
    plan,
    prepare,
)
from huiyin.followup.coordination.actions.turns import exchange, lay_out

__all__ = [
    "Deciding",
    "Opening",
    "Planning",
    "Raising",
    "add_milestone",
    "add_orders",
    "answer",
    "call",
    "cancel",
    "close_joint",
    "conclude",
    "decide",
    "drop_item",
    "exchange",
    "flag",
    "hold",
    "lay_out",
    "log_joint",
    "open_joint",
    "plan",
    "prepare",
    "withdraw",
]
