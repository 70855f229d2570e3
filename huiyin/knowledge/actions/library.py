"""Documents of the library and the duty directory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from huiyin.kernel import bulk, text
from huiyin.kernel.compare import Changes, compare
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from huiyin.knowledge import policy
from huiyin.knowledge.actions.dated import _sync
from huiyin.knowledge.article_states import DocumentKind, Visibility
from huiyin.knowledge.models import Document, Duty
from huiyin.orgs import policy as people
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm, Role

LONGEST_DOCUMENT = 100_000
_PHONE = re.compile(r"\d{3,12}")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One version of a document as a profile has it; ``unit`` is a code, empty for none."""

    code: str
    kind: str
    title: str
    number: str
    issuer: str
    issued_on: date | None
    body: str
    roles: tuple[str, ...]
    visibility: str
    unit: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One entry of the duty directory; ``unit`` is a code, an empty ``phone`` is kept as it is."""

    code: str
    unit: str
    matter: str
    categories: tuple[str, ...]
    phone: str
    opens: time | None
    closes: time | None
    hint: str


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What an editor writes of a document's version."""

    code: str
    kind: DocumentKind
    title: str
    body: str
    valid_from: date
    number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    roles: tuple[Role, ...] = ()
    visibility: Visibility = Visibility.STAFF
    unit: Unit | None = None


@transaction.atomic(savepoint=False)
def sync_documents(rows: Sequence[DocumentRow], *, today: date, in_use: bool) -> Changes:
    """Let the profile's documents be these rows from now on; what editors added stays.

    Raises:
        PastRewritten: a row would change what has held already.

    Source: R-357 (requirements 15, 101, 119; handbook domain.md 2.9).
    """
    units: dict[str, int] = dict(Unit.objects.values_list("code", "pk")) if rows else {}
    wanted = []
    for row in rows:
        values = asdict(row) | {"roles": list(row.roles), "of_profile": True}
        unit = values.pop("unit")
        wanted.append(values | {"unit_id": units[unit] if unit else None})
    return _sync(
        "制度文件", Document, wanted, today=today, in_use=in_use, only={"of_profile": True}
    )


@transaction.atomic
def add_document(written: DocumentText, *, by: Actor) -> Document:
    """Put a document, or the next version of one, into the library; the version before it ends.

    Raises:
        NotAllowed: the actor does not look after the content.
        Conflict: a version begins on that day or later already.
        Invalid: something is missing or too long.

    Source: R-357 (requirements 15, 101, 119; handbook domain.md 2.9).
    """
    people.require(by, Perm.CONTENT)
    title, body = text.clean(written.title), text.clean(written.body, lines=True)
    faults = {}
    if not re.fullmatch(r"[A-Za-z0-9-]{2,40}", written.code):
        faults["code"] = "编码用 2 到 40 位字母、数字和连字符"
    if not title or len(title) > 200:
        faults["title"] = "请填写标题，不超过 200 个字"
    if not body or len(body) > LONGEST_DOCUMENT:
        faults["body"] = f"请填写正文，不超过 {LONGEST_DOCUMENT} 个字"
    if faults:
        raise Invalid("文件填写有误", fields=faults)
    held = list(Document.objects.select_for_update().filter(code=written.code))
    if any(each.valid_from >= written.valid_from for each in held):
        raise Conflict("这份文件已有同日或更晚生效的版本", remedy="请核对编码和生效日期")
    for each in held:
        if each.valid_to is None or each.valid_to > written.valid_from:
            each.valid_to = written.valid_from
            each.save(update_fields=["valid_to"])
    return Document.objects.create(
        code=written.code, kind=written.kind.value, title=title, body=body,
        number=text.clean(written.number)[:80], issuer=text.clean(written.issuer)[:100],
        issued_on=written.issued_on, roles=[role.value for role in written.roles],
        visibility=written.visibility.value, unit=written.unit, valid_from=written.valid_from,
    )  # fmt: skip


@transaction.atomic
def end_document(key: int, *, by: Actor, last_day: date) -> Document:
    """Let a version of a document hold no longer than ``last_day``; it stays in the library.

    Raises:
        NotAllowed: the actor does not look after the content.
        NotFound: there is no such version.
        Invalid: the day is before its first one.

    Source: R-357 (requirements 15, 101, 119; handbook domain.md 2.9).
    """
    people.require(by, Perm.CONTENT)
    found = Document.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound("没有这份文件")
    if last_day < found.valid_from:
        raise Invalid("失效日期早于生效日期", fields={"last_day": "须不早于生效日期"})
    found.valid_to = last_day + timedelta(days=1)
    found.save(update_fields=["valid_to"])
    return found


@transaction.atomic(savepoint=False)
def sync_duties(rows: Sequence[DutyRow]) -> Changes:
    """Let the duty directory be these rows; others are switched off. Up to four statements.

    A number that a row leaves empty stays as the city's people have filled it in.

    Source: R-355 (requirement 81; handbook domain.md 1.2 (二)).
    """
    units: dict[str, int] = dict(Unit.objects.values_list("code", "pk")) if rows else {}
    held = {each.code: each for each in Duty.objects.order_by("pk")}
    wanted: dict[str, dict[str, object]] = {}
    for row in rows:
        known = held.get(row.code)
        wanted[row.code] = {
            "unit_id": units[row.unit],
            "matter": row.matter,
            "categories": list(row.categories),
            "phone": row.phone or (known.phone if known else ""),
            "opens": row.opens,
            "closes": row.closes,
            "hint": row.hint,
            "active": True,
        }
    found = compare(held, wanted, off={"active": False})
    new = [Duty(code=code, **wanted[code]) for code in found.missing]
    bulk.add(Duty, new)
    bulk.store(Duty, found.touched, found.fields)
    return found.told("值班电话", new, lambda each: each.matter)


@transaction.atomic
def set_duty_phone(
    key: int, *, phone: str, hint: str, by: Actor, now: datetime
) -> Duty:  # fmt: skip
    """Fill in or change the number and the self-help hint of an entry; the unit itself may.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: the entry is another unit's.
        Invalid: this is no telephone number.

    Source: R-355 (requirement 81; handbook domain.md 1.2 (二)).
    """
    duty = Duty.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=key)
    found = duty.first()
    if found is None:
        raise NotFound("没有这个值班电话")
    if not policy.may_write(by, found.unit):
        raise NotAllowed("您不能改这个电话", remedy=f"请由{found.unit}或内容编辑修改")
    digits = text.phone_digits(phone)
    if phone.strip() and not _PHONE.fullmatch(digits):
        raise Invalid("号码填写有误", fields={"phone": "请填 3 到 12 位数字"})
    found.phone, found.hint = digits, text.clean(hint)[:300]
    found.changed_at, found.changed_by = now, by.label[:60]
    found.save(update_fields=["phone", "hint", "changed_at", "changed_by"])
    return found
