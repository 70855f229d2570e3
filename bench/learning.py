"""How well messages are told apart, and how fast: on ``messages/`` of ``HUIYIN_DATA``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from bench.measure import ROOT, Figure
from huiyin.dispatch.learning import samples
from huiyin.dispatch.learning.rules import Costs
from huiyin.dispatch.learning.samples import Sample
from huiyin.dispatch.learning.training import train

_GIVEN = os.environ.get("HUIYIN_DATA")
FOLDER = (Path(_GIVEN) if _GIVEN else ROOT.parent / "shared/data") / "messages"
ASKED = 1000


def macro_f1(name: str) -> Figure:
    """Train on four fifths, measure on a fifth; print the other figures."""
    rows = [
        Sample(row.title, row.detail, row.label)
        for row in samples.rows(FOLDER / name, labelled=True)
        if not row.problem
    ]
    trained = train(rows, Costs())
    found, size = trained.figures, len(trained.model.to_bytes())
    began = time.perf_counter()
    trained.model.guesses([(row.title, row.detail) for row in rows[:ASKED]])
    speed = min(ASKED, len(rows)) / (time.perf_counter() - began)
    sys.stdout.write(
        f"    {name}: {trained.rows} messages in {trained.seconds:.1f} s, {size / 1e6:.1f} MB, "
        f"calibration error {found.ece:.3f}, surest 90 % right {found.accuracy_at_90:.3f}, "
        f"{speed:.0f} suggestions/s\n"
    )
    recall = found.recall.values()
    return Figure(round(100 * found.macro_f1, 2), "% F1", None, round(100 * min(recall), 2),
                  round(100 * max(recall), 2), found.rows)  # fmt: skip
