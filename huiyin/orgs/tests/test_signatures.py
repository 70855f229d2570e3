"""A person's handwritten signature: one in use, the own one, sealed, ended and never lost."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from huiyin.kernel.errors import Invalid, NotAllowed, TooLarge, WrongState, WrongType
from huiyin.orgs import actions, queries
from huiyin.orgs.actions.signatures import LARGEST_PICTURE, SIZE
from huiyin.orgs.models import AccountChange, Signature
from tests import races
from tests.world import World, at, scrawl

pytestmark = pytest.mark.rule("R-511")


def picture(form: str, mode: str = "RGB", colour: object = "white") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (40, 20), colour).save(out, form)  # type: ignore[arg-type]
    return out.getvalue()


def put(world: World, content: bytes, who: str = "water_leader", hour: int = 9) -> Signature:
    return actions.put_up_signature(content, by=world.actor(who), now=at(2, hour))


def test_it_is_drawn_anew_sealed_and_one_is_in_use(world: World) -> None:
    leader = world.people["water_leader"]
    first = put(world, scrawl("JPEG", 1500))
    plain = queries.signature_picture(first)
    assert b"PNG" not in bytes(first.picture_sealed)
    drawn = Image.open(io.BytesIO(plain))
    assert (drawn.format, drawn.mode) == ("PNG", "L")
    assert drawn.width <= SIZE[0]
    assert drawn.height <= SIZE[1]
    second = put(world, scrawl(), hour=10)
    first.refresh_from_db()
    assert (first.ended_at, first.ended_by) == (at(2, 10), "water_leader")
    assert queries.signature_of(leader) == second
    assert queries.signature_picture(first) == plain, "the ended one can still be shown"
    said = AccountChange.objects.filter(staff=leader).values_list("what", flat=True)
    assert set(said) == {"上传手写签名"}


def test_ink_on_nothing_is_ink_on_white(world: World) -> None:
    clear = Image.new("RGBA", (60, 20), (0, 0, 0, 0))
    clear.putpixel((5, 5), (0, 0, 0, 255))
    out = io.BytesIO()
    clear.save(out, "PNG")
    drawn = Image.open(io.BytesIO(queries.signature_picture(put(world, out.getvalue()))))
    assert (drawn.getpixel((0, 0)), drawn.getpixel((5, 5))) == (255, 0)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", WrongType, "不是 PNG"),
        (b"<svg onload=alert(1)>", WrongType, "不是 PNG"),
        (b"%PDF-1.4 x", WrongType, "不是 PNG"),
        (picture("GIF"), WrongType, "不是 PNG"),
        (scrawl()[:200], WrongType, "不是 PNG"),
        (picture("PNG"), Invalid, "没有字迹"),
        (b"\x89PNG" + b"0" * LARGEST_PICTURE, TooLarge, "2 MB"),
    ],
    ids=["empty", "svg", "pdf", "gif", "cut off", "blank", "large"],
)
def test_what_is_no_signature_is_refused_and_nothing_ends(
    world: World, content: bytes, error: type[Exception], said: str
) -> None:
    held = put(world, scrawl())
    with pytest.raises(error, match=said):
        put(world, content)
    assert queries.signature_of(world.people["water_leader"]) == held


def test_only_who_signs_has_one_and_the_office_or_the_person_withdraws_it(world: World) -> None:
    leader = world.people["water_leader"]
    for who in ("water_handler", "manager", "administrator"):
        with pytest.raises(NotAllowed):
            put(world, scrawl(), who)
    put(world, scrawl())
    why = {"why": "换了人", "now": at(3)}
    for who in ("water_handler", "manager"):
        with pytest.raises(NotAllowed):
            actions.withdraw_signature(leader.pk, by=world.actor(who), **why)
    office = world.actor("administrator")
    with pytest.raises(Invalid, match="原因"):
        actions.withdraw_signature(leader.pk, why=" ", by=office, now=at(3))
    actions.withdraw_signature(leader.pk, by=office, **why)
    assert queries.signature_of(leader) is None
    assert AccountChange.objects.latest("pk").what == "撤下手写签名：换了人"
    with pytest.raises(WrongState, match="没有在用"):
        actions.withdraw_signature(leader.pk, by=office, **why)
    put(world, scrawl(), hour=11)
    actions.withdraw_signature(leader.pk, by=world.actor("water_leader"), **why)
    assert queries.signature_of(leader) is None
    assert Signature.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_put_up_at_once_leave_one_in_use(standing_world: World) -> None:
    doings = [lambda: put(standing_world, scrawl()), lambda: put(standing_world, scrawl("JPEG"))]
    assert [runner.error for runner in races.at_once(*doings)] == [None, None]
    held = Signature.objects.filter(staff=standing_world.people["water_leader"])
    assert (held.count(), held.filter(ended_at__isnull=True).count()) == (2, 1)
