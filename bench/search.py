"""Search at a million orders: varied texts, and the time of a person's search in process."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import timedelta
from itertools import accumulate

from bench.measure import percentile, timed

HALVES, WORDS_IN_HALF, VOCABULARY = 20_000, 42, 20_000
RUNS, PER_CLASS = 3, 20
SOUGHT, LOAD_SECONDS = 20, 120
_FIRST, _LAST = 0x4E00, 0x4E00 + 3500
_TOPICS = (
    "小区", "物业", "噪音", "扰民", "施工", "停水", "暖气", "垃圾", "电梯", "停车", "医保", "社保",
    "拖欠", "工资", "路灯", "下水道", "违建", "装修", "油烟", "广场舞", "公交", "学校", "收费",
    "退款", "消防", "占道", "公积金", "自来水", "供热", "夜间", "楼道", "充电桩", "绿化", "拆迁",
    "补偿", "土地", "低保", "户口", "身份证",
)  # fmt: skip
_TEXTS = """
    insert into orders_ordertext (order_id, at, marks, body, events)
    select o.id, o.created_at,
        concat_ws(' ', 'k' || o.kind, 'h' || o.channel, 'c' || c.code, 'u' || o.lead_unit_id),
        concat_ws(e'\\n', o.title, o.place, a.body || ',' || b.body, o.number), o.event_count
    from orders_workorder o
    join half a on a.n = o.id * 7919 % {n}
    join half b on b.n = (o.id * 104729 + o.id / {n} * 31337) % {n}
    left join knowledge_category c on c.id = o.category_id
    where not exists (select from orders_ordertext t where t.order_id = o.id)
