"""Questions about messages: texts in force, who is told what, lists for the console, soundness."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from huiyin.channels.messaging import policy, rules
from huiyin.channels.messaging.drivers import registry
from huiyin.channels.messaging.models import Message, MessageTemplate
from huiyin.channels.messaging.rules import Quiet
from huiyin.channels.messaging.states import (
    AT_ONCE,
    CASE_PATH,
    QUIET_HOURS,
    RATE_PATH,
    RATING_TEMPLATES,
    Medium,
    MessageState,
    Text,
    own_text,
)
from huiyin.kernel import text
from huiyin.kernel.cached import remembered
from huiyin.kernel.errors import NotFound
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import Kind, Urgency
from huiyin.orders import numbers
from huiyin.orders.models import OrderEvent, WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI

BY_NEWEST = ("-id",)
CAPPED = 1000
STALE = timedelta(hours=1)
_LONGEST_UNIT = 12
_LONGEST_CONTACT = 30
_LONGEST_TITLE = 20


@remembered()
def _templates() -> tuple[MessageTemplate, ...]:
    return tuple(MessageTemplate.objects.all())


def template_for(key: str, medium: Medium, at: datetime) -> Text | None:
    """Return the text in force on the local day of ``at``: the city's, else our own.

    None for an unknown key. No query while the texts are remembered.

    Source: R-76 (handbook domain.md 2.9).
    """
    day = at.astimezone(SHANGHAI).date()
    row = rules.choose_template(_templates(), key, medium, day)
    return Text(row.subject, row.body) if row else own_text(key, medium)


def templates() -> QuerySet[MessageTemplate]:
    """Return every text, by key, medium and date. One query."""
    return MessageTemplate.objects.order_by("key", "medium", "valid_from", "pk")


def events(at: datetime) -> dict[str, str]:
    """Return which event sends which template. Raises ValueError when the parameter is wrong."""
    return rules.read_events(knowledge.parameter("messaging.events", at, default=[]))


def tells_of_extension(at: datetime) -> bool:
    """Tell whether the platform itself tells the citizen of an extension, as the city decides.

    Source: R-105 (handbook domain.md 2.8: notice to the person).
    """
    return bool(knowledge.parameter("extension.notify_citizen", at, default=True))


def quiet_hours(at: datetime) -> Quiet | None:
    """Return the quiet hours in force; our own when the parameter is wrong."""
    try:
        return _quiet_hours(at)
    except ValueError:
        return rules.read_quiet(QUIET_HOURS)


def _quiet_hours(at: datetime) -> Quiet | None:
    return rules.read_quiet(knowledge.parameter("messaging.quiet_hours", at, default=QUIET_HOURS))


def goes_at_once(order: WorkOrder, template: str, at: datetime) -> bool:
    """Tell whether a message does not wait for the morning: by template, or in an emergency.

    Source: R-72 (own default).
    """
    return template in _at_once(at) or order.urgency == Urgency.EMERGENCY


def _at_once(at: datetime) -> frozenset[str]:
    return rules.read_templates(knowledge.parameter("messaging.at_once", at, default=list(AT_ONCE)))


def cause_of(order: WorkOrder, seq: int) -> str:
    """Return the verb that brought the order to where its event ``seq`` found it. Two queries."""
    events_ = OrderEvent.objects.filter(order=order)
    found_in = events_.filter(seq=seq).values_list("state_before", flat=True).first()
    moved = events_.filter(seq__lt=seq, state_after=found_in).exclude(state_before=found_in)
    return moved.order_by("-seq").values_list("verb", flat=True).first() or ""


def facts_of(order: WorkOrder, template: str) -> dict[str, str]:
    """Return what the placeholders stand for. No query when ``lead_unit`` is loaded.

    The title of a report 举报 or of a confidential request stays out of messages.

    Source: R-75 (handbook domain.md 4.4, 7.2).
    """
    city = orgs.city()
    hidden = order.confidential or order.kind == Kind.REPORT
    unit = order.lead_unit.short_name or order.lead_unit.name if order.lead_unit else "承办单位"
    return {
        "number": order.number,
        "code": numbers.query_code(order.number),
        "link": _link(order, template),
        "unit": text.shorten(unit, _LONGEST_UNIT),
        "due": rules.due_in_words(order.due_at),
        "promise": city.promise if city else "",
        "title": "您的诉求" if hidden else text.shorten(order.title, _LONGEST_TITLE),
        "city": city.name if city else "",
        "hotline": city.hotline if city else "12345",
        "contact": "",  # costs a query, so only a text that names it gets it: see ``written``
    }


def _contact(order: WorkOrder) -> str:
    """Return whom to call at the unit; the hotline when the unit has named nobody. One query.

    Source: R-163 (requirement 185: the phone of the responsible people in the message).
    """
    city = orgs.city()
    own = orgs.contact_card(order.lead_unit) if order.lead_unit else ""
    return text.shorten(own or f"热线 {city.hotline if city else '12345'}", _LONGEST_CONTACT)


def _link(order: WorkOrder, template: str, *, token: str | None = None) -> str:
    """Return the address of the rating page or of the case; without PUBLIC_URL only the path."""
    base = settings.PUBLIC_URL.rstrip("/")
    if template not in RATING_TEMPLATES:
        return base + CASE_PATH.format(number=order.number)
    token = token or numbers.rating_token(order.number, order.round)
    return base + RATE_PATH.format(number=order.number, token=token)


@dataclass(frozen=True, slots=True)
class Written:
    """A text for one order: as it is sent, and as lists and pages may show it."""

    subject: str
    body: str
    masked: str


def written(order: WorkOrder, template: str, medium: Medium, at: datetime) -> Written | None:
    """Return the text of a template for an order; None for an unknown template.

    Source: R-75 (handbook domain.md 7.2).
    """
    found = template_for(template, medium, at)
    if found is None:
        return None
    facts = facts_of(order, template)
    if "{contact}" in found.body + found.subject:
        facts["contact"] = _contact(order)
    shown = {"code": "******", "link": _link(order, template, token="****")}  # noqa: S106
    return Written(
        subject=text.clean(rules.fill(found.subject, facts)),
        body=text.clean(rules.fill(found.body, facts), lines=medium is Medium.EMAIL),
        masked=rules.fill(found.body, rules.masked(facts, shown)),
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """How a message would look, code and rating link hidden, and how many parts it takes."""

    subject: str
    body: str
    parts: int


def preview(template: str, order: WorkOrder, medium: Medium, now: datetime) -> Preview:
    """Return how a template would look for an order that the caller may see.

    Raises:
        NotFound: there is no such template.
    """
    found = written(order, template, medium, now)
    if found is None:
        raise NotFound("没有这个消息模板")
    length = f"【{signature()}】{found.body}"
    parts = rules.sms_parts(length) if medium is Medium.SMS else 1
    return Preview(found.subject, found.masked, parts)


def signature() -> str:
    """Return who signs: the profile's ``sms_signature``, else city and number."""
    city = orgs.city()
    if city is None:
        return "12345"
    return str(city.details.get("sms_signature") or f"{city.name}{city.hotline}")


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What the console's list is narrowed to; every field comes from the URL and may be empty."""

    states: tuple[MessageState, ...] = ()
    medium: str = ""
    template: str = ""
    number: str = ""
    since: date | None = None
    until: date | None = None


