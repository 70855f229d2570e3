"""Call-backs as a Django application."""

from django.apps import AppConfig


class CallbacksConfig(AppConfig):
    """Attempts to ask the citizen, and what they answered."""

    name = "huiyin.followup.callbacks"
    label = "callbacks"
    default_auto_field = "django.db.models.BigAutoField"
