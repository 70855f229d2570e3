"""The supervisor, in a process of its own: restarts, giving up, stopping, stubborn parts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiyin.config.processes.supervisor import Part, Supervisor

ROOT = Path(__file__).resolve().parents[3]
HEAD = """
import os, signal, sys, time
from huiyin.config.processes import supervisor
from huiyin.config.processes.supervisor import Part, Supervisor
supervisor._LONGEST_PAUSE = 0.01
supervisor._PATIENCE = 50.0

def log(line):
    os.write(1, f"{line}\\n".encode())  # at once and whole: others write to the same pipe

def wait():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        time.sleep(1)

def run(*parts, on_tick=lambda: None):
    done = Supervisor(parts, on_change=lambda _: None, on_tick=on_tick, say=log).run()
    log(f"ended {done}")
"""


_started: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """End what a test that failed has left running; its parts follow it."""
    yield
    while _started:
        process = _started.pop()
        if process.poll() is None:
            process.kill()
            process.communicate()


def start(code: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", HEAD + textwrap.dedent(code)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    _started.append(process)
    return process


def said(process: subprocess.Popen[str]) -> list[str]:
    return process.communicate(timeout=60)[0].splitlines()


def test_a_part_that_never_runs_stops_everything() -> None:
    lines = said(
        start("""
        from huiyin.config.problems import CannotRun
        def broken():
            raise CannotRun("端口被占用")
        run(Part("web", wait), Part("live", broken))
        """)
    )
    assert lines.count("端口被占用") == 6
    assert [line for line in lines if "重新启动" in line][0].startswith("live 意外结束（退出码 3）")
    assert lines[-2:] == [
        "live 连续 6 次没能运行下去，全部停止；原因见上面的输出",
        "ended False",
    ]


def test_a_fault_shows_its_traceback() -> None:
    process = start("""
        count = 0
        def broken():
            raise KeyError("oops")
        run(Part("web", broken))
    """)
    text = process.communicate(timeout=60)[0]
    assert "KeyError: 'oops'" in text
    assert "退出码 70" in text


def test_parts_stop_stage_by_stage() -> None:
    process = start("""
        def part(name):
            def body():
                def end(*_):
                    time.sleep(0.2)
                    log(f"{name} stops")
                    sys.exit(0)
                signal.signal(signal.SIGTERM, end)
                log(f"{name} runs")
                while True:
                    time.sleep(1)
            return body
        run(Part("worker", part("worker"), 1), Part("web", part("web"), 0))
    """)
    assert process.stdout is not None
    assert {process.stdout.readline().strip() for _ in range(2)} == {"worker runs", "web runs"}
    process.send_signal(signal.SIGTERM)
    assert said(process) == ["web stops", "worker stops", "ended True"]
    assert process.returncode == 0


def test_a_stubborn_part_is_killed_with_its_children() -> None:
    process = start("""
        supervisor._PATIENCE = 1.0
        def stubborn():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if not os.fork():
                while True:
                    time.sleep(1)
            log(os.getpid())
            while True:
                time.sleep(1)
        run(Part("web", stubborn))
    """)
    assert process.stdout is not None
    group = int(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    assert said(process) == ["web 没有按时停下，强行结束", "ended True"]
    time.sleep(0.1)
    members = [
        folder.name
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and _group(folder) == group
    ]
    assert members == []


def _group(process: Path) -> int:
    try:
        state, _, group = (process / "stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return 0
    return 0 if state == "Z" else int(group)


def test_work_apart_returns_its_answer_or_ends_us() -> None:
    lines = said(
        start("""
        log(supervisor.apart(lambda: {"pid": os.getpid() != os.getppid()}))
        def refuse():
            from huiyin.config.problems import CannotRun
            raise CannotRun("不行")
        try:
            supervisor.apart(refuse)
        except SystemExit as end:
            log(end.code)
        """)
    )
    assert lines == ["{'pid': True}", "不行", "3"]


def test_the_rest_goes_on_without_an_optional_part() -> None:
    said: list[str] = []
    part = Part("acd", lambda: None, optional=True)
    one = Supervisor([part], on_change=lambda _: None, on_tick=lambda: None, say=said.append)
    for _ in range(2000):
        part.began = time.monotonic()
        one._plan(part, 3)
    assert one._given_up is None
    assert "30 秒后重新启动" in said[-1]
