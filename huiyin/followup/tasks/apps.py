"""Tasks as a Django application."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Tasks with a date, on sheets."""

    name = "huiyin.followup.tasks"
    label = "tasks"
    default_auto_field = "django.db.models.BigAutoField"
