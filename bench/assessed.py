"""Pages of assessment with three years of monthly rounds over every unit of the loaded city."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from bench.measure import percentile, timed

MONTHS, ORDERS, REPEATS = 36, 200_000, 40


def p95_by_page() -> dict[str, float]:
    """Return the 95th percentile of the server time of a unit's page, a round's and the list."""
    from django.test import Client

    from bench.scene import Scene

    key = _newest_round()
    scene = Scene.present()
    took = {}
    pages = (
        ("handler", f"/desk/assessment/{key}/units/{scene.unit.code}"),
        ("manager", f"/desk/assessment/{key}/units/{scene.unit.code}"),
        ("manager", f"/desk/assessment/{key}"),
        ("manager", "/desk/assessment"),
    )
    for who, url in pages:
        client, staff = Client(), scene.people[who].staff
        if staff is None:
            raise RuntimeError(f"{who} has no account")
        client.force_login(staff)

        def ask(client: Client = client, url: str = url) -> None:
            status = client.get(url).status_code
            if status != 200:
                raise RuntimeError(f"{url} answered {status}")

        timed(ask, 5)
        took[f"{who} {url}"] = percentile(timed(ask, REPEATS), 0.95)
    return took


def _newest_round() -> int:
    """Make the rounds once, all with the figures of one made-up month; return the newest."""
    from django.db import transaction

    from bench import lake
    from huiyin.assessment.actions import _result
    from huiyin.assessment.models import Round, UnitResult
    from huiyin.assessment.states import RoundState
    from huiyin.kernel import clock
    from huiyin.orgs.models import Staff, Unit

    made = Round.objects.filter(title__startswith="bench ").order_by("-first_day").first()
    if made is not None:
        return int(made.pk)
    with tempfile.TemporaryDirectory(prefix="huiyin-lake-") as room:
        result, kept = lake.assessed(lake.fill(Path(room), ORDERS))
    units = list(Unit.objects.order_by("pk").values_list("pk", "code")[: lake.UNITS])
    keys = {f"u{n}": key for n, (key, _) in enumerate(units, 1)}
    now, staff = clock.now(), Staff.objects.order_by("pk")[0]
    with transaction.atomic():
        for month in range(MONTHS):
            first = date(2023 + month // 12, month % 12 + 1, 1)
            made = Round.objects.create(
                title=f"bench {first:%Y-%m}", first_day=first, last_day=lake.last_of(first),
                state=RoundState.PUBLISHED.value, rules=kept, result=result, opened_at=now,
                opened_by=staff, published_at=now, published_by=staff,
            )  # fmt: skip
            rows = [_result(made, keys, row) for row in result["units"] if row["unit"] in keys]
            UnitResult.objects.bulk_create(rows)
    return int(made.pk) if made else 0
