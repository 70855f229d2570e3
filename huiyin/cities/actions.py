"""Putting a city profile into the database, and the accounts that show it to visitors.

A profile is the register of what it names: a row that it no longer holds is switched off or ended.
Load it when an installation is made and when the profile was changed on purpose, not at each start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from huiyin.channels.messaging import actions as messages
from huiyin.cities import profile as profiles
from huiyin.cities import rows
from huiyin.cities.profile import Problem, Profile, ProfileError
from huiyin.cities.report import Report
from huiyin.kernel import cached
from huiyin.kernel.compare import Changes
from huiyin.kernel.errors import Conflict
from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.rules import Key
from huiyin.orders import queries as orders
from huiyin.orgs import actions as orgs
from huiyin.orgs import queries as register
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that a visitor may use."""

    username: str
    password: str
    role_label: str
    unit_name: str


def load(name: str, *, now: datetime, preview: bool = False) -> Report:
    """Put a shipped profile into the database; see ``load_folder``."""
    return load_folder(profiles.path_of(name), now=now, preview=preview)


def load_folder(folder: Path, *, now: datetime, preview: bool = False) -> Report:
    """Put the profile in ``folder`` into the database, all of it or nothing.

    A second load changes nothing. ``preview`` says what would be done and does nothing.

    Raises:
        ProfileError: the profile has mistakes, would rewrite rules that have held already, or
            leaves out a unit that has open orders.
        Conflict: the database already serves another city.
        NotAllowed: a unit changes its kind and has staff who may not work there.

    Source: R-15, R-16, R-32 (docs/decisions/0004-one-city-per-database.md).
    """
    found = profiles.read(folder)
    with transaction.atomic():
        report = Report(found.folder, found.city.name, _apply(found, now), preview)
        if report.changed:
            orgs.mark_loaded(now=now)
        if preview:
            transaction.set_rollback(True)
    cached.forget_all()
    return report


def _apply(found: Profile, now: datetime) -> tuple[Changes, ...]:
    """Bring every table into line, those that others refer to first."""
    origin, today = f"城市配置 {found.folder}", now.astimezone(SHANGHAI).date()
    closed, opened = found.city.working_time_closed_days, found.city.working_time_opened_days
    return (
        orgs.set_city(rows.city(found), now=now),
        orgs.sync_own_days(closed, opened, source=origin, now=now),
        orgs.sync_regions(rows.regions(found)),
        _apply_units(found, today),
        orgs.sync_contacts(rows.contacts(found), by=origin, now=now),
        knowledge.sync_categories(rows.categories(found)),
        knowledge.sync_lines(rows.lines(found)),
        *_apply_rules(found, today),
        knowledge.sync_reasons(rows.reasons(found)),
        knowledge.sync_tags(rows.tags(found)),
        knowledge.sync_duties(rows.duties(found)),
        knowledge.sync_articles(rows.articles(found), now=now),
        messages.sync_templates(rows.templates(found), today=today, source=origin),
    )


def _apply_rules(found: Profile, today: date) -> tuple[Changes, ...]:
    """Bring the dated rules into line; the past may be rewritten only before the first order."""
    in_use = orders.has_orders()
    limits, parameters, items = rows.limits(found), rows.parameters(found), rows.catalogue(found)
    with _naming_lines("classes.toml", {(r.code, r.valid_from): r.line for r in found.classes}):
        done = [knowledge.sync_classes(rows.classes(found), today=today, in_use=in_use)]
    with _naming_lines("scoring.toml", {(r.code, r.valid_from): r.line for r in found.scoring}):
        done.append(knowledge.sync_scoring(rows.scoring(found), today=today, in_use=in_use))
    with _naming_lines("rules.toml", {(r.code, r.valid_from): r.line for r in found.limits}):
        done.append(knowledge.sync_limits(limits, today=today, in_use=in_use))
    with _naming_lines("rules.toml", {(r.key, r.valid_from): r.line for r in found.parameters}):
        done.append(knowledge.sync_parameters(parameters, today=today, in_use=in_use))
    with _naming_lines("catalogue.csv", {(r.code, r.valid_from): r.line for r in found.catalogue}):
        done.append(knowledge.sync_catalogue(items, today=today, in_use=in_use))
    with _naming_lines("library.toml", {(r.code, r.valid_from): r.line for r in found.documents}):
        papers = rows.documents(found)
        done.append(knowledge.sync_documents(papers, today=today, in_use=in_use))
    return tuple(done)


@contextmanager
def _naming_lines(file: str, lines: Mapping[Key, int]) -> Iterator[None]:
    """Turn a refusal of rows into one of the profile, which names their lines."""
    try:
        yield
    except knowledge.PastRewritten as error:
        raise ProfileError(
            [Problem(file, lines[key], f"{key[0]} {why}") for key, why in error.rows]
        ) from error


def _apply_units(found: Profile, today: date) -> Changes:
    """Bring the units into line, unless one that is left out has open orders.

    Source: R-16 (requirements 126, 132: register of units on three levels).
    """
    leaving = list(register.units_missing_from({unit.code for unit in found.units}))
    problems = [
        Problem("units.csv", 0, f"{unit.name}还有 {count} 件未办结的工单，不能停用；请先改派或办结")
        for unit, count in (orders.units_with_open_orders(leaving) if leaving else ())
    ]
    if problems:
        raise ProfileError(problems)
    return orgs.sync_units(rows.units(found), today=today)


@transaction.atomic
def create_demo_accounts(name: str, *, password: str, now: datetime) -> list[DemoAccount]:
    """Open the demonstration accounts of a shipped profile, all with ``password``.

    Raises:
        ProfileError: there is no such profile, or it has mistakes.
        Conflict: the database serves another city or none, or a name is somebody else's account.

    Source: R-17 (handbook domain.md 7.2, point 5).
    """
    found = profiles.read(profiles.path_of(name))
    city = register.city()
    if city is None or city.code != found.city.code:
        raise Conflict(f"数据库里没有{found.city.name}的数据", remedy="请先加载城市配置")
    staff = orgs.sync_demo_accounts(rows.accounts(found), password=password, now=now)
    return [
        DemoAccount(
            each.username,
            password,
            each.role_labels,
            each.unit.name,
        )
        for each in staff
    ]


def remove_demo_accounts(*, now: datetime) -> int:
    """Close every demonstration account and return how many there were; they keep their history."""
    return orgs.close_demo_accounts(now=now)
