"""The distributor's process on the simulated line: from a call to its row, and a standby."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.telephony import line
from huiyin.callcentre.telephony.actions import lists, setup, wishes
from huiyin.callcentre.telephony.drivers.simulated import SimulatedLine
from huiyin.callcentre.telephony.models import LiveCall, Recording, Wish
from huiyin.callcentre.telephony.runner import Acd, _released
from huiyin.kernel import clock
from tests.world import World, build

TAKEN_OVER_IN = 5  # seconds, the promise of a standby


def database() -> dict[str, Any]:
    ours = ("cursor_factory", "context", "prepare_threshold")
    facts = connection.get_connection_params()
    return {name: value for name, value in facts.items() if name not in ours}


async def thread(body: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(_released(body))


async def until(true: Callable[[], Any], seconds: float = 20) -> Any:
    for _ in range(int(seconds / 0.05)):
        if found := await thread(true):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("did not come about")


async def ask(world: World, verb: str, **words: Any) -> Wish:
    by = world.actor("agent")
    wish = await thread(lambda: wishes.ask(verb, words, by=by, now=clock.now()))
    await until(lambda: Wish.objects.filter(pk=wish.pk, done_at__isnull=False).exists())
    return await thread(lambda: Wish.objects.get(pk=wish.pk))


def _asked_long_ago(world: World) -> int:
    """Ask for something ten minutes ago, when nobody distributed; return the wish."""
    ago = clock.now() - timedelta(minutes=10)
    return wishes.ask("choose", {"to": "busy"}, by=world.actor("agent"), now=ago).pk


@pytest.mark.rule("R-232")
@pytest.mark.django_db(transaction=True)
def test_a_simulated_call_and_a_standby_that_takes_over():
    world = build()
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=world.actor("agent"), now=clock.now())

    async def story() -> None:
        first, second = (Acd(SimulatedLine(), database()) for _ in range(2))
        stop = asyncio.Event()
        running = asyncio.create_task(first.run(asyncio.Event()))
        await asyncio.wait_for(first.leading.wait(), 20)
        standby = asyncio.create_task(second.run(stop))
        await ask(world, "choose", to="ready")
        old = await thread(lambda: _asked_long_ago(world))
        await until(lambda: Wish.objects.filter(pk=old, done_at__isnull=False).exists())
        assert "重新操作" in await thread(lambda: Wish.objects.get(pk=old).refused)
        key = first.driver.call("13900000001")
        await until(lambda: LiveCall.objects.filter(state="ringing").exists())
        assert (await ask(world, "answer")).refused == ""
        await until(lambda: LiveCall.objects.filter(state="talking").exists())
        assert "没有通话" not in (await ask(world, "hold")).refused
        assert (await ask(world, "hold")).refused.startswith("电话“保持”时")
        first.driver.hang_up(key)
        call = await until(Call.objects.first)
        assert call.agent_id == world.people["agent"].pk
        kept = Recording.objects.filter(call=call, fetched_at__isnull=False, seconds=1)
        await until(kept.exists)
        assert await first.driver.fetch("recorded-elsewhere") is None
        assert not second.leading.is_set()
        running.cancel()
        await asyncio.wait_for(second.leading.wait(), TAKEN_OVER_IN)
        await asyncio.wait({running})
        assert second.desk.agents["8001"].state.value == "wrap_up"
        stop.set()
        await asyncio.wait_for(standby, 20)

    asyncio.run(story())


class Slow(SimulatedLine):
    """A line that says what it holds only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()

    async def events(self) -> AsyncIterator[line.Event]:
        await self.let.wait()
        async for event in super().events():
            yield event


@pytest.mark.rule("R-232")
@pytest.mark.django_db(transaction=True)
def test_a_new_leader_does_what_is_asked_when_it_has_heard_the_switch():
    world = build()
    setup.seats("8001", kind="answering")
    wish = wishes.sign_in("8001", by=world.actor("agent"), now=clock.now())
    lists.add_number("13900000002", "care", by=world.actor("supervisor"), now=clock.now())
    open_still = Wish.objects.filter(pk=wish.pk, done_at__isnull=True)

    async def story() -> None:
        slow, stop = Slow(), asyncio.Event()
        acd = Acd(slow, database())
        running = asyncio.create_task(acd.run(stop))
        await asyncio.wait_for(acd.leading.wait(), 20)
        await asyncio.sleep(0.3)
        assert await thread(open_still.exists)
        slow._calls["came"] = line.Offered("came", "13900000002", "12345")  # meanwhile
        slow.let.set()
        await until(lambda: [call.priority for call in acd.desk.calls.values()] == [20])
        await until(lambda: not open_still.exists())
        stop.set()
        await asyncio.wait_for(running, 20)

    asyncio.run(story())
