"""The product's settings, made quick and self-contained for tests."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["ARM_TESTING"] = "1"
os.environ.setdefault("ARM_LOG_LEVEL", "WARNING")
if "DATABASE_URL" not in os.environ:
    here = Path(__file__).resolve().parent.parent
    os.environ["ARM_DATA_DIR"] = os.environ.get("ARM_TEST_DATA_DIR", str(here / ".arm" / "test"))

from armproject.settings import *

ARM_ANCHOR_FILE = Path(tempfile.gettempdir()) / f"arm-anchor-{os.getpid()}.jsonl"
if "ARM_METRICS_DIR" not in os.environ:  # what earlier runs counted is none of this one's business
    ARM_METRICS_DIR = Path(tempfile.mkdtemp(prefix="arm-metrics-"))
    atexit.register(shutil.rmtree, ARM_METRICS_DIR, ignore_errors=True)
if not ARM_AUDIT_KEYS and DATABASE_URL:
    ARM_AUDIT_KEYS = f"tests:{'A' * 43}="

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Tests call more often in a minute than anybody should; those about limits set their own.
KINDS = ("auth", "read", "search", "write", "ingest", "export", "test")
ARM_RATE_LIMITS = dict.fromkeys(KINDS, 10_000_000)
