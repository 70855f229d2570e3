"""Everything that changes an order: one public function per thing that a person can do."""

from huiyin.orders.actions.assigning import (
    add_units,
    ask_return,
    dispatch,
    grant_return,
    pass_down,
    refuse_return,
    send_again,
)
from huiyin.orders.actions.auditing import (
    confirm_plan,
    handle_again,
    pass_audit,
    reject_reply,
    report_plan,
    supervise_reply,
    verify,
)
from huiyin.orders.actions.closing import (
    archive_closed,
    close,
    close_unreached,
    close_unsatisfied,
    redo,
)
from huiyin.orders.actions.files import attach
from huiyin.orders.actions.handling import (
    contact,
    sign,
    sub_reply,
    sub_sign,
)
from huiyin.orders.actions.intake import (
    answer,
    approve,
    create,
    refer,
    send_back,
    submit,
    transfer,
    update_draft,
)
from huiyin.orders.actions.replying import explain, list_matters, reply
from huiyin.orders.actions.succeeding import carry_out, carry_out_due, move_left
from huiyin.orders.actions.turn import lock_unchanged
from huiyin.orders.actions.upkeep import (
    add_note,
    ask_void,
    confirm_void,
    recompute_provisional,
    record_overdue,
    reveal,
)

__all__ = [
    "carry_out",
    "carry_out_due",
    "move_left",
    "add_note",
    "add_units",
    "answer",
    "approve",
    "archive_closed",
    "ask_return",
    "ask_void",
    "attach",
    "close",
    "confirm_plan",
    "explain",
    "handle_again",
    "list_matters",
    "report_plan",
    "supervise_reply",
    "verify",
    "close_unreached",
    "close_unsatisfied",
    "confirm_void",
    "contact",
    "create",
    "dispatch",
    "grant_return",
    "lock_unchanged",
    "pass_audit",
    "pass_down",
    "recompute_provisional",
    "record_overdue",
    "redo",
    "refer",
    "refuse_return",
    "reject_reply",
    "reply",
    "reveal",
    "send_again",
    "send_back",
    "sign",
    "sub_reply",
    "sub_sign",
    "submit",
    "transfer",
    "update_draft",
]
