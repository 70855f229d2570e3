"""``huiyin assess``: rounds are listed, verified and tried over; what they say, how they exit."""

from __future__ import annotations

import json

import pytest

from huiyin.config import command
from huiyin.config.commands import base
from huiyin.config.problems import ExitCode
from tests.world import Story


@pytest.mark.rule("R-584")
def test_rounds_are_verified_and_tried(story: Story, monkeypatch, capsys) -> None:
    monkeypatch.setattr(base, "with_django", lambda **_: None)
    story.created().submitted().dispatched().signed().contacted().assessed()
    key = str(story.round.pk)

    def run(*args: str) -> tuple[int, str]:
        done = command.run(["assess", *args])
        return done, capsys.readouterr().out

    assert run("verify", key)[0] == ExitCode.REFUSED, "not frozen yet"
    story.frozen()
    assert run("verify", key) == (
        ExitCode.DONE,
        "存档一致，名次表一致，事实封存一致，由事实重算一致，由数据湖重算还没有整月入湖\n",
    )
    story.round.results.update(score=1)
    done, told = run("verify", key, "--json")
    assert (done, json.loads(told)["shown"]) == (ExitCode.REFUSED, False)
    assert "三月第一旬" in run("list")[1]
    done, told = run("try", key, "--weights", "signed=50 contacted=50", "--sign", "2h", "--json")
    (move,) = json.loads(told)
    assert (done, move["unit"], move["new_score"]) == (ExitCode.DONE, "water", "50.0000")
    assert "市水务局" in run("try", key, "--contact", "1h")[1]
    assert run("try", key, "--sign", "soon")[0] != ExitCode.DONE
    assert run("verify", "999999")[0] != ExitCode.DONE
