"""Group incidents as a Django application."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Suggestions that several requests are one event, and what was decided."""

    name = "huiyin.dispatch.incidents"
    label = "incidents"
    default_auto_field = "django.db.models.BigAutoField"
