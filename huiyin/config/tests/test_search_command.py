"""``huiyin search``: what it finds, for whom, in which spelling, and how it exits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from huiyin.config import command
from huiyin.config.commands import base
from huiyin.config.problems import ExitCode
from huiyin.kernel.models import AccessLog
from huiyin.knowledge.models import Article
from huiyin.orders.actions import texts
from tests.world import Story, at


@pytest.fixture
def found(story: Story, monkeypatch) -> Story:
    """Let two orders be found; the database is ready already."""
    monkeypatch.setattr(base, "with_django", lambda **_: None)
    other = Story(story.world).created(
        title="路灯不亮", content="路灯坏了，晚上很黑", place="和平街"
    )
    story.created().submitted().dispatched()
    texts.write([other.order.pk, story.order.pk])
    return story


def run(*words: str) -> int:
    return command.run(["search", *words])


def titles(capsys: Any) -> list[str]:
    return [each["title"] for each in json.loads(capsys.readouterr().out)["hits"]]


@pytest.mark.rule("R-302")
@pytest.mark.parametrize(
    ("words", "seen"),
    [
        (["暖氣"], ["暖气不热"]),
        (["暖"], ["暖气不热"]),
        (["路灯", "和平街"], ["路灯不亮"]),
        (["路灯 和平街"], ["路灯不亮"]),
        (['"路灯坏了"'], ["路灯不亮"]),
        (["不", "--relevant"], ["暖气不热", "路灯不亮"]),
        (["不", "--unit", "water", "--kind", "help", "--since", "2026-01-01"], ["暖气不热"]),
        (["不", "--state", "draft"], ["路灯不亮"]),
        (["暖气", "--as", "water_handler"], ["暖气不热"]),
        (["路灯", "--as", "water_handler"], []),
        (["%"], []),
        (["暖%"], []),
        (["13812345678"], ["暖气不热", "路灯不亮"]),
        (["13812345678", "--as", "housing_handler"], []),
    ],
)
def test_orders_are_found(found: Story, capsys, words: list[str], seen: list[str]) -> None:
    assert run(*words, "--json") == (ExitCode.DONE if seen else ExitCode.REFUSED)
    assert sorted(titles(capsys)) == sorted(seen)
    assert AccessLog.objects.count() == ("138" in words[0])


def test_hits_are_marked_as_they_were_written(found: Story, capsys) -> None:
    assert run("暖氣") == ExitCode.DONE
    said = capsys.readouterr().out
    assert found.order.number in said
    assert "[暖气]" in said
    assert run(found.order.number) == ExitCode.DONE
    assert "暖气不热" in capsys.readouterr().out


@pytest.mark.rule("R-304")
def test_answers_units_and_people_are_found_too(found: Story, capsys) -> None:
    Article.objects.create(
        code="a", kind="answer", title="补办社保卡", body="带上身份证", published_at=at(1)
    )
    assert run("社保卡", "--of", "articles", "--json") == ExitCode.DONE
    assert titles(capsys) == ["补办社保卡"]
    assert run("水务", "--of", "units") == ExitCode.DONE
    assert "市水务局" in capsys.readouterr().out
    assert run("局", "--of", "people", "--json") == ExitCode.DONE
    everybody = capsys.readouterr().out
    assert run("局", "--of", "people", "--as", "water_handler", "--json") == ExitCode.DONE
    theirs = json.loads(capsys.readouterr().out)["hits"]
    assert 0 < len(theirs) < len(json.loads(everybody)["hits"])
    assert {each["unit"] for each in theirs} == {"市水务局"}
    assert run("没有的", "--of", "units") == ExitCode.REFUSED
    assert "没有找到" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([""], ExitCode.REFUSED, "请写要找的词"),
        (["暖气", "--as", "nobody"], ExitCode.REFUSED, "没有账号 nobody"),
        (["暖气", "--state", "x"], ExitCode.REFUSED, "没有这个状态"),
        (["暖气", "--unit", "x"], ExitCode.REFUSED, "没有这个单位"),
        (["暖气", "--limit", "0"], ExitCode.USAGE, "--limit"),
        (["暖气", "--since", "gestern"], ExitCode.USAGE, "--since"),
        ([], ExitCode.USAGE, "缺少"),
    ],
)
def test_what_is_wrong_is_said(found: Story, capsys, words, code, said) -> None:
    assert run(*words) == code
    assert said in capsys.readouterr().err
