"""Settings that every way of running shares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from huiyin.config import environment

ROOT = Path(__file__).resolve().parents[2]
VAR = environment.var_dir()

DEBUG = False
ALLOWED_HOSTS = environment.get("HUIYIN_HOSTS").split()
CITIES_FOLDER: Path | None = environment.cities_dir()
KEYS_FILE = environment.keys_file()
ATTACHMENTS_DIR = VAR / "attachments"
LAKE_DIR = VAR / "lake"
SPARK_MASTER = environment.get("HUIYIN_SPARK_MASTER")  # empty: DuckDB reads the lake
RECORDINGS_DIR = ATTACHMENTS_DIR  # one folder, so that a backup holds recordings as well
ACD_LOOKS = 30  # looks, 50 ms apart, for what the call distributor made of a wish
PHONE_URL = environment.get("HUIYIN_PHONE_URL") or (
    f"wss://127.0.0.1:{environment.number('HUIYIN_WSS_PORT', least=1, most=65535)}/ws"
)  # where telephones in browsers reach the switch
PERSONAL_DATA_CIPHER = environment.get("HUIYIN_CIPHER")
HISTORY_DIGEST = environment.get("HUIYIN_DIGEST")
PUBLIC_URL = environment.get("HUIYIN_PUBLIC_URL")
SMTP_URL = environment.get("HUIYIN_SMTP_URL")
SMS_URL = environment.get("HUIYIN_SMS_URL")
SMS_FILE = environment.get("HUIYIN_SMS_FILE")
SMS_SECRET = environment.get("HUIYIN_SMS_SECRET")
ASSISTANT_URL = environment.get("HUIYIN_ASSISTANT_URL")
ASSISTANT_MODEL = environment.get("HUIYIN_ASSISTANT_MODEL")
ASSISTANT_SECRET = environment.get("HUIYIN_ASSISTANT_SECRET")
ASSISTANT_TIMEOUT = environment.number("HUIYIN_ASSISTANT_TIMEOUT", least=1, most=120)
LIVE_PAGES = True  # our staff pages listen to live events
LIVE_URL = environment.get("HUIYIN_LIVE_URL")  # empty: this host, at the port below
LIVE_PORT = environment.live_port()
LIVE_ORIGINS = environment.origins()  # pages that may listen to live events
LIVE_HEARTBEAT = environment.number("HUIYIN_LIVE_HEARTBEAT", least=1, most=300)
DEMO = False


def _secret() -> str:
    """Return Django's secret, derived from the key file; a stand-in before set-up made one."""
    from huiyin.kernel import keys

    try:
        return keys.read_file(KEYS_FILE).derive("django").hex()
    except keys.KeysMissing:
        return "no-key-file-yet"


def _database() -> dict[str, Any]:
    """Return the database that ``DATABASE_URL`` names (the command sets it for a private one)."""
    facts = conninfo_to_dict(environment.get("DATABASE_URL") or "dbname=huiyin")
    connections = environment.number("HUIYIN_THREADS", least=1, most=64) + 4
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": facts.pop("dbname", None) or "huiyin",
        "USER": facts.pop("user", None) or "",
        "PASSWORD": facts.pop("password", None) or "",
        "HOST": facts.pop("host", None) or "",
        "PORT": str(facts.pop("port", None) or ""),
        "OPTIONS": {
            **facts,  # such as sslmode
            "pool": {"min_size": 1, "max_size": connections, "timeout": 10},
            "prepare_threshold": 2,
            "server_side_binding": True,
        },
    }


SECRET_KEY = _secret()
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "huiyin.kernel.apps.KernelConfig",
    "huiyin.orgs.apps.OrgsConfig",
    "huiyin.knowledge.apps.KnowledgeConfig",
    "huiyin.orders.apps.OrdersConfig",
    "huiyin.dispatch.learning.apps.LearningConfig",
    "huiyin.dispatch.duplicates.apps.DuplicatesConfig",
    "huiyin.dispatch.boundaries.apps.BoundariesConfig",
    "huiyin.dispatch.incidents.apps.IncidentsConfig",
    "huiyin.followup.callbacks.apps.CallbacksConfig",
    "huiyin.followup.supervision.apps.SupervisionConfig",
    "huiyin.followup.mandates.apps.MandatesConfig",
    "huiyin.followup.tasks.apps.TasksConfig",
    "huiyin.followup.coordination.apps.CoordinationConfig",
    "huiyin.followup.instructions.apps.InstructionsConfig",
    "huiyin.followup.ladder.apps.LadderConfig",
    "huiyin.followup.referrals.apps.ReferralsConfig",
    "huiyin.followup.media.apps.MediaConfig",
    "huiyin.followup.outside.apps.OutsideConfig",
    "huiyin.followup.filings.apps.FilingsConfig",
    "huiyin.followup.writeoffs.apps.WriteOffsConfig",
    "huiyin.followup.commendations.apps.CommendationsConfig",
    "huiyin.followup.replychecks.apps.ReplyChecksConfig",
    "huiyin.callcentre.calls.apps.CallsConfig",
    "huiyin.insight.facts.apps.FactsConfig",
    "huiyin.callcentre.telephony.apps.TelephonyConfig",
    "huiyin.callcentre.listening.apps.ListeningConfig",
    "huiyin.insight.runs.apps.RunsConfig",
    "huiyin.channels.assistant.apps.AssistantConfig",
    "huiyin.channels.intake.apps.IntakeConfig",
    "huiyin.channels.messaging.apps.MessagingConfig",
    "huiyin.assessment.apps.AssessmentConfig",
    "huiyin.assessment.bulletins.apps.BulletinsConfig",
    "huiyin.web.apps.WebConfig",
    "huiyin.config.apps.HuiyinConfig",
]
AUTH_USER_MODEL = "orgs.Staff"
MIDDLEWARE = [
    "huiyin.web.csp.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huiyin.web.errors.Errors",
]
ROOT_URLCONF = "huiyin.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "web/templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "huiyin.web.context.page_facts",
            ],
            "builtins": ["huiyin.web.templatetags.huiyin", "django.templatetags.static"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
        },
    }
]
WSGI_APPLICATION = "huiyin.config.wsgi.application"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "web/static"]
# Not what libraries bring for pages that we do not have: compressing it took a minute.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
}

SESSION_COOKIE_NAME = "huiyin_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE = environment.get("HUIYIN_SECURE") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_HANDLERS = [
    "huiyin.web.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CSRF_FAILURE_VIEW = "huiyin.web.errors.forged"

API_REQUESTS_PER_MINUTE = int(environment.get("HUIYIN_API_RATE"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask": {"()": "huiyin.kernel.log.MaskPersonalData"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["mask"], "formatter": "line"}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "huiyin": {"level": "INFO"},
        # They log whole addresses of requests, which may hold telephone numbers.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
