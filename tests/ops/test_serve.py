"""``huiyin serve`` with real processes: start, start again, stop, and every kind of death."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import pytest

from tests.ops.conftest import FirstStart
from tests.ops.installation import Installation, alive, children, until

pytestmark = pytest.mark.xdist_group("installation")
MADE = ("正在初始化数据库", "正在准备数据表", "正在整理页面文件", "已生成密钥文件")


def test_first_start(installation: Installation, first_start: FirstStart) -> None:
    assert first_start.page == 200
    assert first_start.live == "ok\n"
    assert f"http://127.0.0.1:{installation.port}/" in first_start.words
    assert [word for word in MADE if word in first_start.words]
    keys = installation.var / "secrets/keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert set(first_start.parts) == {"web", "live", "worker"}
    assert len(first_start.family) >= 1 + 3 + 2 + 1  # itself, its parts, their granian workers
    serve = first_start.status["serve"]
    assert (serve["pid"], serve["parts"]) == (first_start.family[0], first_start.parts)
    assert first_start.status["database"]["state"] == "running"


def test_one_serve_per_installation(first_start: FirstStart) -> None:
    refused = first_start.second
    assert refused.returncode == 3
    assert refused.stderr.count("\n") == 1
    assert f"已在运行（进程 {first_start.family[0]}" in refused.stderr


def test_stopping_leaves_nothing_behind(first_start: FirstStart) -> None:
    assert first_start.code == 0
    assert not any(alive(pid) for pid in first_start.family)
    assert first_start.afterwards["serve"] is None
    assert first_start.afterwards["database"]["state"] == "stopped"


def test_a_second_start_makes_nothing_again(installation: Installation) -> None:
    keys = installation.var / "secrets/keys.json"
    before = keys.read_bytes(), _born(installation)
    second = installation.serve()
    assert second.answers()
    assert not [word for word in MADE if word in second.words]
    assert (keys.read_bytes(), _born(installation)) == before
    assert f"已停止 serve（进程 {second.process.pid}）" in installation.done("stop")
    assert second.process.wait(10) == 0
    assert installation.done("stop") == "没有在运行\n"


def _born(where: Installation) -> tuple[float, float]:
    """Return when the data and the collected files were made."""
    mark = where.var / "static/.collected-from"
    return (where.var / "postgres/pgdata/PG_VERSION").stat().st_mtime, mark.stat().st_mtime


def test_a_killed_part_comes_back(installation: Installation) -> None:
    serving = installation.serve()
    before = serving.parts
    workers = children(before["web"])
    assert len(workers) == 2
    os.kill(before["web"], signal.SIGKILL)
    until(lambda: serving.parts.get("web") not in (None, before["web"]))
    until(serving.answers)
    assert not any(alive(pid) for pid in workers)
    assert {name: pid for name, pid in serving.parts.items() if name != "web"} == {
        name: pid for name, pid in before.items() if name != "web"
    }
    assert "web 意外结束（信号 9）" in serving.words

    os.kill(serving.parts["worker"], signal.SIGKILL)
    until(lambda: serving.parts.get("worker") not in (None, before["worker"]))
    assert serving.end(signal.SIGINT) == 0


def test_a_killed_web_worker_comes_back(installation: Installation) -> None:
    serving = installation.serve()
    web = serving.parts["web"]
    victim, other = children(web)
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(children(web)) == 2 and victim not in children(web))
    assert serving.parts["web"] == web
    assert other in children(web)
    until(serving.answers)


def test_children_end_with_a_killed_parent_and_the_next_start_works(
    installation: Installation,
) -> None:
    serving = installation.serve()
    family = serving.family()
    serving.process.kill()
    serving.process.wait()
    again = installation.serve()
    assert not any(alive(pid) for pid in family)
    assert again.answers()
    assert again.end() == 0


def test_a_killed_database_comes_back(installation: Installation) -> None:
    serving = installation.serve()
    postmaster = installation.json("status")["database"]["pid"]
    os.kill(postmaster, signal.SIGKILL)
    until(lambda: "数据库已重新启动" in serving.words)
    assert installation.json("status")["database"]["pid"] != postmaster
    until(lambda: _finding(installation, "worker")["level"] == "ok")
    assert serving.process.poll() is None


def _finding(where: Installation, name: str) -> dict[str, str]:
    found = where.json("check")["findings"]
    return next(one for one in found if one["name"] == name)


def test_a_taken_port_is_named_with_its_holder(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        refused = installation.run("serve")
    assert refused.returncode == 3
    assert refused.stderr.count("\n") == 1
    assert f"端口 {installation.port} 已被进程 {os.getpid()}" in refused.stderr


def test_production_refuses_demonstration_accounts(installation: Installation) -> None:
    installation.python(
        "from tests import world; from huiyin.orgs.models import Staff, City\n"
        "from huiyin.orgs.states import Role\n"
        "unit = world.unit('demo-centre', '热线中心', 'centre')\n"
        "one = world.person('demo_agent', unit, Role.AGENT)\n"
        "Staff.objects.filter(pk=one.pk).update(is_demo=True)"
    )
    for word in ("serve", "web"):
        refused = installation.run(word)
        assert refused.returncode == 3, word
        assert refused.stderr.count("\n") == 1
        assert "演示账号（demo_agent 等）" in refused.stderr
        assert "huiyin demo remove" in refused.stderr
    assert _finding(installation, "demo")["level"] == "bad"
    installation.python(
        "from huiyin.orgs.models import Staff; Staff.objects.filter(is_demo=True).delete()"
    )


def test_lost_keys_are_not_replaced_once_there_is_data(installation: Installation) -> None:
    installation.python("from tests.ops import data; data.make()")
    keys = installation.var / "secrets/keys.json"
    aside = Path(keys).with_suffix(".aside")
    keys.rename(aside)
    refused = installation.run("serve")
    assert refused.returncode == 3
    assert "密钥文件" in refused.stderr
    assert not keys.exists()
    aside.rename(keys)
