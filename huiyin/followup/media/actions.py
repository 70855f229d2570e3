"""Writing down what media follow, what appeared, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiyin.followup.media import policy, rules
from huiyin.followup.media.models import MediaCase, Publication
from huiyin.followup.media.states import MediaForm, MediaState
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orders import numbers
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class Entry:
    """What a supervisor writes down."""

    form: MediaForm
    outlet: str = ""
    title: str = ""
    on: date | None = None
    unit: Unit | None = None
    about: str = ""
    orders: Sequence[str] = ()


@transaction.atomic
def add(entry: Entry, *, by: Actor, now: datetime) -> MediaCase:
    """Write down that a medium follows a matter.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: matter, outlet, day or unit are missing, or an order does not exist.

    Source: R-426 (requirements 122, 151, 159).
    """
    policy.require_keeper(by)
    title, outlet = text.clean(entry.title), text.clean(entry.outlet)
    about = text.clean(entry.about, lines=True)
    today = now.astimezone(SHANGHAI).date()
    rules.check_entry(title=title, outlet=outlet, about=about, on=entry.on, today=today)
    if entry.unit is None:
        raise Invalid("请选择责任单位", fields={"unit": "请选择责任单位"})
    wanted = list(dict.fromkeys(numbers.read(each) or each for each in entry.orders))
    found = list(WorkOrder.objects.filter(number__in=wanted).order_by("pk"))
    if len(found) != len(wanted) or len(wanted) > rules.MOST_ORDERS:
        missing = "、".join(sorted(set(wanted) - {order.number for order in found}))[:100]
        said = f"没有这些工单：{missing}" if missing else f"最多 {rules.MOST_ORDERS} 件工单"
        raise Invalid(said, fields={"orders": said})
    case = MediaCase.objects.create(
        state=MediaState.OPEN.value,
        form=entry.form.value,
        outlet=outlet,
        title=title,
        about=about,
        on=present(entry.on),
        unit=entry.unit,
        made_at=now,
        made_by=present(by.staff),
    )
    case.orders.set(found)
    return case


@transaction.atomic
def publish(
    key: int, *, by: Actor, on: date | None, outlet: str, title: str, link: str = "", now: datetime
) -> Publication:
    """Add one article or broadcast to the publication list of a matter, ended or not.

    Raises:
        NotAllowed, NotFound: as named.
        Invalid: outlet, title, day or address are wrong.

    Source: R-426 (requirement 122: publication list).
    """
    policy.require_keeper(by)
    case = _locked(key)
    words, where, address = text.clean(title), text.clean(outlet), link.strip()
    today = now.astimezone(SHANGHAI).date()
    rules.check_entry(title=words, outlet=where, about="", on=on, today=today)
    rules.check_link(address)
    return Publication.objects.create(
        case=case, on=present(on), outlet=where, title=words, link=address, by=present(by.staff)
    )


@transaction.atomic
def end(key: int, *, by: Actor, result: str, now: datetime) -> MediaCase:
    """End a matter with its result.

    Raises:
        WrongState: it has one.
        Invalid: nothing is said.

    Source: R-427 (requirement 159).
    """
    policy.require_keeper(by)
    case, words = _locked(key), text.clean(result, lines=True)
    rules.check_open("再记录结果", ended=case.standing is MediaState.ENDED)
    if not 2 <= len(words) <= rules.LONGEST_ABOUT:
        said = f"请写明结果，2–{rules.LONGEST_ABOUT} 个字"
        raise Invalid("请写明结果", fields={"result": said})
    case.state, case.result = MediaState.ENDED.value, words
    case.ended_at, case.ended_by = now, by.staff
    case.save()
    return case


def _locked(key: int) -> MediaCase:
    case = MediaCase.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if case is None:
        raise NotFound("没有找到这件媒体跟踪")
    return case
