"""Files of an order: checked, cleaned, stored outside the web root under their digest."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from huiyin.kernel import text
from huiyin.kernel.errors import Invalid, TooLarge, WrongType
from huiyin.orders.models import Attachment, Reply, WorkOrder
from huiyin.orgs.actors import Actor

LARGEST = 20 * 2**20
MOST_FILES = 9
LARGEST_SIDE = 2560
LARGEST_PIXELS = 60_000_000
_IMAGES = {"JPEG", "PNG", "WEBP", "GIF", "MPO"}
_ISO_VIDEO = (
    b"isom",
    b"iso2",
    b"mp41",
    b"mp42",
    b"avc1",
    b"MSNV",
    b"3gp4",
    b"3gp5",
    b"M4A ",
    b"qt  ",
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its name as given (never trusted) and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that passed: cleaned bytes and the type found in them, whatever the name said."""

    name: str
    content: bytes
    media_type: str


def accept(uploads: list[Upload]) -> list[Accepted]:
    """Check and clean every file before anything is stored; all pass or none.

    Pictures are drawn anew, which drops hidden data such as the place where they were taken, and
    whatever is not a picture. Sound, video and PDF are known by their first bytes.

    Raises:
        TooLarge: more than 20 MB, or more than nine files, or too many pixels.
        WrongType: not a picture, sound, video or PDF.

    Source: R-68 (requirements 160, 182; handbook domain.md 7.2, point 8).
    """
    if len(uploads) > MOST_FILES:
        raise TooLarge(f"一次最多上传 {MOST_FILES} 个文件")
    return [_accept(upload) for upload in uploads]


def _accept(upload: Upload) -> Accepted:
    name = text.clean(Path(upload.name.replace("\\", "/")).name)[-100:] or "附件"
    if len(upload.content) > LARGEST:
        raise TooLarge(f"“{name}”超过 20 MB，请压缩后再上传")
    if not upload.content:
        raise Invalid(f"“{name}”是空文件")
    known = _known_by_first_bytes(upload.content)
    if known:
        return Accepted(name, upload.content, known)
    return Accepted(name, *_redrawn(name, upload.content))


def _redrawn(name: str, content: bytes) -> tuple[bytes, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content))
            if picture.format not in _IMAGES:
                raise WrongType(f"“{name}”的图片格式不支持", remedy="请上传 JPG、PNG 或 WebP 图片")
            if picture.width * picture.height > LARGEST_PIXELS:
                raise TooLarge(f"“{name}”的像素过大，请缩小后再上传")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            out = io.BytesIO()
            upright.convert("RGB").save(out, "JPEG", quality=85)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise TooLarge(f"“{name}”的像素过大，请缩小后再上传") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise WrongType(
            f"“{name}”不是可以识别的图片、音视频或 PDF",
            remedy="请上传照片（JPG、PNG、WebP）、录音、视频或 PDF",
        ) from error
    return out.getvalue(), "image/jpeg"


def _known_by_first_bytes(content: bytes) -> str:
    head = content[:16]
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head[4:8] == b"ftyp" and head[8:12] in _ISO_VIDEO:
        return "audio/mp4" if head[8:12] == b"M4A " else "video/mp4"
    if head.startswith(b"ID3") or head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "audio/mpeg"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"#!AMR"):
        return "audio/amr"
    return ""


@transaction.atomic
def attach(
    order: WorkOrder,
    files: list[Accepted],
    *,
    by: Actor,
    now: datetime,
    reply: Reply | None = None,
    public: bool = False,
) -> list[Attachment]:
    """Store accepted files with an order, in the caller's transaction.

    The bytes are written first and under their own digest, so a row never points to nothing; bytes
    of a transaction that failed are found by no row and harmless.

    Raises:
        TooLarge: the order would have more than 40 files.
    """
    if files and Attachment.objects.filter(order=order).count() + len(files) > 40:
        raise TooLarge("一件工单最多 40 个附件")
    rows = [
        Attachment(
            order=order,
            reply=reply,
            name=file.name,
            media_type=file.media_type,
            size=len(file.content),
            digest=_write(file.content),
            added_at=now,
            added_by=by.label,
            public=public,
        )
        for file in files
    ]
    return Attachment.objects.bulk_create(rows)


def path_of(attachment: Attachment) -> Path:
    """Return where the bytes of an attachment lie."""
    return path_of_digest(attachment.digest)


def path_of_digest(digest: str) -> Path:
    """Return where bytes with this digest lie, whatever they belong to."""
    return _folder() / digest[:2] / digest


def keep(file: Accepted) -> str:
    """Store the bytes of an accepted file that belongs to no order; return their digest."""
    return _write(file.content)


def _folder() -> Path:
    return Path(settings.ATTACHMENTS_DIR)


def _write(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    target = _folder() / digest[:2] / digest
    if target.exists():
        return digest
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(target)
    return digest
