"""The picture of a person's handwritten signature: put up by that person, withdrawn by the office.

At most one is in use. Ended ones are kept, for what was signed with them goes on showing them.
"""

from __future__ import annotations

import io
import warnings
from datetime import datetime

from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from huiyin.kernel import crypto, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotFound, TooLarge, WrongState, WrongType
from huiyin.orgs import policy
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import AccountChange, Signature, Staff
from huiyin.orgs.queries import SIGNATURE_SEAL
from huiyin.orgs.states import Perm

LARGEST_PICTURE = 2 * 2**20
MOST_PIXELS = 20_000_000
SIZE = (600, 240)
LONGEST_WHY = 100
_FORMATS = ("PNG", "JPEG")


@transaction.atomic
def put_up_signature(content: bytes, *, by: Actor, now: datetime) -> Signature:
    """Let a picture be the signature of the person who acts, from now on; the one before ends.

    The picture is drawn anew, small, on white: whatever else the file held is gone. It is sealed.

    Raises:
        NotAllowed: the person signs nothing.
        TooLarge, WrongType, Invalid: no PNG or JPEG picture, too large, or nothing on it.

    Source: R-511 (requirement 106; handbook domain.md 7.2).
    """
    policy.require(by, Perm.SIGN_OFF)
    drawn = _drawn(content)
    staff = Staff.objects.select_for_update().get(pk=present(by.staff).pk)
    _end(staff, by, now)
    made = Signature.objects.create(
        staff=staff, put_up_at=now, picture_sealed=crypto.seal_bytes(drawn, SIGNATURE_SEAL)
    )
    _note(staff, by, now, "上传手写签名")
    return made


@transaction.atomic
def withdraw_signature(staff_id: int, *, why: str, by: Actor, now: datetime) -> Signature:
    """Withdraw the signature that an account uses; replies signed before keep theirs.

    Raises:
        NotAllowed: neither who keeps the accounts nor the person whose signature it is.
        NotFound: there is no such account.
        WrongState: it has none in use.
        Invalid: no reason is given.

    Source: R-511 (requirement 106; handbook domain.md 7.2).
    """
    if by.staff is None or by.staff.pk != staff_id:
        policy.require(by, Perm.STAFF)
    said = text.clean(why)
    if not said or len(said) > LONGEST_WHY:
        raise Invalid("请写明撤下的原因", fields={"why": f"必填，最多 {LONGEST_WHY} 个字"})
    staff = Staff.objects.select_for_update().filter(pk=staff_id).first()
    if staff is None:
        raise NotFound("没有这个账号", remedy="请从账号列表重新进入")
    ended = _end(staff, by, now)
    if ended is None:
        raise WrongState("这个账号没有在用的手写签名")
    _note(staff, by, now, f"撤下手写签名：{said}")
    return ended


def _end(staff: Staff, by: Actor, now: datetime) -> Signature | None:
    held = Signature.objects.filter(staff=staff, ended_at__isnull=True).first()
    if held is not None:
        held.ended_at, held.ended_by = now, by.label
        held.save(update_fields=["ended_at", "ended_by"])
    return held


def _note(staff: Staff, by: Actor, now: datetime, what: str) -> None:
    AccountChange.objects.create(staff=staff, at=now, by=by.label, what=what)


def _drawn(content: bytes) -> bytes:
    """Return the picture as a small PNG in grey on white. Raises what ``put_up_signature`` does."""
    if len(content) > LARGEST_PICTURE:
        raise TooLarge("签名图片超过 2 MB", remedy="请裁小后再上传")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge("签名图片的像素过大", remedy="请缩小后再上传")
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
            paper = Image.new("RGBA", upright.size, "white")
            grey = Image.alpha_composite(paper, upright).convert("L")
            grey.thumbnail(SIZE)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise TooLarge("签名图片的像素过大", remedy="请缩小后再上传") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise WrongType("这不是 PNG 或 JPG 图片", remedy="请上传签名的扫描件或照片") from error
    darkest, lightest = grey.getextrema()
    if darkest == lightest:
        raise Invalid("图片上没有字迹", fields={"picture": "图片上没有字迹"})
    out = io.BytesIO()
    grey.save(out, "PNG", optimize=True)
    return out.getvalue()
