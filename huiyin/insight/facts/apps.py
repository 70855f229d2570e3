"""Facts as a Django application."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    """Lines of facts, closed days, months in the lake."""

    name = "huiyin.insight.facts"
    label = "facts"
    default_auto_field = "django.db.models.BigAutoField"
