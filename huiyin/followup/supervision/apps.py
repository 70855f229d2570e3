"""Supervision as a Django application."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Reminders and urgings."""

    name = "huiyin.followup.supervision"
    label = "supervision"
    default_auto_field = "django.db.models.BigAutoField"
