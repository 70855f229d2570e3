"""The command line: what it says and how it exits, without a database."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import OperationalError

from huiyin.cities.reading import Problem, ProfileError
from huiyin.config import command, environment, problems
from huiyin.config.commands import voice
from huiyin.config.problems import CannotRun, ExitCode
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.kernel.postgres import PostgresProblem


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nothing"], "没有命令 nothing"),
        (["serve", "--nothing"], "没有选项 --nothing"),
        (["token", "issue"], "缺少 "),
        (["serve", "--port", "many"], "--port 的值不对"),
        (["calendar", "load", "soon", "file"], "YEAR 的值不对"),
    ],
)
def test_a_wrong_command_line_is_one_chinese_line(words, line, capsys) -> None:
    assert command.run(words) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(line)
    assert said.err.count("\n") == 1


def test_every_command_has_help(capsys) -> None:
    assert command.run(["--help"]) == ExitCode.DONE
    listed = capsys.readouterr().out
    for name in command._COMMANDS:
        if command._installed(name):
            assert f"  {name} " in listed
            assert name == "django" or command.run([name, "--help"]) == ExitCode.DONE
    capsys.readouterr()


def test_a_new_city_is_begun_and_checked_before_there_is_a_database(tmp_path) -> None:
    """In a process of its own: here Django has been set up already."""
    env = {"PATH": os.environ["PATH"], "HUIYIN_VAR": str(tmp_path)}

    def done(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "huiyin.config.command", "city", *words]
        return subprocess.run(  # noqa: S603 - our own words
            line, env=env, capture_output=True, text=True, check=False
        )

    made = done("new", "qingdao", "--name", "青岛市", "--code", "370200")
    assert (made.returncode, made.stderr) == (ExitCode.DONE, "")
    assert "qingdao" in done("list").stdout.split()
    rules = tmp_path / "cities" / "qingdao" / "rules.toml"
    lines = rules.read_text(encoding="utf-8").splitlines()
    at = lines.index('limit = "2h"')
    lines[at] = 'limit = "2 hours"'
    rules.write_text("\n".join(lines), encoding="utf-8")
    refused = done("load", "qingdao")
    assert refused.returncode == ExitCode.REFUSED
    assert f"rules.toml 第 {at + 1} 行" in refused.stderr
    assert not (tmp_path / "postgres").exists(), "no database is made for a profile with mistakes"


def test_a_missing_calendar_file_is_one_line(capsys, tmp_path) -> None:
    assert command.run(["calendar", "load", "2027", str(tmp_path / "no")]) == ExitCode.CANNOT_RUN
    assert capsys.readouterr().err.startswith("无法使用 ")


def test_a_wrong_variable_is_one_line(monkeypatch) -> None:
    monkeypatch.setenv("HUIYIN_PORT", "web")
    with pytest.raises(environment.WrongSetting) as caught:
        environment.port()
    assert problems.explain(caught.value) == (
        ExitCode.CANNOT_RUN,
        "HUIYIN_PORT 须是 1–65534 的整数，现为“web”",
    )


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (NotFound("没有账号 x"), 1, "没有账号 x"),
        (Invalid("密码太弱", remedy="至少 10 位"), 1, "密码太弱；至少 10 位"),
        (CannotRun("端口被占用"), 3, "端口被占用"),
        (PostgresProblem("disk_full", "磁盘满了"), 3, "磁盘满了（disk_full）"),
        (ProfileError([Problem("units.csv", 3, "上级不存在")]), 1, "units.csv 第 3 行：上级不存在"),
        (psycopg.OperationalError("gone\naway"), 3, "数据库不可用：gone away"),
    ],
)
def test_expected_problems(error, code, line) -> None:
    assert problems.explain(error) == (code, line)


def test_a_database_error_of_django_is_expected_and_a_fault_is_not() -> None:
    wrapped = OperationalError("x")
    wrapped.__cause__ = psycopg.OperationalError("no route")
    assert problems.explain(wrapped) == (3, "数据库不可用：no route")
    assert problems.explain(KeyError("x")) is None


def test_progress_says_each_thing_once(capsys) -> None:
    progress = voice.Progress(after=-1)
    for line in ("一", "一", "二"):
        progress(line)
    assert capsys.readouterr().err == "一 …\n二 …\n"
    voice.Progress(after=60)("三")
    assert capsys.readouterr().err == ""


def test_origins_are_ours_alone(monkeypatch) -> None:
    monkeypatch.setenv("HUIYIN_HOSTS", "12345.example")
    monkeypatch.setenv("HUIYIN_PORT", "80")
    monkeypatch.setenv("HUIYIN_PUBLIC_URL", "https://hotline.example/portal")
    assert environment.origins() == {
        "http://12345.example:80",
        "https://12345.example",
        "https://hotline.example",
    }
