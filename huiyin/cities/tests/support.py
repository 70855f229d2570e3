"""A copy of a shipped profile that a test may change, and orders in the city that it makes."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from huiyin.channels.messaging.models import MessageTemplate
from huiyin.cities import actions
from huiyin.cities.profile import Problem, ProfileError, path_of, read
from huiyin.cities.report import Report
from huiyin.kernel.compare import Changes
from huiyin.knowledge.models import (
    Article,
    ArticleEvent,
    ArticleVersion,
    CaseClass,
    CatalogueItem,
    Category,
    Document,
    Duty,
    LimitRule,
    Line,
    Parameter,
    Reason,
    ScoringScheme,
    Tag,
)
from huiyin.orgs.actions import create_staff
from huiyin.orgs.models import (
    CalendarYear,
    City,
    ContactChange,
    Region,
    Unit,
    UnitContact,
)
from huiyin.orgs.states import Role
from tests.world import PASSWORD, Story, World, at

TABLES = (
    City, Region, Unit, UnitContact, ContactChange, CalendarYear, Category, Line, CaseClass,
    ScoringScheme, LimitRule, Parameter, CatalogueItem, Reason, Tag, Article,
    ArticleVersion, ArticleEvent, Document, Duty, MessageTemplate,
)  # fmt: skip


def everything() -> list[list[object]]:
    """Return every row of every table that a load writes."""
    return [list(table.objects.order_by("pk").values_list()) for table in TABLES]


@dataclass(frozen=True)
class Copy:
    """A profile in a temporary folder."""

    folder: Path

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        (self.folder / file).write_text(text, encoding="utf-8")

    def change(self, file: str, old: str, new: str) -> None:
        """Replace the first ``old``, which must be there."""
        text = self.text(file)
        assert old in text, f"{old!r} is not in {file}"
        self.write(file, text.replace(old, new, 1))

    def add(self, file: str, more: str) -> None:
        self.write(file, self.text(file) + more)

    def line(self, file: str, needle: str) -> int:
        """Return the line where ``needle`` first stands, counted from 1."""
        text = self.text(file)
        assert needle in text, f"{needle!r} is not in {file}"
        return text[: text.index(needle)].count("\n") + 1

    def table_line(self, file: str, needle: str) -> int:
        """Return the line of the ``[[table]]`` in which ``needle`` first stands."""
        text = self.text(file)
        return text[: text.rindex("[[", 0, text.index(needle))].count("\n") + 1

    def problems(self) -> list[Problem]:
        """Return the problems for which the profile is refused."""
        with pytest.raises(ProfileError) as caught:
            read(self.folder)
        return caught.value.problems


def copy_of(name: str, tmp_path: Path) -> Copy:
    """Copy a shipped profile into ``tmp_path``."""
    return Copy(Path(shutil.copytree(path_of(name), tmp_path / name)))


def changes(report: Report, kind: str) -> Changes:
    """Return what a load did to one kind of rows."""
    return next(each for each in report.kinds if each.kind == kind)


class Town:
    """Dezhou in the database, its profile, and people who can take an order to its end."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        centre = Unit.objects.get(code="100")
        roles = (Role.AGENT, Role.DISPATCHER, Role.CALLBACK, Role.AUDITOR)
        self.people = {
            role.value: create_staff(
                username=f"{role}_1", name=role.label, unit=centre, roles=[role],
                password=PASSWORD, now=at(1),
            )
            for role in roles
        }  # fmt: skip

    def load(self, now: datetime) -> Report:
        """Load the profile again."""
        return actions.load_folder(self.copy.folder, now=now)

    def story(self, code: str) -> Story:
        """Return an order that is dispatched to the unit with this code."""
        unit = Unit.objects.get(code=code)
        people = self.people | {
            "water_handler": create_staff(
                username="handler_1", name="承办人", unit=unit, roles=[Role.HANDLER],
                password=PASSWORD, now=at(1),
            )
        }  # fmt: skip
        heating = Category.objects.get(code="0404")
        world = World(unit, unit, unit, unit, unit, unit, unit, heating, people)
        return Story(world).created().submitted().dispatched()
