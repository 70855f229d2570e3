"""Tasks, meetings, joint cases and instructions at the desk: every page, wide and narrow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from huiyin.followup.coordination import actions
from huiyin.followup.coordination.actions import Deciding, Opening, Planning, Raising
from huiyin.followup.coordination.models import Meeting
from huiyin.followup.coordination.states import FlagKind, Outcome
from huiyin.followup.instructions import actions as instructions
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.states import TaskPart
from huiyin.kernel import clock
from huiyin.worktime.calendar import SHANGHAI
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.workbench.conftest import Enter, Tale

pytestmark = pytest.mark.browser


def not_yet_decided(tale: Tale, now: datetime) -> Meeting:
    """Hold a meeting whose one point has no outcome yet."""
    world = tale.world
    office = world.actor("supervisor")
    asked = Raising(
        FlagKind.BOUNDARY, "路灯由谁维修，多次退单。", "背街小巷路灯维修",
        category=world.heating, units=[world.water, world.housing],
    )  # fmt: skip
    open_ = actions.plan(
        Planning("路灯协调会", "三楼", "主任", now - timedelta(minutes=30), units=[world.water],
                 flags=[actions.flag(asked, by=office, now=now - timedelta(hours=3)).pk]),
        by=office, now=now - timedelta(hours=2),
    )  # fmt: skip
    actions.call(open_.pk, by=office, now=now - timedelta(hours=2))
    actions.hold(open_.pk, by=office, now=now)
    return open_


@pytest.fixture
def table(tale: Tale) -> dict[str, str]:
    """Return the addresses of a case on its way through a meeting, a joint case and a leader."""
    world, now = tale.world, clock.now()
    office, today = world.actor("supervisor"), now.astimezone(SHANGHAI).date()
    order = tale.held().read()
    duties = [
        Duty(world.housing, "更换 3 号楼楼内供热管道", today + timedelta(days=9)),
        Duty(
            world.water, "配合停水，完工后当天恢复供热", today + timedelta(days=7), TaskPart.ASSIST
        ),
    ]
    raising = Raising(
        FlagKind.BOUNDARY, "管道移交书没有写明楼内部分由谁维修，两家各执一词，已退单两次。",
        "小区内供热管道的维修", order=order.number, units=[world.water, world.housing],
    )  # fmt: skip
    flag = actions.flag(raising, by=office, now=now - timedelta(hours=3))
    plan = Planning(
        "供热管道职责协调会", "政务大厅三楼会议室", "中心主任", now - timedelta(hours=1),
        flags=[flag.pk], units=[world.water, world.housing], wanted="分管负责人",
    )  # fmt: skip
    meeting = actions.plan(plan, by=office, now=now - timedelta(hours=2))
    actions.call(meeting.pk, by=office, now=now - timedelta(hours=2))
    actions.hold(meeting.pk, by=office, now=now)
    said = Deciding(Outcome.DECIDED, "楼内管道由市住建局负责维修，市水务局配合。", duties)
    actions.decide(meeting.pk, meeting.items.get().pk, said, by=office, now=now)
    actions.conclude(meeting.pk, by=office, minutes="会议听取了两家的情况。", now=now)
    again = actions.plan(
        Planning("下次协调会", "三楼", "主任", now + timedelta(days=1), units=[world.water]),
        by=office, now=now,
    )  # fmt: skip
    open_ = not_yet_decided(tale, now)
    opening = Opening("供热管网改造", "年底前完成改造", world.housing, [world.water])
    joint = actions.open_joint(opening, by=office, now=now)
    actions.add_milestone(joint.pk, duties[1], by=office, now=now)
    actions.log_joint(joint.pk, by=office, said="与社区看了三栋楼，管道锈蚀严重。", now=now)
    told = instructions.Instructing(
        "王市长", "市长", today, today + timedelta(days=5), order=order.number,
        words="请住建局牵头，一周内解决，举一反三。",
    )  # fmt: skip
    people = [world.people[who] for who in ("manager", "dispatcher")]
    monday = today + timedelta(days=7 - today.weekday())
    laid = actions.lay_out(monday, 4, people, by=office, now=now)
    found = instructions.register(told, duties=duties, by=office, now=now)
    return {
        "tasks": "/desk/tasks", "task": f"/desk/tasks/{found.sheet.tasks.first().pk}",
        "flags": "/desk/coordination?state=all", "flag": f"/desk/coordination/{flag.pk}",
        "flag-new": f"/desk/coordination/new?order={order.number}",
        "rulings": "/desk/coordination/rulings",
        "meetings": "/desk/meetings", "meeting": f"/desk/meetings/{meeting.pk}",
        "meeting-held": f"/desk/meetings/{open_.pk}",
        "decide": f"/desk/meetings/{open_.pk}/items/{open_.items.get().pk}",
        "turns": "/desk/meetings/turns", "turn": f"/desk/meetings/turns/{laid[0].day}",
        "meeting-new": "/desk/meetings/new", "meeting-ahead": f"/desk/meetings/{again.pk}",
        "minutes": f"/desk/meetings/{meeting.pk}/minutes",
        "joint": f"/desk/joint/{joint.pk}", "joint-new": "/desk/joint/new",
        "instructions": "/desk/instructions", "instruction": f"/desk/instructions/{found.pk}",
        "instruction-new": f"/desk/instructions/new?order={order.number}",
    }  # fmt: skip


@pytest.mark.pages
def test_every_page_wide_and_narrow(
    table: dict[str, str], page: Page, enter: Enter, axe, shot
) -> None:
    page.set_default_timeout(30_000)  # the first page of a fresh server on a busy machine
    enter(page, "manager", "/desk/tasks")
    for name, path in table.items():
        page.set_viewport_size(DESKTOP)
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        axe(page)
        shot(page, f"coordination-{name}-1440")
        page.set_viewport_size(PHONE)
        axe(page)
        shot(page, f"coordination-{name}-390")


def test_a_unit_reports_its_task(table: dict[str, str], phone: Page, enter: Enter, shot) -> None:
    enter(phone, "housing_handler")
    main = phone.get_by_role("main")
    main.get_by_role("link", name="任务待办").click()
    main.get_by_role("link", name="更换 3 号楼楼内供热管道").first.click()
    phone.get_by_label("办理结果").fill("管道已更换，试水正常")
    phone.get_by_role("button", name="报送结果").click()
    expect(main).to_contain_text("待确认")
    shot(phone, "task-reported-390")
