"""Which driver sends which medium, by the operator's settings.

A further driver is one class and one entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from huiyin.channels.messaging.drivers import gateway, smtp
from huiyin.channels.messaging.drivers.base import Driver, Misconfigured
from huiyin.channels.messaging.drivers.logged import LoggedOnly
from huiyin.channels.messaging.states import Medium


@lru_cache(maxsize=4)
def _http(url: str, file: str, secret: str) -> Driver:
    """Return the gateway of a file, or of an address alone in our own simple form."""
    read = gateway.read_file(Path(file), url) if file else gateway.read({"url": url})
    from huiyin.channels.messaging.drivers.http import HttpGateway  # slow to load, seldom used

    return HttpGateway(read, secret)


@lru_cache(maxsize=4)
def _smtp(url: str) -> Driver:
    return smtp.Smtp(smtp.read_url(url))


def _for_sms() -> Driver:
    url, file = settings.SMS_URL, settings.SMS_FILE
    return _http(url, file, settings.SMS_SECRET) if url or file else LoggedOnly()


def _for_email() -> Driver:
    return _smtp(settings.SMTP_URL) if settings.SMTP_URL else LoggedOnly()


CHOICE: Mapping[Medium, Callable[[], Driver]] = MappingProxyType(
    {Medium.SMS: _for_sms, Medium.EMAIL: _for_email}
)


def driver_for(medium: Medium) -> Driver:
    """Return the driver that sends ``medium``.

    Raises:
        Misconfigured: the operator's settings cannot be used.
    """
    return CHOICE[medium]()


def ready() -> tuple[dict[Medium, Driver], dict[Medium, str]]:
    """Return the usable driver of each medium, and why there is none for the others."""
    drivers, faults = {}, {}
    for medium in Medium:
        try:
            drivers[medium] = driver_for(medium)
        except Misconfigured as fault:
            faults[medium] = str(fault)
    return drivers, faults


def live() -> frozenset[Medium]:
    """Return the media whose messages really reach people; a faulty one is meant to and counts."""
    drivers, faults = ready()
    return frozenset(faults) | {medium for medium, driver in drivers.items() if driver.delivers}
