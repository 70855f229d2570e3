"""The two sides of the distributor: calls that wait, and agents who are free. Pure.

Both are heaps for each skill. An entry is not removed when it is no longer true but skipped when
it comes to the head, so that every choice costs the logarithm of the queue.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

from huiyin.callcentre.telephony.facts import Agent, Call
from huiyin.callcentre.telephony.rules import rank
from huiyin.callcentre.telephony.states import AgentState, CallState, Skill


class Waiting:
    """Calls that wait, the first of each skill at hand."""

    def __init__(self, calls: dict[str, Call]) -> None:
        self._calls = calls
        self._heaps: dict[Skill, list[tuple[tuple[int, float, int], str]]] = {
            skill: [] for skill in Skill
        }

    def add(self, call: Call, skills: Iterable[Skill]) -> None:
        """Let the call wait for agents of these skills; at its place."""
        entry = (rank(call.priority, call.place, call.serial), call.key)
        for skill in skills:
            heapq.heappush(self._heaps[skill], entry)

    def first(self, agent: Agent) -> Call | None:
        """Return the call that this agent is to serve next; None if none waits for them."""
        aside: list[tuple[Skill, tuple[tuple[int, float, int], str]]] = []
        best: tuple[tuple[int, float, int], str] | None = None
        for skill in agent.skills:
            heap = self._heaps[skill]
            while heap:
                call = self._calls.get(heap[0][1])
                if call is None or not self._true(heap[0][0], call):
                    heapq.heappop(heap)
                elif agent.seat in call.tried:
                    aside.append((skill, heapq.heappop(heap)))
                else:
                    best = min(best, heap[0]) if best else heap[0]
                    break
        for skill, entry in aside:
            heapq.heappush(self._heaps[skill], entry)
        return self._calls[best[1]] if best else None

    def ahead_of(self, call: Call) -> int:
        """Return how many wait before this call for the same skill."""
        mine = rank(call.priority, call.place, call.serial)
        ahead = {
            key
            for own, key in self._heaps[call.skill]
            if own < mine and key in self._calls and self._true(own, self._calls[key])
        }
        return len(ahead)

    @staticmethod
    def _true(entry: tuple[int, float, int], call: Call) -> bool:
        return call.state is CallState.WAITING and entry == rank(
            call.priority, call.place, call.serial
        )


class Free:
    """Agents who are free, the one longest idle of each skill at hand."""

    def __init__(self, agents: dict[str, Agent]) -> None:
        self._agents = agents
        self._heaps: dict[Skill, list[tuple[float, str]]] = {skill: [] for skill in Skill}

    def add(self, agent: Agent) -> None:
        """Let a free agent be chosen."""
        for skill in agent.skills:
            heapq.heappush(self._heaps[skill], (agent.since, agent.seat))

    def longest_idle(self, skills: Iterable[Skill], refused: Callable[[str], bool]) -> Agent | None:
        """Return who has been free longest among those of these skills.

        Source: R-231 (issue of calls 2; handbook domain.md 5.1: longest idle first).
        """
        best: tuple[float, str] | None = None
        for skill in skills:
            heap, aside = self._heaps[skill], []
            while heap:
                since, seat = heap[0]
                agent = self._agents.get(seat)
                if agent is None or agent.state is not AgentState.READY or agent.since != since:
                    heapq.heappop(heap)
                elif refused(seat):
                    aside.append(heapq.heappop(heap))
                else:
                    best = min(best, heap[0]) if best else heap[0]
                    break
            for entry in aside:
                heapq.heappush(heap, entry)
        return self._agents[best[1]] if best else None
