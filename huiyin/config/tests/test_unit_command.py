"""``huiyin unit``: planning a change of the organisation from the command line."""

from __future__ import annotations

import json

import pytest
import time_machine

from huiyin.config import command
from huiyin.config.commands import base
from huiyin.config.problems import ExitCode
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import UnitChange
from tests.world import Story, World, at

COMMON = ["--on", "2026-03-05", "--basis", "编办〔2026〕3 号", "--by", "administrator"]


@pytest.fixture(autouse=True)
def _ready(monkeypatch):
    monkeypatch.setattr(base, "with_django", lambda: None)


def run(*words: str, day: int = 3) -> int:
    with time_machine.travel(at(day), tick=False):
        return command.run(["unit", *words])


def test_a_merge_is_planned_listed_and_carried_out(world: World, story: Story, capsys) -> None:
    story.created().submitted().dispatched()
    assert run("merge", "water", "--into", "housing", *COMMON) == ExitCode.DONE
    said = capsys.readouterr().out
    assert "2026-03-05 市水务局并入，由市住建局承接" in said
    assert "现有在办工单 1 件（主办 1 件）将转由市住建局承接" in said
    assert run("changes", "--json") == ExitCode.DONE
    assert json.loads(capsys.readouterr().out)[0]["state"] == "planned"
    assert run("carry-out", day=5) == ExitCode.DONE
    assert capsys.readouterr().out == "划转工单 1 件\n"
    assert WorkOrder.objects.get().lead_unit == world.housing


def test_a_rename_and_a_split_are_planned_and_cancelled(world: World, capsys) -> None:  # noqa: ARG001
    assert run("rename", "water", "--name", "市水利局", *COMMON) == ExitCode.DONE
    key = UnitChange.objects.get().pk
    assert run("cancel", str(key), "--by", "administrator") == ExitCode.DONE
    parts = ["--part", "county:category=04,region=3700", "--rest", "housing"]
    assert run("split", "water", *parts, *COMMON) == ExitCode.DONE
    capsys.readouterr()
    assert run("changes") == ExitCode.DONE
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[1:3] for line in lines] == [
        ["planned", "split"], ["cancelled", "rename"],
    ]  # fmt: skip


@pytest.mark.rule("R-393")
def test_a_split_reads_a_list_of_orders(story: Story, tmp_path, capsys) -> None:
    number = story.created().submitted().dispatched().order.number
    path = tmp_path / "list.csv"
    path.write_text(f"\ufeff{number},county\n", encoding="utf-8")
    given = ["--orders", str(path), "--rest", "housing", *COMMON]
    assert run("split", "water", *given) == ExitCode.DONE
    assert "现有在办工单 1 件（主办 1 件）将转由东县承接" in capsys.readouterr().out
    path.write_bytes(b"\xff")
    assert run("split", "housing", *given) == ExitCode.REFUSED
    assert "读不了文件" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["merge", "nobody", "--into", "housing", *COMMON], "没有编码为 nobody"),
        (["merge", "water", "--into", "water", *COMMON], "市水务局不能由自己"),
        (["merge", "water", "--into", "housing", *COMMON, "--staff", "keep"], "--staff 只能是"),
        (["merge", "water", "--into", "housing", *COMMON, "--by", "agent"], "您的岗位不能"),
        (["merge", "water", "--into", "housing", *COMMON, "--by", "x"], "没有在用的账号 x"),
        (["split", "water", "--part", "county", "--rest", "housing", *COMMON], "看不懂“county”"),
        (["cancel", "1", "--by", "administrator"], "没有这项机构调整"),
    ],
)
def test_what_is_wrong_is_one_chinese_line(world: World, words, line, capsys) -> None:  # noqa: ARG001
    assert run(*words) == ExitCode.REFUSED
    said = capsys.readouterr()
    assert said.err.startswith(line)
    assert said.err.count("\n") == 1
    assert not UnitChange.objects.exists()
