"""``huiyin acd size``, and what a city may say of its telephones."""

from __future__ import annotations

import json
import re

import pytest

from huiyin.callcentre.telephony.switch import place
from huiyin.cities import vocabulary
from huiyin.config import command
from huiyin.config.environment import WrongSetting
from huiyin.config.problems import CannotRun
from huiyin.config.processes import acd, switch


@pytest.mark.rule("R-522")
def test_the_command_tells_what_a_volume_needs(capsys) -> None:
    words = ["acd", "size", "--calls", "1000", "--talk", "120", "--target", "72"]
    assert command.run([*words, "--people", "8000000", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["agents"], told["within_percent"], told["lines_by_people"]) == (37, 72.7, 80)
    assert command.run(words) == 0
    assert "坐席 37 个" in capsys.readouterr().out
    assert command.run([*words[:-1], "100"]) != 0


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("keys", ["2=enterprise"], ["2=leader"]),
        ("shifts", ["08:00-16:00"], ["8-16"]),
        ("barred_prefixes", ["00", "+", "16"], ["abroad"]),
    ],
)
def test_what_a_city_writes_of_keys_and_shifts(key, value, wrong) -> None:
    parse = vocabulary.PARAMETERS[f"telephony.{key}"]
    assert parse(value) == tuple(value)
    with pytest.raises(ValueError, match="应写成"):
        parse(wrong)


@pytest.mark.rule("R-575")
def test_without_any_switch_the_distributor_says_what_to_do(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setenv("HUIYIN_SWITCH", str(tmp_path))
    monkeypatch.delenv("HUIYIN_SWITCH_URL", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(place.shutil, "which", lambda *_args, **_more: None)
    with pytest.raises(CannotRun, match="--simulated"):
        acd.run(simulated=False)


@pytest.mark.rule("R-575")
@pytest.mark.parametrize("trunk", ["carrier", "10.0.0.1", "10.0.0.1:sip", ":5060", "a b:5060"])
def test_lines_that_are_no_address_are_refused(trunk, monkeypatch) -> None:
    monkeypatch.setenv("HUIYIN_TRUNK", trunk)
    with pytest.raises(WrongSetting, match="HUIYIN_TRUNK"):
        switch.settings()


def test_the_files_of_a_switch_of_ones_own(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("HUIYIN_TRUNK", "10.0.0.1:5060")
    words = ["acd", "files", str(tmp_path), "--host", "10.0.0.5", "--sounds", "/srv/sounds"]
    assert command.run(words) == 0
    told = capsys.readouterr().out
    etc = tmp_path / "etc"
    names = {path.name for path in etc.iterdir()}
    assert names == {
        "ari.conf", "extensions.conf", "http.conf", "modules.conf", "musiconhold.conf",
        "pjsip.conf", "queues.conf", "rtp.conf", "sorcery.conf", "huiyin.pem", "huiyin.key",
    }  # fmt: skip
    whole = "".join((etc / name).read_text() for name in sorted(names) if name.endswith("conf"))
    assert not re.search(r"@[A-Z_]+@", whole)
    assert "match = 10.0.0.1" in whole
    assert "bindaddr = 127.0.0.1" in (etc / "http.conf").read_text()
    assert "directory = /srv/sounds/music" in whole
    password = re.search(r"password = (\S+)", (etc / "ari.conf").read_text())
    assert password is not None
    assert f"https://huiyin:{password[1]}@10.0.0.5:" in told
    assert (tmp_path / "sounds/notice.wav").is_file()
    assert (etc / "ari.conf").stat().st_mode & 0o077 == 0
    assert command.run([*words[:4], "no host!"]) != 0