"""


def fill() -> None:
    """Give every stored order a text of its own, about 190 characters long, once.

    The words follow Zipf's law: topics are frequent, most words rare.
    """
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from orders_workorder)"
            " - (select count(*) from orders_ordertext)"
        )
        if cursor.fetchone()[0] < 1000:
            return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local maintenance_work_mem = '1GB'")
        cursor.execute("set local synchronous_commit = off")
        cursor.execute("set constraints all immediate")  # or the index waits for their checks
        cursor.execute("select pg_get_indexdef('order_text_found'::regclass)")
        index = cursor.fetchone()[0]
        cursor.execute("drop index order_text_found")
        cursor.execute("create temp table half (n int primary key, body text) on commit drop")
        with cursor.copy("copy half (n, body) from stdin") as copy:
            for row in enumerate(_halves()):
                copy.write_row(row)
        cursor.execute("analyze half")
        cursor.execute(_TEXTS.format(n=HALVES))
        cursor.execute(index)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze orders_ordertext")


def _vocabulary(chance: random.Random) -> list[str]:
    from huiyin.kernel import text

    made = [
        "".join(chr(chance.randrange(_FIRST, _LAST)) for _ in range(chance.choice((1, 2, 2, 2, 3))))
        for _ in range(VOCABULARY)
    ]
    return [*_TOPICS, *map(text.normalise, made)]


def _halves() -> list[str]:
    chance = random.Random(7)  # noqa: S311 - the same texts every time
    words = _vocabulary(chance)
    weights = list(accumulate(1 / (n + 5) for n in range(len(words))))
    halves = []
    for _ in range(HALVES):
        chosen = chance.choices(words, cum_weights=weights, k=WORDS_IN_HALF)
        for place in range(8, WORDS_IN_HALF, 9):
            chosen[place] += chance.choice((",", "。", "3号楼,", " 12 "))
        halves.append("".join(chosen))
    return halves


def questions() -> dict[str, list[str]]:
    """Return what is asked, by class: half of it frequent topics, half drawn from the texts."""
    chance = random.Random(11)  # noqa: S311
    halves = _halves()

    def drawn(length: int) -> str:
        while True:
            half = chance.choice(halves)
            start = chance.randrange(len(half) - length)
            found = half[start : start + length]
            if all(c >= "\u4e00" for c in found):
                return found

    asked = {}
    for length in (2, 3, 4):
        topics = [t for t in _TOPICS if len(t) == min(length, 3)]
        if length == 4:
            topics = [a + b for a in _TOPICS[:4] for b in _TOPICS[4:7]]
        frequent = [chance.choice(topics) for _ in range(PER_CLASS // 2)]
        asked[f"{length} characters"] = frequent + [drawn(length) for _ in range(PER_CLASS // 2)]
    asked["3 words"] = [
        " ".join(chance.sample(_TOPICS, 3)) if n % 2 else f"{_TOPICS[n]} {drawn(2)} {drawn(2)}"
        for n in range(PER_CLASS)
    ]
    return asked


def p95_by_class() -> dict[str, float]:
    """Return the 95th percentile of a search for the newest 50, in milliseconds, by class."""
    from bench.scene import Scene
    from huiyin.orders.listing import OrderFilter
    from huiyin.orders.search_queries import found
    from huiyin.orgs.actors import Actor

    scene = Scene.present()
    agent, handler = scene.people["agent"], scene.people["handler"]
    any_, kind = OrderFilter(), OrderFilter(kind="help")
    unit = OrderFilter(unit=scene.unit, since=_day(-200))
    took: dict[str, list[float]] = {}

    def ask(label: str, who: Actor, typed: str, wanted: OrderFilter) -> None:
        took.setdefault(label, []).extend(timed(lambda: found(who, typed, wanted), 1))

    for run in range(RUNS + 1):
        if run == 1:
            took.clear()  # the first is for warming up
        for label, asked in questions().items():
            for typed in asked:
                ask(label, agent, typed, any_)
                ask(f"{label}, kind", agent, typed, kind)
                ask(f"{label}, unit and dates", agent, typed, unit)
                ask(f"{label}, as a unit", handler, typed, any_)
    return {label: percentile(values, 0.95) for label, values in took.items()}


def _day(offset: int) -> object:
    from huiyin.kernel import clock
    from huiyin.worktime.calendar import SHANGHAI

    return (clock.now().astimezone(SHANGHAI) + timedelta(days=offset)).date()


def tell(took: dict[str, float]) -> None:
    """Print a line for each class."""
    for label, value in took.items():
        sys.stdout.write(f"    {label:<40} p95 {value:8.1f} ms\n")


def until_found() -> list[float]:
    """Return the milliseconds from the creation of an order until a search finds it.

    Two processes create a hundred orders a second meanwhile, and one worker's loop passes the news
    on; what other benchmarks left of it is taken away before.
    """
    from huiyin.kernel.models import OutboxRow

    OutboxRow.objects.all().delete()
    worker = subprocess.Popen([sys.executable, "-m", "bench.work", "drain", str(LOAD_SECONDS)])
    load = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.work", "create_steadily", str(LOAD_SECONDS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for each in load:
        if each.stdout and each.stdin and each.stdout.readline().strip() == "ready":
            each.stdin.write("go\n")
            each.stdin.flush()
    try:
        return [_until_found() for _ in range(SOUGHT)]
    finally:
        for each in (*load, worker):
            each.kill()
            each.wait()


def _until_found() -> float:
    """Create an order with a word of its own and look for it until it is there."""
    from bench.scene import Scene
    from huiyin.kernel import clock
    from huiyin.knowledge.states import Kind
    from huiyin.orders import actions
    from huiyin.orders.actions.intake import Request
    from huiyin.orders.listing import OrderFilter
    from huiyin.orders.search_queries import found

    agent, word = Scene.present().people["agent"], _word()
    request = Request(content=f"路灯不亮 {word}", title="路灯不亮", kind=Kind.HELP, place="和平街")
    begin = time.perf_counter()
    actions.create(request, by=agent, now=clock.now())
    while not found(agent, word, OrderFilter()).rows:
        if time.perf_counter() - begin > LOAD_SECONDS:
            raise RuntimeError("the order was never found")
        time.sleep(0.05)
    return round((time.perf_counter() - begin) * 1000, 1)


def _word() -> str:
    """Return a word that nobody has written: letters only, for numbers may be masked."""
    return "z" + "".join(chr(ord("a") + int(digit)) for digit in str(time.time_ns()))
