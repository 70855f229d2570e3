"""The assistant as a Django application."""

from django.apps import AppConfig


class AssistantConfig(AppConfig):
    """Who asked the language model for what, when, and how it ended; never what was said."""

    name = "huiyin.channels.assistant"
    label = "assistant"
    default_auto_field = "django.db.models.BigAutoField"
