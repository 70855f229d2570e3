"""Leaders' instructions as a Django application."""

from django.apps import AppConfig


class InstructionsConfig(AppConfig):
    """Instructions of leaders."""

    name = "huiyin.followup.instructions"
    label = "instructions"
    default_auto_field = "django.db.models.BigAutoField"
