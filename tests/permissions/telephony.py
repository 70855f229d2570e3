"""Who may open which page of the telephones: forecast, roster, totals, leaders' days, marks."""

from __future__ import annotations

from tests.permissions.facts import AGENTS, FLOOR, LEADERS, SEATED, sound
from tests.permissions.row import Facts, Row
from tests.world import Story, at

FOLLOWING = SEATED - AGENTS - {"callback"}


def shift(story: Story) -> Facts:
    from huiyin.callcentre.telephony.models import Shift

    planner = story.world.people["supervisor"]
    row, _ = Shift.objects.get_or_create(
        staff=story.world.people["agent"], begins_at=at(1, month=12).replace(year=2098),
        ends_at=at(1, 17, month=12).replace(year=2098),
        defaults={"planned_by": planner, "planned_at": at(1)},
    )  # fmt: skip
    return {"key": row.pk}


def answering(story: Story) -> Facts:
    from huiyin.callcentre.telephony.models import LeaderDay

    row, _ = LeaderDay.objects.get_or_create(
        leader=story.world.people["manager"], topic="供热", line="12345-8", begins_at=at(2, 9),
        ends_at=at(2, 11),
    )  # fmt: skip
    return {"key": row.pk}


ROWS: list[Row] = [
    Row(
        "workbench:phone_mark", SEATED, method="POST",
        data=lambda story: {"mark": "abusive", "on": "1"},
    ),
    Row("workbench:forecast", FLOOR),
    Row("workbench:roster", SEATED),
    Row("workbench:shift_cancel", LEADERS, method="POST", kwargs=shift),
    Row(
        "workbench:recording_hold", FOLLOWING, method="POST", kwargs=sound,
        data=lambda story: {"on": "1"},
    ),
    Row("workbench:agents_work", FOLLOWING),
    Row("workbench:agents_work_table", FOLLOWING),
    Row("workbench:leader_days", FOLLOWING),
    Row("workbench:leader_day", FOLLOWING, kwargs=answering),
    Row("workbench:leader_day_table", FOLLOWING, kwargs=answering),
    Row("workbench:call_totals", FLOOR),
    Row("workbench:call_totals_table", FLOOR),
]  # fmt: skip
