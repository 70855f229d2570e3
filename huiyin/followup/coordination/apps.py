"""Coordination as a Django application."""

from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    """Flags, meetings, joint cases."""

    name = "huiyin.followup.coordination"
    label = "coordination"
    default_auto_field = "django.db.models.BigAutoField"
