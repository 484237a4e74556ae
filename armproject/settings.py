"""Every setting, read from the environment once. `.env.example` explains each variable."""

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from psycopg_pool import ConnectionPool

from armproject.api_settings import DESCRIPTION, REST
from armproject.lib import secrets_file
from armproject.lib.database_address import database_at
from armproject.lib.embedded_postgres import EmbeddedPostgres
from armproject.lib.logs import configure_logging
from armproject.lib.sso_settings import identity_providers
from armproject.look import UNFOLD as STUDIO

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

TESTING = env.bool("ARM_TESTING", default=False)
DATA_DIR = Path(env("ARM_DATA_DIR", default=str(BASE_DIR / ".arm"))).absolute()
DATABASE_URL = env("DATABASE_URL", default="")
REDIS_URL = env("REDIS_URL", default="")

# --- secrets: given by the environment, or made once for a self-contained installation
_kept = {} if DATABASE_URL else secrets_file.load_or_create(DATA_DIR / "secrets.env")
SECRET_KEY = env("ARM_SECRET_KEY", default=_kept.get("ARM_SECRET_KEY", ""))
ARM_MASTER_KEYS = env("ARM_MASTER_KEYS", default=_kept.get("ARM_MASTER_KEYS", ""))
ARM_MASTER_KEYS_FILE = env("ARM_MASTER_KEYS_FILE", default="")
ARM_VAULT_URL = env("ARM_VAULT_URL", default="")
ARM_VAULT_KEY = env("ARM_VAULT_KEY", default="transit/arm")
ARM_VAULT_TOKEN = env("ARM_VAULT_TOKEN", default="")
ARM_VAULT_TOKEN_FILE = env("ARM_VAULT_TOKEN_FILE", default="")

# --- proof of the audit log: what signs seals, and where their heads are kept outside the database
ARM_AUDIT_KEYS = env("ARM_AUDIT_KEYS", default="")
ARM_AUDIT_KEYS_FILE = env("ARM_AUDIT_KEYS_FILE", default="")
ARM_ANCHOR_FILE = Path(env("ARM_ANCHOR_FILE", default=str(DATA_DIR / "audit_anchor.jsonl")))
ARM_ANCHOR_WEBHOOK = env("ARM_ANCHOR_WEBHOOK", default="")
ARM_ANCHOR_WEBHOOK_SECRET = env("ARM_ANCHOR_WEBHOOK_SECRET", default="")
ARM_ANCHOR_HOSTS = env.list("ARM_ANCHOR_HOSTS", default=[])
ARM_AUDIT_KEEP_MONTHS = env.int("ARM_AUDIT_KEEP_MONTHS", default=0)
ARM_AUDIT_ARCHIVE = Path(env("ARM_AUDIT_ARCHIVE", default=str(DATA_DIR / "audit_archive")))

# --- who may reach us
DEBUG = env.bool("ARM_DEBUG", default=False)
ARM_BASE_URL = env("ARM_BASE_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list("ARM_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
ARM_TRUSTED_PROXIES = env.int("ARM_TRUSTED_PROXIES", default=0)
CSRF_TRUSTED_ORIGINS = env.list("ARM_TRUSTED_ORIGINS", default=[])

# How many calls a caller may make, by kind, where not the usual number; see accounts/calls.py.
ARM_RATE_LIMITS = {kind: int(n) for kind, n in env.dict("ARM_RATE_LIMITS", default={}).items()}
ARM_RATE_SECONDS = 60
# Web processes that share the limits, for when they cannot be counted together.
ARM_WEB_PROCESSES = env.int("ARM_WEB_PROCESSES", default=1)

# Who may read the figures of the whole installation, and where processes keep their counts.
ARM_METRICS_TOKEN = env("ARM_METRICS_TOKEN", default="")
ARM_METRICS_DIR = Path(env("ARM_METRICS_DIR", default=str(DATA_DIR / "metrics")))

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "armproject.apps.StudioConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "guardian",
    "accounts",
    "jobs",
    "governance",
    "connectors",
    "agents",
    "telemetry",
    "memory",
    "costs",
    "armproject.demo.apps.DemoConfig",
]

MIDDLEWARE = [
    "armproject.lib.tracing.RequestContextMiddleware",
    "armproject.lib.headers.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "accounts.admission.NoKeysInAddresses",
    "accounts.middleware.ProgramLane",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.OrganizationMiddleware",
]

