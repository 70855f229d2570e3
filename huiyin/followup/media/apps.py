"""Media follow-ups as a Django application."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Matters that media follow, and what appeared about them."""

    name = "huiyin.followup.media"
    label = "media"
    default_auto_field = "django.db.models.BigAutoField"
