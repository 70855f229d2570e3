"""Replies, audits, plans and the order sheet in a browser: nothing is too wide, axe is content."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from huiyin.kernel import cached
from huiyin.knowledge.models import Parameter
from huiyin.orders import actions
from huiyin.orders.states import Outcome
from huiyin.orgs.models import UnitMode
from tests.e2e.workbench.conftest import Enter, Tale
from tests.world import START, reply_form

CARD = [
    {"part": "substance", "code": "S1", "name": "逐项回应诉求", "points": 60},
    {"part": "wording", "code": "W1", "name": "表述清楚、语气得体", "points": 40},
]


def city(key: str, value: object) -> None:
    Parameter.objects.create(key=key, value=value, valid_from=START, source="t", text="t")
    cached.forget_all()


def planned(tale: Tale) -> str:
    tale.held().contacted()
    form = reply_form(
        outcome=Outcome.PLANNED, basis="老旧管网改造计划", contacted_at=tale.now,
        planned_on=tale.now.date() + timedelta(days=60),
    )  # fmt: skip
    actions.reply(tale.order.pk, form, by=tale.world.actor("water_handler"), now=tale.tick())
    return tale.audited().order.number


@pytest.mark.pages
def test_pages_of_replies_and_audits_fit_every_screen(
    tale: Tale, page: Page, phone: Page, enter: Enter, axe, shot
) -> None:
    city("audit.scorecard", CARD)
    city("step.checklists", [{"verb": "pass_audit", "items": ["逐项核对诉求事项", "核对联系记录"]}])
    plan = planned(Tale(tale.story))
    other = Tale(tale.story).created("楼道灯不亮，收费不合理")
    actions.list_matters(
        other.order.pk, by=tale.world.actor("agent"), matters=["楼道灯不亮", "收费不合理"],
        now=other.tick(),
    )  # fmt: skip
    number = other.submitted().dispatched().signed().contacted().order.number
    third = Tale(tale.story).held().contacted().replied().order.number
    pages = {
        "water_handler": [f"/desk/orders/{number}/reply", f"/desk/orders/{number}/explain"],
        "auditor": [
            f"/desk/orders/{third}/pass_audit", f"/desk/orders/{third}/sheet",
            f"/desk/orders/{plan}", "/desk/plans", "/desk/audits",
        ],
        "administrator": ["/console/units/water"],
    }  # fmt: skip
    for screen, width in ((page, 1440), (phone, 390)):
        for who, paths in pages.items():
            enter(screen, who)
            for path in paths:
                screen.goto(path)
                wide = screen.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (path, wide)
                axe(screen)
                shot(screen, f"replies-{'-'.join(path.strip('/').split('/')[-1:])}-{width}")


def test_a_draft_is_written_and_signed(tale: Tale, page: Page, enter: Enter, axe, shot) -> None:
    UnitMode.objects.create(unit=tale.world.water, signed=True, at=tale.now, by="t")
    cached.forget_all()
    tale.held().contacted()
    actions.draft_reply(
        tale.order.pk, reply_form(contacted_at=tale.now),
        by=tale.world.actor("water_handler"), now=tale.tick(),
    )  # fmt: skip
    leader = enter(page, "water_leader")
    leader.goto(f"/desk/orders/{tale.order.number}/sign_reply")
    expect(leader.locator("#step")).to_contain_text("换热站故障已修复")
    axe(leader)
    shot(leader, "replies-sign-1440")
    leader.locator("#step .btn-primary").click()
    expect(leader.get_by_role("status")).to_contain_text("已签发回复")
    assert tale.read().state == "reply_review"
