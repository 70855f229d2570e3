"""``huiyin acd size``, and what a city may say of its telephones."""

from __future__ import annotations

import json

import pytest

from huiyin.cities import vocabulary
from huiyin.config import command


@pytest.mark.rule("R-522")
def test_the_command_tells_what_a_volume_needs(capsys) -> None:
    words = ["acd", "size", "--calls", "1000", "--talk", "120", "--target", "72"]
    assert command.run([*words, "--people", "8000000", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["agents"], told["within_percent"], told["lines_by_people"]) == (37, 72.7, 80)
    assert command.run(words) == 0
    assert "坐席 37 个" in capsys.readouterr().out
    assert command.run([*words[:-1], "100"]) != 0


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("keys", ["2=enterprise"], ["2=leader"]),
        ("shifts", ["08:00-16:00"], ["8-16"]),
    ],
)
def test_what_a_city_writes_of_keys_and_shifts(key, value, wrong) -> None:
    parse = vocabulary.PARAMETERS[f"telephony.{key}"]
    assert parse(value) == tuple(value)
    with pytest.raises(ValueError, match="应写成"):
        parse(wrong)
