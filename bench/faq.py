"""Question to article: is the right one among the first three when the question is worded anew?

Reads ``faq/faq_1348.csv`` of the folder ``HUIYIN_DATA``. The data has no paraphrases, so questions
are worded anew mechanically (``bench.paraphrase``); people's own wordings are harder, so the figure
says how robust the ranking is, not how often a citizen will be served.
"""

from __future__ import annotations

import csv
import os
import random
import sys
import time
from pathlib import Path

from bench import paraphrase
from bench.measure import ROOT, Figure
from huiyin.knowledge.ranking import Entry, Index

SEED = 12345
_GIVEN = os.environ.get("HUIYIN_DATA")
FILE = (Path(_GIVEN) if _GIVEN else ROOT.parent / "shared/data") / "faq/faq_1348.csv"


def top3() -> Figure:
    """Measure every rule of paraphrase and their mixture over all questions; print each."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    began = time.perf_counter()
    index = Index(
        Entry(key, (row["question"],), row["answer"], row["department"])
        for key, row in enumerate(rows)
    )
    built = time.perf_counter() - began
    right: dict[str, set[int]] = {}
    for key, row in enumerate(rows):
        right.setdefault(row["question"], set()).add(key)
    shares, asked = [], 0
    began = time.perf_counter()
    for rule in (*paraphrase.RULES, paraphrase.mixed):
        dice = random.Random(SEED)  # noqa: S311 - repeatable, nothing secret
        first = three = 0
        for row in rows:
            found = [each.key for each in index.ask(rule(row["question"], dice))]
            first += bool(found) and found[0] in right[row["question"]]
            three += bool(right[row["question"]] & set(found))
        asked += len(rows)
        shares.append(100 * three / len(rows))
        sys.stdout.write(
            f"    {rule.__name__:<24} first {100 * first / len(rows):6.2f} %"
            f"   first three {shares[-1]:6.2f} %\n"
        )
    took = 1000 * (time.perf_counter() - began) / asked
    sys.stdout.write(f"    {len(rows)} articles read in {built:.1f} s, {took:.1f} ms a question\n")
    return Figure(round(shares[-1], 2), "% mixed", None, round(min(shares), 2),
                  round(max(shares), 2), asked)  # fmt: skip
