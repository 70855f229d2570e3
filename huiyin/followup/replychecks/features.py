"""A reply in numbers: what is counted, and the weights that ship. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log1p

from huiyin.followup.replychecks import reading
from huiyin.followup.replychecks.reading import Kind

_NOT_SAID = re.compile(r"[\W_0-9A-Za-z年月日]+")
_COUNTED = (
    ("asking", reading.ASKING), ("cannot", reading.CANNOT), ("elsewhere", reading.ELSEWHERE),
    ("phone", reading.PHONE), ("basis", reading.BASIS), ("process", reading.PROCESS),
    ("result", reading.RESULT), ("points", reading.POINTS), ("waits", reading.WAITING),
    ("passes", reading.PASSING), ("linked", reading.LINKED), ("office", reading.OFFICE),
    ("thanks", reading.THANKS), ("advice", reading.ADVICE),
)  # fmt: skip
_FLAGS = (
    ("any_pass", reading.PASSING), ("any_asking", reading.ASKING), ("any_wait", reading.WAITING),
)  # fmt: skip
NAMES: tuple[str, ...] = (
    "length", "substance", "passing", "waiting", "density", "words", "sentences", "new", "common",
    "title", "variety", "log_variety", "copied", *(name for name, _ in _COUNTED),
    *(name for name, _ in _FLAGS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear judge: the chance that a reply is poor is the logistic of the weighted sum."""

    bias: float
    weights: Mapping[str, float]

    def poor(self, numbers: Sequence[float]) -> float:
        """Return the probability that a reply with these numbers is poor."""
        total = self.bias + sum(
            self.weights.get(name, 0.0) * value for name, value in zip(NAMES, numbers, strict=True)
        )
        return 1 / (1 + exp(-max(-40.0, min(40.0, total))))


# Set by hand: a reply of some forty different characters is in doubt, substance speaks for it;
# passing on, sending elsewhere, asking back, links and copying speak against it. What a city's own
# audits teach starts from here.
SHIPPED = Weights(
    bias=7.6,
    weights={
        "log_variety": -1.3, "substance": -0.4, "words": -0.4, "basis": -0.4, "result": -0.3,
        "title": -0.3, "any_pass": 1.0, "any_asking": 1.5, "elsewhere": 0.8, "cannot": 0.3,
        "linked": 1.0, "copied": 1.5,
    },
)  # fmt: skip


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def numbers_of(title: str, request: str, reply: str, *, copied: float = 0.0) -> list[float]:
    """Return the numbers of a reply, in the order of ``NAMES``.

    Args:
        title: the title of the request.
        request: what was asked.
        reply: what the citizen is told.
        copied: the share of the reply that stood in a reply to another matter.
    """
    text = "".join(reply.split())
    lengths = dict.fromkeys(Kind, 0)
    for clause in reading.clauses(text):
        lengths[clause.kind] += clause.length
    said, asked = _pairs(text), _pairs("".join((title + request).split()))
    head, variety = _pairs("".join(title.split())), len(set(text))
    counts = [log1p(len(pattern.findall(text))) for _, pattern in _COUNTED]
    flags = [float(bool(pattern.search(text))) for _, pattern in _FLAGS]
    return [
        log1p(len(text)),
        log1p(lengths[Kind.SUBSTANCE]),
        log1p(lengths[Kind.PASSING]),
        log1p(lengths[Kind.WAITING]),
        lengths[Kind.SUBSTANCE] / max(1, len(text)),
        log1p(len(_NOT_SAID.sub("", text))),
        log1p(len(list(reading.sentences(text)))),
        log1p(len(said - asked)),
        log1p(len(said & asked)),
        len(head & said) / max(1, len(head)),
        variety / 100,
        log1p(variety),
        copied,
        *counts,
        *flags,
    ]
