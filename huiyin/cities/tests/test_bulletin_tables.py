"""Kinds of bulletins and targets in a profile: what makes no sense is refused."""

from __future__ import annotations

import pytest

from huiyin.cities import bulletin_tables

KIND = {
    "code": "monthly", "name": "月通报", "rhythm": "month", "parts": ["figures", "ranking"],
    "audience": "units", "automatic": True, "indicators": ["on_time", "own_share"],
    "scheme": "three-rates", "template": "ten_best",
}  # fmt: skip
EVENT = {"code": "special", "name": "专报", "rhythm": "", "parts": []}
AIM = {"indicator": "on_time", "year": 2026, "value": 95}


@pytest.mark.rule("R-491")
@pytest.mark.rule("R-490")
def test_what_makes_sense_passes() -> None:
    assert bulletin_tables.kinds([KIND, EVENT]) == [KIND, EVENT]
    county = KIND | {"code": "county", "scope": "county"}
    assert bulletin_tables.kinds([KIND, county])
    low = {"indicator": "returned", "year": 2026, "value": 2.5, "direction": "at_most"}
    connected = {"indicator": "connected", "year": 2026, "value": 95}
    assert bulletin_tables.targets([AIM, low, connected]) == [AIM, low, connected]


@pytest.mark.rule("R-491")
@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "M"}, {"name": ""}, {"rhythm": "hour"}, {"parts": ["jokes"]}, {"parts": "hot"},
        {"scope": "moon"}, {"audience": "all"}, {"automatic": 1}, {"rhythm": ""},
        {"indicators": ["nonsense"]}, {"template": "nonsense"}, {"scheme": 3}, {"more": 1},
        {"public": 1},
    ],
)  # fmt: skip
def test_a_kind_that_makes_no_sense_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="."):
        bulletin_tables.kinds([KIND | wrong])


def test_no_two_kinds_are_called_alike() -> None:
    for second in (KIND, KIND | {"code": "other"}):
        with pytest.raises(ValueError, match="."):
            bulletin_tables.kinds([KIND, second])
    with pytest.raises(ValueError, match="列表"):
        bulletin_tables.kinds([])


@pytest.mark.rule("R-490")
@pytest.mark.parametrize(
    "wrong",
    [
        {"indicator": "nonsense"}, {"year": "2026"}, {"year": 1990}, {"value": "95"},
        {"value": -1}, {"value": True}, {"direction": "up"}, {"more": 1},
    ],
)  # fmt: skip
def test_a_target_that_makes_no_sense_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="."):
        bulletin_tables.targets([AIM | wrong])
    with pytest.raises(ValueError, match="两次"):
        bulletin_tables.targets([AIM, AIM])
