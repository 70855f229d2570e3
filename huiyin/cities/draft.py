"""A profile as far as it could be read, before its files are checked against each other."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from huiyin.cities.shapes import (
    CaseClass,
    CatalogueItem,
    Category,
    City,
    DemoAccount,
    Document,
    Duty,
    EmailTemplate,
    LimitRule,
    MergedLine,
    NewsItem,
    ParameterRule,
    Reason,
    Region,
    Scoring,
    SelectedAnswer,
    SmsTemplate,
    Tag,
    Unit,
)

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Listing(Generic[T_co]):
    """The records of one file that could be read, and the codes of all of them, broken ones too.

    ``broken`` counts those that could not be read.
    """

    file: str
    records: tuple[T_co, ...]
    seen: frozenset[str]
    is_whole: bool
    broken: int = 0

    def may_hold(self, code: str) -> bool:
        """Say whether ``code`` may stand in the file.

        A file that could not be read may hold anything, so that one mistake is told once.
        """
        return not self.is_whole or code in self.seen


@dataclass(frozen=True)
class Draft:
    """All files of a profile, each read by itself."""

    city: City | None
    regions: Listing[Region]
    units: Listing[Unit]
    categories: Listing[Category]
    catalogue: Listing[CatalogueItem]
    limits: Listing[LimitRule]
    parameters: Listing[ParameterRule]
    classes: Listing[CaseClass]
    lines: Listing[MergedLine]
    scoring: Listing[Scoring]
    reasons: Listing[Reason]
    tags: Listing[Tag]
    sms: Listing[SmsTemplate]
    emails: Listing[EmailTemplate]
    news: Listing[NewsItem]
    answers: Listing[SelectedAnswer]
    documents: Listing[Document]
    duties: Listing[Duty]
    accounts: Listing[DemoAccount]
