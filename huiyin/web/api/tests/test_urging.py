"""Urging over the API."""

from __future__ import annotations

import pytest

from huiyin.web.api.tests.asking import Api
from tests.world import Story, World, at

pytestmark = pytest.mark.django_db
BODY = {"kind": "telephone", "said": "承诺今天签收"}


def test_an_urging_is_written_down_and_told(world: World) -> None:
    number = Story(world).created().submitted().dispatched().order.number
    api = Api(world, at(5, 9))
    told = api.post(f"/orders/{number}/urgings", BODY, "supervisor")
    assert (told.status, told.body["state"]) == (200, "to_sign")
    listed = api.get(f"/orders/{number}/urgings", "supervisor").body["urgings"]
    assert [(u["kind"], u["reason"], u["by"], u["unit"]) for u in listed] == [
        ("telephone", "unread", "supervisor", "water")
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "automatic", "said": "请办理"}, 422),
        ({"kind": "loud", "said": "请办理"}, 422),
        ({"kind": "written", "said": ""}, 422),
        ({"kind": "written"}, 422),
    ],
)
def test_what_is_refused(world: World, body, status) -> None:
    number = Story(world).created().submitted().dispatched().order.number
    assert Api(world, at(5, 9)).post(f"/orders/{number}/urgings", body, "supervisor").status == (
        status
    )


def test_no_unit_to_urge(world: World) -> None:
    number = Story(world).created().order.number
    assert Api(world, at(5, 9)).post(f"/orders/{number}/urgings", BODY, "supervisor").status == 409
