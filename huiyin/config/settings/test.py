"""Settings of the tests: real PostgreSQL, no pool, quick password hashes.

No pool, because the threads of a test end with their connections.
"""

import os
import tempfile
from pathlib import Path

from huiyin.config.settings import base
from huiyin.config.settings.base import *  # noqa: F403
from huiyin.kernel import keys

_TEMP = Path(tempfile.gettempdir()) / "huiyin-tests"
KEYS_FILE = _TEMP / "secrets/keys.json"
keys.create_file(KEYS_FILE)
SECRET_KEY = keys.read_file(KEYS_FILE).derive("django").hex()
# Side by side processes share the keys, never files: one takes away what another has put there.
_OWN = _TEMP / os.environ.get("PYTEST_XDIST_WORKER", "alone")
ATTACHMENTS_DIR = _OWN / "attachments"
LAKE_DIR = _OWN / "lake"
RECORDINGS_DIR = _OWN / "recordings"
ACD_LOOKS = 1
STATIC_ROOT = _TEMP / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # the server of static files warns of a folder that is not there
_TEMPLATE = os.environ.get("HUIYIN_TEST_TEMPLATE") or None  # a database that has all tables
DATABASES = {
    "default": base.DATABASES["default"]
    | {
        "OPTIONS": {"prepare_threshold": 2, "server_side_binding": True},
        "TEST": {"TEMPLATE": _TEMPLATE, "MIGRATE": _TEMPLATE is None},
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
STORAGES = base.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
DEMO = True
LIVE_PAGES = False  # a test that listens starts its own process and says where
SPARK_MASTER = PUBLIC_URL = SMTP_URL = SMS_URL = SMS_FILE = SMS_SECRET = ""
CITIES_FOLDER = None
