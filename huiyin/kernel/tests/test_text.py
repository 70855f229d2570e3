"""One spelling, pairs, words, sounds: what texts are compared and found by."""

from __future__ import annotations

import subprocess
import sys

import pytest

from huiyin.kernel import text


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("噪音擾民", "噪音扰民"),
        ("乾隆年間的乾燥機", "乾隆年间的干燥机"),
        ("頭髮、出發", "头发、出发"),
        ("ＡＢＣ　１２号楼", "abc 12号楼"),
        ("面积 98㎡，第①次", "面积 98m2,第1次"),
        (" 停\u200b水\n\n三\t天 ", "停 水 三 天"),
        ("", ""),
    ],
)
def test_texts_have_one_spelling(written: str, spelling: str) -> None:
    assert text.normalise(written) == spelling
    assert text.normalise(spelling) == spelling


def test_the_spelling_knows_where_each_character_stood() -> None:
    written = "98㎡的麵館，Ａ座"
    spelling, places = text.normalise_with_places(written)
    assert spelling == "98m2的面馆,a座"
    assert written[places[spelling.index("面馆")]] == "麵"
    assert written[places[spelling.index("a座")]] == "Ａ"


@pytest.mark.parametrize(
    ("spelling", "pieces"),
    [
        ("噪音扰民", ["噪音", "音扰", "扰民", "民"]),
        ("在12号楼,吵", ["在", "12", "号楼", "楼", "吵"]),
        ("abc1 d", ["abc1", "d"]),
        ("𠮷野家二〇一九", ["𠮷野", "野家", "家二", "二〇", "〇一", "一九", "九"]),
        (",。!", []),
    ],
)
def test_every_character_begins_a_piece(spelling: str, pieces: list[str]) -> None:
    assert text.bigrams(spelling) == pieces


def test_words_leave_out_what_is_no_word() -> None:
    assert text.words("楼下烧烤店,夜间噪音扰民。") == ["楼下", "烧烤店", "夜间", "噪音", "扰民"]
    assert "了" not in text.words("停水了", least=2)


@pytest.mark.parametrize(
    ("typed", "meant", "alike"),
    [
        ("造音", "噪音", True),
        ("扰明", "扰民", True),
        ("施工", "私工", True),
        ("重庆路", "崇庆路", True),
        ("停水", "停电", False),
    ],
)
def test_what_sounds_alike_has_one_sound(typed: str, meant: str, alike: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (text.sound(typed) == text.sound(meant)) is alike
    assert len(text.sounds(typed)) == len(typed)


def test_initials_of_names() -> None:
    assert text.initials("德城区新湖街道") == "dcqxhjd"
    assert text.initials("重庆路（12号）") == "cql12h"


def test_importing_it_loads_no_dictionary() -> None:
    told = "import sys, huiyin.kernel.text; print([m for m in sys.modules if m in %r])"
    wanted = ("opencc", "rjieba", "pypinyin")
    run = subprocess.run(  # noqa: S603 - our own interpreter, fixed words
        [sys.executable, "-c", told % (wanted,)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
