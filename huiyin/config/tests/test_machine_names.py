"""What the console says of the machinery: every job and every listener has a Chinese name."""

from __future__ import annotations

from huiyin.channels.messaging.states import OUTSIDE_BODIES, TEMPLATE_KEYS
from huiyin.cities import vocabulary
from huiyin.config import wiring
from huiyin.kernel import jobs
from huiyin.knowledge.states import ClockKind
from huiyin.web.console import machine_names, rules


def test_every_job_and_listener_has_a_name_in_words() -> None:
    for module in wiring.JOBS:
        wiring.import_module(module)
    assert set(machine_names.JOBS) == set(jobs.REGISTRY)
    assert set(machine_names.CONSUMERS) == {name for name, *_ in wiring.CONSUMERS}
    assert set(machine_names.TEMPLATES) == {*TEMPLATE_KEYS, *OUTSIDE_BODIES}
    assert machine_names.topic("order.reply") == "工单回复"
    assert machine_names.topic("outside.told") == "outside.told"


def test_every_limit_of_a_city_has_a_label() -> None:
    named = {kind.value for kind in ClockKind} | set(rules.OTHER_CLOCKS)
    assert set(vocabulary.CLOCKS) <= named
