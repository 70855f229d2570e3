"""Real data for an installation under test: the small city, orders with a history, a photo."""

from __future__ import annotations

import io

from django.test import override_settings
from PIL import Image

from huiyin.orders import actions
from huiyin.orders.actions.files import Upload, accept
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import City
from tests import world
from tests.world import Story, at


def make() -> None:
    """Make the city and two orders, once."""
    if City.objects.exists():
        return
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        small = world.build()
    Story(small).to_callback().closed()
    order = Story(small).created().order
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(picture, "PNG")
    files = accept([Upload("现场.png", picture.getvalue())])
    actions.attach(order, files, by=small.actor("agent"), now=at(2, 9, 1))


def numbers() -> list[str]:
    """Return the orders' numbers."""
    return list(WorkOrder.objects.order_by("pk").values_list("number", flat=True))
