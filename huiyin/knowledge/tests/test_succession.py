"""How the rules that are held become those that are wanted: ended, never rewritten."""

from datetime import date

import pytest

from huiyin.knowledge.rules import Version, succession

OLD, NOW, TODAY, LATER = date(2020, 1, 1), date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1)
TOMORROW = date(2026, 3, 3)
X, X_NOW, X_TODAY, X_LATER = ("x", OLD), ("x", NOW), ("x", TODAY), ("x", LATER)


def v(content="a", valid_to=None):
    return Version((content,), valid_to)


def plan(held, wanted, *, in_use=True):
    return succession(held, wanted, today=TODAY, in_use=in_use)


pytestmark = pytest.mark.rule("R-32")


def test_what_is_wanted_and_held_stays():
    found = plan({X: v()}, {X: v()})
    assert found.same == 1
    assert [found.add, found.replace, found.end, found.drop, found.refused] == [[], [], {}, [], []]


@pytest.mark.parametrize("since", [OLD, TODAY, LATER])
def test_a_new_code_may_begin_on_any_day(since):
    assert plan({X: v()}, {X: v(), ("y", since): v()}).add == [("y", since)]


@pytest.mark.parametrize("held", [X, X_TODAY])
def test_a_version_in_force_is_not_rewritten(held):
    found = plan({held: v("a")}, {held: v("b")})
    assert [key for key, _ in found.refused] == [held]
    assert "请新增一行并写上生效日期" in found.refused[0][1]
    assert not found.replace


def test_a_version_that_begins_tomorrow_may_be_rewritten():
    assert plan({X_LATER: v("a")}, {X_LATER: v("b")}).replace == [X_LATER]


def test_the_proper_way_ends_the_old_and_adds_the_new():
    found = plan({X: v()}, {X: v(valid_to=LATER), X_LATER: v("b")})
    assert (found.end, found.add, found.refused) == ({X: LATER}, [X_LATER], [])


@pytest.mark.parametrize(
    ("old", "new", "is_refused"),
    [
        pytest.param(None, TODAY, False, id="ends today"),
        pytest.param(None, NOW, True, id="ended yesterday after all"),
        pytest.param(LATER, None, False, id="goes on after all"),
        pytest.param(TODAY, None, False, id="goes on, ended only today"),
        pytest.param(NOW, None, True, id="had ended already"),
        pytest.param(NOW, TODAY, True, id="had ended, one day more"),
    ],
)
def test_an_end_may_be_moved_between_today_and_later(old, new, is_refused):
    found = plan({X: v(valid_to=old)}, {X: v(valid_to=new)})
    assert bool(found.refused) is is_refused
    assert bool(found.end or found.replace) is not is_refused


def test_replacing_the_row_ends_the_old_when_the_new_begins():
    for since in (X_TODAY, X_LATER):
        found = plan({X: v()}, {since: v("b")})
        assert (found.end, found.add, found.refused) == ({X: since[1]}, [since], [])


def test_replacing_the_row_for_days_gone_by_is_refused():
    found = plan({X: v()}, {X_NOW: v("b")})
    assert [key for key, _ in found.refused] == [X_NOW]


def test_a_row_that_is_left_out_holds_until_the_end_of_today():
    assert plan({X: v()}, {}).end == {X: TOMORROW}
    assert plan({X: v(valid_to=LATER)}, {}).end == {X: TOMORROW}
    assert plan({X: v(valid_to=TOMORROW)}, {}).end == {}
    assert plan({X: v(valid_to=NOW)}, {}).end == {}


def test_a_row_that_never_held_is_dropped():
    assert plan({X: v(), X_LATER: v("b")}, {X: v()}).drop == [X_LATER]


def test_before_the_first_order_everything_may_be_replaced():
    found = plan({X: v("a"), ("y", OLD): v()}, {X: v("b", NOW), X_NOW: v("c")}, in_use=False)
    assert (found.replace, found.add, found.drop) == ([X], [X_NOW], [("y", OLD)])
    assert not found.refused
