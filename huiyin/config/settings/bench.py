"""Settings of the benchmark: as in production, with hosts and keys of its own."""

from huiyin.config.settings.base import *  # noqa: F403
from huiyin.config.settings.base import STATIC_ROOT, VAR
from huiyin.kernel import keys

KEYS_FILE = VAR / "bench/secrets/keys.json"
keys.create_file(KEYS_FILE)
SECRET_KEY = keys.read_file(KEYS_FILE).derive("django").hex()
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
# One token creates as fast as it can; the counting itself stays part of what is measured.
API_REQUESTS_PER_MINUTE = 10**9
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # or the server of static files warns of it
