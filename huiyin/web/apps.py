"""Pages as a Django application: templates, static files, template tags; no tables."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Portal, workbench, console and API."""

    name = "huiyin.web"
    label = "web"
