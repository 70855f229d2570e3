"""Organisations and staff as a Django application."""

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    """City, regions, units, staff, calendars."""

    name = "huiyin.orgs"
    label = "orgs"
    default_auto_field = "django.db.models.BigAutoField"
