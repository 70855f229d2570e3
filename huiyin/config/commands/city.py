"""``huiyin city``: the city that this installation serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiyin.config import environment
from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json

app = typer.Typer(help="城市配置", no_args_is_help=True)
_SHOWN = 5
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command("load")
def load(
    name: Annotated[str, typer.Argument(help="配置的名称，见 huiyin city list")],
    *,
    preview: Annotated[bool, typer.Option("--preview", help="只说明会改什么，不改")] = False,
) -> None:
    """载入城市配置；可以重复执行，只改有变化的，并逐项说明。"""
    from huiyin.cities import profile

    # Mistakes in the files are told at once, before a database is made for them.
    profile.read(profile.path_of(name, environment.cities_dir()))
    base.with_django(make_tables=True)
    from huiyin.cities import actions
    from huiyin.kernel import clock

    for line in actions.load(name, now=clock.now(), preview=preview).lines:
        say(line)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="新配置的名称，小写字母，如 qingdao")],
    *,
    city: Annotated[str, typer.Option("--name", help="城市的名称，如 青岛市")] = "",
    code: Annotated[str, typer.Option("--code", help="行政区划代码，6 位数字，如 370200")] = "",
    source: Annotated[
        str, typer.Option("--from", help="照抄这份配置，不用样板；改自己城市的规则从这里开始")
    ] = "",
) -> None:
    """从样板（或现有的配置）开始一份自己的配置；随后改其中的文件，再用 huiyin city load 载入。"""
    from huiyin.cities import starting
    from huiyin.kernel.errors import Invalid

    own = environment.cities_dir()
    if source and (city or code):
        raise Invalid("照抄现有配置时名称和代码不变，--from 不与 --name、--code 同用")
    if source:
        say(f"已把配置 {source} 照抄到 {starting.copy(name, own, source=source)}")
    elif not city or not code:
        raise Invalid("请用 --name 和 --code 写明城市的名称和代码，或用 --from 照抄现有的配置")
    else:
        folder = starting.start(name, own, city=city, code=code)
        say(f"已在 {folder} 写好{city}的配置，区划和单位是样板，请换成真实的")
    say(f"改过以后检查：huiyin city load {name} --preview；载入去掉 --preview，随后 huiyin serve")


@app.command("areas")
def areas(
    file: Annotated[Path, typer.Argument(help="GeoJSON 文件：街道、社区或网格的多边形")],
    *,
    level: Annotated[str, typer.Option(help="street、community 或 grid；缺省由列名看出")] = "",
) -> None:
    """载入街道、社区或网格的边界，按地图位置派单时使用；同一级的原有边界被替换。"""
    from huiyin.kernel.errors import Invalid
    from huiyin.orgs import territory

    if level and level not in territory.LEVELS:
        raise typer.BadParameter(level, param_hint="--level")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} 不是 UTF-8 编码的文本") from error
    except OSError as error:
        raise Invalid(f"读不了 {file}：{error.strerror}") from error
    found = territory.read_areas(text, level)
    base.with_django(make_tables=True)
    from huiyin.kernel import clock
    from huiyin.orgs.actions.areas import load_areas

    loaded = load_areas(found, now=clock.now())
    for line in found.problems[:_SHOWN]:
        say(f"没有载入{line}")
    for name in loaded.unknown[:_SHOWN]:
        say(f"没有叫“{name}”的单位")
    say(
        f"载入 {len(found.areas)} 个区域（{found.level}），"
        f"{found.repeated} 个多边形与前面的编码相同，合为一个区域；"
        f"{len(found.problems)} 个没有载入，{loaded.streetless} 个不在已知街道，"
        f"{loaded.unitless} 个不知道由哪个单位负责"
    )


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """列出随程序提供的城市配置。"""
    from huiyin.cities import profile

    names = profile.available(environment.cities_dir())
    if as_json:
        say_json(names)
        return
    for name in names:
        say(name)
