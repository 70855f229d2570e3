"""Who may open which page of a bulletin, and read it over the API."""

from __future__ import annotations

from tests.permissions.facts import HOLDERS, URGING
from tests.permissions.row import EVERYBODY, Facts, Row
from tests.world import Story

DRAFTED = "created.bulletined"
ISSUED = f"{DRAFTED}.handed_in.given_out"
ADDRESSED = URGING | HOLDERS | {"administrator"}
NOT_SEEN = {"water_leader": 404}


def a_bulletin(story: Story) -> Facts:
    return {"key": story.bulletin.pk}


ROWS: list[Row] = [
    Row("workbench:bulletins", EVERYBODY),
    Row("workbench:bulletin_new", URGING),
    Row("workbench:bulletin_new", URGING, method="POST", data=lambda story: {"kind": "special"}),
    Row("workbench:bulletin", ADDRESSED, story=ISSUED, kwargs=a_bulletin, refused=404),
    Row("workbench:bulletin", URGING, story=DRAFTED, kwargs=a_bulletin, refused=404),
    Row("workbench:bulletin_pdf", ADDRESSED, story=ISSUED, kwargs=a_bulletin, refused=404),
    Row("workbench:bulletin_tables", ADDRESSED, story=ISSUED, kwargs=a_bulletin, refused=404),
    Row(  # a report has no tables: to everybody there is no such list
        "workbench:bulletin_orders", story=ISSUED, refused=404,
        kwargs=lambda story: a_bulletin(story) | {"table": 0, "row": 0, "column": 1},
    ),
    Row(
        "workbench:bulletin_edit", URGING, story=DRAFTED, kwargs=a_bulletin, refused_for=NOT_SEEN,
    ),
    Row(
        "workbench:bulletin_edit", URGING, method="POST", story=DRAFTED, kwargs=a_bulletin,
        data=lambda story: {"title": "专报"}, refused_for=NOT_SEEN,
    ),
    Row(
        "workbench:bulletin_step", URGING, method="POST", story=DRAFTED, refused_for=NOT_SEEN,
        kwargs=lambda story: a_bulletin(story) | {"verb": "submit"},
    ),
    Row("api:list_bulletins", EVERYBODY, api=True),
    Row("api:read_bulletin", ADDRESSED, story=ISSUED, kwargs=a_bulletin, api=True, refused=404),
]  # fmt: skip
