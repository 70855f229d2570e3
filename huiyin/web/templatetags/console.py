"""Template tags of the console: its side navigation, dates and values in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.http import urlencode

from huiyin.callcentre.telephony.actions import prompts
from huiyin.callcentre.telephony.policy import KEEPERS
from huiyin.callcentre.telephony.states import Skill
from huiyin.followup.outside.policy import KEEPERS as OUTSIDE_KEEPERS
from huiyin.kernel import text
from huiyin.knowledge.actions import TRIERS
from huiyin.orgs import queries as orgs
from huiyin.orgs.states import Perm
from huiyin.web.console import machine_names

register = template.Library()

CONSOLE = (Perm.CONTENT, Perm.STAFF, Perm.RULES, Perm.MESSAGES, Perm.ACCESS_LOG)
"""Whoever has one of these works in the console."""


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: where it leads and who may go there."""

    url: str
    label: str
    icon: str
    perms: frozenset[Perm]


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one page shows it."""

    url: str
    label: str
    icon: str
    active: bool


PLACES = (
    Place("/console/", "概况", "home", frozenset(CONSOLE)),
    Place("/console/messages", "消息", "message-2", frozenset({Perm.MESSAGES})),
    Place("/console/units", "单位", "building", frozenset(CONSOLE)),
    Place("/console/outside", "联动联系人", "phone", frozenset(OUTSIDE_KEEPERS)),
    Place("/console/staff", "账号", "users", frozenset({Perm.STAFF})),
    Place("/console/rules", "时限和参数", "clock", frozenset({Perm.RULES, Perm.REPORTS})),
    Place("/console/calendar", "工作日历", "calendar", frozenset({Perm.RULES, Perm.REPORTS})),
    Place("/console/telephony", "话务", "headset", frozenset(KEEPERS)),
    Place("/console/news", "热线动态", "news", frozenset({Perm.CONTENT})),
    Place("/console/models", "学习", "star", frozenset({Perm.RULES, Perm.CONTENT})),
    Place("/console/simulation", "模拟", "history", frozenset({Perm.RULES, Perm.CONTENT})),
    Place("/console/access-log", "查看记录", "shield-lock", frozenset({Perm.ACCESS_LOG})),
    Place("/console/assistant", "助手", "message-2", frozenset({Perm.RULES, Perm.REPORTS})),
    Place("/console/health", "运行状况", "refresh", frozenset(CONSOLE)),
)


@register.simple_tag(takes_context=True)
def console_nav(context: dict[str, Any]) -> list[Item]:
    """Return the entries that the signed-in person may open; the one of this page is marked."""
    staff, path = context["staff"], context["request"].path
    mine = [place for place in PLACES if place.perms & staff.perms]
    here = max((p.url for p in mine if path.startswith(p.url)), key=len, default="")
    if here == "/console/" and path != here:
        here = ""
    return [Item(p.url, p.label, p.icon, p.url == here) for p in mine]


@register.simple_tag(takes_context=True)
def page_after(context: dict[str, Any], cursor: str) -> str:
    """Return the address of this list's next page, with the same filters."""
    kept = {key: value for key, value in context["request"].GET.items() if key != "cursor"}
    return "?" + urlencode(kept | {"cursor": cursor})


@register.simple_tag(takes_context=True)
def may_try_rules(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person may try changed rules."""
    return bool(set(TRIERS) & context["staff"].perms)


@register.filter
def value_in_words(value: object) -> str:
    """Say a parameter's value: yes and no in Chinese, lists with commas."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value_in_words(each) for each in value) or "无"
    return text.shorten(str(value), 200)


@register.filter
def place_names(codes: list[str]) -> str:
    """Say the places in which a row holds; the whole city without any."""
    return orgs.region_names(codes) if codes else "全市"


@register.filter
def skill_name(value: str) -> str:
    """Say a skill in Chinese."""
    return Skill(value).label


@register.filter
def skill_names(values: list[str]) -> str:
    """Say skills in Chinese."""
    return "、".join(skill_name(value) for value in values)


@register.filter
def prompt_words(name: str) -> str:
    """Say what a prompt says where it is ours."""
    return dict(prompts.words()).get(name, name)


register.filter("job_words", machine_names.job)
register.filter("consumer_words", machine_names.consumer)
register.filter("topic_words", machine_names.topic)
register.filter("template_words", machine_names.template)
register.filter("driver_words", machine_names.driver)
