"""Suggestions beside the form of a call: shown, clicked, recorded, never filled in unasked."""

from __future__ import annotations

import re

import pytest

from huiyin.dispatch.learning.models import Suggested
from huiyin.kernel import cached
from huiyin.knowledge.models import CatalogueItem, Parameter
from huiyin.web.workbench.tests.test_intake import CALL, URL, send, text
from tests.world import START

HINTS = f"{URL}/hints"


def signed(page: str) -> str:
    return re.findall(r'name="hints" value="([^"]+)"', page)[0]


@pytest.mark.rule("R-375")
def test_suggestions_come_while_typing_without_what_is_chosen(world, desk) -> None:
    cached.forget_all()
    agent = desk("agent")
    said = {"content": "小区供热不好，请帮忙，燃气泄漏"}
    part = text(agent.post(HINTS, said, headers={"hx-request": "true"}))
    assert "<html" not in part
    assert 'data-fill="0404"' in part
    assert "仅供参考" in part
    assert "[name=&quot;urgency&quot;][value=&quot;emergency&quot;]" in part
    chosen = text(agent.post(HINTS, said | {"category": "0404"}, headers={"hx-request": "true"}))
    assert 'data-fill="0404"' not in chosen
    whole = text(agent.post(HINTS, said))
    assert "登记来电" in whole
    assert 'data-fill="0404"' in whole
    assert said["content"] in whole


@pytest.mark.rule("R-379")
def test_what_was_shown_and_chosen_is_recorded_with_the_call(world, desk) -> None:
    cached.forget_all()
    agent = desk("agent")
    page = text(agent.post(HINTS, {"content": "供热不好，请帮忙"}, headers={"hx-request": "true"}))
    send(agent, hints=signed(page), kind="complaint")
    kept = {row.field: (row.value, row.chosen, row.taken) for row in Suggested.objects.all()}
    assert kept == {
        "category": ("0404", CALL["category"], True),
        "kind": ("help", "complaint", False),
    }
    send(agent, key="form-2", hints="forged:words")
    assert Suggested.objects.count() == 2


@pytest.mark.rule("R-561")
def test_who_may_lead_is_told_while_typing(world, desk, django_assert_max_num_queries) -> None:
    CatalogueItem.objects.create(
        code="PD1", category=world.heating, matter="供热", lead=world.water, valid_from=START
    )
    cached.forget_all()
    agent, said = desk("agent"), {"content": "小区供热不好，请帮忙"}
    agent.post(HINTS, said, headers={"hx-request": "true"})
    with django_assert_max_num_queries(13):
        part = text(agent.post(HINTS, said, headers={"hx-request": "true"}))
    assert "市水务局</b>" in part
    assert "派单目录规定由市水务局办理" in part
    assert "按建议的分类“供热”" in part
    chosen = text(agent.post(HINTS, said | {"category": "0404"}))
    assert "市水务局</b>" in chosen
    assert "按建议的分类" not in chosen
    assert "可能的承办单位" not in text(agent.post(HINTS, {"content": "短"}))
    Parameter.objects.create(
        key="suggest.unit", value=False, valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert "可能的承办单位" not in text(agent.post(HINTS, said))
