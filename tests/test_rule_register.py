"""Every rule says where it comes from: the register of the engine and the rules of every city."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
REGISTER: dict[str, dict[str, Any]] = tomllib.loads(
    (ROOT / "docs/rules.toml").read_text(encoding="utf-8")
)
COVERAGE = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
CITIES = sorted(path.parent.name for path in (ROOT / "huiyin/cities").glob("*/city.toml"))
# A requirement row, a paragraph of the handbook or our architecture, a law or standard by name, or
# our own default, said to be ours.
CITED = re.compile(r"requirements? \d|handbook domain\.md \d|architecture \d|《.+》|本系统默认")
OF_CITIES = re.compile(
    r"我们自?定|《.+》|GB/T|DB\d|条例|办法|规定|标准|通知|做法|处置|指南|考核|方案|意见"
)
TABLES = {"rules.toml": ("limit", "parameter"), "classes.toml": ("class",),
          "scoring.toml": ("scheme",)}  # fmt: skip


@pytest.mark.parametrize("number", sorted(REGISTER))
def test_a_rule_is_told_whole_and_names_its_source(number: str) -> None:
    rule = REGISTER[number]
    assert set(rule) == {"title", "source", "text", "effective"}
    assert all(str(value).strip() for value in rule.values())
    assert CITED.search(rule["source"]), rule["source"]


def test_the_requirements_that_are_named_exist() -> None:
    known = set(re.findall(r"(?m)^\| (\d+) \|", COVERAGE))
    assert len(known) == 217
    for number, rule in REGISTER.items():
        for listed in re.findall(r"requirements? ([\d, ]+)", rule["source"]):
            named = set(re.findall(r"\d+", listed))
            assert named <= known, f"{number} names requirement {sorted(named - known)}"


@pytest.mark.parametrize("city", CITIES)
def test_every_rule_of_a_city_names_its_source(city: str) -> None:
    found = []
    for file, names in TABLES.items():
        path = ROOT / "huiyin/cities" / city / file
        data = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        for name in names:
            for row in data.get(name, []):
                source = str(row.get("source", ""))
                if not OF_CITIES.search(source):
                    found.append(f"{file} {row.get('code') or row.get('key')}: {source!r}")
    assert found == []
