"""Suggestions beside the form of a call, and the record of what was suggested and chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from huiyin.dispatch.learning import actions
from huiyin.dispatch.learning.actions import Offer
from huiyin.dispatch.learning.hints import SHORTEST, Draft, Hint, hints_for
from huiyin.dispatch.learning.routes import routes_of_draft
from huiyin.dispatch.learning.states import Field, Source
from huiyin.kernel import clock
from huiyin.knowledge import queries as knowledge
from huiyin.orgs import queries as orgs
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms_intake import IntakeForm

SALT = "hints"
LONGEST_AGE = 12 * 3600
_LONGEST = {"title": 80, "content": 5000, "place": 200}
_NAMES = {
    Field.KIND: "kind",
    Field.CATEGORY: "category",
    Field.URGENCY: "urgency",
    Field.REGION: "region",
    Field.TAGS: "tags",
}
MOST_UNITS = 2
_CHOICES = frozenset({Field.KIND, Field.URGENCY, Field.TAGS})


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion as the page shows it, and which field a click fills."""

    hint: Hint
    into: str


@require_POST
@staff_page(Perm.INTAKE)
def hints(request: StaffRequest) -> HttpResponse:
    """Show what the words so far suggest; by POST, so that they stand in no address or log."""
    found = hint_facts(request.POST)
    if request.headers.get("HX-Request"):
        return render(request, "workbench/_hints.html", found)
    from huiyin.web.workbench.intake import page_with

    return page_with(request, IntakeForm(initial=_initial(request.POST)), found)


def _initial(posted: QueryDict) -> dict[str, Any]:
    return posted.dict() | {"tags": posted.getlist("tags")}


def hint_facts(posted: QueryDict) -> dict[str, Any]:
    """Return the suggestions for what is posted, without those that are chosen already."""
    title, content, place = (posted.get(name, "")[:most] for name, most in _LONGEST.items())
    draft, now = Draft(title, content, place), clock.now()
    found = hints_for(draft, now)
    chosen = {field: posted.getlist(name) for field, name in _NAMES.items()}
    left = [each for each in found if each.value not in chosen[each.field]]
    return _units(posted, draft, found, now) | {
        "hints_asked": bool(draft.said),
        "hints": [Shown(each, _into(each)) for each in left if each.sure or each.is_weak],
        "unsure": [each for each in left if not each.sure and not each.is_weak],
        "hints_told": signing.dumps(
            [
                [
                    h.field.value,
                    h.value,
                    h.label,
                    h.probability,
                    h.source.value,
                    "、".join(h.because),
                ]
                for h in found
                if h.sure or h.is_weak
            ],
            salt=SALT,
            compress=True,
        ),
    }


def _units(posted: QueryDict, draft: Draft, found: Sequence[Hint], now: datetime) -> dict[str, Any]:
    """Return who may lead, by the class and the place that are chosen, else by those suggested.

    They are told, not filled in: a dispatcher gives the order out.
    """
    if len(draft.said) < SHORTEST:
        return {}
    meant = {each.field: each.value for each in found if each.sure or each.is_weak}
    chosen = posted.get("category", "")[:12]
    category = knowledge.category(chosen or meant.get(Field.CATEGORY, ""))
    region = orgs.region(posted.get("region", "")[:12] or meant.get(Field.REGION, ""))
    likely = routes_of_draft(draft, category, region, now)
    return {
        "likely_units": likely.found[:MOST_UNITS],
        "unsure_unit": likely.unsure,
        "units_by": category if category and not chosen else None,
    }


def _into(hint: Hint) -> str:
    name = _NAMES[hint.field]
    return f'[name="{name}"][value="{hint.value}"]' if hint.field in _CHOICES else f"#id_{name}"


def record_hints(posted: QueryDict, order_id: int, now: datetime) -> None:
    """Store the suggestions that the agent was shown beside what was chosen; nothing if none."""
    chosen = {field: ",".join(posted.getlist(name)) for field, name in _NAMES.items()}
    actions.record(order_id, _told(posted.get("hints", "")), chosen, now=now)


def _told(signed: str) -> Sequence[Offer]:
    """Return the suggestions of a page; empty when they are not ours or too old."""
    try:
        rows = signing.loads(signed, salt=SALT, max_age=LONGEST_AGE) if signed else []
    except signing.BadSignature:
        return []
    return [
        Offer(Field(field), value, label, probability, Source(source), because)
        for field, value, label, probability, source, because in rows
    ]
