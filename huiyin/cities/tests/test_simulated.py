"""Reading ``simulation.toml``: what is wrong is refused with file, line and reason."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from huiyin.cities.profile import available, path_of, read
from huiyin.cities.reading import Notebook
from huiyin.cities.simulated import FILE, _keys, read_habitat
from huiyin.knowledge.states import Kind
from huiyin.orders.states import Outcome
from huiyin.simulation.behaviour import DEFAULT, Behaviour

WHOLE = """\
[year]
first_day = 2015-01-01
requests = 100
calls = 300
[arrival]
monday = 1.3
[kinds]
inquiry = 3
help = 1
[content]
solved = 0.5
[fields]
01 = 2.5
[conduct]
urged = 0.5
[[published]]
key = "calls"
value = 300
source = "年报"
"""


def habitat(folder: Path, text: str):
    (folder / FILE).write_text(text, encoding="utf-8")
    notebook = Notebook()
    return read_habitat(folder, ["01", "02"], notebook), [str(p) for p in notebook.problems]


@pytest.mark.rule("R-189")
def test_what_the_file_says_replaces_the_default_and_the_rest_stays(tmp_path: Path) -> None:
    found, problems = habitat(tmp_path, WHOLE)
    assert problems == []
    habits = found.behaviour
    assert (found.requests, found.calls, habits.monday, habits.urged) == (100, 300, 1.3, 0.5)
    assert habits.kinds == {Kind.INQUIRY: 3, Kind.HELP: 1}
    assert habits.content[Outcome.SOLVED] == 0.5
    assert habits.content[Outcome.PARTLY] == DEFAULT.content[Outcome.PARTLY]
    assert habits.fields == {"01": 2.5}
    assert habits.channels == DEFAULT.channels
    assert habits.hours == DEFAULT.hours
    assert [(p.key, p.value) for p in found.published] == [("calls", 300.0)]


@pytest.mark.rule("R-189")
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("urged = 0.5", "urges = 0.5", "第 15 行：不认识的项“conduct.urges”"),
        ("urged = 0.5", "urged = 1.5", "第 15 行：conduct.urged：应在 0 到 1 之间"),
        ("urged = 0.5", 'urged = "half"', "第 15 行：conduct.urged：应是数字"),
        ("monday = 1.3", "hours = [1, 2]", "第 6 行：arrival.hours：应是 24 个数字的列表"),
        ("inquiry = 3", "question = 3", "第 8 行：不认识的项“kinds.question”"),
        ("01 = 2.5", "99 = 2.5", "第 13 行：不认识的项“fields.99”"),
        ("calls = 300\n[", "[", "year.calls：不能为空"),
        ("calls = 300\n[", "calls = 10\n[", "来电 10 个，少于电话诉求约 88 件"),
        ("inquiry = 3\nhelp = 1", "inquiry = 0\nhelp = 0", "kinds 的比例加起来是 0"),
        ('key = "calls"', 'key = "luck"', "第 17 行：key：只能是"),
        ("[conduct]", "[conduct", "不是合法的 TOML"),
        ("first_day = 2015-01-01", "first_day = 2015", "year.first_day：应是"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(tmp_path: Path, old, new, problem) -> None:
    assert old in WHOLE
    found, problems = habitat(tmp_path, WHOLE.replace(old, new, 1))
    assert found is None
    assert any(FILE in told and problem in told for told in problems), problems


@pytest.mark.rule("R-189")
def test_a_figure_is_published_once(tmp_path: Path) -> None:
    twice = WHOLE + '[[published]]\nkey = "calls"\nvalue = 1\nsource = "别处"\n'
    found, problems = habitat(tmp_path, twice)
    assert found is None
    assert problems == [f"{FILE} 第 20 行：calls与第 16 行重复"]


def test_a_profile_may_say_nothing_of_its_year(tmp_path: Path) -> None:
    notebook = Notebook()
    assert read_habitat(tmp_path, [], notebook) is None
    assert notebook.problems == []


WITH_A_YEAR = [name for name in available() if (path_of(name) / FILE).exists()]


def test_five_cities_have_a_year() -> None:
    assert {"beijing", "dafeng", "dezhou", "zhengzhou", "zhuzhou"} <= set(WITH_A_YEAR)


@pytest.mark.parametrize("name", WITH_A_YEAR)
def test_published_figures_say_where_in_chinese(name: str) -> None:
    found = read(path_of(name)).habitat
    assert found is not None
    assert found.published
    for figure in found.published:
        assert any("一" <= sign <= "龥" for sign in figure.source)
        assert "handbook" not in figure.source


def test_every_habit_has_a_word_in_the_file() -> None:
    """Whoever adds a habit adds it to what the reader of profiles accepts."""
    accepted = {key.name.partition(".")[2].partition(".")[0] for key in _keys(["01"])}
    tables = {key.name.partition(".")[0] for key in _keys(["01"])}
    for habit in fields(Behaviour):
        assert habit.name in accepted | tables, habit.name
