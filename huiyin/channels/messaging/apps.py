"""Messages to citizens as a Django application."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Templates by date, and every message that was or is to be sent."""

    name = "huiyin.channels.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
