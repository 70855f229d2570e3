"""Trials asked on a page are answered by the worker, whatever is wrong with them."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from huiyin.cities import jobs, trying
from huiyin.cities.profile import path_of
from huiyin.cities.tests.support import Town
from huiyin.knowledge.actions import ask_trial
from huiyin.knowledge.models import RuleTrial
from huiyin.orgs.actions import create_staff
from huiyin.orgs.actors import acting
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Role
from tests.world import PASSWORD, at


@pytest.fixture
def ask(town: Town):
    town.story("101")
    staff = create_staff(
        username="boss", name="管理员", unit=Unit.objects.get(code="100"),
        roles=[Role.ADMINISTRATOR], password=PASSWORD, now=at(1),
    )  # fmt: skip

    def asked(text: str) -> None:
        ask_trial(
            text, first=date(2026, 3, 1), last=date(2026, 3, 31), as_of=None, by=acting(staff),
            now=at(3),
        )  # fmt: skip

    with time_machine.travel(at(20), tick=False):
        yield asked


def rules(old: str = "", new: str = "") -> str:
    return (path_of("dezhou") / "rules.toml").read_text(encoding="utf-8").replace(old, new, 1)


@pytest.mark.rule("R-195")
def test_a_trial_is_answered_once(ask) -> None:
    ask(rules('limit = "5wd"', 'limit = "3wd"'))
    assert jobs.answer_trial() == 1
    assert jobs.answer_trial() == 0
    trial = RuleTrial.objects.get()
    assert (trial.state, trial.problems) == ("done", [])
    assert trial.result["orders"]["earlier"] == 1


def test_a_wrong_text_is_the_answer(ask) -> None:
    ask(rules('limit = "5wd"', 'limit = "soon"'))
    ask("not toml")
    assert [jobs.answer_trial() for _ in range(3)] == [1, 1, 0]
    first, second = RuleTrial.objects.order_by("pk")
    assert first.state == second.state == "refused"
    assert first.problems[0].startswith("rules.toml 第 ")
    assert "TOML" in second.problems[0]


def test_a_fault_is_told_and_does_not_stop_the_worker(ask, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(trying, "try_file", broken)
    ask(rules())
    assert jobs.answer_trial() == 1
    assert RuleTrial.objects.get().state == "failed"
