"""Reads a city profile from its folder: all of it or, with every problem named, none of it.

``read(path_of(name))`` returns frozen records. Nothing here knows the database.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from huiyin.cities import checks, fields, shapes
from huiyin.cities.draft import Draft, Listing
from huiyin.cities.reading import (
    Field,
    Notebook,
    Problem,
    ProfileError,
    Raw,
    TomlFile,
    convert,
    read_csv,
    read_toml,
)
from huiyin.cities.shapes import Profile
from huiyin.cities.simulated import read_habitat

__all__ = ["Problem", "Profile", "ProfileError", "available", "path_of", "read"]

_SHIPPED = Path(__file__).parent

NO_TAGS: Listing[shapes.Tag] = Listing("tags.csv", (), frozenset(), is_whole=True)
NO_DUTIES: Listing[shapes.Duty] = Listing("duty.csv", (), frozenset(), is_whole=True)
NO_DOCUMENTS: Listing[shapes.Document] = Listing("library.toml", (), frozenset(), is_whole=True)

T = TypeVar("T")


def available(own: Path | None = None) -> list[str]:
    """Return the names of all profiles, in order: those shipped and the installation's own.

    Args:
        own: the folder of the installation's own ones; that of the settings when left out.
    """
    return sorted(_folders(own))


def path_of(name: str, own: Path | None = None) -> Path:
    """Return the folder of a profile; ``own`` as for ``available``.

    Raises:
        ProfileError: there is no profile of that name.
    """
    found = _folders(own)
    if name not in found:
        held = "、".join(sorted(found))
        raise ProfileError([Problem(name, 0, f"没有这个城市配置，现有：{held}")])
    return found[name]


def _folders(own: Path | None) -> dict[str, Path]:
    """Return the folders of all profiles by name; nobody's own takes the place of a shipped one."""
    if own is None and settings.configured:
        own = settings.CITIES_FOLDER
    places = [place for place in (own, _SHIPPED) if place is not None]
    return {path.parent.name: path.parent for place in places for path in place.glob("*/city.toml")}


def read(folder: Path, *, rules: Path | None = None) -> Profile:
    """Read and check the profile in ``folder``.

    Args:
        folder: where its files are.
        rules: a file to read instead of the profile's own rules.toml.

    Raises:
        ProfileError: something is wrong; it holds all problems, and nothing is returned.
    """
    notebook = Notebook()
    draft = _draft(folder, notebook, rules or folder / "rules.toml")
    checks.check(draft, notebook)
    first_level = [each.code for each in draft.categories.records if not each.parent]
    habitat = read_habitat(folder, first_level, notebook)
    if notebook.problems or draft.city is None:
        raise ProfileError(notebook.problems)
    return Profile(
        folder=folder.name,
        city=draft.city,
        regions=draft.regions.records,
        units=draft.units.records,
        categories=draft.categories.records,
        catalogue=draft.catalogue.records,
        limits=draft.limits.records,
        parameters=draft.parameters.records,
        classes=draft.classes.records,
        lines=draft.lines.records,
        scoring=draft.scoring.records,
        reasons=draft.reasons.records,
        tags=draft.tags.records,
        sms=draft.sms.records,
        emails=draft.emails.records,
        news=draft.news.records,
        answers=draft.answers.records,
        documents=draft.documents.records,
        duties=draft.duties.records,
        accounts=draft.accounts.records,
        habitat=habitat,
    )


def _draft(folder: Path, notebook: Notebook, rules_file: Path) -> Draft:
    """Read every file of ``folder`` by itself."""
    rules = read_toml(rules_file, notebook, arrays=("limit", "parameter"))
    templates = read_toml(folder / "templates.toml", notebook, arrays=("sms", "email"))
    news = read_toml(folder / "news.toml", notebook, arrays=("news", "answer"))
    demo = read_toml(folder / "demo.toml", notebook, arrays=("account",))
    classes = read_toml(folder / "classes.toml", notebook, arrays=("class",))
    scoring = read_toml(folder / "scoring.toml", notebook, arrays=("scheme",))
    # A city need not use tags, nor have a library or a duty directory.
    has_tags, has_duties = (folder / "tags.csv").is_file(), (folder / "duty.csv").is_file()
    library = None
    if (folder / "library.toml").is_file():
        library = read_toml(folder / "library.toml", notebook, arrays=("document",))

    def rows(name: str, shape: type[T], columns: Sequence[Field]) -> Listing[T]:
        return _listing(name, read_csv(folder / name, columns, notebook), shape, columns, notebook)

    def tables(
        file: TomlFile | None, name: str, shape: type[T], keys: Sequence[Field]
    ) -> Listing[T]:
        raws = file.tables(name) if file else None
        return _listing(file.name if file else "", raws, shape, keys, notebook)

    return Draft(
        city=_city(folder, notebook),
        regions=rows("regions.csv", shapes.Region, fields.REGION),
        units=rows("units.csv", shapes.Unit, fields.UNIT),
        categories=rows("categories.csv", shapes.Category, fields.CATEGORY),
        catalogue=rows("catalogue.csv", shapes.CatalogueItem, fields.CATALOGUE),
        limits=tables(rules, "limit", shapes.LimitRule, fields.LIMIT),
        parameters=tables(rules, "parameter", shapes.ParameterRule, fields.PARAMETER),
        classes=tables(classes, "class", shapes.CaseClass, fields.CASE_CLASS),
        lines=rows("lines.csv", shapes.MergedLine, fields.LINE),
        scoring=tables(scoring, "scheme", shapes.Scoring, fields.SCORING),
        reasons=rows("reasons.csv", shapes.Reason, fields.REASON),
        tags=rows("tags.csv", shapes.Tag, fields.TAG) if has_tags else NO_TAGS,
        sms=tables(templates, "sms", shapes.SmsTemplate, fields.SMS),
        emails=tables(templates, "email", shapes.EmailTemplate, fields.EMAIL),
        news=tables(news, "news", shapes.NewsItem, fields.NEWS),
        answers=tables(news, "answer", shapes.SelectedAnswer, fields.ANSWER),
        documents=tables(library, "document", shapes.Document, fields.DOCUMENT)
        if library
        else NO_DOCUMENTS,
        duties=rows("duty.csv", shapes.Duty, fields.DUTY) if has_duties else NO_DUTIES,
        accounts=tables(demo, "account", shapes.DemoAccount, fields.ACCOUNT),
    )


def _city(folder: Path, notebook: Notebook) -> shapes.City | None:
    """Read city.toml, whose tables together are one record."""
    file = read_toml(folder / "city.toml", notebook)
    values = convert(file.as_one(), fields.CITY, notebook) if file else None
    return shapes.City(**values) if values else None


def _listing(
    name: str,
    raws: Sequence[Raw] | None,
    shape: type[T],
    columns: Sequence[Field],
    notebook: Notebook,
) -> Listing[T]:
    """Turn raw records into records of ``shape``, leaving out those with a problem."""
    key = columns[0].name if columns[0].name != "group" else "code"
    converted = [convert(raw, columns, notebook) for raw in raws or ()]
    return Listing(
        file=name,
        records=tuple(shape(**values) for values in converted if values),
        seen=frozenset(str(raw.values.get(key, "")) for raw in raws or ()),
        is_whole=raws is not None,
        broken=converted.count(None),
    )
