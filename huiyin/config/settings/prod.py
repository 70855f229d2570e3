"""Settings of a running installation."""

from huiyin.config.settings.base import *  # noqa: F403
