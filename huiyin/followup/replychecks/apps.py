"""Checks of replies as a Django application."""

from django.apps import AppConfig


class ReplyChecksConfig(AppConfig):
    """Looks at replies, what the auditors decided, and the weights learned from it."""

    name = "huiyin.followup.replychecks"
    label = "replychecks"
    default_auto_field = "django.db.models.BigAutoField"
