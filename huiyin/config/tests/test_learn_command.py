"""``huiyin learn``, ``huiyin classify``, ``huiyin city areas``: what they say and how they exit."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from huiyin.config import command
from huiyin.config.commands import base
from huiyin.config.problems import ExitCode
from huiyin.dispatch.learning import queries
from huiyin.dispatch.learning.models import ModelVersion
from huiyin.dispatch.learning.samples import Sample
from huiyin.dispatch.learning.tests.messages import samples
from huiyin.kernel import cached
from huiyin.orgs.models import Area
from huiyin.orgs.tests.test_territory import STREETS

ANSWERED = {"label", "probability", "accepted", "because"}


@pytest.fixture
def ready(db, monkeypatch) -> None:  # noqa: ARG001
    """Let the database be ready already."""
    monkeypatch.setattr(base, "with_django", lambda **_: None)
    cached.forget_all()


def written(path: Path, rows: list[Sample], *, encoding: str = "utf-8-sig") -> str:
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(file)
        table.writerow(["title", "detail", "label"])
        table.writerows((row.title, row.detail, row.label) for row in rows)
    return str(path)


def run(*words: str) -> int:
    return command.run(list(words))


def lines(capsys: Any) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.rule("R-373")
def test_learned_from_a_file_suggested_for_another(ready, tmp_path: Path, capsys) -> None:
    file = written(tmp_path / "known.csv", samples(160), encoding="gb18030")
    asked = written(
        tmp_path / "asked.csv",
        [Sample("", "暖气片冰凉，室温只有十四度", ""), Sample("", "zzz", ""), Sample("", "", "")],
    )
    assert run("classify", asked, "--json") == ExitCode.CANNOT_RUN
    assert "还没有模型" in capsys.readouterr().err
    assert run("learn", "--from", file, "--json") == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["adopted"], told["rows"], told["hold_out"]["by"]) == (True, 160, "label")
    assert {"macro_f1", "recall", "ece", "accuracy_at_90", "cost", "size_bytes"} <= set(told)
    cached.forget_all()
    assert run("classify", asked, "--json") == ExitCode.DONE
    heating, unknown, empty = lines(capsys)
    assert set(heating) == set(unknown) == ANSWERED
    assert (heating["label"], heating["accepted"]) == ("供热", True)
    assert any("暖气" in word for word in heating["because"])
    assert (unknown["accepted"], empty["label"]) == (False, None)
    assert "第 3 行" in empty["error"]
    worse = written(tmp_path / "worse.csv", samples(160, seed=2, mixed=0.9))
    assert run("learn", "--from", worse) == ExitCode.DONE
    assert "未启用" in capsys.readouterr().out
    assert run("learn", "--from", str(tmp_path / "none.csv")) == ExitCode.REFUSED
    assert "读不了" in capsys.readouterr().err


def test_a_file_without_usable_rows_is_never_replaced_by_orders(
    ready, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setattr(queries, "confirmed", lambda _: samples(80))
    empty = written(tmp_path / "empty.csv", [Sample("暖气", "不热", "")])
    assert run("learn", "--from", empty, "--json") == ExitCode.REFUSED
    told = capsys.readouterr()
    assert "没有类别" in told.err
    assert "至少" in told.err
    assert told.out == ""
    assert not ModelVersion.objects.exists()
    one = written(
        tmp_path / "one.csv", [Sample("暖气", f"{n} 号楼不热", "供热") for n in range(30)]
    )
    assert run("learn", "--from", one) == ExitCode.REFUSED
    assert "至少要有两个类别" in capsys.readouterr().err


@pytest.mark.rule("R-560")
def test_without_a_database_by_a_model_in_a_file(tmp_path: Path, capsys) -> None:
    file, model = written(tmp_path / "known.csv", samples(80)), str(tmp_path / "m")
    assert run("learn", "--from", file, "--out", model, "--json") == ExitCode.DONE
    least = json.loads(capsys.readouterr().out)["threshold_at_90"]
    known = Sample("", "暖气片冰凉，室温只有十四度", "")
    asked = written(tmp_path / "asked.csv", [known, Sample("", "zzz", ""), Sample("", "", "")])
    for threshold, accepted in (("0", [True, True, False]), (str(least), [True, False, False])):
        given = ("classify", asked, "--model", model, "--json", "--threshold", threshold)
        assert run(*given) == ExitCode.DONE
        assert [row["accepted"] for row in lines(capsys)] == accepted
    assert run("classify", file, "--model", model, "--threshold", "2") == ExitCode.USAGE
    capsys.readouterr()
    assert run("classify", file, "--model", model, "--json") == ExitCode.DONE
    right = [row["label"] == s.label for row, s in zip(lines(capsys), samples(80), strict=True)]
    assert sum(right) > 70
    (tmp_path / "broken").write_bytes(b"x")
    for name in ("broken", "none"):
        assert run("classify", file, "--model", str(tmp_path / name)) == ExitCode.REFUSED
    assert run("learn", "--from", file, "--out", str(tmp_path)) == ExitCode.REFUSED
    nowhere = str(tmp_path / "nowhere" / "model.npz")
    assert run("learn", "--from", file, "--out", nowhere) == ExitCode.REFUSED
    assert "没有这个文件夹" in capsys.readouterr().err


@pytest.mark.rule("R-380")
def test_areas_are_loaded_from_a_file(ready, tmp_path: Path, capsys) -> None:
    file = tmp_path / "streets.geojson"
    file.write_text(STREETS, encoding="utf-8")
    assert run("city", "areas", str(file)) == ExitCode.DONE
    assert "载入 2 个区域（street）" in capsys.readouterr().out
    assert Area.objects.count() == 2
    assert run("city", "areas", str(file), "--level", "planet") == ExitCode.USAGE
    file.write_bytes(b"\xff\xfe")
    assert run("city", "areas", str(file)) == ExitCode.REFUSED
    assert run("city", "areas", str(tmp_path / "none")) == ExitCode.REFUSED
    assert Area.objects.count() == 2
