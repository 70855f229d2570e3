"""The kernel as a Django application: tables that have no word of the field in them."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Outbox, access log, idempotency keys, counters of attempts, job runs."""

    name = "huiyin.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make our own look-up known."""
        from huiyin.kernel import lookups

        lookups.register()
