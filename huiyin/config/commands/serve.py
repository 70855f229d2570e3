"""``huiyin serve``: make everything ready, start every process, keep them running."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from typing import Annotated

import typer

from huiyin.config import database, demonstration, environment, installation
from huiyin.config.commands.voice import Progress, say, tell
from huiyin.config.demonstration import Account
from huiyin.config.problems import CannotRun, ExitCode
from huiyin.config.processes import claim, ports, supervisor, watch
from huiyin.config.processes.supervisor import Part, Supervisor

_BEFORE_WORKER, _WORKER = 0, 1
Port = Annotated[int, typer.Option(help="页面和接口的端口，缺省 8012", show_default=False)]
Address = Annotated[str, typer.Option(help="监听的地址，缺省 127.0.0.1", show_default=False)]


def serve(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="演示：每个角色建一个账号并显示密码")
    ] = False,
    city: Annotated[str, typer.Option(help="还没有载入城市时，载入它")] = "",
    port: Annotated[int, typer.Option(help="页面和接口的端口，缺省 8012", show_default=False)] = 0,
    address: Annotated[
        str, typer.Option(help="监听的地址，缺省 127.0.0.1", show_default=False)
    ] = "",
) -> None:
    """启动全部：数据库、页面、实时消息、后台任务。按 Ctrl-C 停止。"""
    began = time.monotonic()
    choose_place(port, address)
    progress = Progress()
    claim.take(progress)
    ports.require_free(environment.get("HUIYIN_ADDRESS"), environment.port())
    ports.require_free(environment.get("HUIYIN_ADDRESS"), environment.live_port())
    database.make_ready(progress)
    accounts = _prepare(city, demo=demo)
    raise typer.Exit(_Serving(accounts, demo=demo, began=began).run())


def choose_place(port: int, address: str) -> None:
    """Let options of the command line stand above the environment."""
    if port:
        os.environ["HUIYIN_PORT"] = str(port)
    if address:
        os.environ["HUIYIN_ADDRESS"] = address


def _prepare(city: str, *, demo: bool) -> list[Account]:
    """Make and check what the processes need; quick when there is nothing to do.

    Whatever uses Django's connections is done in a process apart.
    """
    known = installation.facts()
    if not demo:
        installation.refuse_demo_accounts(known)
    installation.choose_settings(demo=demo)
    if installation.ensure_keys(known):
        tell(f"已生成密钥文件 {environment.keys_file()}，请另行妥善备份：没有它，个人信息无法解读")
    installation.set_up_django()
    on_disk = installation.migrations_on_disk()
    installation.require_fitting(known, on_disk)
    if not on_disk <= known.applied:
        tell("正在准备数据表 …")
        supervisor.apart(installation.migrate)
    _collect_static_files()
    profile = _ensure_city(city, known)
    return _ensure_accounts(profile, known) if demo else []


def _collect_static_files() -> None:
    from huiyin.config import static_files

    if not static_files.are_current():
        tell("正在整理页面文件 …")
        supervisor.apart(static_files.collect)


def _ensure_city(wanted: str, known: installation.Facts) -> str:
    """Return the profile of the city that is loaded; load the wanted one if none is."""
    if known.city is not None:
        name, profile = known.city
        if wanted and wanted != profile:
            raise CannotRun(
                f"这里已载入{name}（{profile}），不能再载入 {wanted}；请换一个 HUIYIN_VAR 或数据库"
            )
        return profile
    if not wanted:
        tell("还没有载入城市；载入请执行 huiyin city load 名称，可选的见 huiyin city list")
        return ""
    tell(f"正在载入城市 {wanted} …")
    for line in supervisor.apart(lambda: _load(wanted)):
        tell(f"  {line}")
    return wanted


def _load(name: str) -> list[str]:
    from huiyin.cities import actions
    from huiyin.kernel import clock

    return list(actions.load(name, now=clock.now()).lines)


def _ensure_accounts(profile: str, known: installation.Facts) -> list[Account]:
    if not profile:
        return []
    kept = demonstration.remembered(known.demo)
    if kept is not None:
        return kept
    made = supervisor.apart(lambda: [asdict(a) for a in demonstration.create(profile)])
    return [Account(**facts) for facts in made]


class _Serving:
    """One run of ``huiyin serve`` after everything has been made ready."""

    def __init__(self, accounts: list[Account], *, demo: bool, began: float) -> None:
        self._accounts = accounts
        self._began = began
        self._told = False
        self._note = claim.Note(
            serve=claim.of(os.getpid()), url=url(), live_url=live_url(), demo=demo
        )
        self._database = watch.DatabaseWatch(tell)
        self._answers = [
            watch.FirstAnswer(environment.port(), "/"),
            watch.FirstAnswer(environment.live_port(), "/health"),
        ]

    def run(self) -> ExitCode:
        """Run until told to stop; leave nothing behind that nobody uses."""
        running = Supervisor(
            parts(), on_change=self._write_note, on_tick=self._look, say=tell
        ).run()
        self._database.end()
        if database.is_private():
            self._stop_database()
        return ExitCode.DONE if running else ExitCode.CANNOT_RUN

    def _write_note(self, parts: list[Part]) -> None:
        self._note.parts = {part.name: claim.of(part.pid) for part in parts if part.pid}
        claim.write(self._note)

    def _look(self) -> None:
        self._database.look()
        if not self._told and all([answer.look() for answer in self._answers]):
            self._told = True
            self._say_ready()

    def _say_ready(self) -> None:
        seconds = time.monotonic() - self._began
        say(f"回音已启动（{seconds:.1f} 秒）")
        say(f"  页面    {self._note.url}")
        say(f"  接口    {self._note.url}api/v1/")
        say(f"  数据    {environment.var_dir() if database.is_private() else '外部数据库'}")
        if self._accounts:
            say("演示账号（正式使用前请执行 huiyin demo remove）")
            for account in self._accounts:
                say(f"  {account.username:<18}{account.password:<18}{account.role}")
        say("按 Ctrl-C 停止")

    def _stop_database(self) -> None:
        try:
            if database.is_in_use():
                tell("数据库还有别的连接，继续运行；要停止它请执行 huiyin stop")
            else:
                database.private_cluster().stop(Progress())
        except database.PostgresProblem as problem:
            tell(str(problem))


def url() -> str:
    """Return the address of the pages, as a person on this machine types it."""
    public = environment.get("HUIYIN_PUBLIC_URL")
    return f"{public.rstrip('/')}/" if public else _local(environment.port())


def live_url() -> str:
    """Return the address of live events."""
    return environment.get("HUIYIN_LIVE_URL") or _local(environment.live_port())


def _local(port: int) -> str:
    host = watch.local_address()
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def parts() -> list[Part]:
    """Return what runs, in the order of starting. The worker ends last, so that news gets out."""
    from huiyin.config.processes import web

    web.warm_up()  # before the fork, so that its processes share what was loaded
    return [
        Part("web", web.run, _BEFORE_WORKER),
        Part("live", _live, _BEFORE_WORKER),
        Part("worker", _worker, _WORKER),
        *_telephony(),
    ]


def _telephony() -> list[Part]:
    """Return the switch and the distributor, where there is one; without them the rest runs on."""
    from huiyin.config.processes import switch

    acd = Part("acd", _acd, _BEFORE_WORKER, optional=True)
    if switch.program() is not None:
        return [Part("switch", switch.run, _WORKER, optional=True), acd]
    return [acd] if environment.get("HUIYIN_SWITCH_URL") else []


def _acd() -> None:
    from huiyin.config.processes import acd

    acd.run(simulated=False)


def _live() -> None:
    from huiyin.config.processes import live

    live.run()


def _worker() -> None:
    from huiyin.config.processes import worker

    worker.run()
