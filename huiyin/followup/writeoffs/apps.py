"""Write-offs as a Django application."""

from django.apps import AppConfig


class WriteOffsConfig(AppConfig):
    """Requests of units to take an order off the list of the unsatisfied."""

    name = "huiyin.followup.writeoffs"
    label = "writeoffs"
    default_auto_field = "django.db.models.BigAutoField"
