"""Boundary rulings as a Django application."""

from django.apps import AppConfig


class BoundariesConfig(AppConfig):
    """Who is in charge where duties meet."""

    name = "huiyin.dispatch.boundaries"
    label = "boundaries"
    default_auto_field = "django.db.models.BigAutoField"
