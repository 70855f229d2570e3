"""A profile in the words of the packages below: their rows, made from the records of the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from huiyin.channels.messaging.actions import TemplateRow
from huiyin.channels.messaging.states import Medium, Text
from huiyin.cities.shapes import City, Profile
from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.article_states import Visibility
from huiyin.knowledge.states import ArticleKind
from huiyin.orgs import actions as orgs
from huiyin.worktime.calendar import SHANGHAI, Span


def city(profile: Profile) -> orgs.CityRow:
    """Return the row of the city."""
    found = profile.city
    return orgs.CityRow(
        code=found.code,
        profile=profile.folder,
        name=found.name,
        hotline=found.hotline_number,
        slogan=found.hotline_slogan,
        promise=found.hotline_promise,
        details=_details(found),
    )


def _details(found: City) -> dict[str, Any]:
    """Return the settings of pages and messages; ``orgs.queries.work_hours`` reads the hours."""
    return {
        "short_name": found.short_name,
        "hotline_name": found.hotline_name,
        "sms_signature": found.hotline_sms_signature,
        "hours": {
            "morning": _span(found.working_time_hours.morning),
            "afternoon": _span(found.working_time_hours.afternoon),
        },
        "map": {
            "latitude": found.map_latitude,
            "longitude": found.map_longitude,
            "zoom": found.map_zoom,
        },
        "privacy": {
            "version": found.privacy_version,
            "valid_from": found.privacy_valid_from.isoformat(),
            "text": found.privacy_text,
        },
        "portal": {
            "emergency_note": found.portal_emergency_note,
            "welcome": found.portal_welcome,
            "mailbox": found.portal_mailbox,
            "submit_hint": found.portal_submit_hint,
            "query_hint": found.portal_query_hint,
            "anonymous_note": found.portal_anonymous_note,
            "rating_hint": found.portal_rating_hint,
        },
    }


def _span(span: Span) -> list[str]:
    return [f"{each:%H:%M}" for each in span]


def regions(profile: Profile) -> list[orgs.RegionRow]:
    """Return the rows of the places."""
    return [
        orgs.RegionRow(each.code, each.parent, each.name, each.level, each.kind, each.since)
        for each in profile.regions
    ]


def units(profile: Profile) -> list[orgs.UnitRow]:
    """Return the rows of the units."""
    return [
        orgs.UnitRow(
            code=each.code,
            parent=each.parent,
            name=each.name,
            short_name=each.short_name,
            pinyin=each.pinyin,
            kind=each.type,
            region=each.region,
            superior=each.superior,
            joined_on=each.since,
        )
        for each in profile.units
    ]


def contacts(profile: Profile) -> list[orgs.ContactRow]:
    """Return whom each unit names for the hotline."""
    return [orgs.ContactRow(each.code, each.contact_title) for each in profile.units]


def accounts(profile: Profile) -> list[orgs.DemoRow]:
    """Return the accounts for demonstrations."""
    return [
        orgs.DemoRow(each.username, each.role, each.unit, each.name) for each in profile.accounts
    ]


def categories(profile: Profile) -> list[knowledge.CategoryRow]:
    """Return the tree of matters."""
    return [
        knowledge.CategoryRow(each.code, each.parent, each.name, joined(each.aliases))
        for each in profile.categories
    ]


def joined(words: Sequence[str]) -> str:
    """Return words as they are stored in one field, parted by semicolons."""
    return ";".join(words)


def limits(profile: Profile) -> list[knowledge.LimitRow]:
    """Return the limits."""
    return [
        knowledge.LimitRow(
            code=each.code,
            clock=each.clock,
            kind=each.kind,
            category=each.category,
            urgency=each.urgency,
            channel=each.channel,
            round=each.round,
            limit=each.limit,
            postpone=each.postpone,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            source=each.source,
            text=each.text,
            case_class=each.case_class,
        )
        for each in profile.limits
    ]


def classes(profile: Profile) -> list[knowledge.ClassRow]:
    """Return the classes of orders."""
    return [
        knowledge.ClassRow(
            code=each.code,
            name=each.name,
            standard=each.standard,
            checklist=list(each.checklist),
            categories=list(each.categories),
            kinds=list(each.kinds),
            urgencies=list(each.urgencies),
            by_hand=each.by_hand,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            source=each.source,
        )
        for each in profile.classes
    ]


def lines(profile: Profile) -> list[knowledge.LineRow]:
    """Return the hotlines that were merged."""
    return [
        knowledge.LineRow(
            each.code, each.name, each.mode, each.number, each.owner, each.since, each.service
        )
        for each in profile.lines
    ]


def scoring(profile: Profile) -> list[knowledge.ScoringRow]:
    """Return the weights of the indicators."""
    return [
        knowledge.ScoringRow(
            code=each.code,
            name=each.name,
            weights=dict(each.weights),
            partly_solved=each.partly_solved,
            fairly_satisfied=each.fairly_satisfied,
            least_valid=each.least_valid,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            source=each.source,
            text=each.text,
        )
        for each in profile.scoring
    ]


def parameters(profile: Profile) -> list[knowledge.ParameterRow]:
    """Return the parameters; a list is stored as JSON knows it."""
    return [
        knowledge.ParameterRow(
            key=each.key,
            value=list(each.value) if isinstance(each.value, tuple) else each.value,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            source=each.source,
            text=each.text,
        )
        for each in profile.parameters
    ]


def catalogue(profile: Profile) -> list[knowledge.CatalogueRow]:
    """Return the dispatch catalogue."""
    return [
        knowledge.CatalogueRow(
            code=each.code,
            category=each.category,
            matter=each.matter,
            lead=each.lead,
            lead_level=each.lead_level,
            assist=each.assist,
            basis=each.basis,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            regions=each.regions,
        )
        for each in profile.catalogue
    ]


def reasons(profile: Profile) -> list[knowledge.ReasonRow]:
    """Return the reasons."""
    return [
        knowledge.ReasonRow(each.group, each.code, each.name, each.advice, joined(each.needs))
        for each in profile.reasons
    ]


def tags(profile: Profile) -> list[knowledge.TagRow]:
    """Return the tags."""
    return [knowledge.TagRow(each.code, each.group, each.name, each.note) for each in profile.tags]


def templates(profile: Profile) -> list[TemplateRow]:
    """Return the texts of messages."""
    sms = [TemplateRow(each.code, Medium.SMS, Text("", each.text)) for each in profile.sms]
    emails = [
        TemplateRow(each.code, Medium.EMAIL, Text(each.subject, each.body))
        for each in profile.emails
    ]
    return [*sms, *emails]


def articles(profile: Profile) -> list[knowledge.ArticleRow]:
    """Return news and selected answers, each published at the midnight that begins its day."""
    news = [
        knowledge.ArticleRow(
            code=each.code,
            kind=ArticleKind.NEWS,
            title=each.title,
            body=each.body,
            published_at=_midnight(each.published_on),
            demo=each.demo,
        )
        for each in profile.news
    ]
    answers = [
        knowledge.ArticleRow(
            code=each.code,
            kind=ArticleKind.ANSWER,
            title=each.question,
            body=f"{each.answer}\n\n依据：{each.basis}",
            published_at=_midnight(each.published_on),
            demo=each.demo,
            category=each.category,
            unit=each.unit,
            wordings=each.wordings,
            visibility=Visibility(each.visibility),
            source=each.source,
            clause=each.clause,
            review_on=each.review_on,
            expires_on=each.expires_on,
        )
        for each in profile.answers
    ]
    return [*news, *answers]


def documents(profile: Profile) -> list[knowledge.DocumentRow]:
    """Return the documents of the library."""
    return [
        knowledge.DocumentRow(
            code=each.code,
            kind=each.kind,
            title=each.title,
            number=each.number,
            issuer=each.issuer,
            issued_on=each.issued_on,
            body=each.text,
            roles=each.roles,
            visibility=each.visibility,
            unit=each.unit,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
        )
        for each in profile.documents
    ]


def duties(profile: Profile) -> list[knowledge.DutyRow]:
    """Return the duty directory."""
    return [
        knowledge.DutyRow(
            code=each.code,
            unit=each.unit,
            matter=each.matter,
            categories=each.categories,
            phone=each.phone.replace("-", ""),
            opens=each.hours[0] if each.hours else None,
            closes=each.hours[1] if each.hours else None,
            hint=each.hint,
        )
        for each in profile.duties
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
