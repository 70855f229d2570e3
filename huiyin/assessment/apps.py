"""Assessment as a Django application."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """Rounds, results, exclusions, corrections."""

    name = "huiyin.assessment"
    label = "assessment"
    default_auto_field = "django.db.models.BigAutoField"
