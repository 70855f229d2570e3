"""The pages of the supervision in a browser: they fit every screen, axe is content."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from huiyin.callcentre.listening import actions as listening
from huiyin.callcentre.listening.states import Fault, Verdict
from huiyin.callcentre.telephony.tests.kept import kept
from huiyin.followup.media.models import MediaCase
from huiyin.followup.outside import actions as outside
from huiyin.followup.outside.actions import ContactForm
from huiyin.followup.outside.models import OutsideContact
from huiyin.followup.outside.states import Agency
from tests.e2e.workbench.conftest import Enter
from tests.e2e.workbench.test_every_step import look
from tests.world import Story, at

pytestmark = pytest.mark.browser


@pytest.mark.pages
def test_the_pages_of_the_supervision(  # noqa: PLR0913 - fixtures
    story: Story, page: Page, enter: Enter, axe, shot, settings, tmp_path
) -> None:
    settings.RECORDINGS_DIR = tmp_path
    story.city("risk.tags", ["elderly"]).created().tagged().submitted().dispatched()
    story.pressed().issued().taken_up().answered().lettered().referred().risen()
    followed = MediaCase.objects.create(
        state="open", form="web", outlet="晚报", title="供热", on=at(3).date(), made_at=at(3),
        unit=story.world.water, made_by=story.world.people["supervisor"],
    )  # fmt: skip
    risen = story.order.escalations.get()
    Story(story.world).created().submitted().dispatched().return_refused()
    for agency, office in ((Agency.PETITION, "市信访局"), (Agency.MEDIA, "市晚报")):
        form = ContactForm(agency, office, "赵科长", "接访科科长", "13900001234")
        outside.keep(None, form, by=story.world.actor("manager"), now=at(3))
    for n in range(3):
        kept(at(3, 9 + n), agent=story.world.people["agent"].pk, reference=f"call-{n}")
    by, day = story.world.actor("manager"), at(3).date()
    heard = listening.draw(day, day, 3, by=by, now=at(4))
    first = heard.calls.order_by("pk")[0]
    listening.judge(
        heard.pk, first.pk, verdict=Verdict.BAD, faults=[Fault.ANSWER], note="答错日期", by=by,
        now=at(4),
    )  # fmt: skip
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
        "/desk/returns?since=2026-03-01&until=2026-03-31", "/desk/calls/tests",
        f"/desk/calls/tests/{heard.pk}", "/console/outside",
        f"/console/outside/{OutsideContact.objects.order_by('pk')[0].pk}",
        f"/desk/orders/{story.order.number}",
    ):  # fmt: skip
        name = (
            path.removeprefix("/desk/").removeprefix("/").replace("/", "-").partition("?")[0]
            or "home"
        )
        look(page, path, axe, shot, f"press-{name}")
    page.context.clear_cookies()
    enter(page, "water_handler")
    look(page, ledger, axe, shot, "press-unit")
    look(page, f"/desk/letters/{story.letter.pk}", axe, shot, "press-unit-letter")
