"""The distributor as a process of its own on the database of the tests, so that it can be killed.

Started with the name of the database, the address of the switch and the folder of its sounds.
"""

from __future__ import annotations

import asyncio
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "huiyin.config.settings.test"


def main(database: str, url: str, sounds: str) -> None:
    """Distribute until killed."""
    import django
    from django.conf import settings

    settings.DATABASES["default"] |= {"NAME": database}
    django.setup()
    from django.db import connection

    from huiyin.callcentre.telephony.drivers.asterisk import Asterisk
    from huiyin.callcentre.telephony.runner import Acd

    ours = ("cursor_factory", "context", "prepare_threshold")
    facts = {k: v for k, v in connection.get_connection_params().items() if k not in ours}

    async def lead() -> None:
        await Acd(Asterisk(url, sounds=sounds, media="127.0.0.1"), facts).run(asyncio.Event())

    asyncio.run(lead())


if __name__ == "__main__":
    main(*sys.argv[1:4])
