"""Paths and depths follow from the parents."""

import pytest

from huiyin.orgs.rules import paths


@pytest.mark.rule("R-16")
@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param({7: None}, {7: ("/7/", 0)}, id="one at the top"),
        pytest.param(
            {3: 2, 2: 1, 1: None, 4: 1},
            {1: ("/1/", 0), 2: ("/1/2/", 1), 3: ("/1/2/3/", 2), 4: ("/1/4/", 1)},
            id="children before their parents",
        ),
    ],
)
def test_paths(parents, expected):
    assert paths(parents) == expected


@pytest.mark.parametrize("parents", [{1: 1}, {1: 2, 2: 1}, {1: 9}])
def test_a_unit_without_a_way_to_the_top_is_an_error(parents):
    with pytest.raises(ValueError, match="no way to the top"):
        paths(parents)
