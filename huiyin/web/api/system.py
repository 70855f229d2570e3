"""About the platform and the caller: health, who am I, what is open."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.kernel import clock
from huiyin.kernel.checks import database_answers
from huiyin.orders import queries
from huiyin.orders.states import State
from huiyin.orgs.states import Role
from huiyin.web.api import order_telling as telling
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.order_shapes import Named
from huiyin.web.api.problems import Unavailable
from huiyin.web.api.words import said, shape

router = Router(tags=["平台"])


@with_config(shape("接口的入口"))
class Index(TypedDict):
    """Where everything begins."""

    name: Annotated[str, said("平台名称")]
    version: Annotated[str, said("版本")]
    openapi: Annotated[str, said("接口文档（OpenAPI 3.1）")]
    docs: Annotated[str, said("可以试用的文档页")]
    health: Annotated[str, said("运行状况")]


@with_config(shape("运行状况"))
class Health(TypedDict):
    """Whether the platform works."""

    status: Annotated[str, said("ok 为正常")]
    version: Annotated[str, said("版本")]
    time: Annotated[datetime, said("平台时间")]


@with_config(shape("所用令牌"))
class TokenTold(TypedDict):
    """The token of the caller."""

    name: Annotated[str, said("令牌名称")]
    scopes: Annotated[list[str], said("令牌范围")]
    expires_at: Annotated[datetime | None, said("到期时间；空为长期")]


@with_config(shape("调用者"))
class Me(TypedDict):
    """Who is asking."""

    username: Annotated[str, said("账号")]
    name: Annotated[str, said("姓名")]
    unit: Annotated[Named, said("单位")]
    roles: Annotated[list[Named], said("角色")]
    perms: Annotated[list[str], said("现有权限：账号权限与令牌范围的交集")]
    token: Annotated[TokenTold | None, said("令牌；空为登录会话")]


@with_config(shape("一个状态的未办结工单数"))
class StateCount(TypedDict):
    """How many orders stand in one state."""

    state: Annotated[State, said("状态")]
    label: Annotated[str, said("状态名称")]
    count: Annotated[int, said("件数")]


@with_config(shape("未办结的工单，按状态"))
class Counts(TypedDict):
    """How many orders are open."""

    total: Annotated[int, said("未办结总数")]
    states: Annotated[list[StateCount], said("各状态")]


@lru_cache
def our_version() -> str:
    """Return the version of the platform."""
    return version("huiyin")


@endpoint(router, "GET", "/", summary="入口", public=True)
def index(request: HttpRequest) -> Index:
    """Tell where everything begins."""
    root = telling.ROOT
    return {
        "name": "回音 Huiyin",
        "version": our_version(),
        "openapi": f"{root}/openapi.json",
        "docs": f"{root}/docs",
        "health": f"{root}/health",
    }


@endpoint(
    router, "GET", "/health", summary="运行状况", about="无需登录。数据库不可用时返回 503。",
    public=True, problems=(503,),
)  # fmt: skip
def health(request: HttpRequest) -> Health:
    """Tell whether the platform works. One statement."""
    if not database_answers():
        raise Unavailable("数据库暂时不可用", remedy="请稍后再试", retry_after=10)
    return {"status": "ok", "version": our_version(), "time": telling.here(clock.now())}


@endpoint(router, "GET", "/me", summary="我是谁", about="令牌或会话所代表的账号和现有权限。")
def who_am_i(request: ApiRequest) -> Me:
    """Tell who is asking, and what they may do."""
    actor, token = request.auth.actor, request.auth.token
    staff = actor.staff
    if staff is None:
        raise RuntimeError("only staff pass the door")
    told: TokenTold | None = None
    if token is not None:
        told = {
            "name": token.name,
            "scopes": list(token.scopes),
            "expires_at": telling.local(token.expires_at),
        }
    return {
        "username": staff.username,
        "name": staff.name,
        "unit": {"code": staff.unit.code, "name": staff.unit.name},
        "roles": [{"code": role, "name": Role(role).label} for role in staff.roles],
        "perms": sorted(actor.perms),
        "token": told,
    }


@endpoint(
    router, "GET", "/counts", summary="未办结件数", about="调用者看得到的未办结工单，按状态。"
)
def count_open(request: ApiRequest) -> Counts:
    """Count the open orders that the caller may see. One query."""
    by_state = queries.open_by_state(request.auth.actor)
    return {
        "total": sum(by_state.values()),
        "states": [
            {"state": state, "label": state.label, "count": by_state[state]}
            for state in State
            if state in by_state
        ],
    }
