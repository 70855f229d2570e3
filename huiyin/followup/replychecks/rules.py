"""What is weak in a reply, each with the passage that shows it. Pure; advice, not a decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiyin.followup.replychecks import features, reading
from huiyin.followup.replychecks.features import SHIPPED, Weights
from huiyin.followup.replychecks.reading import Kind
from huiyin.followup.replychecks.states import Finding
from huiyin.kernel import likeness

SHORTEST = 30
"""Characters of substance below which a reply says too little."""
COPIED = 70
"""Percent of likeness from which a reply is one that was given to another matter."""
SAME_MATTER = 60
"""Percent of likeness from which two requests are one matter: there the same reply is right."""
_LEAST_COMMON = 3
_LONG_REQUEST = 30


@dataclass(frozen=True, slots=True)
class Said:
    """A reply as it is looked at: the request, the answer, and what stands beside the answer.

    ``whole`` tells that the fields beside it are known; of an answer alone they are not asked.
    """

    title: str
    request: str
    answer: str
    process: str = ""
    result: str = ""
    basis: str = ""
    contacted: bool = False
    dated: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A reply that the unit gave before, and to which request."""

    number: str
    request: str
    answer: str


@dataclass(frozen=True, slots=True)
class Found:
    """One weakness: of what kind, why, and where in the answer; no place when it is what lacks."""

    kind: Finding
    why: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a reply gives."""

    poor: float
    found: tuple[Found, ...]
    numbers: tuple[float, ...]


def check(said: Said, earlier: Sequence[Earlier] = (), weights: Weights = SHIPPED) -> Checked:
    """Look at a reply: what is weak, where, and how likely an auditor would return it.

    Args:
        said: the request and the reply.
        earlier: replies of the same unit that are like it.
        weights: learned from the city's audits; those that ship without.

    Source: R-192 (requirement 170; handbook domain.md 4.3 退回).
    """
    copied = _copied(said, earlier)
    share = copied[1] if copied else 0.0
    numbers = features.numbers_of(said.title, said.request, said.answer, copied=share)
    found = [*_weak(said)]
    if copied:
        found.append(copied[0])
    order = list(Finding)
    found.sort(key=lambda each: order.index(each.kind))
    return Checked(weights.poor(numbers), tuple(found), tuple(numbers))


def _weak(said: Said) -> Iterator[Found]:
    parts = list(reading.clauses(said.answer))
    substance = sum(each.length for each in parts if each.kind is Kind.SUBSTANCE)
    passing = [each for each in parts if each.kind is Kind.PASSING]
    if passing and substance < SHORTEST:
        why = "答复里没有别的内容"
        yield Found(Finding.PASSED_ON, why, passing[0].start, passing[-1].end)
    if substance < SHORTEST:
        yield Found(Finding.TOO_SHORT, f"去掉问候、致谢和套话，只有 {substance} 个字")
    yield from _off_topic(said)
    yield from _lacking(said)
    yield from _promises(said)
    if asked := reading.ASKING.search(said.answer):
        yield Found(Finding.ASKS_BACK, "请先联系诉求人问清", asked.start(), asked.end())


def _off_topic(said: Said) -> Iterator[Found]:
    """Tell that an answer has nothing in common with what was asked.

    Source: R-192 (requirement 170: off-topic replies).
    """
    asked = likeness.pairs(likeness.folded(said.title + said.request))
    spoken = "".join(
        said.answer[part.start : part.end]
        for part in reading.clauses(said.answer)
        if part.kind is Kind.SUBSTANCE
    )
    answered = likeness.pairs(likeness.folded(spoken))
    if len(asked) < _LONG_REQUEST or len(answered) < SHORTEST:
        return
    common = len(asked & answered)
    if common < _LEAST_COMMON:
        yield Found(Finding.OFF_TOPIC, f"与诉求内容只有 {common} 处相同的词", 0, len(said.answer))


def _lacking(said: Said) -> Iterator[Found]:
    """Tell what of process, result, contact and basis is not said anywhere."""
    whole = "\n".join((said.answer, said.process, said.result))
    if not reading.PROCESS.search(whole):
        yield Found(Finding.NO_PROCESS, "没有说做了什么、怎么查的")
    if not reading.RESULT.search("\n".join((said.answer, said.result))):
        yield Found(Finding.NO_RESULT, "没有说结果怎样")
    if said.whole and not said.contacted:
        yield Found(Finding.NO_CONTACT, "没有联系时间")
    if said.whole and not said.basis and not reading.BASIS.search(whole):
        yield Found(Finding.NO_BASIS, "没有写政策依据")


def _promises(said: Said) -> Iterator[Found]:
    """Tell the sentences that promise something without saying when.

    Source: R-193 (requirement 170; requirement 137: a plan has a date).
    """
    if said.dated:
        return
    for start, end in reading.sentences(said.answer):
        sentence = said.answer[start:end]
        promised = reading.PROMISE.search(sentence)
        if promised and not reading.DATED.search(sentence):
            yield Found(Finding.NO_DATE, f"“{promised[0]}”没有说到什么时候", start, end)


def _copied(said: Said, earlier: Sequence[Earlier]) -> tuple[Found, float] | None:
    """Return the earlier reply to another matter that this one repeats most, and how much.

    Source: R-194 (requirement 170: near-duplicate reply detector).
    """
    answer, request = likeness.folded(said.answer), likeness.folded(said.request)
    mine, asked = likeness.pairs(answer), likeness.pairs(request)
    best: tuple[float, Earlier] | None = None
    for each in earlier:
        other = likeness.pairs(likeness.folded(each.request))
        if likeness.likeness(asked, other) * 100 >= SAME_MATTER:
            continue
        alike = likeness.likeness(mine, likeness.pairs(likeness.folded(each.answer)))
        if alike * 100 >= COPIED and (best is None or alike > best[0]):
            best = alike, each
    if best is None:
        return None
    share, source = best
    start, end = _longest_shared(said.answer, source.answer)
    why = f"与 {source.number} 的答复相似 {int(share * 100)}%，那是另一件事"
    return Found(Finding.COPIED, why, start, end), share


def _longest_shared(answer: str, other: str) -> tuple[int, int]:
    """Return start and end of the longest passage of an answer that stands in another one."""
    at = best_start = best_end = 0
    for part in likeness.compared(answer, other)[0]:
        if part.same and len(part.text) > best_end - best_start:
            best_start, best_end = at, at + len(part.text)
        at += len(part.text)
    return best_start, best_end
