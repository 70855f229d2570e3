"""``huiyin staff``, ``token`` and ``demo``: accounts, for the first day and for emergencies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from huiyin.config.commands import base
from huiyin.config.commands.voice import say, say_json
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orgs.states import Role

if TYPE_CHECKING:
    from huiyin.orgs.models import Staff

staff = typer.Typer(help="人员账号", no_args_is_help=True)
token = typer.Typer(help="系统接入令牌", no_args_is_help=True)
demo = typer.Typer(help="演示账号", no_args_is_help=True)
Username = Annotated[str, typer.Argument(help="账号")]


@staff.command("create")
def create(
    username: Username,
    *,
    name: Annotated[str, typer.Option(help="姓名")],
    unit: Annotated[str, typer.Option(help="单位编码，见城市配置 units.csv")],
    role: Annotated[list[str], typer.Option(help="角色，可重复，如 administrator")],
) -> None:
    """新建账号；密码从终端输入，或从标准输入读一行。"""
    base.with_django()
    from huiyin.kernel import clock
    from huiyin.orgs import actions, queries

    found = queries.unit_with_code(unit)
    if found is None:
        raise NotFound(f"没有编码为 {unit} 的单位", remedy="请先载入城市配置，或核对编码")
    made = actions.create_staff(
        username=username,
        name=name,
        unit=found,
        roles=_roles(role),
        password=_password(),
        now=clock.now(),
    )
    say(f"已建账号 {made.username}：{made.name}，{found.name}，{made.role_labels}")


@staff.command("password")
def password(username: Username) -> None:
    """换密码并解锁；已登录的页面随即失效。"""
    base.with_django()
    from huiyin.orgs import actions

    actions.set_password(_staff(username), _password())
    say(f"已更换 {username} 的密码")


@staff.command("unlock")
def unlock(username: Username) -> None:
    """解除密码多次输错后的锁定。"""
    base.with_django()
    from huiyin.orgs import actions

    say(f"已解锁 {username}" if actions.unlock(_staff(username)) else f"{username} 没有被锁定")


@token.command("issue")
def issue(
    username: Username,
    *,
    name: Annotated[str, typer.Option(help="给哪个系统用")],
    scope: Annotated[list[str], typer.Option(help="权限，可重复，如 order.intake")],
    days: Annotated[int, typer.Option(help="有效天数", min=1, max=3650)] = 365,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """为另一个系统签发令牌；只显示这一次。"""
    base.with_django()
    from huiyin.kernel import clock
    from huiyin.orgs import actions
    from huiyin.orgs.states import Perm

    known = {str(perm) for perm in Perm}
    if wrong := [word for word in scope if word not in known]:
        raise Invalid(
            f"没有 {'、'.join(wrong)} 这样的权限", remedy=f"可用 {'、'.join(sorted(known))}"
        )
    made = actions.issue_token(
        staff=_staff(username),
        name=name,
        scopes=[Perm(word) for word in scope],
        now=clock.now(),
        days=days,
    )
    if as_json:
        say_json({"token": made, "name": name, "username": username, "days": days})
    else:
        say(made)


@demo.command("remove")
def remove() -> None:
    """停用全部演示账号，正式运行之前执行。"""
    base.with_django()
    from huiyin.config import demonstration

    closed = demonstration.remove()
    say(f"已停用 {closed} 个演示账号" if closed else "没有演示账号")


def _staff(username: str) -> Staff:
    from huiyin.orgs import queries

    found = queries.staff_named(username)
    if found is None:
        raise NotFound(f"没有账号 {username}")
    return found


def _roles(words: list[str]) -> list[Role]:
    known = {str(role) for role in Role}
    if wrong := [word for word in words if word not in known]:
        raise Invalid(
            f"没有 {'、'.join(wrong)} 这样的角色", remedy=f"可用 {'、'.join(sorted(known))}"
        )
    return [Role(word) for word in words]


def _password() -> str:
    """Ask a person twice, or read one line from a program."""
    if sys.stdin.isatty():
        answer: str = typer.prompt("密码", hide_input=True, confirmation_prompt="再输一次")
        return answer
    return sys.stdin.readline().rstrip("\n")
