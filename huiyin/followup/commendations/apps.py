"""Commendations as a Django application."""

from django.apps import AppConfig


class CommendationsConfig(AppConfig):
    """The register of thanks."""

    name = "huiyin.followup.commendations"
    label = "commendations"
    default_auto_field = "django.db.models.BigAutoField"
