"""Inside a unit: the draft of a section, the signature of its leader, its own call-back.

Also the hotline's own telling of the answer, where the office speaks to the citizen itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
from django.db import transaction

from huiyin.kernel import crypto, masks, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Refused
from huiyin.orders import reply_queries, rules
from huiyin.orders.actions.files import Upload, accept, attach
from huiyin.orders.actions.replying import check, send_on, store
from huiyin.orders.actions.turn import Turn, begin, finish
from huiyin.orders.models import LocalCall, Reply, ReplyDraft, WorkOrder
from huiyin.orders.reply_states import DraftState, Told
from huiyin.orders.rules import MatterAnswer, ReplyForm
from huiyin.orders.states import (
    DRAFT_REPLY,
    LOCAL_CALL,
    RETURN_DRAFT,
    SIGN_REPLY,
    TELL,
    Outcome,
)
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor

_SEAL = "reply.draft"


@transaction.atomic
def draft_reply(
    order_id: int, form: ReplyForm, *, by: Actor, files: Sequence[Upload] = (), now: datetime
) -> WorkOrder:
    """Send the draft of a reply to the unit's leader; the deadline keeps running.

    Raises:
        Invalid: the draft is incomplete, as a reply would be.
        Refused: the unit answers directly, or a draft waits already.

    Source: R-159 (requirement 197).
    """
    accepted = accept(list(files))
    turn = begin(DRAFT_REPLY, order_id, by, now)
    mine = present(turn.mine)
    if mine.unit_id not in orgs.signed_units():
        raise Refused("本单位直接回复，不用送签", remedy="请用“回复”提交")
    if reply_queries.waiting_draft(turn.order) is not None:
        raise Refused("已有稿子待签发", remedy="请等负责人签发或退回")
    check(turn, form, files=len(accepted))
    ReplyDraft.objects.create(
        order=turn.order,
        assignment=mine,
        round=turn.order.round,
        at=now,
        by=present(by.staff),
        form_sealed=crypto.seal(_packed(form), _SEAL),
        state=DraftState.WAITING.value,
    )
    attach(turn.order, accepted, by=by, now=now)
    return finish(turn, note=f"{mine.unit}拟稿：{form.outcome.label}，待负责人签发")


@transaction.atomic
def return_draft(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Return a draft to the section with a reason. Raises Refused when none waits.

    Source: R-159 (requirement 197).
    """
    turn = begin(RETURN_DRAFT, order_id, by, now)
    rules.check_note(note, "note", "退回原因")
    draft = _waiting(turn)
    _decide(draft, DraftState.RETURNED, turn, reason=note)
    return finish(turn, note=f"{draft.assignment.unit}负责人退回拟稿：{note.strip()}")


@transaction.atomic
def sign_reply(
    order_id: int, *, by: Actor, sign_off: str = "", show_files: bool = False, now: datetime
) -> Reply:
    """Sign a draft: it goes out as the unit's reply under the leader's name.

    Raises:
        Refused: no draft waits.
        NotAllowed: the one who drafted it would sign it.
        Invalid: what the city asks for is missing by now.

    Source: R-159 (requirement 197).
    """
    turn = begin(SIGN_REPLY, order_id, by, now)
    draft = _waiting(turn)
    rules.check_different_person(draft.by_id, by.staff.pk if by.staff else None, "拟稿和签发")
    form = form_of(draft, sign_off=sign_off or by.label)
    row = store(turn, form, [], show_files=show_files)
    row.by = draft.by
    row.save(update_fields=["by"])
    _decide(draft, DraftState.SIGNED, turn)
    send_on(turn, row, note=f"{draft.by.name}拟稿")
    return row


@transaction.atomic
def local_call(
    order_id: int, *, by: Actor, content: bool, number: str = "", note: str = "", now: datetime
) -> WorkOrder:
    """Record the unit's own call-back; an unhappy citizen sends the unit back to work.

    Raises:
        Invalid: an unhappy answer without what was said.

    Source: R-160 (requirement 184).
    """
    turn = begin(LOCAL_CALL, order_id, by, now)
    if not content:
        rules.check_note(note, "note", "诉求人的意见")
    mine, order = present(turn.mine), turn.order
    row = LocalCall.objects.create(
        order=order,
        assignment=mine,
        round=order.round,
        nth=LocalCall.objects.filter(order=order).count() + 1,
        at=now,
        by=by.staff,
        number_masked=masks.phone(text.phone_digits(number)),
        content=content,
        said=text.clean(note)[:500],
    )
    said = "满意" if content else "不满意，二次办理"
    words = f"：{masks.in_text(row.said)}" if row.said else ""
    return finish(
        turn, note=f"{mine.unit}第 {row.nth} 次自行回访，诉求人{said}{words}",
        data={"content": content},
    )  # fmt: skip


@transaction.atomic
def tell(order_id: int, *, by: Actor, how: Told, note: str = "", now: datetime) -> WorkOrder:
    """Record that the hotline itself told the citizen the answer.

    Raises:
        Refused: it was told already.

    Source: R-162 (requirement 20).
    """
    turn = begin(TELL, order_id, by, now)
    last = present(Reply.objects.filter(order=turn.order).order_by("-pk").first())
    if last.told_at is not None:
        raise Refused("答复已经告知诉求人")
    last.told_at, last.told_how = now, how.value
    last.save(update_fields=["told_at", "told_how"])
    return finish(
        turn, note="；".join(filter(None, [how.label, note.strip()])),
        public_note="热线已把办理结果告诉您",
    )  # fmt: skip


def mark_read(order_id: int, *, now: datetime) -> None:
    """Note that the citizen has read the answer on the web; runs in the caller's transaction."""
    last = Reply.objects.filter(order=order_id).order_by("-pk").first()
    if last is not None and last.told_at is None:
        last.told_at, last.told_how = now, Told.WEB.value
        last.save(update_fields=["told_at", "told_how"])


def form_of(draft: ReplyDraft, *, sign_off: str = "") -> ReplyForm:
    """Return the form that was drafted, in the clear.

    Source: R-159 (requirement 197).
    """
    kept: dict[str, Any] = orjson.loads(crypto.unseal(draft.form_sealed, _SEAL))
    at, on = kept.pop("contacted_at"), kept.pop("planned_on")
    answers = tuple(
        MatterAnswer(row["seq"], Outcome(row["outcome"]), row["result"])
        for row in kept.pop("answers")
    )
    return ReplyForm(
        **(kept | ({"sign_off": sign_off} if sign_off else {}))
        | {
            "outcome": Outcome(kept["outcome"]),
            "answers": answers,
            "contacted_at": datetime.fromisoformat(at) if at else None,
            "planned_on": date.fromisoformat(on) if on else None,
        }
    )


def _packed(form: ReplyForm) -> str:
    return orjson.dumps(form).decode()


def _waiting(turn: Turn) -> ReplyDraft:
    draft = reply_queries.waiting_draft(turn.order)
    if draft is None:
        raise Refused("没有待签发的稿子", remedy="请等承办人拟稿送签")
    return draft


def _decide(draft: ReplyDraft, state: DraftState, turn: Turn, reason: str = "") -> None:
    draft.state, draft.decided_at, draft.decided_by = state.value, turn.now, turn.by.staff
    draft.reason = text.clean(reason)[:500]
    draft.save(update_fields=["state", "decided_at", "decided_by", "reason"])
