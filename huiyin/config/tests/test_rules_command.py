"""``huiyin rules``: what it says and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import time_machine

from huiyin.cities import actions
from huiyin.cities.profile import path_of
from huiyin.config import command
from huiyin.config.commands import base
from huiyin.config.problems import ExitCode
from tests.world import at

WINDOW = ["--from", "2026-03-01", "--to", "2026-03-31"]


@pytest.fixture
def city(db, monkeypatch):  # noqa: ARG001
    """Load Dezhou; the database is ready already."""
    monkeypatch.setattr(base, "with_django", lambda: None)
    actions.load("dezhou", now=at(1))
    with time_machine.travel(at(20), tick=False):
        yield "dezhou"


def test_try_says_what_would_change(city: str, capsys) -> None:
    file = str(path_of(city) / "rules.toml")
    assert command.run(["rules", "try", file, "--city", city, *WINDOW]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith(
        "德州市：2026-03-01 至 2026-03-31 的工单，按 rules.toml"
    )
    assert command.run(["rules", "try", file, *WINDOW, "--json"]) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["orders"]["seen"], told["rules"]["changed"]) == (0, [])


def test_a_file_that_is_not_there_is_told_before_anything_starts(capsys) -> None:
    assert command.run(["rules", "try", "nofile.toml", *WINDOW]) == ExitCode.REFUSED
    assert capsys.readouterr().err.startswith("没有找到文件 nofile.toml；请写明")


def test_try_refuses_a_wrong_file_with_its_line(city: str, capsys, tmp_path: Path) -> None:
    file = tmp_path / "changed.toml"
    text = (path_of(city) / "rules.toml").read_text(encoding="utf-8")
    file.write_text(text.replace('limit = "5wd"', 'limit = "soon"', 1), encoding="utf-8")
    assert command.run(["rules", "try", str(file), *WINDOW]) == ExitCode.REFUSED
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("changed.toml 第 ")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["try", "f"], "缺少 --from；用法见 huiyin rules try --help"),
        (["tri"], "没有命令 tri，是不是 try；用法见 huiyin rules --help"),
        (["try", "f", "--from", "yesterday", "--to", "2026-03-01"], "--from 的值不对"),
        (["show", "--at", "2026"], "--at 的值不对"),
    ],
)
def test_a_wrong_command_line_is_refused(words, line, capsys) -> None:
    assert command.run(["rules", *words]) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith(line)


def test_show_lists_rules_with_their_sources(city: str, capsys) -> None:
    assert command.run(["rules", "show", "--city", city, "--at", "2026-03-02"]) == ExitCode.DONE
    out = capsys.readouterr().out
    assert out.startswith("德州市（数据库）2026-03-02 有效的规则")
    assert out.count("出处：") == out.count("\n") - 1
    assert command.run(["rules", "show", "--at", "2026-03-02", "--json"]) == ExitCode.DONE
    assert {row["clock"] for row in json.loads(capsys.readouterr().out)["limits"]} >= {"finish"}
