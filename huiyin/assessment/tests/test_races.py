"""Two people at once: a request is decided once, and no round is frozen over an open one."""

from __future__ import annotations

from functools import partial

from huiyin.assessment import actions, verifying
from huiyin.assessment.actions import Asking
from huiyin.assessment.models import ExclusionRequest, Round
from huiyin.knowledge.models import ScoringScheme
from tests import races
from tests.world import Story, World, at


def previewed(world: World) -> Story:
    ScoringScheme.objects.all().delete()  # the city stands for both tests
    return Story(world).created().submitted().dispatched().signed().contacted().assessed()


def test_a_request_is_decided_once_and_two_reviewers_are_two(standing_world: World) -> None:
    story = previewed(standing_world).exclusion_asked()
    supervisor, manager = standing_world.actor("supervisor"), standing_world.actor("manager")
    runners = races.at_once(
        partial(
            actions.decide, story.request.pk, by=supervisor, agreed=True, note="", now=at(4, 5)
        ),
        partial(
            actions.decide, story.request.pk, by=manager, agreed=False, note="否", now=at(4, 5)
        ),
    )
    done, refused = races.outcome(runners)
    assert (len(done), len(refused)) == (1, 1)
    kept = ExclusionRequest.objects.get(pk=story.request.pk)
    assert (kept.state, kept.decided_by) == (done[0].state, done[0].decided_by)
    # A ground that asks for two: one person at two windows is not two.
    ExclusionRequest.objects.update(ground="X07", state="waiting", decided_by=None)
    decide = partial(
        actions.decide, story.request.pk, by=supervisor, agreed=True, note="", now=at(4, 5)
    )
    done, refused = races.outcome(races.at_once(decide, decide))
    assert ([row.state for row in done], len(refused)) == (["second"], 1)


def test_no_round_is_frozen_over_a_request(standing_world: World) -> None:
    story = previewed(standing_world)
    manager, handler = standing_world.actor("manager"), standing_world.actor("water_handler")
    asking = Asking("撤回", "录音", story.order.number, "X12")
    runners = races.at_once(
        partial(actions.freeze, story.round.pk, by=manager, now=at(4, 5)),
        partial(actions.ask, story.round.pk, asking, by=handler, now=at(4, 5)),
    )
    done, refused = races.outcome(runners)
    assert (len(done), len(refused)) == (1, 1)
    round_ = Round.objects.get(pk=story.round.pk)
    assert (round_.state == "frozen") is not round_.requests.exists()
    if round_.state == "frozen":
        assert verifying.verified(round_).whole
