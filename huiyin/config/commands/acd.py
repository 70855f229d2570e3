"""``huiyin acd``: distribute calls, check the switch, set up seats and lines."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json
from huiyin.config.problems import CannotRun

app = typer.Typer(help="话务：分配来电、检查交换机、设置席位和线路。", no_args_is_help=False)


@app.callback(invoke_without_command=True)
def acd(
    context: typer.Context,
    *,
    simulated: Annotated[bool, typer.Option("--simulated", help="用模拟线路，不接交换机")] = False,
) -> None:
    """分配来电；可同时运行多个，一个工作，其余待命。"""
    if context.invoked_subcommand is not None:
        return
    base.with_django()
    from huiyin.config.processes import acd as process

    process.run(simulated=simulated)


@app.command()
def check() -> None:
    """检查话务交换机的设置，逐条说明；有问题时退出码为 1。"""
    base.with_django()
    lines, sound = asyncio.run(_look())
    for line in lines:
        say(line)
    raise typer.Exit(0 if sound else 1)


@app.command()
def switch() -> None:
    """只启动本机的话务交换机（make switch 取来的），供单独部署。"""
    from huiyin.config.processes import switch as process

    process.run()


@app.command()
def files(
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹；已有的文件会被改写")],
    *,
    host: Annotated[str, typer.Option(help="交换机的主机名或地址，平台和浏览器用它连接")],
    sounds: Annotated[
        str, typer.Option(help="交换机上放提示音的文件夹")
    ] = "/var/lib/huiyin/sounds",
) -> None:
    """写出自备 Asterisk 要用的配置文件、证书和提示音，地址、线路和口令已填好。"""
    from huiyin.config.processes import switch

    url = switch.write_files(folder, host=host, sounds=sounds)
    say(f"已写到 {folder}")
    say(f"1. {folder}/etc 里的文件放进交换机的 /etc/asterisk，{folder}/sounds 放到它的 {sounds}")
    say("2. 重新启动 Asterisk")
    say(f"3. 平台设置 HUIYIN_SWITCH_URL={url}")
    say(f"   HUIYIN_SWITCH_SOUNDS={sounds}")
    say(f"   SSL_CERT_FILE={folder.resolve()}/etc/huiyin.pem（换成受信任的证书后不用）")
    say("4. 执行 huiyin acd check")


@app.command()
def seats(
    extensions: Annotated[str, typer.Argument(help="分机号，如 8001-8080 或 8001,8002")],
    *,
    kind: Annotated[str, typer.Option(help="answering、floor、quality 或 callback")] = "answering",
    skills: Annotated[str, typer.Option(help="技能，用逗号分开")] = "general",
    address: Annotated[str, typer.Option(help="固定地址的话机 主机:端口；浏览器写 browser")] = "",
) -> None:
    """登记席位；已有的改为所给的种类和技能。"""
    base.with_django()
    from huiyin.callcentre.telephony.actions import setup

    made = setup.seats(extensions, kind=kind, skills=skills.split(","), address=address)
    say(f"已登记 {made} 个席位")


@app.command()
def line(
    number: Annotated[str, typer.Argument(help="号码")],
    *,
    pool: Annotated[str, typer.Option(help="in 呼入或 out 呼出")] = "in",
    capacity: Annotated[int, typer.Option(help="路数", min=1)] = 30,
    skill: Annotated[str, typer.Option(help="来电要找的技能")] = "general",
    closed: Annotated[bool, typer.Option("--closed", help="停用，放提示音")] = False,
) -> None:
    """登记线路；呼入和呼出分开。"""
    base.with_django()
    from huiyin.callcentre.telephony.actions import setup

    setup.line(number, pool=pool, capacity=capacity, skill=skill, closed=closed)
    say(f"已登记线路 {number}")


@app.command()
def size(
    *,
    calls: Annotated[float, typer.Option(help="最忙时每小时的来电")],
    talk: Annotated[float, typer.Option(help="平均通话秒数")] = 240,
    target: Annotated[float, typer.Option(help="要在规定秒数内应答的百分比")] = 80,
    within: Annotated[float, typer.Option(help="规定的应答秒数")] = 15,
    wrap: Annotated[float, typer.Option(help="通话后平均整理秒数")] = 0,
    away: Annotated[float, typer.Option(help="当班不在岗的百分比")] = 30,
    blocked: Annotated[float, typer.Option(help="允许占线的百分比")] = 1,
    people: Annotated[int, typer.Option(help="全市人口，按每 10 万人一路核对")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """算需要的坐席和线路：坐席按 Erlang C，线路按 Erlang B。"""
    from huiyin.callcentre.telephony import planning

    wanted = planning.Aim(target / 100, within, away / 100, blocked / 100)
    found = planning.size(calls, talk, wanted, wrap=wrap, people=people)
    told = {
        "erlangs": round(found.load, 2),
        "agents": found.agents,
        "rostered": found.rostered,
        "lines": found.lines,
        "lines_by_people": found.lines_by_people,
        "within_percent": round(found.figures.service_level * 100, 2),
        "waiting_percent": round(found.figures.waiting * 100, 2),
        "mean_wait_seconds": round(found.figures.mean_wait, 2),
        "occupancy_percent": round(found.figures.occupancy * 100, 2),
    }
    if as_json:
        say_json(told)
        return
    say(f"话务量 {told['erlangs']} 厄朗")
    say(f"坐席 {found.agents} 个，排班 {found.rostered} 人，线路 {found.lines} 路")
    if found.lines_by_people is not None:
        say(f"按人口核对：{found.lines_by_people} 路")
    say(
        f"{within:g} 秒应答 {told['within_percent']}%，平均等待 {told['mean_wait_seconds']} 秒，"
        f"忙碌 {told['occupancy_percent']}%"
    )


async def _look() -> tuple[list[str], bool]:
    """Return what there is to say of the switch, and whether it can be used."""
    from huiyin.callcentre.telephony.drivers import doors
    from huiyin.callcentre.telephony.drivers.ari import Ari
    from huiyin.config.processes import switch

    ari = Ari(switch.url())
    try:
        status, about = await ari.ask_by_http("GET", "asterisk/info")
        if status != _OK:
            return [ari.refusal(status)], False
        wrong = await doors.faults(ari, ari.ask_by_http)
        wrong += await doors.notices(ari.ask_by_http)
    except OSError as error:
        raise CannotRun(f"连不上话务交换机：{error}；请确认它已启动") from error
    finally:
        await ari.close()
    said = f"话务交换机 Asterisk {about['system']['version']}"
    return [said, *(wrong or ["设置正常"])], not wrong


_OK = 200
