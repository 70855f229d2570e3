"""The minutes of a coordination meeting as plain lines; page and PDF print the same."""

from __future__ import annotations

from datetime import datetime

from huiyin.followup.coordination.models import AgendaItem, Meeting
from huiyin.followup.coordination.states import Coming, Outcome
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.web.workbench.paper import Paper, Part
from huiyin.worktime.calendar import SHANGHAI

_HEAD = ("任务", "责任单位", "分工", "完成日期")
_WIDTHS = (76, 40, 20, 34)


def minutes_of(meeting: Meeting, actor: Actor, now: datetime) -> Paper:
    """Return the minutes of a concluded meeting. No query beside those of the meeting.

    Source: R-445 (requirement 138: meeting and ruling record).
    """
    city = orgs.city()
    came = [i for i in meeting.invitations.all() if i.coming != Coming.NO]
    away = [f"{i.unit}（{i.note}）" for i in meeting.invitations.all() if i.coming == Coming.NO]
    facts = [
        ("会议", meeting.title),
        ("时间", _moment(meeting.held_at)),
        ("地点", meeting.place),
        ("主持", meeting.chair),
        ("参会", "、".join(f"{i.unit} {i.attendee}".strip() for i in came) or "—"),
    ]
    if away:
        facts.append(("请假", "、".join(away)))
    facts.append(("记录", meeting.ended_by.name if meeting.ended_by else "—"))
    parts = [Part("会议情况", tuple(meeting.minutes.split("\n")))]
    parts += [_point(n, item) for n, item in enumerate(meeting.items.all(), 1)]
    return Paper(
        title=f"{city.name if city else ''} 12345 热线协调会纪要",
        number=meeting.number,
        facts=tuple(facts),
        parts=tuple(parts),
        printed=f"{_moment(now)} {actor.label}打印",
    )


def _point(n: int, item: AgendaItem) -> Part:
    lines = [f"缘由：{item.flag.reason}", f"{Outcome(item.outcome).label}：{item.decision}"]
    if item.flag.order:
        lines.insert(0, f"工单：{item.flag.order.number}")
    if item.ruling:
        lines.append(f"职责：此类事项由{item.ruling.lead}牵头，作为今后派单的依据。")
    tasks = list(item.sheet.tasks.all()) if item.sheet else []
    rows = tuple(
        (task.what, str(task.unit), task.get_part_display(), f"{task.due_on:%Y-%m-%d}")
        for task in tasks
    )
    return Part(f"议题{n} {item.flag.title}", tuple(lines), (_HEAD, *rows) if rows else (), _WIDTHS)


def _moment(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.year} 年 {local.month} 月 {local.day} 日 {local:%H:%M}"
