"""Template tags of the staff pages: the navigation that a person's permissions give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from huiyin.kernel.cached import remembered
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.article_states import BY_VERB
from huiyin.knowledge.models import Category
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Region
from huiyin.orgs.states import Perm

register = template.Library()

LISTS = frozenset({Perm.SEE_ALL, Perm.HANDLE})
CONSOLE = frozenset({Perm.CONTENT, Perm.STAFF, Perm.RULES, Perm.MESSAGES, Perm.ACCESS_LOG})
COORDINATED = frozenset({Perm.SUPERVISE, Perm.DISPATCH, Perm.HANDLE})
ASSESSED = frozenset({Perm.ASSESS, Perm.HANDLE})


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


SEATED = frozenset({Perm.INTAKE, Perm.CALL_BACK, Perm.SUPERVISE, Perm.QUALITY})
PLACES = (
    Place("/desk/", "今日", "home"),
    Place("/desk/new", "登记", "headset", frozenset({Perm.INTAKE}), "n"),
    Place("/desk/phone", "话务", "phone", SEATED),
    Place("/desk/callback", "回访", "message-2", frozenset({Perm.CALL_BACK})),
    Place("/desk/urging", "督办", "clock", frozenset({Perm.SUPERVISE})),
    Place("/desk/orders", "工单", "clipboard-list", LISTS),
    Place("/desk/tasks", "任务", "checks", COORDINATED),
    Place("/desk/knowledge", "知识", "book"),
    Place("/desk/unsatisfied", "台账", "file-certificate", LISTS),
    Place("/desk/assessment", "考核", "award", ASSESSED),
    Place("/console/", "管理", "settings", CONSOLE),
)

# The pages behind the one entry of the ledgers; each names the others in its tabs.
FLOOR = ("/desk/floor", "/desk/missed", "/desk/calls")
PRESSING = ("/desk/supervision", "/desk/letters")
COORDINATION = ("/desk/meetings", "/desk/coordination", "/desk/joint", "/desk/instructions")
LEDGERS = ("/desk/filings", "/desk/commendations", "/desk/plans")
FIGURES = ("/desk/bulletins", "/desk/counties", "/desk/whistles", "/desk/tags", "/desk/audits")


@register.simple_tag(takes_context=True)
def desk_nav(context: dict[str, Any]) -> list[Item]:
    """Return the entries that the signed-in person may open; the one of this page is marked."""
    staff, path = context["staff"], context["request"].path
    mine = [p for p in PLACES if not p.perms or p.perms & staff.perms]
    path = "/desk/unsatisfied" if path.startswith(LEDGERS) else path
    if path.startswith(PRESSING):
        path = "/desk/urging" if Perm.SUPERVISE in staff.perms else "/desk/unsatisfied"
    path = "/desk/assessment" if path.startswith(FIGURES) else path
    path = "/desk/phone" if path.startswith(FLOOR) else path
    path = "/desk/tasks" if path.startswith(COORDINATION) else path
    here = max((p.url for p in mine if path.startswith(p.url)), key=len, default="")
    if here == "/desk/" and path != here:
        here = ""
    return [Item(p.url, p.label, p.icon, p.key, p.url == here) for p in mine]


@register.simple_tag(takes_context=True)
def desk_leads(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person may look at the floor."""
    return bool({Perm.SUPERVISE, Perm.QUALITY, Perm.REPORTS} & context["staff"].perms)


@register.simple_tag(takes_context=True)
def desk_supervises(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person follows up leaders' days."""
    return bool({Perm.SUPERVISE, Perm.QUALITY} & context["staff"].perms)


@register.simple_tag(takes_context=True)
def may_call_back(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person calls missed numbers back."""
    return bool({Perm.INTAKE, Perm.CALL_BACK, Perm.SUPERVISE} & context["staff"].perms)


@register.simple_tag(takes_context=True)
def may_sit(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person takes calls or leads those who do."""
    return bool(SEATED & context["staff"].perms)


@register.simple_tag(takes_context=True)
def may_coordinate(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person flags cases for a meeting."""
    return bool({Perm.SUPERVISE, Perm.DISPATCH} & context["staff"].perms)


@register.simple_tag(takes_context=True)
def may_read_figures(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person may open the reports beside the assessment."""
    return Perm.REPORTS in context["staff"].perms


@register.simple_tag(takes_context=True)
def may_keep_knowledge(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in person looks after answers: a unit's people, or an editor."""
    return bool({Perm.CONTENT, Perm.HANDLE} & context["staff"].perms)


@register.simple_tag
def verb_past(verb: str) -> str:
    """Return what a step of an answer is called once it is taken."""
    step = BY_VERB.get(verb)
    return step.past if step else verb


@register.simple_tag
def category_option(code: str) -> SafeString:
    """Return the option of the category that is chosen; nothing for an unknown code."""
    found = knowledge.category(code)
    if found is None:
        return SafeString("")
    return format_html(
        '<option value="{}" data-name="{}" selected>{}</option>',
        found.code,
        found.full_name,
        found.full_name,
    )


@register.simple_tag
def category_options() -> SafeString:
    """Return every category as an option, grouped by the first level; drawn once a minute."""
    return _category_options()


@remembered(60)
def _category_options() -> SafeString:
    """Return the options; hundreds of them on every page would be its slowest part."""
    categories = knowledge.categories()
    return format_html_join(
        "\n",
        '<optgroup label="{}">{}</optgroup>',
        (
            (top.name, _options([c for c in categories if c.code.startswith(top.code)]))
            for top in categories
            if len(top.code) == 2
        ),
    )


def _options(categories: list[Category]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}" data-name="{}" data-words="{}">{}</option>',
        (
            (c.code, c.full_name, c.aliases, "\u3000" * (len(c.code) // 2 - 1) + c.name)
            for c in categories
        ),
    )


@register.simple_tag
def region_option(code: str) -> SafeString:
    """Return the option of the region that is chosen; nothing for an unknown code."""
    found = orgs.region(code)
    if found is None:
        return SafeString("")
    name = _region_name(found)
    return format_html(
        '<option value="{}" data-name="{}" selected>{}</option>', found.code, name, name
    )


@register.simple_tag
def region_options() -> SafeString:
    """Return every county and street as an option; drawn once a minute."""
    return _region_options()


@remembered(60)
def _region_options() -> SafeString:
    regions = [r for r in orgs.all_regions() if r.level != "city"]
    return format_html_join(
        "",
        '<option value="{}" data-name="{}">{}</option>',
        ((r.code, _region_name(r), _region_name(r)) for r in regions),
    )


def _region_name(region: Region) -> str:
    """Return a street with its county before it, a county with the remark that no more is known."""
    if region.level == "county":
        return f"{region.name}（不清楚街道）"
    return f"{region.parent.name} {region.name}" if region.parent else region.name
