"""A catalogue whose rows hold in some places only: read, refused with its line, loaded."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.cities.profile import Problem, ProfileError, read
from huiyin.cities.tests.support import Copy, Town, changes
from huiyin.dispatch import queries as dispatch
from huiyin.knowledge.models import CatalogueItem, Category
from huiyin.orgs.models import Region
from tests.world import at

pytestmark = pytest.mark.rule("R-510")
FILE, ZONE, STREET = "catalogue.csv", "371490", "371402009"


def limit_to(copy: Copy, **places: str) -> None:
    """Add the column of places, filled for the rows with these codes."""
    head, *rows = copy.text(FILE).splitlines()
    told = [f"{row},{places.get(row.split(',', 1)[0], '')}" for row in rows]
    copy.write(FILE, "\n".join([f"{head},regions", *told, ""]))


def test_places_are_read_and_none_means_the_whole_city(copy: Copy) -> None:
    limit_to(copy, PD001=f"371402；{ZONE}")
    held = {item.code: item.regions for item in read(copy.folder).catalogue}
    assert (held["PD001"], held["PD002"]) == (("371402", ZONE), ())


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ("371499", "地点“371499”不存在"),
        ("371400", "“德州市”是全市，regions 应空着"),
        (f"{ZONE};{STREET}", "“运河街道”已经包含在“运河经济开发区”里，只写一个"),
        ("3714", "regions：应写成 6 位或 9 位数字的区划代码，不能是“3714”"),
        (f"{ZONE};{ZONE}", "regions：同一项写了两次"),
    ],
)
def test_places_that_cannot_be_meant_are_refused(copy: Copy, places: str, told: str) -> None:
    limit_to(copy, PD001=places)
    assert Problem(FILE, copy.line(FILE, "PD001"), told) in copy.problems()


@pytest.mark.rule("R-168")
def test_a_matter_that_is_owned_in_one_place_only_has_no_owner(copy: Copy) -> None:
    limit_to(copy, PD146=ZONE)
    (problem,) = copy.problems()
    assert problem.line == copy.line("categories.csv", "\n1304,") + 1
    assert "没有主办单位" in problem.reason


def test_a_row_in_force_gets_no_places_and_a_new_one_leads_there(town: Town) -> None:
    limit_to(town.copy)
    assert not town.load(at(2)).changed, "an empty column changes nothing"
    order = town.story("101").order
    order.category = Category.objects.get(code="0101")
    order.region = Region.objects.get(code=STREET)
    order.save(update_fields=["category", "region"])
    text = town.copy.text(FILE)
    town.copy.change(FILE, "责令停止,2023-01-01,,", f"责令停止,2023-01-01,,{ZONE}")
    with pytest.raises(ProfileError, match="已经生效，不能改写"):
        town.load(at(3))
    town.copy.write(FILE, f"{text}PD940,0101,开发区违建,110,city,,管委会决定,2026-03-05,,{ZONE}\n")
    assert changes(town.load(at(3)), "派单目录").added == ("PD940（2026-03-05 起）",)
    assert CatalogueItem.objects.get(code="PD940").regions == [ZONE]
    first = [dispatch.suggestions(order, at(day))[0] for day in (4, 5)]
    assert [each.item.code for each in first] == ["PD001", "PD940"]
    assert first[1].why.endswith("（目录限定运河经济开发区）")
    assert first[1].item.valid_from == date(2026, 3, 5)
