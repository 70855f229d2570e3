"""Foreign keys obey the same direction as imports: import-linter cannot see them."""

from __future__ import annotations

import configparser
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent


def layer_ranks() -> dict[str, int]:
    ini = configparser.ConfigParser()
    ini.read(ROOT / ".importlinter")
    lines = ini["importlinter:contract:layers"]["layers"].strip().split("\n")
    return {name.strip(): -i for i, line in enumerate(lines) for name in line.split("|")}


def package_of(model: type) -> str:
    return model.__module__.split(".")[1]


def test_every_relation_points_down() -> None:
    ranks = layer_ranks()
    ours = {m for m in apps.get_models() if m.__module__.startswith("huiyin.")}
    wrong = [
        f"{m._meta.label}.{f.name} -> {f.related_model._meta.label}"
        for m in ours
        for f in m._meta.get_fields()
        if f.is_relation and not f.auto_created and f.related_model in ours
        if package_of(f.related_model) != package_of(m)
        and ranks[package_of(f.related_model)] >= ranks[package_of(m)]
    ]
    assert ours
    assert wrong == []


def test_every_package_is_in_the_order() -> None:
    packages = {p.parent.name for p in (ROOT / "huiyin").glob("*/__init__.py")}
    assert packages == set(layer_ranks())
