"""Generated documentation is in the repository as the code makes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiyin.config import documents
from huiyin.config.problems import ExitCode
from huiyin.orders.states import STEPS, State

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("name", sorted(documents.pages()))
def test_the_page_in_the_repository_is_current(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == documents.pages()[name], "run: huiyin docs"


def test_every_state_and_step_is_in_the_workflow() -> None:
    page = documents.workflow_page()
    assert [state for state in State if f"| `{state.value}` |" not in page] == []
    assert [step.verb for step in STEPS if f"| `{step.verb}`" not in page] == []


def test_writing_changes_only_what_differs(tmp_path: Path) -> None:
    assert len(documents.write(tmp_path)) == 2
    assert documents.write(tmp_path) == []
    (tmp_path / "workflow.md").write_text("old")
    assert documents.write(tmp_path) == [tmp_path / "workflow.md"]


def test_exit_codes_are_documented() -> None:
    page = (DOCS / "operations.md").read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"| {code.value} | {code.about} |" in page
