"""Who may ask for which page of the desks."""

from __future__ import annotations

from typing import Any

from tests.permissions.api import CALLED, HELD, HIDDEN, SEEING, fixed, order, photo
from tests.permissions.row import CENTRE, EVERYBODY, STEP_CASES, UNITS, Row, StepCase, refusals
from tests.world import Story

Facts = dict[str, Any]
AGENTS = frozenset({"agent", "vendor_agent"})
ORDERS = CENTRE | UNITS


def step(case: StepCase) -> Any:
    return lambda story: order(story) | {"verb": case.verb}


def posted(case: StepCase) -> Any:
    def data(story: Story) -> Facts:
        story.order.refresh_from_db()
        return dict(case.data) | {"seen": story.order.event_count}

    return data


# The lead unit sees these steps greyed, with the reason in words: not now, rather than never.
LEADS = {verb: {"water_handler": 409, "water_leader": 409} for verb in ("sub_sign", "sub_reply")}
ROWS: list[Row] = [
    Row("workbench:sign_in", public=True),
    Row("workbench:sign_out", EVERYBODY, "POST"),
    Row("workbench:home", EVERYBODY),
    Row("workbench:next", ORDERS, kwargs=fixed(key="to_dispatch"), refused=403),
    Row("workbench:orders", ORDERS),
    Row(
        "workbench:export",
        ORDERS - {"agent", "vendor_agent", "quality"},
    ),
    Row("workbench:new", AGENTS),
    Row("workbench:before", AGENTS, "POST"),
    Row("workbench:callback", frozenset({"callback"})),
    Row("workbench:call", frozenset({"callback"}), story=CALLED, kwargs=order),
    Row("workbench:units", ORDERS),
    Row(
        "workbench:file", SEEING, story=HELD, kwargs=photo, refused=404,
        refused_for={"administrator": 403},
    ),
    Row(
        "workbench:order", SEEING, story=HELD, kwargs=order, refused=404,
        refused_for={"administrator": 403},
    ),
    Row(
        "workbench:reveal", SEEING - {"quality"}, "POST", story=HELD, kwargs=order,
        data=fixed(purpose="核实"), refused_for=HIDDEN | {"administrator": 403},
    ),
    *(
        Row(
            "workbench:step", case.allowed, "POST", story=case.story, kwargs=step(case),
            data=posted(case),
            refused_for=refusals(case) | {"administrator": 403} | LEADS.get(case.verb, {}),
        )
        for case in STEP_CASES
    ),
]  # fmt: skip
