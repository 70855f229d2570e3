"""Shares that are kept over a year, not only expected: numbers that fill the line evenly. Pure.

Drawn one by one at random, a share of 7.5 % in 20,000 orders would be missed by 2.5 % of itself
every third year. The multiples of an irrational number, without their whole part, fill the line
between 0 and 1 evenly for any stretch of cases, and so do several such sequences together, each
with the root of its own prime (Kronecker sequences).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import sqrt
from random import Random
from typing import TypeVar

T = TypeVar("T")

# Not every root goes with every other: those of 23, 47 and 53 keep too close a step with another
# one here, so 67, 97 and 59 stand in their places (a test compares each with each).
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 67, 29, 31, 37, 41, 43, 97, 59)
WHATS = (
    "kind", "channel", "route", "voided", "wrong_unit", "unread", "signed_late", "replied_late",
    "rejected", "outcome", "asked", "rated", "reached", "content", "urged", "special",
)  # fmt: skip
_ROOTS = {what: sqrt(prime) for what, prime in zip(WHATS, _PRIMES, strict=True)}


def steady(seed: int, index: int, what: str) -> float:
    """Return the number between 0 and 1 of case ``index`` for one question of its life.

    Source: R-188 (own default).
    """
    return (_start(seed, what) + (index + 1) * _ROOTS[what]) % 1.0


def part_of(die: float, shares: Mapping[T, float]) -> T:
    """Return the part of ``shares`` in which ``die`` lies, a number between 0 and 1."""
    left = die * sum(shares.values())
    for each, share in shares.items():
        left -= share
        if left < 0:
            return each
    return list(shares)[-1]


@lru_cache(maxsize=64)
def _start(seed: int, what: str) -> float:
    return Random(f"huiyin {seed} {what}").random()  # noqa: S311 - a game, not a secret
