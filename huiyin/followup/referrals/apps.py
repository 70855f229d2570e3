"""Accountability referrals as a Django application."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Referrals and the fingerprints of the histories that went with them."""

    name = "huiyin.followup.referrals"
    label = "referrals"
    default_auto_field = "django.db.models.BigAutoField"
