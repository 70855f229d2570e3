"""Settings of the demonstration: known accounts may sign in. Asked for by ``make run`` only."""

from django.utils.functional import SimpleLazyObject

from huiyin.config import demonstration
from huiyin.config.settings.base import *  # noqa: F403

DEMO = True
DEMO_PASSWORD = SimpleLazyObject(demonstration.password)  # made after the settings are read
