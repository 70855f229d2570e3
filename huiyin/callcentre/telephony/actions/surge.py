"""Prepared actions of a surge: a person starts and stops them, and both stay written down."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from huiyin.callcentre.telephony.actions.wishes import FLOOR
from huiyin.callcentre.telephony.models import SurgeStep
from huiyin.callcentre.telephony.states import Surge, SurgeAct
from huiyin.kernel import notify
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm

LONGEST_NOTE = 100


@transaction.atomic
def start(
    act: str, level: Surge, *, by: Actor, now: datetime, tag: str = "", note: str = ""
) -> SurgeStep:
    """Start a prepared action; the surge level of the moment is written down with it.

    Raises:
        Invalid: no such action, or the event tag is not in the city's taxonomy.
        Conflict: it runs already.

    Source: R-460 (requirement 80; handbook domain.md 5.3).
    """
    require(by, Perm.SUPERVISE)
    if by.staff is None:
        raise NotAllowed("须由值班人员启动")
    if act not in {each.value for each in SurgeAct}:
        raise Invalid("没有这项应急措施")
    if act == SurgeAct.EVENT_TAG.value and tag not in {each.code for each in knowledge.tags()}:
        raise Invalid("请选择事件标签", fields={"tag": "请选择事件标签"})
    try:
        with transaction.atomic():
            step = SurgeStep.objects.create(
                act=act, level=level.value, tag=tag if act == SurgeAct.EVENT_TAG.value else "",
                note=note.strip()[:LONGEST_NOTE], started_at=now, started_by=by.staff,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("这项措施已经启动") from None
    notify.tell(FLOOR, "")
    return step


@transaction.atomic
def stop(key: int, *, by: Actor, now: datetime) -> SurgeStep:
    """Stop an action that runs.

    Raises:
        NotFound: no such action; Conflict: it has been stopped.

    Source: R-460 (requirement 80; handbook domain.md 5.3).
    """
    require(by, Perm.SUPERVISE)
    step = SurgeStep.objects.select_for_update().filter(pk=key).first()
    if step is None or by.staff is None:
        raise NotFound("没有这项应急措施")
    if step.stopped_at is not None:
        raise Conflict("这项措施已经停止")
    step.stopped_at, step.stopped_by = now, by.staff
    step.save(update_fields=["stopped_at", "stopped_by"])
    notify.tell(FLOOR, "")
    return step
