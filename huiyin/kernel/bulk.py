"""Storing many rows at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)

BATCH = 1000


def add(model: type[M], objects: Sequence[M]) -> list[M]:
    """Store new objects and return them with their keys; one statement for each thousand."""
    return model._default_manager.bulk_create(objects, batch_size=BATCH)


def store(model: type[M], objects: Sequence[M], fields: Collection[str]) -> None:
    """Store these fields of objects that exist already; one statement for each thousand.

    It is written as an insert that finds its key taken, since a statement with one case per row and
    field, which is what ``bulk_update`` makes, takes seconds for a few hundred rows.
    """
    if objects:
        names = [model._meta.get_field(name).name for name in fields]
        model._default_manager.bulk_create(
            objects,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=names,
        )
