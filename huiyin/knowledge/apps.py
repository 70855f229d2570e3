"""The catalogue of matters as a Django application."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """Categories, catalogue, limits, parameters, reasons, articles."""

    name = "huiyin.knowledge"
    label = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"
