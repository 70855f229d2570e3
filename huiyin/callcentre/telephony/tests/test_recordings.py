"""Recordings: encrypted, heard with a purpose and a log, kept as long as the city says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from huiyin.callcentre.telephony.actions import recordings
from huiyin.callcentre.telephony.models import Recording
from huiyin.callcentre.telephony.tests.kept import kept, wav
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound
from huiyin.kernel.models import AccessLog
from tests.world import at

BEGAN = at(2, 11)


@pytest.mark.rule("R-240")
def test_what_lies_on_disk_is_not_the_sound(world, settings, tmp_path):
    settings.RECORDINGS_DIR = tmp_path
    row = kept(BEGAN)
    files = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    assert len(files) == 1
    assert files[0].name == row.digest
    assert b"RIFF" not in files[0].read_bytes()
    assert row.seconds == 1.0
    heard = recordings.play(row.pk, "质检抽查", by=world.actor("quality"), now=BEGAN)
    assert heard == wav()


@pytest.mark.rule("R-241")
def test_who_hears_it_is_written_down(world):
    row = kept(BEGAN, agent=world.people["agent"].pk)
    recordings.play(row.pk, "复听诉求内容", by=world.actor("agent"), now=BEGAN)
    log = AccessLog.objects.get()
    assert (log.subject, log.purpose) == (f"recording:{row.pk}", "复听诉求内容")
    with pytest.raises(NotAllowed):
        recordings.play(row.pk, "好奇一下", by=world.actor("vendor_agent"), now=BEGAN)
    with pytest.raises(Invalid):
        recordings.play(row.pk, "", by=world.actor("quality"), now=BEGAN)
    with pytest.raises(NotFound):
        recordings.play(row.pk + 1, "质检抽查", by=world.actor("quality"), now=BEGAN)
    assert AccessLog.objects.count() == 1


@pytest.mark.rule("R-242")
def test_old_ones_go_unless_they_are_held(world, settings, tmp_path):
    settings.RECORDINGS_DIR = tmp_path
    old, held = kept(BEGAN, reference="a"), kept(BEGAN, reference="b")
    recordings.hold(held, on=True)
    assert recordings.remove_old(BEGAN + timedelta(days=700)) == 0
    assert recordings.remove_old(BEGAN + timedelta(days=760)) == 1
    old.refresh_from_db()
    assert old.removed_at is not None
    assert len([path for path in Path(tmp_path).rglob("*") if path.is_file()]) == 1
    assert Recording.objects.get(pk=held.pk).removed_at is None


@pytest.mark.rule("R-242")
def test_all_whose_time_is_over_go_however_many(world, settings, tmp_path, monkeypatch):
    """A centre of two thousand calls a day must remove two thousand a day."""
    settings.RECORDINGS_DIR = tmp_path
    monkeypatch.setattr(recordings, "AT_ONCE_REMOVED", 2)
    for n in range(5):
        kept(BEGAN, reference=str(n))
    assert recordings.remove_old(BEGAN + timedelta(days=760)) == 5
    assert [path for path in Path(tmp_path).rglob("*") if path.is_file()] == []


@pytest.mark.rule("R-242")
@pytest.mark.rule("R-541")
def test_one_that_is_held_while_old_ones_go_stays(world, settings, tmp_path, monkeypatch):
    settings.RECORDINGS_DIR = tmp_path
    row = kept(BEGAN)
    real, when = recordings._remove, BEGAN + timedelta(days=760)

    def held_meanwhile(key, now):
        recordings.hold_one(key, on=True, by=world.actor("quality"), now=now)
        return real(key, now)

    monkeypatch.setattr(recordings, "_remove", held_meanwhile)
    assert recordings.remove_old(when) == 0
    assert recordings.play(row.pk, "核实投诉", by=world.actor("quality"), now=when) == wav()


@pytest.mark.rule("R-240")
@pytest.mark.rule("R-574")
def test_what_the_switch_does_not_have_yet_is_asked_for_again(world):
    row = kept(BEGAN)
    Recording.objects.update(fetched_at=None, tries=0)
    assert recordings.owed() == [row]
    for _ in range(recordings.SOON):
        assert recordings.given_up(BEGAN + timedelta(hours=1)) == 0
        recordings.missed_again(recordings.owed()[0])
    assert recordings.owed() == []
    assert recordings.given_up(BEGAN + timedelta(hours=1)) == 1  # the floor is told
    assert recordings.owed(late=True) == [row]  # and it is asked for on
    recordings.keep(row, wav(), BEGAN)
    assert recordings.owed(late=True) == []
    assert recordings.given_up(BEGAN + timedelta(hours=1)) == 0
