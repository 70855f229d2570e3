"""Trying changed rules from a page: the question is stored, refused with words, and told."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huiyin.knowledge import actions
from huiyin.knowledge.actions import Verdict
from huiyin.knowledge.actions.trials import KEPT, LARGEST, MOST_WAITING
from huiyin.knowledge.models import RuleTrial
from huiyin.knowledge.states import TrialState
from tests.world import World, at

URL = "/console/rules/trials"
GIVEN = {"text": "[[limit]]", "first": "2026-01-01", "last": "2026-03-01", "as_of": ""}
COUNTS = {
    "seen": 9, "touched": 2, "later": 1, "earlier": 1, "late_to_on_time": 0, "on_time_to_late": 1,
    "late_before": 1, "late_after": 2,
}  # fmt: skip
RESULT: dict[str, Any] = {
    "as_of": "2026-04-01",
    "rules": {"added": [], "changed": ["finish"], "removed": [], "parameters": [],
              "refused": ["rules.toml 第 3 行：已经生效"]},
    "orders": COUNTS,
    "clocks": [{"name": "办结"} | COUNTS],
    "units": [],
    "categories": [],
    "examples": [{
        "order": "26030200000017", "clock": "办结", "unit": "市水务局", "category": "供热",
        "old_words": "原来的时限", "new_words": "新的时限", "was_late": False,
        "would_be_late": True,
    }],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _on_the_fourth():
    with time_machine.travel(at(4, 12), tick=False):
        yield


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    client.force_login(world.people["administrator"])
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def answered(verdict: Verdict) -> None:
    assert actions.answer_next(lambda _: verdict, now=at(4))


def test_a_question_waits_and_is_then_told(world: World, boss: Client) -> None:
    asked = boss.post(URL, GIVEN)
    assert asked.status_code == 302
    page = boss.get(asked["Location"])
    assert "正在试算" in words(page)
    assert 'hx-trigger="every 2s"' in page.content.decode()
    answered(Verdict(TrialState.DONE, result=RESULT))
    page = boss.get(asked["Location"])
    assert "hx-trigger" not in page.content.decode().split('id="trial"')[1]
    for part in ("9 件", "变超期", "原来的时限", "已经生效", "2026-04-01"):
        assert part in words(page)
    assert "/desk/orders/26030200000017" not in page.content.decode()
    boss.force_login(world.people["supervisor"])
    assert "/desk/orders/26030200000017" in boss.get(asked["Location"]).content.decode()
    assert "已完成" in words(boss.get(URL))


def test_a_wrong_text_is_told_line_by_line(boss: Client) -> None:
    asked = boss.post(URL, GIVEN)
    answered(Verdict(TrialState.REFUSED, ("rules.toml 第 3 行：limit：不对",)))
    assert "rules.toml 第 3 行：limit：不对" in words(boss.get(asked["Location"]))


def test_a_file_goes_before_what_is_pasted(boss: Client) -> None:
    file = SimpleUploadedFile("rules.toml", "﻿# 改过的".encode())
    assert boss.post(URL, GIVEN | {"file": file}).status_code == 302
    assert RuleTrial.objects.get().text == "# 改过的"


@pytest.mark.parametrize(
    ("given", "status", "message"),
    [
        ({"text": " "}, 422, "请上传或粘贴规则"),
        ({"text": "规" * (LARGEST // 3 + 1)}, 413, "最多 200 KB"),
        ({"text": "a\x00b"}, 422, "Null"),
        ({"file": SimpleUploadedFile("r", b"\xff\xfe")}, 422, "不是 UTF-8"),
        ({"file": SimpleUploadedFile("r", b"#" * (LARGEST + 1))}, 422, "最大 200 KB"),
        ({"first": "soon"}, 422, "日期格式不对"),
        ({"last": "2025-01-01"}, 422, "须不早于开始日期"),
    ],
)
def test_what_cannot_be_tried_is_said_at_once(boss: Client, given, status, message) -> None:
    answer = boss.post(URL, GIVEN | given)
    assert answer.status_code == status
    assert message in words(answer) or message == "Null"
    assert not RuleTrial.objects.exists()


def test_only_a_few_wait_and_only_the_latest_are_kept(boss: Client) -> None:
    for _ in range(MOST_WAITING):
        assert boss.post(URL, GIVEN).status_code == 302
    answer = boss.post(URL, GIVEN)
    assert answer.status_code == 429
    assert "前面还有几项试算" in words(answer)
    while actions.answer_next(lambda _: Verdict(TrialState.FAILED), now=at(4)):
        pass
    row = RuleTrial.objects.first()
    assert row is not None
    for _ in range(KEPT):
        RuleTrial.objects.create(
            text="", first=row.first, last=row.last, asked_at=at(4), state="done"
        )
    boss.post(URL, GIVEN)
    assert RuleTrial.objects.count() == KEPT + 1


def test_the_list_costs_the_same_with_many_trials(boss: Client, django_assert_num_queries) -> None:
    boss.post(URL, GIVEN)
    answered(Verdict(TrialState.DONE, result=RESULT))
    boss.get(URL)
    row = RuleTrial.objects.get()
    for _ in range(30):
        RuleTrial.objects.create(
            text="", first=row.first, last=row.last, asked_at=at(4), state="done"
        )
    with django_assert_num_queries(4):
        boss.get(URL)


def test_a_trial_that_is_not_there_is_said(boss: Client) -> None:
    assert boss.get(f"{URL}/1").status_code == 404
