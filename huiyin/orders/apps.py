"""The work order as a Django application."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders, requesters, assignments, clocks, events, replies, attachments."""

    name = "huiyin.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"
