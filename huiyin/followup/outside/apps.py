"""People outside the units as a Django application."""

from django.apps import AppConfig


class OutsideConfig(AppConfig):
    """Contacts at agencies outside the units, and the notices that they were sent."""

    name = "huiyin.followup.outside"
    label = "outside"
    default_auto_field = "django.db.models.BigAutoField"
