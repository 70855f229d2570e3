"""Simulated years as a Django application."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """One row per run."""

    name = "huiyin.insight.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"
