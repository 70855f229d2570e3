"""The portal is open to everybody; what is somebody's own is opened by a code, not by a role."""

from __future__ import annotations

from huiyin.orders.numbers import query_code, rating_token
from tests.permissions.row import Facts, Row
from tests.world import Story


def number(story: Story) -> Facts:
    return {"number": story.order.number}


def file(story: Story) -> Facts:
    return {"number": story.order.number, "key": 1}


def link(story: Story) -> Facts:
    order = story.order
    return {"number": order.number, "token": rating_token(order.number, order.round)}


def code(story: Story) -> Facts:
    return {"number": story.order.number, "code": query_code(story.order.number)}


ROWS: list[Row] = [
    Row("portal:home", public=True),
    Row("portal:submit", public=True),
    Row("portal:submit", method="POST", public=True),
    Row("portal:submitted", public=True),
    Row("portal:ask", public=True),
    Row("portal:ask", method="POST", story="created", data=code, public=True),
    Row("portal:from_message", story="created", kwargs=number, public=True),
    Row("portal:leave", method="POST", public=True),
    Row("portal:case", story="created", kwargs=number, public=True),
    Row("portal:more", method="POST", story="created", kwargs=number, public=True),
    Row("portal:file", story="created", kwargs=file, public=True),
    Row("portal:rate", story="to_callback", kwargs=link, public=True),
    Row("portal:assessment", public=True),
    Row("portal:news", public=True),
    Row("portal:news_item", kwargs=lambda story: {"code": "none"}, public=True),
    Row("portal:answers", public=True),
    Row("portal:answer_item", kwargs=lambda story: {"code": "none"}, public=True),
    Row("portal:while_writing", method="POST", public=True),
    Row("portal:opinion", method="POST", kwargs=lambda story: {"code": "none"}, public=True),
    Row("portal:about", public=True),
    Row("portal:letters", kwargs=lambda story: {"size": "large"}, public=True),
    Row("portal:robots", public=True),
    Row("portal:favicon", public=True),
]
