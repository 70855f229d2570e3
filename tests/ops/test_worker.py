"""The worker as a real process: killed in the middle it loses nothing, told to stop it ends."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.ops.installation import Installation

pytestmark = pytest.mark.xdist_group("installation")
ROWS = 2000
FILL = f"""
from tests.ops import data; data.make()
from huiyin.kernel import clock
from huiyin.kernel.models import AttemptCounter, OutboxRow
from huiyin.orders.models import WorkOrder
order, now = WorkOrder.objects.order_by("pk").first(), clock.now()
payload = {{"order": order.pk, "number": order.number, "seq": 1}}
OutboxRow.objects.all().delete()
OutboxRow.objects.bulk_create(
    OutboxRow(consumer="live", topic="order.sign", payload=payload, created_at=now,
              available_at=now) for _ in range({ROWS})
)
"""
LEFT = "from huiyin.kernel.models import OutboxRow; print(OutboxRow.objects.count())"
WAIT = """
import time
from huiyin.kernel.models import OutboxRow
until = time.monotonic() + 120
while OutboxRow.objects.count() > {}:
    assert time.monotonic() < until
    time.sleep(0.02)
"""


def _start(where: Installation) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "huiyin.config.command", "worker"]
    log = (where.folder / "worker.log").open("ab")
    with log:
        return subprocess.Popen(command, env=where.environment(), stdout=log, stderr=log)


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(installation: Installation) -> None:
    installation.python(FILL)

    first = _start(installation)
    try:
        installation.python(WAIT.format(ROWS - 1))
    finally:
        first.kill()
        first.wait()
    assert int(installation.python(LEFT)) < ROWS

    second = _start(installation)
    try:
        installation.python(WAIT.format(0))
        findings = {one["name"]: one["level"] for one in installation.json("check")["findings"]}
        assert findings["worker"] == findings["outbox"] == "ok"
        second.send_signal(signal.SIGTERM)
        assert second.wait(12) == 0
    finally:
        second.kill()
        second.wait()