ROOT_URLCONF = "armproject.urls"
WSGI_APPLICATION = "armproject.wsgi.application"
APPEND_SLASH = False

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- one PostgreSQL: ours, or the one DATABASE_URL names. The processes log in as a role that
# owns nothing; only migrations use the owner.
EMBEDDED_POSTGRES: EmbeddedPostgres | None = None
if DATABASE_URL:
    _app = database_at(DATABASE_URL, "DATABASE_URL")
    _owner = database_at(env("DATABASE_OWNER_URL", default=DATABASE_URL), "DATABASE_OWNER_URL")
else:
    EMBEDDED_POSTGRES = EmbeddedPostgres(DATA_DIR / "postgres", durable=not TESTING)
    _app = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "arm",
        "USER": "arm_app",
        "HOST": str(EMBEDDED_POSTGRES.socket_dir),
        "PORT": EMBEDDED_POSTGRES.port,
    }
    _owner = {**_app, "USER": "arm_owner"}
_options = {"application_name": "arm", "server_side_binding": True}
_pool = {
    "min_size": 1,
    "max_size": env.int("ARM_DATABASE_POOL", default=16),
    "timeout": 10,
    # A pool that lost its server would wait ever longer between its attempts. This one tries each
    # second, and drops what else it holds, so that requests wait no longer than the server.
    "reconnect_timeout": 1,
    "reconnect_failed": ConnectionPool.check,
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {**_app, "OPTIONS": {**_options, **({} if TESTING else {"pool": _pool})}},
    "owner": {**_owner, "OPTIONS": _options, "TEST": {"MIRROR": "default"}},
}
# How many spans make a batch that goes in by COPY; 0: none does.
ARM_COPY_FROM = env.int("ARM_COPY_FROM", default=20)
DATABASE_ROUTERS = ["accounts.routing.OwnerMigrates"]
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "arm",
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- work that happens by itself
CELERY_BROKER_URL = REDIS_URL or "pgmq://localhost"  # the options below say where
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 900,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
        "health_check_interval": 30,
    }
else:
    _broker = env(
        "ARM_BROKER_DSN",
        default=""
        if EMBEDDED_POSTGRES is None
        else f"host='{EMBEDDED_POSTGRES.socket_dir}' port={EMBEDDED_POSTGRES.port}"
        " user=arm_broker dbname=arm_broker",
    )
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "conn_string": _broker,
        "init_extension": False,
        "visibility_timeout": 900,
        "polling_interval": 0.2,
        "wait_time_seconds": 0,
    }
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SYNC_EVERY = 1  # each turn is written down at once, so that people see the clock run
CELERY_RESULT_EXPIRES = None  # no results are kept, so nothing has to clean up after them
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- people
AUTH_USER_MODEL = "accounts.User"
# Grants on single rows are guardian's, kept in a table of ours behind the fence; rights are asked
# of accounts.permissions alone, so none of guardian's other ways in is open.
GUARDIAN_USER_OBJ_PERMS_MODEL = "accounts.Grant"
GUARDIAN_MONKEY_PATCH_USER = GUARDIAN_MONKEY_PATCH_GROUP = False
ANONYMOUS_USER_NAME = None
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validation}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {"NAME": f"{_validation}.NumericPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_TOTP_TOLERANCE = 1  # the neighbouring steps of 30 seconds are taken, too
SOCIALACCOUNT_ADAPTER = "accounts.pages.sso.Arrival"
SSO_PROVIDERS = identity_providers(env)
CSRF_FAILURE_VIEW = "armproject.lib.error_pages.csrf_failure"
LOGIN_URL = "/studio/login/"
LOGIN_REDIRECT_URL = "/studio/"
SECURE = ARM_BASE_URL.startswith("https://")
SESSION_COOKIE_NAME = "__Host-arm-session" if SECURE else "arm-session"
CSRF_COOKIE_NAME = "__Host-arm-csrf" if SECURE else "arm-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ARM_TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = REST
SPECTACULAR_SETTINGS = DESCRIPTION
UNFOLD = STUDIO

# --- mail: a folder of .eml files unless EMAIL_URL names a server
EMAIL_URL = env("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("ARM_FROM_EMAIL", default="ARM <arm@localhost>")

# --- language, time, files
LANGUAGE_CODE = "en"
USE_I18N = False
FORMAT_MODULE_PATH = ["armproject.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("ARM_STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000 if not DEBUG else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

DEFAULT_EXCEPTION_REPORTER = "armproject.lib.reporting.BareReporter"
LOGGING_CONFIG = None
configure_logging(env("ARM_LOG_LEVEL", default="INFO"), json=env.bool("ARM_LOG_JSON", default=True))
