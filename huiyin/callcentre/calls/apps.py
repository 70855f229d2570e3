"""Calls as a Django application."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """One row per call, in or out."""

    name = "huiyin.callcentre.calls"
    label = "calls"
    default_auto_field = "django.db.models.BigAutoField"
