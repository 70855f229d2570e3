"""Call tests as a Django application."""

from django.apps import AppConfig


class ListeningConfig(AppConfig):
    """Samples of calls to hear, and what was found."""

    name = "huiyin.callcentre.listening"
    label = "listening"
    default_auto_field = "django.db.models.BigAutoField"
