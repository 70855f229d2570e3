"""Recordings: fetched from the switch, encrypted, kept under their digest, played with a log.

Nothing depends on the switch telling that one is complete: every call that was answered is owed a
recording, and what is owed is looked for until it is there. So a lost event loses no recording.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import wave
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from huiyin.callcentre.telephony.models import Recording
from huiyin.kernel import access, crypto
from huiyin.kernel.errors import NotAllowed, NotFound
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm

FIELD = "call.recording"
SOON, MOST_TRIES = 40, 30_000
AT_ONCE = 50
AT_ONCE_REMOVED = 1000


def _not_here() -> QuerySet[Recording]:
    return Recording.objects.filter(fetched_at__isnull=True, removed_at__isnull=True)


def owed(*, late: bool = False) -> list[Recording]:
    """Return recordings that are to be fetched, those that were tried least first. One query.

    One that has not come after many tries is ``late``: asked for seldom, but never given up, so
    that the recordings of a switch that was away for hours are fetched when it is back.

    Source: R-574 (requirement 36; issue of calls 4).
    """
    rows = _not_here().filter(Q(tries__gte=SOON) if late else Q(tries__lt=SOON))
    return list(rows.order_by("tries", "pk")[:AT_ONCE])


def given_up(now: datetime) -> int:
    """Return how many answered calls of the last day have no recording, long after. One query.

    Source: R-574 (requirement 36).
    """
    since = now - timedelta(days=1)
    return _not_here().filter(tries__gte=SOON, call__ended_at__gte=since).count()


def missed_again(recording: Recording) -> None:
    """Note that the switch does not have it yet."""
    recording.tries = min(recording.tries + 1, MOST_TRIES)
    recording.save(update_fields=["tries"])


def keep(recording: Recording, sound: bytes, now: datetime) -> None:
    """Store the sound encrypted, under the digest of what is stored.

    The bytes are written first, so a row never points to nothing.

    Source: R-240 (requirement 36; handbook domain.md 7.2).
    """
    sealed = crypto.seal_bytes(sound, FIELD)
    digest = hashlib.sha256(sealed).hexdigest()
    target = _path(digest)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, part = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(sealed)
        out.flush()
        os.fsync(out.fileno())  # for the switch is told next that it may forget its own
    os.replace(part, target)
    recording.digest, recording.size = digest, len(sealed)
    recording.seconds, recording.fetched_at = _seconds(sound), now
    recording.save(update_fields=["digest", "size", "seconds", "fetched_at"])


def _seconds(sound: bytes) -> float:
    try:
        with wave.open(io.BytesIO(sound)) as opened:
            return float(opened.getnframes() / opened.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return 0.0


def _path(digest: str) -> Path:
    return Path(settings.RECORDINGS_DIR) / digest[:2] / digest


def play(key: int, purpose: str, *, by: Actor, now: datetime, address: str | None = None) -> bytes:
    """Return the sound of a recording, and write down who hears it and why.

    Those who check quality or answer for the floor hear all, an agent their own calls.

    Raises:
        NotFound: there is none; NotAllowed: not for this person; Invalid: no purpose.

    Source: R-241 (requirement 36; handbook domain.md 7.2: reveal with purpose and log).
    """
    row = Recording.objects.select_related("call").filter(pk=key).first()
    if row is None or not row.digest or row.removed_at is not None:
        raise NotFound("没有找到这段录音")
    own = by.staff is not None and row.call.agent_id == by.staff.pk
    if not own and not by.perms & {Perm.QUALITY, Perm.SUPERVISE}:
        raise NotAllowed("您只能听自己的通话录音")
    access.record(
        reader=by.reference, subject=f"recording:{row.pk}", fields=["recording"], purpose=purpose,
        now=now, address=address,
    )  # fmt: skip
    return crypto.unseal_bytes(_path(row.digest).read_bytes(), FIELD)


def hold(recording: Recording, *, on: bool) -> None:
    """Keep a recording beyond its time as evidence, or no longer."""
    recording.held = on
    recording.save(update_fields=["held"])


@transaction.atomic
def hold_one(key: int, *, on: bool, by: Actor, now: datetime, address: str | None = None) -> None:
    """Keep a recording beyond its time because somebody needs it as evidence, or no longer; logged.

    Raises:
        NotAllowed: neither quality nor the floor's leader; NotFound: no such recording.

    Source: R-541 (requirement 36; issue of calls 4: legal hold).
    """
    if not by.perms & {Perm.QUALITY, Perm.SUPERVISE}:
        raise NotAllowed("您的岗位不能这样操作")
    row = Recording.objects.select_for_update().filter(pk=key, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("没有找到这段录音")
    access.record(
        reader=by.reference, subject=f"recording:{row.pk}", fields=["hold"],
        purpose="作为证据保留" if on else "不再保留", now=now, address=address,
    )  # fmt: skip
    hold(row, on=on)


def remove_old(now: datetime) -> int:
    """Remove every recording whose time is over and that nobody holds; return how many.

    Each row is locked while its sound goes, so that one which is held at that moment stays.

    Source: R-242 (handbook domain.md 3.2: retention by the city, 24 months by default).
    """
    months = int(knowledge.parameter("retention.recording_months", now, default=24))
    before = now - timedelta(days=months * 30.44)
    rows = Recording.objects.filter(
        call__ended_at__lt=before, removed_at__isnull=True, held=False
    ).exclude(digest="")
    removed, last = 0, 0
    due = rows.order_by("pk").values_list("pk", flat=True)
    while keys := list(due.filter(pk__gt=last)[:AT_ONCE_REMOVED]):
        removed += sum(_remove(key, now) for key in keys)
        last = keys[-1]
    return removed


@transaction.atomic
def _remove(key: int, now: datetime) -> bool:
    """Remove one recording unless somebody holds it by now; tell whether it went."""
    found = Recording.objects.select_for_update().filter(pk=key, held=False, removed_at=None)
    row = found.first()
    if row is None:
        return False
    _path(row.digest).unlink(missing_ok=True)
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    return True
