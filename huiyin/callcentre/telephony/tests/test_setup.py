"""Lists, leaders' days and prompts that people keep in the console."""

from __future__ import annotations

import io
import wave
from datetime import timedelta
from pathlib import Path

import pytest

from huiyin.callcentre.telephony import queries
from huiyin.callcentre.telephony.actions import lists, prompts, setup, wishes
from huiyin.callcentre.telephony.models import PromptVersion
from huiyin.callcentre.telephony.states import NumberKind, Skill
from huiyin.callcentre.telephony.switch import certificate, sounds
from huiyin.callcentre.telephony.tests.kept import wav
from huiyin.kernel import crypto
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.world import World, at

NOW = at(2, 10)


@pytest.mark.rule("R-462")
def test_numbers_are_put_on_lists_and_taken_off(world: World) -> None:
    by = world.actor("manager")
    with pytest.raises(NotAllowed):
        lists.add_number("13900000001", "care", by=world.actor("agent"), now=NOW)
    with pytest.raises(Invalid):
        lists.add_number("12", "care", by=by, now=NOW)
    with pytest.raises(Invalid):
        lists.add_number("13900000001", "friend", by=by, now=NOW)
    row = lists.add_number("139 0000 0001", "care", by=by, now=NOW, until=at(3).date())
    with pytest.raises(Conflict):
        lists.add_number("13900000001", "care", by=by, now=NOW)
    key = crypto.lookup("13900000001", "phone")
    assert queries.kinds_of(key, NOW) == {NumberKind.CARE}
    assert queries.known_numbers(NOW) == [row]
    assert queries.known_numbers(at(4)) == []
    assert row.number_masked == "139****0001"
    lists.remove_number(row.pk, by=by)
    with pytest.raises(NotFound):
        lists.remove_number(row.pk, by=by)


@pytest.mark.rule("R-463")
def test_a_leaders_day_has_its_line_and_can_be_cancelled_before(world: World) -> None:
    by, span = world.actor("supervisor"), (at(3, 9), at(3, 11))
    with pytest.raises(Invalid) as refused:
        lists.add_leader_day("nobody", " ", "12345", (at(3, 11), at(3, 9)), by=by)
    assert set(refused.value.facts["fields"]) == {"leader", "line", "ends_at", "topic"}
    setup.line("12345", pool="in", capacity=30)
    day = lists.add_leader_day("manager", "供暖", "12345", span, by=by)
    assert queries.settings(at(3, 10)).lines["12345"] is Skill.LEADER
    with pytest.raises(Conflict):
        lists.remove_leader_day(day.pk, by=by, now=at(3, 10))
    lists.remove_leader_day(day.pk, by=by, now=at(3, 8))
    assert queries.leader_days(NOW) == []


def test_a_seat_is_closed_when_nobody_sits_there(world: World) -> None:
    setup.seats("8001", kind="answering")
    by, seat = world.actor("manager"), queries.seats().get()
    wishes.sign_in("8001", by=world.actor("agent"), now=NOW)
    with pytest.raises(Conflict):
        setup.close_seat(seat.pk, by=by)
    assert queries.too_long_here(NOW + timedelta(hours=13)) == []
    assert queries.too_long_here(NOW + timedelta(hours=15)) == ["8001"]
    wishes.give_up(queries.session_of(world.people["agent"].pk), NOW)
    setup.close_seat(seat.pk, by=by)
    assert not queries.seats().exists()


def _wav(rate: int = 8000, channels: int = 1, seconds: float = 1.0) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(int(2 * rate * channels * seconds)))
    return out.getvalue()


@pytest.mark.rule("R-464")
@pytest.mark.parametrize(
    ("name", "sound", "hint"),
    [
        ("notice", b"no sound", "请上传 WAV 文件"),
        ("notice", _wav(rate=16000), "须为 8000 赫兹、单声道、16 位的 WAV"),
        ("notice", _wav(channels=2), "须为 8000 赫兹、单声道、16 位的 WAV"),
        ("notice", _wav(seconds=0.1), "长度须在 0.3 到 60 秒之间，且文件完整"),
        ("notice", _wav(seconds=61), "长度须在 0.3 到 60 秒之间，且文件完整"),
        ("notice", _wav()[:2000], "长度须在 0.3 到 60 秒之间，且文件完整"),
        ("shout", _wav(), "没有这条提示音"),
    ],
)
def test_a_sound_that_cannot_be_played_is_refused(world: World, name, sound, hint) -> None:
    with pytest.raises(Invalid) as refused:
        prompts.put(name, sound, by=world.actor("manager"), now=NOW)
    assert list(refused.value.facts["fields"].values()) == [hint]
    assert not PromptVersion.objects.exists()


@pytest.mark.rule("R-464")
def test_versions_of_a_prompt_reach_the_switch_and_ours_comes_back(
    world: World, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(sounds, "_spoken", lambda words: [])
    by, target = world.actor("manager"), tmp_path / "notice.wav"
    first = prompts.put("notice", wav(1), by=by, now=NOW, note="一")
    second = prompts.put("notice", wav(2), by=by, now=at(2, 11))
    music = prompts.put("music", wav(90), by=by, now=NOW)
    assert queries.prompts_in_use() == {second.pk: "notice", music.pk: "music"}

    def lay_out() -> bytes:
        sounds.lay_out(tmp_path, queries.prompt_sounds(queries.prompts_in_use()))
        return target.read_bytes()

    assert lay_out() == wav(2)
    assert (tmp_path / "music/music.wav").read_bytes() == wav(90)
    prompts.use(first.pk, "notice", by=by)
    assert lay_out() == wav(1)
    with pytest.raises(NotFound):
        prompts.use(music.pk, "notice", by=by)
    prompts.use(None, "notice", by=by)
    assert lay_out() not in (wav(1), wav(2))
    assert [row.name for row in queries.prompt_versions()] == ["music", "notice", "notice"]


def test_the_switch_has_a_certificate_of_its_own_made_once(tmp_path: Path) -> None:
    pair = tmp_path / "c.pem", tmp_path / "c.key"
    certificate.make(*pair, "127.0.0.1")
    made = [file.read_bytes() for file in pair]
    assert pair[1].stat().st_mode & 0o077 == 0
    certificate.make(*pair, "127.0.0.1")
    assert [file.read_bytes() for file in pair] == made
