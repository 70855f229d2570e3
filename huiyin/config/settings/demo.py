"""Settings of the demonstration: known accounts may sign in. Asked for by ``make run`` only."""

from huiyin.config.settings.base import *  # noqa: F403

DEMO = True
