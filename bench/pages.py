"""Server time of pages at a million orders, asked in process as the people who use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.measure import percentile, timed

if TYPE_CHECKING:
    from huiyin.orders.models import WorkOrder

REPEATS = 40
LISTS = (
    ("dispatcher", "/desk/"),
    ("dispatcher", "/desk/orders?state=to_dispatch"),
    ("dispatcher", "/desk/orders?sort=new"),
    ("dispatcher", "/desk/orders?late=1"),
    ("handler", "/desk/"),
    ("handler", "/desk/orders"),
    ("handler", "/desk/orders?sort=new"),
    ("callback", "/desk/orders?state=to_callback"),
    ("auditor", "/desk/orders?state=reply_review"),
)


def p95_by_page() -> dict[str, float]:
    """Return the 95th percentile of the server time of each page, in milliseconds."""
    from django.core.management import call_command
    from django.test import Client

    from bench.scene import Scene

    call_command("collectstatic", verbosity=0, interactive=False)  # pages name files by digest
    scene = Scene.present()
    clients: dict[str, Client] = {}
    for who, actor in scene.people.items():
        clients[who] = Client()
        if actor.staff:
            clients[who].force_login(actor.staff)
    took = {}
    for who, url in LISTS:
        took[f"{who} {url}"] = _p95(clients[who], url)
    closed, held = scene.live(1), scene.held(2)
    took["dispatcher detail (closed)"] = _p95(clients["dispatcher"], _page_of(closed))
    took["handler detail (in hand)"] = _p95(clients["handler"], _page_of(held))
    return took


def _page_of(order: WorkOrder) -> str:
    return f"/desk/orders/{order.number}"


def _p95(client: object, url: str) -> float:
    def ask() -> None:
        status = client.get(url).status_code  # type: ignore[attr-defined]
        if status != 200:
            raise RuntimeError(f"{url} answered {status}")

    timed(ask, 5)
    return percentile(timed(ask, REPEATS), 0.95)
