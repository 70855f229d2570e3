"""What is sent to the language model, and what of its answer is kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from huiyin.channels.assistant.states import Task
from huiyin.kernel import masks

LONGEST_ASKED, LONGEST_TOLD = 6000, 2000
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DIGITS = re.compile(r"(?<!\d)\d{7,}(?!\d)")
_CITED = re.compile(r"[\[【]([A-Za-z0-9][A-Za-z0-9_.-]{0,39})[\]】]")
_ASKED: Mapping[Task, str] = {
    Task.SUMMARY: (
        "你是政务热线的文书助手。用不超过 150 字概括下面这件工单：谁反映什么、在哪里、要求什么、"
        "办到哪一步。只用给出的内容，不要补充，不要评价。"
    ),
    Task.ORDER: (
        "你是政务热线的文书助手。把下面的来电记录整理成工单：第一行是不超过 25 字的标题，"
        "空一行后是要点，不超过 150 字，写明时间、地点、事情、诉求。只用给出的内容。"
    ),
    Task.ANSWER: (
        "你是政务热线的文书助手。根据下面列出的知识条目，草拟给诉求人的答复，不超过 300 字。"
        "每个依据在句末用方括号写出条目编号，例如 [A001]。条目里没有的不要写；不够答复的直说。"
    ),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One article that an answer may cite."""

    code: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person is shown: text by a machine, what it cites, and citations that were dropped."""

    text: str
    cited: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return the first line, as a title."""
        return self.text.split("\n", 1)[0].strip()[:80]

    @property
    def rest(self) -> str:
        """Return what follows the first line."""
        return self.text.partition("\n")[2].strip()


def masked(text: str, names: Collection[str] = ()) -> str:
    """Return a text without telephone, identity and other long numbers, addresses, given names.

    Source: R-206 (handbook domain.md 7.2; requirement 15: nothing personal leaves).
    """
    for name in sorted((n.strip() for n in names), key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, "诉求人")
    text = _EMAIL.sub("（邮箱）", masks.in_text(text))
    return _DIGITS.sub("（号码）", text)


def messages(
    task: Task, text: str, *, names: Collection[str] = (), sources: Sequence[Source] = ()
) -> list[dict[str, str]]:
    """Return the messages to the language model; what people said is masked and bounded.

    Source: R-206 (handbook domain.md 7.2).
    """
    said = masked(text, names)[:LONGEST_ASKED]
    if sources:
        listed = "\n\n".join(f"[{s.code}] {s.title}\n{s.text[:800]}" for s in sources)
        said = f"{said}\n\n知识条目：\n{listed}"
    return [{"role": "system", "content": _ASKED[task]}, {"role": "user", "content": said}]


def kept(text: str, sources: Sequence[Source]) -> Draft:
    """Return the draft with only those citations that name an article which was given.

    Source: R-207 (requirement 98: answers cite articles that exist).
    """
    known = {source.code for source in sources}
    named = list(dict.fromkeys(_CITED.findall(text)))
    dropped = tuple(code for code in named if code not in known)
    whole = _CITED.sub(lambda m: m[0] if m[1] in known else "", text.strip())[:LONGEST_TOLD]
    return Draft(whole, tuple(code for code in named if code in known), dropped)
