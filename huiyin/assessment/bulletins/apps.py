"""Bulletins as a Django application."""

from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    """Bulletins, whom they go to, who read them."""

    name = "huiyin.assessment.bulletins"
    label = "bulletins"
    default_auto_field = "django.db.models.BigAutoField"
