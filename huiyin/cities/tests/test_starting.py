"""A new city starts from the template, and its profile can be loaded at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiyin.cities import actions
from huiyin.cities.profile import ProfileError, available, path_of, read
from huiyin.cities.starting import copy, start
from huiyin.kernel.errors import Conflict, Invalid
from huiyin.orgs import queries as orgs
from tests.world import at

pytestmark = pytest.mark.rule("R-169")


@pytest.mark.django_db
def test_a_started_profile_can_be_loaded_at_once(tmp_path: Path) -> None:
    folder = start("qingdao", tmp_path / "own", city="青岛市", code="370200")
    report = actions.load_folder(folder, now=at(2))
    assert report.changed
    city = orgs.city()
    assert city
    assert (city.code, city.name, city.profile) == ("370200", "青岛市", "qingdao")
    assert city.details["short_name"] == "青岛"


@pytest.mark.django_db
def test_a_city_changes_its_rules_in_a_copy_of_its_own(tmp_path: Path) -> None:
    actions.load("dafeng", now=at(2))
    folder = copy("dafeng-own", tmp_path, source="dafeng")
    assert {path.name for path in folder.iterdir()} == {
        path.name for path in path_of("dafeng").iterdir()
    }
    changes = {each.kind: each for each in actions.load_folder(folder, now=at(3)).kinds}
    assert changes["时限"].changed == changes["单位"].changed == ()
    city = orgs.city()
    assert city
    assert (city.code, city.profile) == ("320904", "dafeng-own")
    with pytest.raises(Conflict, match="已经有名为"):
        copy("dezhou", tmp_path, source="dafeng")
    with pytest.raises(ProfileError, match="没有这个城市配置"):
        copy("other", tmp_path, source="nowhere")
    with pytest.raises(Invalid, match="小写字母"):
        copy("Other", tmp_path, source="dafeng")


@pytest.mark.parametrize(
    ("city", "code", "short", "kind"),
    [
        ("青岛市", "370200", "青岛", "市"),
        ("大丰区", "320904", "大丰", "区"),
        ("攸县", "430223", "攸县", "县"),
        ("恩施州", "422800", "恩施", "市"),
    ],
)
def test_names_and_code_are_filled_in_everywhere(
    tmp_path: Path, city: str, code: str, short: str, kind: str
) -> None:
    found = read(start("new-city", tmp_path, city=city, code=code))
    assert (found.city.name, found.city.code, found.city.short_name) == (city, code, short)
    (top,) = [region for region in found.regions if region.level == "city"]
    assert (top.name, top.code, top.kind) == (city, code, kind)
    assert any(unit.name.startswith(city) for unit in found.units)
    for path in (tmp_path / "new-city").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "样板" not in text, path.name
        assert "990000" not in text, path.name


def test_the_remarks_of_the_template_come_along(tmp_path: Path) -> None:
    folder = start("new-city", tmp_path, city="青岛市", code="370200")
    for path in folder.iterdir():
        if path.name not in ("demo.toml", "reasons.csv"):
            assert path.read_text(encoding="utf-8").startswith("# "), path.name


@pytest.mark.parametrize(
    ("name", "city", "code", "field"),
    [
        pytest.param("Qingdao", "青岛市", "370200", "name", id="large letter"),
        pytest.param("../qd", "青岛市", "370200", "name", id="a path"),
        pytest.param("q", "青岛市", "370200", "name", id="too short"),
        pytest.param("qingdao", "青岛", "370200", "city", id="no kind"),
        pytest.param("qingdao", "市", "370200", "city", id="no name"),
        pytest.param("qingdao", "青岛市", "3702", "code", id="short code"),
        pytest.param("qingdao", "青岛市", "37020x", "code", id="no number"),
    ],
)
def test_a_wrong_name_or_code_makes_nothing(
    tmp_path: Path, name: str, city: str, code: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        start(name, tmp_path / "own", city=city, code=code)
    assert list(refused.value.facts["fields"]) == [field]
    assert not (tmp_path / "own").exists()


def test_a_profile_is_never_overwritten(tmp_path: Path) -> None:
    folder = start("qingdao", tmp_path, city="青岛市", code="370200")
    (folder / "lines.csv").write_text("mine", encoding="utf-8")
    for name in ("qingdao", "dezhou"):
        with pytest.raises(Conflict, match="已经有名为"):
            start(name, tmp_path, city="青岛市", code="370200")
    assert (folder / "lines.csv").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "dezhou").exists()


def test_own_profiles_are_listed_beside_those_that_are_shipped(tmp_path: Path) -> None:
    assert "qingdao" not in available(tmp_path)
    start("qingdao", tmp_path, city="青岛市", code="370200")
    assert available(tmp_path) == sorted([*available(), "qingdao"])
    assert path_of("qingdao", tmp_path) == tmp_path / "qingdao"
    assert path_of("dezhou", tmp_path) == path_of("dezhou")
