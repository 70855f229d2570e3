"""A question that no answer fits: noted for the unit whose matter it seems to be."""

from __future__ import annotations

from datetime import datetime

from huiyin.dispatch.learning.hints import category_meant
from huiyin.knowledge import actions
from huiyin.knowledge.models import KnowledgeTask
from huiyin.orgs.actors import Actor


def note_gap(words: str, *, by: Actor, now: datetime, category: str = "") -> KnowledgeTask | None:
    """Note a search without a result, under the class that was chosen or that the words mean.

    Source: R-563 (requirement 99; handbook domain.md 1.2 (一)).
    """
    meant = category or category_meant(words, now)
    return actions.report_gap(words, category=meant, by=by, now=now)
