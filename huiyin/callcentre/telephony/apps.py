"""Telephony as a Django application."""

from django.apps import AppConfig


class TelephonyConfig(AppConfig):
    """Seats, lines, agents' sessions, missed calls, recordings."""

    name = "huiyin.callcentre.telephony"
    label = "telephony"
    default_auto_field = "django.db.models.BigAutoField"
