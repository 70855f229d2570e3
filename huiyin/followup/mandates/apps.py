"""Supervision orders as a Django application."""

from django.apps import AppConfig


class MandatesConfig(AppConfig):
    """Supervision orders, teams, check-ins and their history."""

    name = "huiyin.followup.mandates"
    label = "mandates"
    default_auto_field = "django.db.models.BigAutoField"
