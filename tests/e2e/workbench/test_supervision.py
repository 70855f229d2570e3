"""The pages of the supervision in a browser: they fit every screen, axe is content."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from huiyin.followup.media.models import MediaCase
from tests.e2e.workbench.conftest import Enter
from tests.e2e.workbench.test_every_step import look
from tests.world import Story, at

pytestmark = pytest.mark.browser


@pytest.mark.pages
def test_the_pages_of_the_supervision(story: Story, page: Page, enter: Enter, axe, shot) -> None:
    story.city("risk.tags", ["elderly"]).created().tagged().submitted().dispatched()
    story.pressed().issued().taken_up().answered().lettered().referred().risen()
    followed = MediaCase.objects.create(
        state="open", form="web", outlet="晚报", title="供热", on=at(3).date(), made_at=at(3),
        unit=story.world.water, made_by=story.world.people["supervisor"],
    )  # fmt: skip
    risen = story.order.escalations.get()
    ledger = f"/desk/supervision/{story.mandate.pk}"
    enter(page, "manager")
    for path in (
        "/desk/supervision?show=all", "/desk/supervision/new", ledger, f"{ledger}/cancel",
        f"{ledger}/paper", "/desk/supervision/teams", "/desk/letters", "/desk/letters/new",
        f"/desk/letters/{story.letter.pk}", "/desk/supervision/ladder",
        f"/desk/supervision/ladder/{risen.pk}", "/desk/supervision/referrals",
        "/desk/supervision/referrals/new", f"/desk/supervision/referrals/{story.referral.pk}",
        f"/desk/supervision/referrals/{story.referral.pk}/evidence", "/desk/supervision/media",
        f"/desk/supervision/media/{followed.pk}", "/desk/supervision/risks", "/desk/",
        f"/desk/orders/{story.order.number}",
    ):  # fmt: skip
        name = path.removeprefix("/desk/").replace("/", "-").partition("?")[0] or "home"
        look(page, path, axe, shot, f"press-{name}")
    page.context.clear_cookies()
    enter(page, "water_handler")
    look(page, ledger, axe, shot, "press-unit")
