"""Recognising the same event at 100,000 stored requests, and judging replies."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from bench.measure import Figure, percentile, timed

STORED = 100_000
ASKED = 200
_AT_ONCE = 2_000


def _messages() -> list[tuple[str, str]]:
    """Return real messages where the operator has some, else sentences of the simulation."""
    folder = os.environ.get("HUIYIN_DATA")
    if folder:
        csv.field_size_limit(1 << 24)
        path = Path(folder) / "messages" / "stream_2019.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [(row["title"], row["detail"].strip()) for row in csv.DictReader(file)]
    from huiyin.knowledge.models import Category
    from huiyin.knowledge.states import Kind
    from huiyin.simulation import words

    random = Random(1)  # noqa: S311 - a benchmark, not a secret
    categories = list(Category.objects.order_by("pk")[:200])
    made = []
    for n in range(4_000):
        said = words.request(random, Kind.HELP, random.choice(categories), f"幸福路 {n} 号")
        made.append((said.title, said.content))
    return made


def _mixed(messages: list[tuple[str, str]], random: Random) -> Iterator[str]:
    """Yield new texts from the sentences of several messages, as many as are asked for."""
    sentences = [s for _, text in messages for s in text.split("。") if len(s) > 8]
    while True:
        yield "。".join(random.choice(sentences) for _ in range(random.randint(2, 6))) + "。"


def fill_words() -> None:
    """Give every stored order words of its own, and a sketch."""
    from django.db import connection

    from huiyin.dispatch.duplicates import actions
    from huiyin.orders.models import WorkOrder

    with connection.cursor() as cursor:
        cursor.execute("select count(*) from duplicates_sketch")
        if cursor.fetchone()[0] >= STORED * 9 // 10:
            return
        cursor.execute("update orders_workorder set state = 'to_dispatch', close_type = '',"
                       " closed_at = null")  # fmt: skip
    texts = _mixed(_messages(), Random(2))  # noqa: S311 - a benchmark
    keys = list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(keys), _AT_ONCE):
        part = keys[at : at + _AT_ONCE]
        rows = [WorkOrder(pk=key, content=next(texts)[:5000]) for key in part]
        WorkOrder.objects.bulk_update(rows, ["content"], batch_size=500)
        actions.sketch_orders(part)
        sys.stderr.write(f"\r{at + len(part)}")
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze duplicates_sketchhash")
        cursor.execute("vacuum analyze duplicates_sketch")


def suggestion_p95() -> Figure:
    """Return the 95th percentile of one suggestion, in milliseconds, for real new messages."""
    from huiyin.dispatch.duplicates.queries import Subject, likely_same
    from huiyin.kernel import clock

    fill_words()
    now = clock.now()
    chosen = Random(3).choices(_messages(), k=ASKED + 10)  # noqa: S311 - a benchmark
    asked = iter(chosen)

    def ask() -> None:
        title, text = next(asked)
        likely_same(Subject.typed(text, title=title), now)

    timed(ask, 10)
    took = timed(ask, ASKED)
    p95 = percentile(took, 0.95)
    return Figure(round(p95, 1), "ms", None, round(min(took), 1), round(max(took), 1), ASKED)


def judge_auc() -> Figure:
    """Return the area under the curve of the judge of replies, and beside it the shipped one's."""
    from huiyin.followup.replychecks import files, learning, rules
    from huiyin.followup.replychecks.features import SHIPPED

    folder = os.environ.get("HUIYIN_DATA")
    if not folder:
        sys.stdout.write("    没有设置 HUIYIN_DATA，没有判过的回复\n")
        return Figure(0, "AUC", None, 0, 0, 0)
    path = Path(folder) / "messages" / "replies.csv"
    judged = [line for line in files.lines(path) if line.good is not None]
    numbers = [rules.check(line.said, line.earlier).numbers for line in judged]
    learned = learning.learn(numbers, [not line.good for line in judged], before=SHIPPED)
    sys.stdout.write(
        f"    replies: learned {learned.auc:.4f}, shipped {learned.auc_before:.4f}, "
        f"length alone {learned.auc_length:.4f}\n"
    )
    low, high = sorted((learned.auc_before, learned.auc))
    return Figure(learned.auc, "AUC", None, low, high, learned.rows)
