"""Template tags of every page: icons, moments in words, tones."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from huiyin.kernel import clock, masks
from huiyin.knowledge import queries as knowledge
from huiyin.orders import numbers
from huiyin.orders.models import NEVER
from huiyin.worktime import deadline
from huiyin.worktime.calendar import SHANGHAI

register = template.Library()
FORM_KEY = "form_key"
_ICONS = Path(__file__).resolve().parent.parent / "static/vendor/icons"


@lru_cache
def _svg(name: str) -> SafeString:
    # The file comes from an installed package, never from input.
    text = (_ICONS / f"{name}.svg").read_text(encoding="utf-8")
    return SafeString(text[text.index("<svg") :])


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the installed set; without a label it is decoration."""
    hidden = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html('<span class="icon-box" {}>{}</span>', hidden, _svg(name))


@register.simple_tag
def form_key() -> SafeString:
    """Give a form a key of its own, so that it is done once however often it is sent."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">', FORM_KEY, secrets.token_urlsafe(16)
    )


@register.filter
def left(due_at: datetime | None) -> str:
    """Say how much time is left, or by how much it is late."""
    return "" if due_at is None or due_at >= NEVER else deadline.remaining(clock.now(), due_at)


@register.filter
def tone(due_at: datetime | None, started_at: datetime | None = None) -> str:
    """Return ok, soon or late for colouring."""
    if due_at is None or due_at >= NEVER:
        return "ok"
    now = clock.now()
    return deadline.tone(now, due_at, started_at or due_at, amber=knowledge.amber(now))


@register.filter
def moment(value: datetime | None) -> str:
    """Say an instant in local time: ``11月22日 09:05``, with the year when it is another."""
    if value is None or value >= NEVER:
        return ""
    local, today = value.astimezone(SHANGHAI), clock.now().astimezone(SHANGHAI)
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


@register.filter
def until(value: datetime | None) -> str:
    """Say when a limit ends: midnight is the end of the day before, ``11月24日 24:00``."""
    if value is None or value >= NEVER:
        return ""
    local = value.astimezone(SHANGHAI)
    if (local.hour, local.minute) != (0, 0):
        return moment(value)
    return f"{a_day(local - timedelta(days=1))} 24:00"


@register.filter
def day(value: datetime) -> str:
    """Say a local day with its weekday: ``11月22日 星期日``."""
    local = value.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 星期{'一二三四五六日'[local.weekday()]}"


@register.filter
def a_day(value: date | datetime | str | None) -> str:
    """Say a date: ``11月22日``, with the year when it is another."""
    if not value:
        return ""
    at, today = _date(value), _date(clock.now())
    return f"{at.month}月{at.day}日" if at.year == today.year else on_day(at)


@register.filter
def on_day(value: date | datetime | str | None) -> str:
    """Say a date with its year: ``2026年3月1日``."""
    if not value:
        return ""
    at = _date(value)
    return f"{at.year}年{at.month}月{at.day}日"


@register.filter
def to_day(first: date, last: date) -> str:
    """Say a span of days without what both have in common: ``2026年11月1日至30日``."""
    if first == last:
        return on_day(first)
    if first.year != last.year:
        end = on_day(last)
    elif first.month != last.month:
        end = f"{last.month}月{last.day}日"
    else:
        end = f"{last.day}日"
    return f"{on_day(first)}至{end}"


def _date(value: date | datetime | str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value


@register.filter
def masked(words: str) -> str:
    """Hide numbers of telephones and papers in a text that others than its readers see."""
    return masks.in_text(words)


@register.filter
def spoken(number: str) -> str:
    """Group an order number for reading aloud."""
    return numbers.spoken(number)


@register.filter
def percent(value: float | None) -> str:
    """Return a part of one as per cent; a dash when there is nothing to divide."""
    return "—" if value is None else f"{value * 100:.1f}%"
