"""``huiyin simulate``: days in the life of a city, and what the platform recorded of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple
from uuid import uuid4

import typer

from huiyin.config import environment, passing, years
from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json, tell
from huiyin.config.problems import CannotRun
from huiyin.kernel import clock
from huiyin.worktime.calendar import SHANGHAI

if TYPE_CHECKING:  # needs Django to be set up
    from huiyin.simulation.behaviour import Behaviour
    from huiyin.simulation.outcome import Outcome
    from huiyin.simulation.plan import Plan

_DAY = ["%Y-%m-%d"]
_MOMENT = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
# Where a run begins that is given no day: a Monday without a holiday near it. It never moves, so
# that the same seed gives the same answer on any day.
_USUAL_START = datetime(2026, 3, 2, tzinfo=SHANGHAI)


_City = Annotated[str, typer.Option(help="城市配置的名称，见 huiyin city list")]
_Days = Annotated[int, typer.Option(help="有人来电、来信的天数", min=1, max=366)]
_OrdersPerDay = Annotated[int, typer.Option(help="平均每天的件数", min=1, max=100_000)]
_Seed = Annotated[int, typer.Option(help="同样的种子得到同样的结果")]
_Start = Annotated[datetime | None, typer.Option(formats=_DAY, help="第一天，缺省 2026-03-02")]
_Until = Annotated[
    datetime | None,
    typer.Option(formats=_MOMENT, help="到这个时刻为止；缺省到全部办完为止"),
]
_Here = Annotated[bool, typer.Option("--here", help="在现用的演示数据库里进行，缺省到现在为止")]
_Keep = Annotated[bool, typer.Option("--keep", help="保留为此新建的数据库，并说明名称")]
_Year = Annotated[
    bool, typer.Option("--year", help="这座城市的一年，规模和行为见它的 simulation.toml")
]
_Scale = Annotated[float, typer.Option(help="一年的规模：1 为整座城市", min=0.0001, max=1)]
_Processes = Annotated[
    int, typer.Option(help="一年由几个进程办，缺省每个处理器一个；结果相同", min=0, max=64)
]
_Journal = Annotated[Path | None, typer.Option(help="每办完一步，在这个文件里记一行并落盘")]
_AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def simulate(
    *,
    city: _City = "",
    days: _Days = 3,
    orders_per_day: _OrdersPerDay = 50,
    seed: _Seed = 1,
    start: _Start = None,
    until: _Until = None,
    here: _Here = False,
    keep: _Keep = False,
    year: _Year = False,
    scale: _Scale = 1.0,
    processes: _Processes = 0,
    journal: _Journal = None,
    as_json: _AsJson = False,
) -> None:
    """模拟城市的几天：市民、受理员、派单员、承办单位、回访员都照常办事。

    缺省新建一个数据库，载入城市，办完后删除；同样的参数每次得到同样的结果（用时除外）。
    设了 HUIYIN_DATA 时，市民说的是其中的真实留言。
    """
    if year:
        if here or start or until or journal:
            raise CannotRun("--year 不能与 --here、--start、--until、--journal 同用")
        years.show(
            city or _only_profile(),
            seed=seed,
            scale=scale,
            processes=processes,
            keep=keep,
            as_json=as_json,
        )
        return
    first = _start(start, days, here=here)
    with _stage(city, first, here=here, keep=keep) as stage:
        from huiyin.simulation.plan import Plan
        from huiyin.simulation.run import simulate as live

        plan = Plan(
            days=days,
            per_day=orders_per_day,
            seed=seed,
            first=first.date(),
            until=until.replace(tzinfo=SHANGHAI) if until else None,
            journal=journal,
            data=environment.data_folder(),
            behaviour=_behaviour(stage.city),
        )
        found = live(_of_today(plan) if here else plan)
    if as_json:
        say_json(found.as_json())
    else:
        _say(found)
    if keep and not here:
        tell(f"数据保留在数据库 {stage.database}")


def _start(start: datetime | None, days: int, *, here: bool) -> datetime:
    if start is not None:
        return start.replace(tzinfo=SHANGHAI)
    return clock.now().astimezone(SHANGHAI) - timedelta(days=days) if here else _USUAL_START


class _Stage(NamedTuple):
    """Where a run takes place: the profile of the city and, if made for it, the database."""

    city: str
    database: str


@contextmanager
def _stage(city: str, first: datetime, *, here: bool, keep: bool) -> Iterator[_Stage]:
    """Choose where to play: a new database with the city, or the demonstration that is there."""
    if not here:
        profile = city or _only_profile()
        with passing.city_of_its_own(profile, keep=keep, now=first) as database:
            yield _Stage(profile, database)
        return
    known = base.with_django()
    if known.city is None or not known.demo:
        raise CannotRun("--here 只能用在演示系统里；请先执行 huiyin serve --demo")
    if city and city != known.city[1]:
        raise CannotRun(f"现用的数据库是{known.city[0]}，不是 {city}")
    yield _Stage(known.city[1], "")


def _only_profile() -> str:
    from huiyin.cities import profile

    names = profile.available(environment.cities_dir())
    if len(names) != 1:
        raise CannotRun(f"请用 --city 指定城市：{'、'.join(names)}")
    return names[0]


def _behaviour(city: str) -> Behaviour:
    """Return how the people of a city behave: as its profile says, else as anywhere."""
    from huiyin.cities import profile
    from huiyin.simulation.behaviour import DEFAULT

    habitat = profile.read(profile.path_of(city, environment.cities_dir())).habitat
    return habitat.behaviour if habitat else DEFAULT


def _of_today(plan: Plan) -> Plan:
    """Return the plan for a demonstration: livelier, up to now, and unlike any run before it."""
    from huiyin.simulation.behaviour import lively

    mark = uuid4().hex[:12]
    return replace(
        plan, behaviour=lively(plan.behaviour), mark=mark, until=plan.until or clock.now()
    )


def _say(found: Outcome) -> None:
    from huiyin.orders.states import CloseType, State

    say(
        f"{found.start:%Y-%m-%d} 起，{found.orders} 件工单，{found.steps} 步，"
        f"用时 {found.seconds:.1f} 秒，每秒 {found.steps_per_second:.0f} 步"
    )
    say("状态：" + "，".join(f"{State(s).label} {n}" for s, n in found.by_state.items()))
    closed = (f"{CloseType(c).label} {n}" for c, n in found.by_close_type.items())
    say("办结：" + "，".join(closed))
    for rate in found.measured.values():
        share = "无" if rate.rate is None else f"{rate.rate:.2%}"
        say(f"{rate.name}\t{share}\t{rate.numerator}/{rate.denominator}\t{rate.about}")
    if found.refused:
        say("被拒绝的步骤：" + "，".join(f"{s} {n}" for s, n in found.refused.items()))
