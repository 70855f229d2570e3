"""``huiyin check``: is this installation sound, and if not, why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from huiyin.config import database, installation
from huiyin.config.commands.voice import Progress, say, say_json
from huiyin.config.problems import ExitCode
from huiyin.config.processes import claim

_MARKS = {"ok": "正常", "warn": "注意", "bad": "有误"}


def check(*, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """检查这套安装是否健全，逐项给出原因和办法；有误时退出码为 1。"""
    from huiyin.config import soundness
    from huiyin.config.soundness import Finding
    from huiyin.kernel import clock

    problem = None
    try:
        database.make_ready(Progress())
    except database.PostgresProblem as error:
        problem = Finding("postgres", "bad", str(error))
    note = claim.running()
    installation.choose_settings(demo=note.demo if note else None)
    installation.set_up_django()
    found = [question() for question in soundness.machine()]
    found += [problem] if problem else soundness.of_service(clock.now())
    bad = [one for one in found if one.level == "bad"]
    if as_json:
        say_json({"sound": not bad, "findings": [asdict(one) for one in found]})
    else:
        for one in found:
            say(f"{_MARKS[one.level]}  {one.text}" + (f"；{one.remedy}" if one.remedy else ""))
        say(f"{len(bad)} 项有误" if bad else "这套安装是健全的")
    raise typer.Exit(ExitCode.REFUSED if bad else ExitCode.DONE)
