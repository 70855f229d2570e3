"""What a city profile consists of, as plain frozen records.

Every record keeps ``line``, the line of its file, so that a later check can still name the place.
Validity is half-open: a rule holds from ``valid_from`` until the day before ``valid_to``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from huiyin.simulation.behaviour import Habitat
from huiyin.worktime.calendar import WorkHours


@dataclass(frozen=True)
class City:
    """The city itself: names, number, map, working hours and the texts of its portal."""

    line: int
    code: str
    name: str
    short_name: str
    hotline_number: str
    hotline_name: str
    hotline_slogan: str
    hotline_promise: str
    hotline_sms_signature: str
    map_latitude: float
    map_longitude: float
    map_zoom: int
    working_time_hours: WorkHours
    working_time_closed_days: frozenset[date]
    working_time_opened_days: frozenset[date]
    privacy_version: str
    privacy_valid_from: date
    privacy_text: str
    catalogue_without_owner: tuple[str, ...]
    portal_emergency_note: str
    portal_welcome: str
    portal_mailbox: str
    portal_submit_hint: str
    portal_query_hint: str
    portal_anonymous_note: str
    portal_rating_hint: str


@dataclass(frozen=True)
class Region:
    """A piece of territory: the city, a county or district, a street or town."""

    line: int
    code: str
    parent: str
    name: str
    level: str
    kind: str
    since: date | None
    note: str


@dataclass(frozen=True)
class Unit:
    """A unit that handles requests, with its place in the tree and who guides it (``superior``)."""

    line: int
    code: str
    parent: str
    name: str
    short_name: str
    type: str
    region: str
    superior: str
    pinyin: str
    contact_title: str
    since: date | None
    note: str


@dataclass(frozen=True)
class Category:
    """One class of matters; its code begins with its parent's code."""

    line: int
    code: str
    parent: str
    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class CatalogueItem:
    """One entry of the dispatch catalogue: which unit leads a matter, at which level, and why.

    With level ``city`` the unit ``lead`` handles the matter itself; with ``county`` the unit of the
    place whose superior is ``lead``; with ``township`` the township there, guided by ``lead``.
    ``regions`` are the counties and streets in which the entry holds; none means the whole city.
    """

    line: int
    code: str
    category: str
    matter: str
    lead: str
    lead_level: str
    assist: tuple[str, ...]
    basis: str
    valid_from: date
    valid_to: date | None
    regions: tuple[str, ...]


@dataclass(frozen=True)
class LimitRule:
    """A time limit of one clock for the requests that its selectors name; empty means any."""

    line: int
    code: str
    clock: str
    limit: str
    postpone: bool
    kind: str
    case_class: str
    category: str
    urgency: str
    round: int | None
    channel: str
    valid_from: date
    valid_to: date | None
    source: str
    text: str

    @property
    def selectors(self) -> tuple[str | int | None, ...]:
        """Return what tells this rule from the other rules of its clock."""
        return (
            self.clock,
            self.kind,
            self.case_class,
            self.category,
            self.urgency,
            self.round,
            self.channel,
        )


@dataclass(frozen=True)
class CaseClass:
    """A class of orders: its standard, what to check, and when an order falls into it by itself."""

    line: int
    code: str
    name: str
    standard: str
    checklist: tuple[str, ...]
    categories: tuple[str, ...]
    kinds: tuple[str, ...]
    urgencies: tuple[str, ...]
    by_hand: bool
    valid_from: date
    valid_to: date | None
    source: str

    @property
    def conditions(self) -> tuple[frozenset[str], ...]:
        """Return what tells this class from the others; all empty for the general one."""
        return frozenset(self.categories), frozenset(self.kinds), frozenset(self.urgencies)


@dataclass(frozen=True)
class MergedLine:
    """A department's hotline that was merged into this one, and who owns its policy."""

    line: int
    code: str
    name: str
    mode: str
    number: str
    owner: str
    since: date
    service: str


@dataclass(frozen=True)
class Scoring:
    """How the city weighs its indicators; shares of a hundred."""

    line: int
    code: str
    name: str
    weights: Mapping[str, int]
    partly_solved: int
    fairly_satisfied: int
    least_valid: int
    valid_from: date
    valid_to: date | None
    source: str
    text: str


@dataclass(frozen=True)
class ParameterRule:
    """One dated parameter of the engine."""

    line: int
    key: str
    value: bool | int | str | tuple[object, ...]
    valid_from: date
    valid_to: date | None
    source: str
    text: str


@dataclass(frozen=True)
class Reason:
    """A reason that can be chosen, the proof it needs and the words said to the citizen."""

    line: int
    group: str
    code: str
    name: str
    needs: tuple[str, ...]
    advice: str


@dataclass(frozen=True)
class Tag:
    """One tag of the taxonomy, in its group."""

    line: int
    code: str
    group: str
    name: str
    note: str


@dataclass(frozen=True)
class SmsTemplate:
    """A text message, in at most ``parts`` parts with the longest content."""

    line: int
    code: str
    parts: int
    text: str


@dataclass(frozen=True)
class EmailTemplate:
    """An e-mail: subject and body."""

    line: int
    code: str
    subject: str
    body: str


@dataclass(frozen=True)
class NewsItem:
    """A piece of hotline news; ``demo`` marks text written for demonstrations."""

    line: int
    code: str
    title: str
    published_on: date
    body: str
    demo: bool


@dataclass(frozen=True)
class SelectedAnswer:
    """A published answer to a common question; ``demo`` marks text written for demonstrations."""

    line: int
    code: str
    category: str
    unit: str
    published_on: date
    question: str
    answer: str
    basis: str
    demo: bool
    wordings: tuple[str, ...]
    source: str
    clause: str
    visibility: str
    review_on: date | None
    expires_on: date | None


@dataclass(frozen=True)
class Document:
    """One version of a policy, a rule of work or a procedure of the city's library."""

    line: int
    code: str
    kind: str
    title: str
    number: str
    issuer: str
    issued_on: date | None
    text: str
    roles: tuple[str, ...]
    visibility: str
    unit: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Duty:
    """Whom the hotline calls at once for a matter; an empty number is filled in by the city."""

    line: int
    code: str
    unit: str
    matter: str
    categories: tuple[str, ...]
    phone: str
    hours: tuple[time, time] | None
    hint: str


@dataclass(frozen=True)
class DemoAccount:
    """An account for demonstrations, named after its role, never after a person."""

    line: int
    username: str
    role: str
    unit: str
    name: str


@dataclass(frozen=True)
class Profile:
    """A whole city profile, read and checked."""

    folder: str
    city: City
    regions: tuple[Region, ...]
    units: tuple[Unit, ...]
    categories: tuple[Category, ...]
    catalogue: tuple[CatalogueItem, ...]
    limits: tuple[LimitRule, ...]
    parameters: tuple[ParameterRule, ...]
    classes: tuple[CaseClass, ...]
    lines: tuple[MergedLine, ...]
    scoring: tuple[Scoring, ...]
    reasons: tuple[Reason, ...]
    tags: tuple[Tag, ...]
    sms: tuple[SmsTemplate, ...]
    emails: tuple[EmailTemplate, ...]
    news: tuple[NewsItem, ...]
    answers: tuple[SelectedAnswer, ...]
    documents: tuple[Document, ...]
    duties: tuple[Duty, ...]
    accounts: tuple[DemoAccount, ...]
    habitat: Habitat | None = None
