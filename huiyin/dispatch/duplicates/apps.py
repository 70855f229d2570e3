"""Recognising the same event as a Django application."""

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    """Sketches of what was said, by which like requests are found."""

    name = "huiyin.dispatch.duplicates"
    label = "duplicates"
    default_auto_field = "django.db.models.BigAutoField"
