"""A fortnight of a whole city's year, at full density, in two processes as ``--year`` plays it."""

from __future__ import annotations

from dataclasses import replace

CITY, DAYS, PROCESSES = "dafeng", 14, 2


def steps_per_second() -> float:
    """Play the first days of the year on a database of its own; return recorded steps a second."""
    import time

    from huiyin.cities import profile
    from huiyin.config import passing
    from huiyin.config.stages import in_processes
    from huiyin.simulation import plan as plans
    from huiyin.simulation import run

    habitat = profile.read(profile.path_of(CITY)).habitat
    if habitat is None:
        raise RuntimeError(f"{CITY} has no year")
    whole = plans.of_year(habitat, seed=1, scale=1.0)
    share = DAYS / whole.days
    plan = replace(
        whole,
        days=DAYS,
        requests=round(whole.total * share),
        other_calls=round(whole.other_calls * share),
    )
    with (
        passing.beside(CITY, keep=False, now=plan.start) as (_, variables),
        in_processes(plan, PROCESSES, variables) as stages,
    ):
        began = time.perf_counter()
        end = run.conduct(stages, plan)
        took = time.perf_counter() - began
        found = stages.read(stages.left(), seed=1, start=plan.start, end=end, seconds=took)
    return float(found.steps / took)