def listed(
    actor: Actor, wanted: MessageFilter, *, cursor: str = "", size: int = 50
) -> Page[Message]:
    """Return one page of the messages that ``actor`` may list, newest first, masked. One query."""
    rows = Message.objects.filter(policy.visible_to(actor))
    for condition in _conditions(wanted):
        rows = rows.filter(condition)
    rows = rows.select_related("order").defer("body_sealed", "address_sealed")
    return page(rows, by=BY_NEWEST, cursor=cursor, size=size)


def get_visible(actor: Actor, key: int) -> Message | None:
    """Return one message, masked, if ``actor`` may see it. One query."""
    rows = Message.objects.filter(policy.visible_to(actor), pk=key).select_related("order")
    return rows.defer("address_sealed").first()


def _conditions(wanted: MessageFilter) -> Iterator[Q]:
    if wanted.states:
        yield Q(state__in=[state.value for state in wanted.states])
    for field in ("medium", "template"):
        if value := getattr(wanted, field):
            yield Q(**{field: value})
    if wanted.number:
        yield Q(order__number=numbers.read(wanted.number) or "-")
    if wanted.since:
        yield Q(created_at__gte=datetime.combine(wanted.since, time.min, SHANGHAI))
    if wanted.until:
        end = datetime.combine(wanted.until, time.min, SHANGHAI) + timedelta(days=1)
        yield Q(created_at__lt=end)


_COUNTED = """
    select state, (
        select count(*) from (
            select 1 from messaging_message m where m.state = wanted.state limit %s
        ) as found
    ) from unnest(%s::text[]) as wanted (state)
"""


def counted_by_state(actor: Actor) -> dict[MessageState, int]:
    """Return how many messages stand in each state, at most ``CAPPED`` each. One query."""
    policy.require_messages(actor)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [CAPPED, [state.value for state in MessageState]])
        return {MessageState(state): count for state, count in cursor.fetchall()}


def messages_of(order: WorkOrder) -> list[Message]:
    """Return the messages about an order, oldest first, masked. One query.

    The caller has checked that the reader may see the order.
    """
    rows = Message.objects.filter(order=order).defer("body_sealed", "address_sealed")
    return list(rows.order_by("pk"))


def sent_to_outside(notices: Collection[int]) -> dict[int, MessageState]:
    """Return by notice how its message stands; not there until it is written. One query."""
    names = {rules.outside_name(key): key for key in notices}
    rows = Message.objects.filter(dedupe__in=list(names)).values_list("dedupe", "state")
    return {names[name]: MessageState(state) for name, state in rows}


def live_media() -> frozenset[Medium]:
    """Return the media whose messages really reach people. No query."""
    return registry.live()


def problems(now: datetime) -> list[str]:
    """Return what keeps messages from their readers, for ``huiyin check`` and the console.

    Empty when all is sound; media that are only logged are no fault. At most three queries.
    """
    _, faults = registry.ready()
    found = [f"{medium.label}不能发送：{why}" for medium, why in faults.items()]
    if live_media() and not settings.PUBLIC_URL:
        found.append("没有设置 HUIYIN_PUBLIC_URL，消息里的链接诉求人打不开")
    readers = {"events": events, "quiet_hours": _quiet_hours, "at_once": _at_once}
    for name, read in readers.items():
        try:
            read(now)
        except ValueError as error:
            found.append(f"参数 messaging.{name} 有误：{error}")
    if late := Message.objects.filter(next_attempt_at__lte=now - STALE)[:CAPPED].count():
        found.append(f"有 {late} 条消息过了 1 小时还没有发出")
    return found
