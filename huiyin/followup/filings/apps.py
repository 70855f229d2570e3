"""Filings as a Django application."""

from django.apps import AppConfig


class FilingsConfig(AppConfig):
    """Difficult matters on file: application, review, validity, use."""

    name = "huiyin.followup.filings"
    label = "filings"
    default_auto_field = "django.db.models.BigAutoField"
