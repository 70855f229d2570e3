"""Comparing held objects with wanted rows, and what people are told."""

from types import SimpleNamespace

from huiyin.kernel.compare import Changes, compare


def thing(name, *, active=True):
    return SimpleNamespace(name=name, active=active)


def test_objects_get_the_wanted_values_and_only_differences_count():
    held = {1: thing("a"), 2: thing("b"), 3: thing("c"), 4: thing("d", active=False)}
    wanted = {n: {"name": name, "active": True} for n, name in ((1, "a"), (2, "B"), (5, "e"))}
    found = compare(held, wanted, off={"active": False})
    assert found.missing == (5,)
    assert found.changed == (held[2],)
    assert found.ended == (held[3],)
    assert found.fields == ("active", "name")
    assert [each.name for each in held.values()] == ["a", "B", "c", "d"]
    assert not held[3].active


def test_a_second_comparison_finds_nothing():
    held = {1: thing("a")}
    wanted = {1: {"name": "b"}}
    assert compare(held, wanted, off={}).changed
    again = compare(held, wanted, off={})
    assert (again.touched, again.fields) == ((), ())


def test_new_objects_are_told_as_added_even_when_they_changed():
    held = {1: thing("a"), 2: thing("b")}
    found = compare(held, {1: {"name": "x"}, 2: {"name": "y"}}, off={})
    told = found.told("物", [held[2]], lambda each: each.name)
    assert told == Changes("物", added=("y",), changed=("x",), ended=(), unchanged=0)
    assert not told.is_empty
    assert Changes("物", unchanged=3).is_empty
