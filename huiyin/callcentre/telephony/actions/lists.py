"""Lists that people keep: known numbers, days on which leaders answer, who can be called in."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from huiyin.callcentre.telephony.models import KnownNumber, LeaderDay, Line, Standby
from huiyin.callcentre.telephony.policy import keeper
from huiyin.callcentre.telephony.states import NumberKind, Pool
from huiyin.kernel import crypto, masks, text
from huiyin.kernel.errors import Conflict, Invalid, NotFound
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Staff

LONGEST_NOTE, LONGEST_TOPIC = 200, 100


def _digits(number: str) -> str:
    digits = text.phone_digits(number)
    if not 3 <= len(digits) <= 15:
        raise Invalid("电话号码不对", fields={"number": "请填写正确的电话号码"})
    return digits


@transaction.atomic
def add_number(
    number: str, kind: str, *, by: Actor, now: datetime, note: str = "", until: date | None = None
) -> KnownNumber:
    """Put a number on a list: served first, cared for, or known for nuisance.

    Raises:
        Invalid: not a number or no such list; Conflict: it is on this list.

    Source: R-462 (requirements 83, 87; handbook domain.md 5.3).
    """
    staff, digits = keeper(by), _digits(number)
    if kind not in {k.value for k in NumberKind}:
        raise Invalid("没有这种名单", fields={"kind": "请选择名单"})
    try:
        with transaction.atomic():
            return KnownNumber.objects.create(
                number_sealed=crypto.seal(digits, "known.number"),
                number_masked=masks.phone(digits), number_key=crypto.lookup(digits, "phone"),
                kind=kind, note=note.strip()[:LONGEST_NOTE], added_by=staff, added_at=now,
                until=until,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("这个号码已在名单上") from None


def remove_number(key: int, *, by: Actor) -> None:
    """Take a number off its list. Raises NotFound."""
    keeper(by)
    if not KnownNumber.objects.filter(pk=key).delete()[0]:
        raise NotFound("名单上没有这个号码")


def add_leader_day(
    username: str, topic: str, line: str, span: tuple[datetime, datetime], *, by: Actor
) -> LeaderDay:
    """Let a leader answer in person on a line for some hours; callers there ask for the leader.

    Raises:
        Invalid: no such person or line, the end is not after the begin.

    Source: R-463 (requirement 107).
    """
    keeper(by)
    wrong = {}
    leader = _staff(username)
    if leader is None:
        wrong["leader"] = "没有这个账号"
    if not Line.objects.filter(number=line, pool=Pool.IN.value).exists():
        wrong["line"] = "没有这条呼入线路"
    if span[1] <= span[0]:
        wrong["ends_at"] = "结束须晚于开始"
    if not topic.strip():
        wrong["topic"] = "请填写主题"
    if wrong or leader is None:
        raise Invalid("没有保存，请看各项的提示", fields=wrong)
    return LeaderDay.objects.create(
        leader=leader, topic=topic.strip()[:LONGEST_TOPIC], line=line, begins_at=span[0],
        ends_at=span[1],
    )  # fmt: skip


def remove_leader_day(key: int, *, by: Actor, now: datetime) -> None:
    """Cancel a day that has not begun; one that has stays as it was. Raises NotFound, Conflict."""
    keeper(by)
    row = LeaderDay.objects.filter(pk=key).first()
    if row is None:
        raise NotFound("没有这个接听日")
    if row.begins_at <= now:
        raise Conflict("已经开始的接听日不能取消")
    row.delete()


@transaction.atomic
def add_standby(username: str, number: str, *, by: Actor, note: str = "") -> Standby:
    """Put somebody on the list of those who can be called in, or change their number.

    Raises:
        Invalid: no such person, or not a number.

    Source: R-460 (requirement 80; handbook domain.md 5.3).
    """
    keeper(by)
    staff, digits = _staff(username), _digits(number)
    if staff is None:
        raise Invalid("没有这个账号", fields={"staff": "没有这个账号"})
    facts = {
        "number_sealed": crypto.seal(digits, "standby.number"),
        "number_masked": masks.phone(digits), "note": note.strip()[:60],
    }  # fmt: skip
    return Standby.objects.update_or_create(staff=staff, defaults=facts)[0]


def remove_standby(key: int, *, by: Actor) -> None:
    """Take somebody off that list. Raises NotFound."""
    keeper(by)
    if not Standby.objects.filter(pk=key).delete()[0]:
        raise NotFound("名单上没有这个人")


def _staff(username: str) -> Staff | None:
    return orgs.staff_named(username.strip())
