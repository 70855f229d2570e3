"""Intake as a Django application."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Raw submissions."""

    name = "huiyin.channels.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
