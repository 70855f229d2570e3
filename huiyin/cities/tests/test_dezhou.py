"""The shipped profile of Dezhou: complete, consistent and with the city's own rules."""

from collections import Counter
from datetime import date

import pytest

from huiyin.cities.profile import available, path_of, read
from huiyin.knowledge.rules import Matter, choose_limit
from huiyin.orgs.states import Role, UnitKind
from huiyin.worktime import limits

DEZHOU = read(path_of("dezhou"))
UNITS = {unit.code: unit for unit in DEZHOU.units}
DAY = date(2026, 3, 2)


def chain(code):
    """Return a unit and everything above it."""
    found = [UNITS[code]]
    while found[-1].parent:
        found.append(UNITS[found[-1].parent])
    return found


def test_dezhou_is_shipped():
    assert "dezhou" in available()
    assert DEZHOU.folder == "dezhou"


def test_every_shipped_profile_can_be_read():
    for name in available():
        assert read(path_of(name)).units


def test_the_member_units_stand_on_three_levels():
    assert len(DEZHOU.units) >= 358
    assert {len(chain(code)) for code in UNITS} == {1, 2, 3}


def test_county_areas_and_streets_are_those_of_the_city():
    levels = Counter(region.level for region in DEZHOU.regions)
    assert levels == {"city": 1, "county": 13, "street": 134}
    in_streets = {r.code for r in DEZHOU.regions if r.level == "street"}
    towns = [unit for unit in DEZHOU.units if unit.type == "township"]
    assert {unit.region for unit in towns} == in_streets
    assert len(towns) == len(in_streets)


def test_units_stand_in_the_region_of_the_unit_above_them_or_below_it():
    parents = {region.code: region.parent for region in DEZHOU.regions}
    for unit in DEZHOU.units:
        if unit.parent:
            wanted, place = UNITS[unit.parent].region, unit.region
            while place != wanted and place:
                place = parents[place]
            assert place == wanted, unit.name


def test_every_unit_names_a_contact_and_can_be_found_by_initials():
    assert all(unit.contact_title and unit.pinyin for unit in DEZHOU.units)
    assert UNITS["101"].pinyin == "sfgw"


def test_every_kind_of_unit_is_there_and_one_vendor_only_answers():
    kinds = Counter(unit.type for unit in DEZHOU.units)
    assert set(kinds) == {kind.value for kind in UnitKind}
    assert (kinds["centre"], kinds["vendor"]) == (1, 1)
    (vendor,) = [unit.code for unit in DEZHOU.units if unit.type == "vendor"]
    assert {a.role for a in DEZHOU.accounts if a.unit == vendor} == {"agent"}


def test_each_county_has_its_hotline_office_and_fourteen_bureaus_or_is_a_zone():
    bureaus = Counter(unit.parent for unit in DEZHOU.units if unit.type == "county_bureau")
    for county in (unit for unit in DEZHOU.units if unit.type == "county"):
        least = 4 if county.note == "功能区" else 14
        assert bureaus[county.code] >= least, county.name
        offices = [u for u in DEZHOU.units if u.parent == county.code and u.superior == "100"]
        assert [office.type for office in offices] == ["sub_centre"]


def test_the_catalogue_leads_to_a_unit_of_every_county():
    counties = [u for u in DEZHOU.units if u.type == "county" and u.note != "功能区"]
    for item in DEZHOU.catalogue:
        if item.lead_level == "county":
            reached = {
                above.code
                for unit in DEZHOU.units
                if unit.superior == item.lead
                for above in chain(unit.code)
            }
            assert reached >= {county.code for county in counties}, item.matter


def test_categories_have_three_levels_and_the_catalogue_covers_most_of_the_first():
    depth = Counter(len(category.code) // 2 for category in DEZHOU.categories)
    assert depth[1] == 22
    assert depth[3] >= 80
    assert len(DEZHOU.catalogue) >= 60
    covered = {item.category[:2] for item in DEZHOU.catalogue}
    assert covered == {c.code for c in DEZHOU.categories if not c.parent} - {"99"}


@pytest.mark.rule("R-31")
@pytest.mark.parametrize(
    ("clock", "matter", "limit"),
    [
        pytest.param("finish", Matter("complaint", "0404"), "5wd", id="Shandong: five days"),
        pytest.param("finish", Matter("inquiry", "0404"), "3wd", id="an inquiry"),
        pytest.param("finish", Matter("help", "0404", "urgent"), "24h", id="urgent"),
        pytest.param("finish", Matter("inquiry", "04", "emergency"), "2h", id="emergency"),
        pytest.param("finish", Matter("inquiry", "0404", round=3), "3wd", id="third round"),
        pytest.param("return", Matter("complaint", "0404"), "2wd", id="Shandong: two days"),
        pytest.param("extension", Matter("complaint", "0404"), "10wd", id="Shandong: ten days"),
        pytest.param("sign", Matter("complaint", "0404"), "24h", id="sign"),
        pytest.param("accept", Matter("help", "04", channel="mail"), "24h", id="a letter"),
        pytest.param("accept", Matter("help", "04", channel="sms"), "3m", id="a text message"),
    ],
)
def test_the_limit_that_applies(clock, matter, limit):
    chosen = choose_limit(DEZHOU.limits, clock, matter, DAY)
    assert chosen is not None
    assert chosen.limit == limit


def test_every_limit_and_parameter_says_where_it_comes_from():
    for rule in (*DEZHOU.limits, *DEZHOU.parameters):
        assert any(word in rule.source for word in ("我们自定", "GB/T", "山东省", "德州市")), rule
    for rule in DEZHOU.limits:
        assert limits.parse(rule.limit).amount > 0


def test_the_practice_of_dezhou():
    values = {parameter.key: parameter.value for parameter in DEZHOU.parameters}
    assert values["callback.order"] == "callback_then_audit"
    assert values["callback.scope"] == "all"
    assert values["return.max_times"] == 1
    assert values["urge.at_percent"] == (50, 80, 100)


def test_each_legal_way_has_advice_for_the_citizen():
    refer = {reason.code: reason for reason in DEZHOU.reasons if reason.group == "refer"}
    ways = ("court", "arbitration", "petition", "reconsider", "disclosure", "discipline")
    assert all(refer[f"B11-2-{way}"].advice for way in ways)
    assert refer["B11-2-petition"].needs == ("procedure_number",)
    assert all("second_person" in r.needs for r in DEZHOU.reasons if r.group == "void")


def test_accounts_have_every_role_and_no_names_of_people():
    assert {account.role for account in DEZHOU.accounts} == {role.value for role in Role}
    for account in DEZHOU.accounts:
        assert account.name.endswith("（演示）")
    below = [UNITS[a.unit].parent for a in DEZHOU.accounts if a.role == "handler"]
    assert any(UNITS[a.unit].code in below for a in DEZHOU.accounts if a.role == "handler")


def test_published_texts_are_marked_as_demonstration():
    assert 4 <= len(DEZHOU.news) <= 6
    assert 12 <= len(DEZHOU.answers) <= 16
    assert all(each.demo for each in (*DEZHOU.news, *DEZHOU.answers))


def test_the_portal_names_the_emergency_numbers():
    note = DEZHOU.city.portal_emergency_note
    assert all(number in note for number in ("110", "119", "120"))
