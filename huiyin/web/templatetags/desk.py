"""Template tags of the staff pages: the navigation that a person's permissions give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template

from huiyin.orgs.states import Perm

register = template.Library()

LISTS = frozenset({Perm.SEE_ALL, Perm.HANDLE})
CONSOLE = frozenset({Perm.CONTENT, Perm.STAFF, Perm.RULES, Perm.MESSAGES, Perm.ACCESS_LOG})


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation: where it leads, for whom, and its key."""

    url: str
    label: str
    icon: str
    perms: frozenset[Perm] = frozenset()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one page shows it."""

    url: str
    label: str
    icon: str
    key: str
    active: bool


PLACES = (
    Place("/desk/", "今日", "home"),
    Place("/desk/new", "登记", "headset", frozenset({Perm.INTAKE}), "n"),
    Place("/desk/callback", "回访", "phone", frozenset({Perm.CALL_BACK})),
    Place("/desk/orders", "工单", "clipboard-list", LISTS),
    Place("/console/", "管理", "settings", CONSOLE),
)


@register.simple_tag(takes_context=True)
def desk_nav(context: dict[str, Any]) -> list[Item]:
    """Return the entries that the signed-in person may open; the one of this page is marked."""
    staff, path = context["staff"], context["request"].path
    mine = [p for p in PLACES if not p.perms or p.perms & staff.perms]
    here = max((p.url for p in mine if path.startswith(p.url)), key=len, default="")
    if here == "/desk/" and path != here:
        here = ""
    return [Item(p.url, p.label, p.icon, p.key, p.url == here) for p in mine]


@register.simple_tag(takes_context=True)
def desk_may_list(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person has any orders to look for."""
    return bool(LISTS & context["staff"].perms)
