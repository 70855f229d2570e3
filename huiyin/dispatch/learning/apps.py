"""Learning as a Django application."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """Versions of models, and the record of suggestions."""

    name = "huiyin.dispatch.learning"
    label = "learning"
    default_auto_field = "django.db.models.BigAutoField"
