"""Rules about the code base itself: sizes, one door per change, the rule register, no addresses."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION = 600, 800, 60
# Each exception has its reason.
LONG_ON_PURPOSE: dict[str, str] = {}


def sources(*, tests: bool = False) -> Iterator[Path]:
    for path in (ROOT / "huiyin").rglob("*.py"):
        if "migrations" not in path.parts and ("tests" in path.parts) == tests:
            yield path
    if tests:
        yield from (ROOT / "tests").rglob("*.py")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_nothing_is_too_long() -> None:
    too_long = []
    for limit, tests in ((LONGEST_FILE, False), (LONGEST_TEST_FILE, True)):
        for path in sources(tests=tests):
            text = path.read_text(encoding="utf-8")
            if text.count("\n") > limit and name(path) not in LONG_ON_PURPOSE:
                too_long.append(name(path))
            too_long += [
                f"{name(path)}:{node.lineno} {node.name}"
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
            ]
    assert too_long == []


def test_the_state_of_an_order_is_assigned_in_one_place() -> None:
    hits = [
        name(path)
        for path in sources()
        if re.search(r"\border\.state\s*=[^=]", path.read_text(encoding="utf-8"))
    ]
    assert hits == ["huiyin/orders/actions/turn.py"]


def test_only_the_clock_reads_the_time() -> None:
    pattern = re.compile(r"datetime\.now\(|date\.today\(|timezone\.now\(|utcnow\(")
    hits = [name(p) for p in sources() if pattern.search(p.read_text(encoding="utf-8"))]
    assert hits == ["huiyin/kernel/clock.py"]


def test_nothing_asks_which_city_it_runs() -> None:
    cities = {p.parent.name for p in (ROOT / "huiyin/cities").glob("*/city.toml")}
    cities.remove("template")  # no city runs it; a word of its own elsewhere
    assert cities
    pattern = re.compile("|".join(rf"[\"']{city}[\"']" for city in cities))
    hits = [name(p) for p in sources() if pattern.search(p.read_text(encoding="utf-8"))]
    assert hits == []


def test_pages_hold_no_queries() -> None:
    pattern = re.compile(r"\.objects\.|connection\.cursor|\.save\(|\.delete\(\)")
    pages = [p for p in sources() if "web" in p.parts]
    assert pages
    hits = [name(p) for p in pages if pattern.search(p.read_text(encoding="utf-8"))]
    assert hits == []


def test_every_rule_is_cited_in_code_and_proved_by_a_test() -> None:
    listed = set(tomllib.loads((ROOT / "docs/rules.toml").read_text(encoding="utf-8")))
    code = " ".join(p.read_text(encoding="utf-8") for p in sources())
    cited = set()
    for block in re.findall(r"Source: ((?:[^\n\"]|\n(?!\s*\n))*)", code):
        cited |= set(re.findall(r"R-\d+", block))
    tests = " ".join(p.read_text(encoding="utf-8") for p in sources(tests=True))
    proved = set(re.findall(r'mark\.rule\(\s*"(R-\d+)"', tests))
    assert sorted(cited - listed) == [], "cited in code, missing in docs/rules.toml"
    assert sorted(listed - cited) == [], "listed, cited by no docstring"
    assert sorted(listed - proved) == [], "listed, proved by no test"
    assert sorted(proved - listed) == [], "named by a test, not listed"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name(p)
        for p in sources()
        if p.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_registry_address_is_committed() -> None:
    # In pieces, so that this file does not name what it looks for.
    hosts = [
        "pypi" + r"\.org",
        "python" + r"hosted\.org",
        r"registry\." + "npmjs",
        "deb" + r"\.debian\.org",
    ]
    found = subprocess.run(
        ["git", "grep", "-lIE", "|".join(hosts), "--", "."],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode in (0, 1), found.stderr
    assert found.stdout.split() == []


def test_no_third_party_file_is_committed() -> None:
    found = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wrong = [
        f for f in found.stdout.split("\n")
        if re.search(r"\.min\.(js|css)$|\.woff2?$|/vendor/|node_modules", f)
    ]  # fmt: skip
    assert wrong == []
