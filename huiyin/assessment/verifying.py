"""Whether a fixed round is still what it was: result, rules, basis, shown rows, facts, lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from huiyin.assessment import queries
from huiyin.assessment.models import Round
from huiyin.insight.facts import queries as facts


def sources(round_: Round) -> dict[str, str]:
    """Return the digests over rules and basis of a round, which a fixed result keeps. No query.

    So that the digest over the result speaks for the words of the rules and the names of the
    units, too.

    Source: R-602 (requirement 175).
    """
    return {"rules": queries.digest_of(round_.rules), "basis": queries.digest_of(round_.basis)}


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying a round found: whether bytes and digest are what they were.

    ``stored`` the result with its rules and basis; ``shown`` the rows that pages read; ``sealed``
    the closed days whose lines count in it.
    """

    stored: bool
    shown: bool
    sealed: bool
    database: bool
    lake: bool | None

    @property
    def whole(self) -> bool:
        """Tell whether everything agrees."""
        agree = self.stored and self.shown and self.sealed and self.database
        return agree and self.lake is not False


def verified(round_: Round) -> Verified:
    """Compute a fixed round again, from the facts and from the lake where it holds the months.

    The rows that pages, tables and the API read are compared as well, and the seals of the days
    whose lines count: a line may be changed without any sum changing.

    Source: R-266, R-602 (requirement 175).
    """
    kept = {"from": sources(round_)} if "from" in round_.result else {}
    again = queries.computed(round_, round_.basis) | kept
    as_of = date.fromisoformat(round_.basis["as_of"])
    lake, source = None, queries.lake_until(as_of)
    if source is not None:
        found = queries.computed(round_, round_.basis, source=source) | kept
        lake = queries.digest_of(found) == round_.digest
    return Verified(
        stored=round_.result | kept == round_.result
        and queries.digest_of(round_.result) == round_.digest,
        shown=_rows_of(round_) == _rows_wanted(round_),
        sealed=not facts.broken_days_of(round_.first_day, round_.last_day, as_of=as_of),
        database=queries.digest_of(again) == round_.digest,
        lake=lake,
    )


def _rows_of(round_: Round) -> dict[int, tuple[Any, ...]]:
    rows = round_.results.values_list("unit_id", "group", "rank", "score", "told")
    return {unit: tuple(rest) for unit, *rest in rows}


def _rows_wanted(round_: Round) -> dict[int, tuple[Any, ...]]:
    keys = {row[1]: row[0] for row in round_.basis["members"]}
    return {
        keys[row["unit"]]: (
            row["group"], row["rank"], Decimal(row["score"]) if row["score"] else None, row,
        )
        for row in round_.result["units"]
    }  # fmt: skip
