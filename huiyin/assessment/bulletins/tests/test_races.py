"""Two people issue at once: no number is given twice, no bulletin is issued twice."""

from __future__ import annotations

from functools import partial

from huiyin.assessment.bulletins import actions
from tests import races
from tests.world import Story, World, at


def test_two_issues_at_once_get_two_numbers(standing_world: World) -> None:
    made = [Story(standing_world).created().bulletined().handed_in().bulletin for _ in range(2)]
    manager = standing_world.actor("manager")
    runners = races.at_once(*(
        partial(actions.issue, key, by=manager, now=at(3, 11))
        for key in (made[0].pk, made[0].pk, made[1].pk)
    ))  # fmt: skip
    done, refused = races.outcome(runners)
    assert (len(done), len(refused)) == (2, 1)
    assert {row.number[:9] for row in done} == {"专报2026年第1", "专报2026年第2"}
