"""Thanks with a photo, for the rows of the register."""

from __future__ import annotations

import io

from PIL import Image

from huiyin.followup.commendations import actions
from huiyin.followup.commendations.states import Form
from huiyin.orders.actions.files import Upload
from tests.world import Story, at


def thank(story: Story) -> None:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "#c00").save(out, "PNG")
    entry = actions.Entry(Form.BANNER, at(2).date(), "为民排忧", story.world.water, giver="王小明")
    actions.add(
        entry,
        photo=Upload("锦旗.png", out.getvalue()),
        by=story.world.actor("agent"),
        now=at(3),
    )
