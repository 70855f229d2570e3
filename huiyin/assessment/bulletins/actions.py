"""A bulletin is drafted with frozen figures, edited, handed in, issued by another, read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from huiyin.assessment.bulletins import figures, policy, queries, rules
from huiyin.assessment.bulletins.figures import Memo
from huiyin.assessment.bulletins.models import (
    Addressee,
    Bulletin,
    BulletinCase,
    BulletinInstruction,
    BulletinRead,
    Numbering,
)
from huiyin.assessment.bulletins.rules import LONGEST, Kind, Period
from huiyin.assessment.bulletins.states import (
    CORRECT,
    DROP,
    EDIT,
    ISSUE,
    REFRESH,
    SEND_BACK,
    SUBMIT,
    Audience,
    BulletinState,
    Rhythm,
    Scope,
    Step,
)
from huiyin.followup.instructions.models import Instruction
from huiyin.insight.facts import queries as facts
from huiyin.kernel import bulk, masks, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from huiyin.knowledge.states import Kind as RequestKind
from huiyin.orders import person_queries as persons
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import Staff, Unit
from huiyin.orgs.states import UnitKind
from huiyin.worktime.calendar import SHANGHAI

HIDDEN = "（保密事项）"


@dataclass(frozen=True, slots=True)
class Drafting:
    """Which kind is drafted, about which days, and of which county.

    Of kinds that come out regularly any day of the period will do.
    """

    kind: str
    first_day: date | None = None
    last_day: date | None = None
    county: Unit | None = None
    title: str = ""
    order: str = ""


@transaction.atomic
def draft(form: Drafting, *, by: Actor, now: datetime) -> Bulletin:
    """Draft a bulletin; its figures are those of what is closed now.

    Raises:
        NotAllowed: the person does not draft such bulletins.
        Invalid: names the fields.
        Conflict: days of the period are not closed yet, or the period has a bulletin already.

    Source: R-492 (requirements 24, 109; handbook domain.md 6.1).
    """
    kind = queries.kind(form.kind, now)
    if kind is None:
        raise Invalid("请选择种类", fields={"kind": "请选择种类"})
    if not policy.may_draft(by, kind, form.county):
        raise NotAllowed("您的岗位不能拟写这种通报、报告", remedy="请由督办员或中心负责人拟写")
    period, about = _period(kind, form, now), _about(form, by)
    title = form.title
    if about is not None and not text.clean(title):
        title = f"{kind.name}：{_told(about, now)['title']}"
    try:
        with transaction.atomic():
            made = _draft(kind, period, form.county, by=by, now=now, title=title)
    except IntegrityError as error:
        said = rules.said_period(kind.rhythm, period)
        raise Conflict(
            f"{said}的{kind.name}已经有了", remedy="请在列表中查找；已签发的可以出更正"
        ) from error
    if about is not None:
        BulletinCase.objects.create(bulletin=made, order=about, told=_told(about, now))
    return made


def _about(form: Drafting, by: Actor) -> WorkOrder | None:
    """Return the order that a report is begun from, if one is named.

    Source: R-496 (requirement 58: one-click special report).
    """
    if not form.order:
        return None
    found = queries.orders_named(by, [form.order]).get(form.order)
    if found is None:
        raise Invalid("没有找到这件工单", fields={"order": "没有找到这件工单"})
    return found


def _period(kind: Kind, form: Drafting, now: datetime) -> Period | None:
    """Return the days that are asked for. Raises Invalid for what does not fit the kind."""
    wrong = {}
    if not _fits(kind, form.county):
        wrong["county"] = "请选择县区" if kind.scope is Scope.COUNTY else "这一种类写全市，不选县区"
    today = now.astimezone(SHANGHAI).date()
    period: Period | None = None
    if kind.rhythm is not Rhythm.EVENT or kind.parts or form.first_day or form.last_day:
        found = rules.period_asked(kind.rhythm, form.first_day, form.last_day, today=today)
        if isinstance(found, str):
            wrong["first_day"] = found
        else:
            period = found
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    return period


def _fits(kind: Kind, county: Unit | None) -> bool:
    """Tell whether a kind is about what it is asked for: a county, or the whole city."""
    if kind.scope is Scope.CITY:
        return county is None
    return county is not None and county.kind == UnitKind.COUNTY


def _draft(
    kind: Kind, period: Period | None, county: Unit | None, *, by: Actor, now: datetime,
    title: str = "", memo: Memo | None = None,
) -> Bulletin:  # fmt: skip
    said = rules.said_period(kind.rhythm, period)
    plain = f"{county or ''}{kind.name}{f'（{said}）' if said else ''}"
    made = Bulletin(
        kind=kind.code,
        name=kind.name,
        rhythm=kind.rhythm.value,
        county=county,
        title=(text.clean(title) or plain)[: LONGEST["title"]],
        first_day=period.first if period else None,
        last_day=period.last if period else None,
        public=kind.public,
        audience=kind.audience.value,
        made_at=now,
        made_by=by.staff,
    )
    _draw(made, kind, memo)
    made.save(force_insert=True)
    if kind.scope is Scope.COUNTY and kind.audience is Audience.CHOSEN:
        Addressee.objects.create(bulletin=made, unit=county)
    return made


def _draw(made: Bulletin, kind: Kind, memo: Memo | None = None) -> None:
    """Draw the tables from what is closed now.

    Raises:
        Conflict: days of the period are not closed yet.

    Source: R-492 (handbook domain.md 6.1: frozen snapshot, time of data).
    """
    period = made.period
    if period is None:
        return
    last = facts.last_closed()
    if last is None or last.day < period.last:
        raise Conflict(
            f"{period.last:%Y-%m-%d} 以前的日期还没有全部结转",
            remedy="每天夜里自动结转，请之后再拟",
        )
    made.as_of = last.day
    made.parts = figures.drawn(kind, period, as_of=last.day, county=made.county, memo=memo)


def draft_due(*, until: datetime) -> int:
    """Draft what the rhythm of the city asks for: each period once, when it is over and closed.

    Safe late, twice or in parallel; a period whose draft was dropped is not drafted again.

    Source: R-498 (requirements 24, 110).
    """
    day, last = until.astimezone(SHANGHAI).date(), facts.last_closed()
    done = 0
    for kind in queries.kinds(until):
        if not kind.automatic or kind.rhythm is Rhythm.EVENT:
            continue
        period = rules.over_before(kind.rhythm, day)
        if last is None or last.day < period.last or period.last < _facts_begin():
            continue
        places: Sequence[Unit | None] = (
            queries.counties() if kind.scope is Scope.COUNTY else (None,)
        )
        memo: Memo = {}
        done += sum(_draft_once(kind, period, county, now=until, memo=memo) for county in places)
    return done


def _facts_begin() -> date:
    """Return the first closed day; far in the future without any. One query."""
    first = facts.first_closed()
    return first.day if first else date.max


def _draft_once(
    kind: Kind, period: Period, county: Unit | None, *, now: datetime, memo: Memo
) -> bool:
    if queries.has_one(kind, county, period):
        return False
    try:
        with transaction.atomic():
            _draft(kind, period, county, by=SYSTEM, now=now, memo=memo)
    except IntegrityError:  # another worker was faster; its draft stands
        return False
    return True


@dataclass(frozen=True, slots=True)
class Editing:
    """What an editor writes: title, text, to whom, and which orders with which remark."""

    title: str
    text: str
    audience: Audience
    units: Sequence[Unit] = ()
    leaders: Sequence[Staff] = ()
    cases: Sequence[tuple[str, str]] = ()


@transaction.atomic
def edit(key: int, form: Editing, *, by: Actor, now: datetime) -> Bulletin:
    """Write a draft: its words, its orders as they stand now, and to whom it goes.

    Raises:
        Invalid: names the fields; nothing is stored.
        WrongState: it is handed in or issued.

    Source: R-495, R-496 (requirements 58, 109; handbook domain.md 6.1).
    """
    made = _locked(key, EDIT, by)
    found = _checked(form, by)
    made.title, made.text = text.clean(form.title), text.clean(form.text, lines=True)
    made.audience = form.audience.value
    made.save()
    made.addressees.all().delete()
    bulk.add(Addressee, [
        *(Addressee(bulletin=made, unit=unit) for unit in dict.fromkeys(form.units)),
        *(Addressee(bulletin=made, staff=staff) for staff in dict.fromkeys(form.leaders)),
    ])  # fmt: skip
    made.cases.all().delete()
    bulk.add(BulletinCase, [
        BulletinCase(
            bulletin=made, order=found[number], remark=text.clean(remark),
            told=_told(found[number], now),
        )
        for number, remark in dict(form.cases).items()
    ])  # fmt: skip
    return made


def _checked(form: Editing, by: Actor) -> dict[str, WorkOrder]:
    """Return the orders that are named, by number. Raises Invalid for whatever is wrong."""
    numbers = dict(form.cases)
    found = queries.orders_named(by, numbers)
    missing = [number for number in numbers if number not in found]
    long = any(len(remark) > LONGEST["remark"] for remark in numbers.values())
    checks = (
        ("title", not text.clean(form.title), "请填写标题"),
        ("title", len(form.title) > LONGEST["title"], f"最多 {LONGEST['title']} 个字"),
        ("text", len(form.text) > LONGEST["text"], f"最多 {LONGEST['text']} 个字"),
        ("units", len(form.units) > rules.MOST_UNITS, f"最多选 {rules.MOST_UNITS} 个单位"),
        ("leaders", len(form.leaders) > rules.MOST_LEADERS, f"最多选 {rules.MOST_LEADERS} 人"),
        ("cases", bool(missing), f"没有找到工单 {'、'.join(missing[:3])}"),
        ("cases", len(numbers) > rules.MOST_CASES, f"最多列 {rules.MOST_CASES} 件"),
        ("cases", long, f"每件的说明最多 {LONGEST['remark']} 个字"),
    )
    wrong = {field: words for field, amiss, words in checks if amiss}
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    return found


def _told(order: WorkOrder, now: datetime) -> dict[str, Any]:
    """Return what a bulletin tells of an order: no person, of a secret one no subject either.

    Source: R-496 (handbook domain.md 4.4, 7.2).
    """
    secret = order.confidential or order.kind == RequestKind.REPORT
    return {
        "number": order.number,
        "title": HIDDEN if secret else masks.in_text(order.title),
        "category": str(order.category or ""),
        "unit": str(order.lead_unit or ""),
        "state": order.standing.label,
        "on": f"{now.astimezone(SHANGHAI):%Y-%m-%d}",
    }


@transaction.atomic
def refresh(key: int, *, by: Actor, now: datetime) -> Bulletin:
    """Draw the tables of a draft again, from what is closed now.

    Source: R-492 (handbook domain.md 6.1: time of data).
    """
    made = _locked(key, REFRESH, by)
    kind = queries.kind(made.kind, now)
    if kind is None:
        raise Conflict(f"现在没有“{made.name}”这一种类了", remedy="请作废后另拟")
    _draw(made, kind)
    made.save()
    return made


@transaction.atomic
def submit(key: int, *, by: Actor, now: datetime) -> Bulletin:
    """Hand a draft in, to be issued by another person.

    Raises:
        Invalid: it says nothing or goes to nobody, or tells the public who asked.

    Source: R-495 (handbook domain.md 6.1: 拟稿-核稿-签发).
    """
    made = _locked(key, SUBMIT, by)
    rules.check_whole(
        text=made.text,
        tables=len(made.parts),
        cases=made.cases.count(),
        audience=Audience(made.audience),
        named=made.addressees.count() + made.public,
    )
    if made.public:
        _check_nobody_named(made)
    made.submitted_at, made.submitted_by, made.note = now, present(by.staff), ""
    return _moved(made, SUBMIT)


def _check_nobody_named(made: Bulletin) -> None:
    """Refuse to hand in for the public what tells who asked in one of its orders.

    Source: R-586 (requirement 173; handbook domain.md 7.1, 7.2).
    """
    cases = list(made.cases.all())
    said = "\n".join([made.title, made.text, *(case.remark for case in cases)])
    if persons.tells_who([case.order_id for case in cases], said):
        words = "标题、正文或说明里写有诉求人的姓名、电话或住址，公开前请去掉"
        raise Invalid(words, fields={"text": words})


@transaction.atomic
def send_back(key: int, *, by: Actor, note: str, now: datetime) -> Bulletin:  # noqa: ARG001 - as all
    """Give a bulletin back to its editor, who takes it up again; a reason is needed.

    Source: R-495 (handbook domain.md 6.1).
    """
    made = _locked(key, SEND_BACK, by)
    said = text.clean(note)
    if not said:
        raise Invalid("请写明要改什么", fields={"note": "请写明要改什么"})
    made.note = said[: LONGEST["note"]]
    return _moved(made, SEND_BACK)


@transaction.atomic
def issue(key: int, *, by: Actor, now: datetime) -> Bulletin:
    """Issue a bulletin: it gets its number, and its addressees find it on their start page.

    Raises:
        NotAllowed: who handed it in.
        WrongState: it was not handed in, or is issued.

    Source: R-495, R-496 (requirements 58, 110; handbook domain.md 6.1).
    """
    made = _locked(key, ISSUE, by)
    policy.require_approver(by, made)
    if made.audience == Audience.UNITS:
        named = set(made.addressees.exclude(unit=None).values_list("unit_id", flat=True))
        within = [unit for unit in queries.units_within(made.county) if unit not in named]
        bulk.add(
            Addressee, [Addressee(bulletin=made, unit_id=unit, named=False) for unit in within]
        )
    made.number = _next_number(made, now)
    made.issued_at, made.issued_by = now, present(by.staff)
    return _moved(made, ISSUE)


def _next_number(made: Bulletin, now: datetime) -> str:
    """Take the next number; the row stays locked until the issue is stored, so none is lost.

    Source: R-495 (requirement 110; handbook domain.md 6.1).
    """
    Numbering.objects.get_or_create(kind=made.kind, county=made.county)
    row = Numbering.objects.select_for_update().get(kind=made.kind, county=made.county)
    year = now.astimezone(SHANGHAI).year
    row.last = row.last + 1 if row.year == year else 1
    row.year, row.total = year, row.total + 1
    row.save()
    return rules.number(f"{made.county or ''}{made.name}", year, row.last, row.total)


@transaction.atomic
def drop(key: int, *, by: Actor, note: str = "", now: datetime) -> Bulletin:  # noqa: ARG001 - as all
    """Drop a draft that is not wanted.

    Source: R-495 (handbook domain.md 6.1).
    """
    made = _locked(key, DROP, by)
    made.note = text.clean(note)[: LONGEST["note"]]
    return _moved(made, DROP)


@transaction.atomic
def correct(key: int, *, by: Actor, now: datetime) -> Bulletin:
    """Draft a new issue that names the one it puts right; the old one stays as it was.

    Raises:
        Conflict: a correction is being drafted already.

    Source: R-497 (handbook domain.md 6.1: frozen snapshot per issue).
    """
    old = _locked(key, CORRECT, by)
    running = (BulletinState.DRAFT.value, BulletinState.SUBMITTED.value)
    if old.corrections.filter(state__in=running).exists():
        raise Conflict("这一期的更正正在拟写", remedy="请在列表中打开")
    made = Bulletin.objects.create(
        kind=old.kind, name=old.name, rhythm=old.rhythm, county=old.county,
        title=f"更正：{old.title}"[: LONGEST["title"]], first_day=old.first_day,
        last_day=old.last_day, as_of=old.as_of, parts=old.parts, public=old.public,
        audience=old.audience,
        text=f"本期更正《{old.number}》。\n{old.text}"[: LONGEST["text"]], corrects=old,
        made_at=now, made_by=by.staff,
    )  # fmt: skip
    bulk.add(Addressee, [
        Addressee(bulletin=made, unit_id=each.unit_id, staff_id=each.staff_id)
        for each in old.addressees.filter(named=True).order_by("pk")
    ])  # fmt: skip
    bulk.add(BulletinCase, [
        BulletinCase(bulletin=made, order_id=each.order_id, told=each.told, remark=each.remark)
        for each in old.cases.order_by("pk")
    ])  # fmt: skip
    return made


def read(bulletin: Bulletin, *, by: Actor, now: datetime) -> bool:
    """Write down that an addressee opened an issue; only the first time counts.

    Source: R-496 (requirement 58: read receipt).
    """
    if by.staff is None or bulletin.standing is not BulletinState.ISSUED:
        return False
    if not bulletin.addressees.filter(policy.addressed_to(by)).exists():
        return False
    _, new = BulletinRead.objects.get_or_create(
        bulletin=bulletin, staff=by.staff, defaults={"at": now}
    )
    return new


def note_instruction(bulletin: Bulletin, instruction: Instruction) -> None:
    """Write down that a leader's instruction was given on this issue.

    Source: R-496 (requirements 110, 111).
    """
    BulletinInstruction.objects.create(bulletin=bulletin, instruction=instruction)


def _moved(made: Bulletin, step: Step) -> Bulletin:
    made.state = step.target.value
    made.save()
    return made


def _locked(key: int, step: Step, by: Actor) -> Bulletin:
    """Take a bulletin that the actor works on, where it stands right for the step."""
    rows = Bulletin.objects.select_for_update(of=("self",)).select_related("county")
    made = rows.filter(policy.visible_to(by), pk=key).first()
    if made is None:
        raise NotFound("没有找到这份通报或报告")
    policy.require_editor(by, made)
    rules.check_step(made.standing, step)
    return made
