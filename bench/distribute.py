"""The distributor of the surge, as a process of its own so that its processor time can be read."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.config.settings.bench")

if __name__ == "__main__":
    import django

    django.setup()
    from huiyin.config.processes import acd

    acd.run(simulated=False)
