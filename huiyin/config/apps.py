"""Wiring: which consumer hears of which events, and which jobs exist. Runs once per process."""

from django.apps import AppConfig


class HuiyinConfig(AppConfig):
    """Registers outbox consumers and periodic jobs of every package."""

    name = "huiyin.config"
    label = "config"

    def ready(self) -> None:
        """Import the jobs and register the consumers."""
        from huiyin.config import wiring

        wiring.connect()
