"""Setting up seats and lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from huiyin.callcentre.telephony.models import Line, Seat, Session
from huiyin.callcentre.telephony.policy import keeper
from huiyin.callcentre.telephony.states import Pool, SeatKind, Skill
from huiyin.kernel.errors import Conflict, Invalid, NotFound
from huiyin.orgs.actors import Actor

MOST_SEATS = 5000
_LONGEST = 8


@transaction.atomic
def seats(
    extensions: str, *, kind: str, skills: Sequence[str] = ("general",), address: str = ""
) -> int:
    """Register seats, or change those that are there; return how many.

    Raises:
        Invalid: extensions, kind or skills are not of their form; nothing is stored.

    Source: R-243 (requirements 3, 177, 178).
    """
    names = list(_numbers(extensions))
    if kind not in {k.value for k in SeatKind}:
        raise Invalid("席位种类只能是 answering、floor、quality、callback")
    if not skills or not set(skills) <= {s.value for s in Skill}:
        raise Invalid("没有这样的技能")
    for name in names:
        Seat.objects.update_or_create(
            extension=name,
            defaults={"kind": kind, "skills": list(skills), "address": address, "active": True},
        )
    return len(names)


def close_seat(key: int, *, by: Actor) -> None:
    """Take a seat out of use; what was done there stays.

    Raises:
        NotFound: no such seat; Conflict: somebody sits there.

    Source: R-243 (requirements 3, 177, 178).
    """
    keeper(by)
    if Session.objects.filter(seat_id=key, signed_out_at__isnull=True).exists():
        raise Conflict("席位上有人，签出后才能停用")
    if not Seat.objects.filter(pk=key, active=True).update(active=False):
        raise NotFound("没有这个席位")


def _numbers(text: str) -> Iterable[str]:
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        last = last or first
        if not (first.isdigit() and last.isdigit() and len(first) == len(last) <= _LONGEST):
            raise Invalid("分机号写成 8001-8080 或 8001,8002")
        if not 0 <= int(last) - int(first) < MOST_SEATS:
            raise Invalid(f"一次最多登记 {MOST_SEATS} 个席位")
        for number in range(int(first), int(last) + 1):
            yield str(number).zfill(len(first))


def line(
    number: str, *, pool: str, capacity: int, skill: str = "general", closed: bool = False
) -> None:
    """Register a line of the pool for calls in or of that for calls out, or change it.

    Raises:
        Invalid: pool, skill, number or capacity are not of their form.

    Source: R-238 (requirement 5).
    """
    if pool not in {p.value for p in Pool} or skill not in {s.value for s in Skill}:
        raise Invalid("线路只能是 in 呼入或 out 呼出，技能须是已有的")
    if not number.strip() or len(number) > 20 or capacity < 1:
        raise Invalid("请写明号码和路数")
    Line.objects.update_or_create(
        number=number, pool=pool,
        defaults={"capacity": capacity, "skill": skill, "closed": closed},
    )  # fmt: skip
