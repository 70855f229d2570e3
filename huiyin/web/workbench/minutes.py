"""The minutes of a coordination meeting as an official paper."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from huiyin.followup.coordination.models import AgendaItem, Meeting
from huiyin.followup.coordination.states import Coming, Outcome
from huiyin.orgs.actors import Actor
from huiyin.web.workbench.papers import Paper, Table, city_name, said_moment

_COLUMNS = ("议题", "任务", "责任单位", "分工", "完成日期")
_WIDTHS = (14, 68, 38, 18, 32)


def minutes_of(meeting: Meeting, actor: Actor, now: datetime) -> Paper:
    """Return the minutes of a concluded meeting. No query beside those of the meeting.

    Source: R-445 (requirement 138: meeting and ruling record).
    """
    came = [i for i in meeting.invitations.all() if i.coming != Coming.NO]
    away = [f"{i.unit}（{i.note}）" for i in meeting.invitations.all() if i.coming == Coming.NO]
    facts = [
        ("会议", meeting.title),
        ("时间", said_moment(meeting.held_at)),
        ("地点", meeting.place),
        ("主持", meeting.chair),
        ("参会", "、".join(f"{i.unit} {i.attendee}".strip() for i in came) or "—"),
    ]
    if away:
        facts.append(("请假", "、".join(away)))
    facts.append(("记录", meeting.ended_by.name if meeting.ended_by else "—"))
    points = list(enumerate(meeting.items.all(), 1))
    rows = tuple(row for n, item in points for row in _tasks(n, item))
    return Paper(
        title=f"{city_name()} 12345 热线{meeting.get_kind_display()}纪要",
        number=meeting.number,
        facts=tuple(facts),
        parts=(
            ("会议情况", tuple(meeting.minutes.split("\n"))),
            *(_point(n, item) for n, item in points),
        ),
        tables=(Table("任务", _COLUMNS, _WIDTHS, rows),) if rows else (),
        printed=f"{said_moment(now)} {actor.label}打印",
        back=reverse("workbench:meeting", args=[meeting.pk]),
        back_label=meeting.title,
        pdf=reverse("workbench:minutes_pdf", args=[meeting.pk]),
    )


def _point(n: int, item: AgendaItem) -> tuple[str, tuple[str, ...]]:
    lines = [f"缘由：{item.flag.reason}", f"{Outcome(item.outcome).label}：{item.decision}"]
    if item.flag.order:
        lines.insert(0, f"工单：{item.flag.order.number}")
    if item.ruling:
        lines.append(f"职责：此类事项由{item.ruling.lead}牵头，作为今后派单的依据。")
    return f"议题{n} {item.flag.title}", tuple(lines)


def _tasks(n: int, item: AgendaItem) -> list[tuple[str, ...]]:
    tasks = item.sheet.tasks.all() if item.sheet else ()
    return [
        (
            f"{n}",
            task.what,
            str(task.unit),
            task.get_part_display(),
            f"{task.due_on:%Y年%-m月%-d日}",
        )
        for task in tasks
    ]
