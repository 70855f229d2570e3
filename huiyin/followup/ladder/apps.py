"""The escalation ladder as a Django application."""

from django.apps import AppConfig


class LadderConfig(AppConfig):
    """Orders that went a level up."""

    name = "huiyin.followup.ladder"
    label = "ladder"
    default_auto_field = "django.db.models.BigAutoField"
