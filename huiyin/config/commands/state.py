"""``huiyin stop`` and ``status``: what of this installation runs."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

import typer

from huiyin.config import database
from huiyin.config.commands.voice import Progress, say, say_json
from huiyin.config.processes import claim


def stop() -> None:
    """停止正在运行的 serve，再停止自带的数据库。"""
    stopped = claim.stop_running()
    if stopped:
        say(f"已停止 serve（进程 {stopped.pid}）")
    if database.is_private() and database.private_cluster().stop(Progress()):
        say("已停止数据库")
    elif not stopped:
        say("没有在运行")


def status(*, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """显示哪些部分在运行。"""
    facts = _facts()
    if as_json:
        say_json(facts)
        return
    serve, base = facts["serve"], facts["database"]
    say(f"回音 {facts['version']}")
    say(f"  serve   {'运行中，' + serve['url'] if serve else '没有运行'}")
    for name, pid in (serve or {}).get("parts", {}).items():
        say(f"  {name:<8}{'进程 ' + str(pid) if pid else '没有运行'}")
    say(f"  数据库  {_database_line(base)}")


def _facts() -> dict[str, Any]:
    note = claim.running()
    serve = None
    if note:
        parts = {name: part.pid if part.alive else None for name, part in note.parts.items()}
        serve = {
            "pid": note.serve.pid,
            "url": note.url,
            "live_url": note.live_url,
            "demo": note.demo,
            "parts": parts,
        }
    base: dict[str, Any] = {"private": database.is_private()}
    if database.is_private():
        base |= database.private_cluster().status()
    return {"version": version("huiyin"), "serve": serve, "database": base}


_STATES = {
    "absent": "还没有",
    "foreign": "目录被别的内容占用",
    "stopped": "没有运行",
    "starting": "正在启动",
    "running": "运行中",
}


def _database_line(facts: dict[str, Any]) -> str:
    if not facts["private"]:
        return "外部数据库（DATABASE_URL）"
    words = [_STATES[facts["state"]], facts.get("version") or "", facts["data"]]
    if facts["problem"]:
        words.append(facts["problem"]["message"])
    return "，".join(word for word in words if word)
