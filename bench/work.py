"""One benchmark process: says ready, waits for go, works for some seconds, prints its rate."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

STEADY = 50
"""Orders a second: two such processes make 8.6 million a day, over a hundred times Beijing's."""


def creator() -> Callable[[int], object]:
    """Return a function that creates one order through the action."""
    from bench.scene import Scene

    scene = Scene.present()
    return scene.create


def creator_unsearched() -> Callable[[int], object]:
    """Return the same without news for the search, as if there were none."""
    from huiyin.kernel import outbox

    outbox.unregister("search")
    return creator()


def steady_creator() -> Callable[[int], object]:
    """Return a function that creates one order, ``STEADY`` times a second at most."""
    create, interval = creator(), 1 / STEADY
    due = time.perf_counter()

    def work(n: int) -> object:
        nonlocal due
        time.sleep(max(0.0, due - time.perf_counter()))
        due = max(due + interval, time.perf_counter() - 1)
        return create(n)

    return work


def liver() -> Callable[[int], object]:
    """Return a function that leads one order through its whole life."""
    from bench.scene import Scene

    scene = Scene.present()
    return scene.live


WORKS: dict[str, Callable[[], Callable[[int], object]]] = {
    "create": creator,
    "create_unsearched": creator_unsearched,
    "create_steadily": steady_creator,
    "live": liver,
}


def drain(seconds: float) -> None:
    """Pass news on as a worker does, and so write the words of orders."""
    from huiyin.kernel import outbox

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not outbox.drain():
            time.sleep(0.25)


def main(name: str, seconds: float) -> None:
    """Do the work for ``seconds`` and print times per second."""
    import django

    django.setup()
    if name == "drain":
        drain(seconds)
        return
    work = WORKS[name]()
    for n in range(5):
        work(n)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begin, done = time.perf_counter(), 0
    while time.perf_counter() - begin < seconds:
        work(done)
        done += 1
    sys.stdout.write(f"{done / (time.perf_counter() - begin)}\n")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
