"""The demonstration from nothing to service: one command, its accounts, and their removal."""

from __future__ import annotations

import json
import re

import pytest

from tests.ops.installation import Installation


@pytest.mark.slow
def test_from_nothing_to_service(fresh: Installation) -> None:
    city = "dezhou"
    first = fresh.serve("--demo", "--city", city)
    page = first.get("/")
    assert page.status_code == 200
    assert "12345" in page.text
    accounts = re.findall(r"^  (\w+) +(Huiyin-\d{6}) +(\S+)$", first.words, re.M)
    assert len({role for *_, role in accounts}) == 10
    kept = json.loads((fresh.var / "demo-accounts.json").read_text())
    assert [(a["username"], a["password"], a["role"]) for a in kept] == accounts
    found = fresh.json("check")
    assert found["sound"], found
    assert first.end() == 0

    second = fresh.serve("--demo", "--city", city)
    assert re.findall(r"^  (\w+) +(Huiyin-\d{6}) +(\S+)$", second.words, re.M) == accounts
    assert "正在载入城市" not in second.words
    assert second.end() == 0

    refused = fresh.run("serve")
    assert refused.returncode == 3
    assert "演示账号" in refused.stderr
    other = fresh.run("serve", "--demo", "--city", "elsewhere")
    assert other.returncode == 3
    assert "这里已载入" in other.stderr

    assert f"已停用 {len(accounts)} 个演示账号" in fresh.done("demo", "remove")
    assert fresh.done("demo", "remove") == "没有演示账号\n"
    assert not (fresh.var / "demo-accounts.json").exists()
    assert "已更新" not in fresh.done("city", "load", city)
    service = fresh.serve()
    assert service.get("/").status_code == 200
    assert "Huiyin-" not in service.words
    assert service.end() == 0
