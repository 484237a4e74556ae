"""The site as it is served: granian in a process of its own, over the database of a test."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from django.conf import settings
from django.db import connection


@contextmanager
def served() -> Iterator[int]:
    """Serve over the database in use, and tell the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--log-level", "error", "armproject.wsgi:application"),
        ],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "armproject.settings",
            "DATABASE_URL": _url(),
            "ARM_SECRET_KEY": settings.SECRET_KEY,
            "ARM_MASTER_KEYS": settings.ARM_MASTER_KEYS,
            "ARM_LOG_LEVEL": "ERROR",
        },
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=10)


def _url() -> str:
    told = connection.settings_dict
    who = quote(told["USER"]) + (f":{quote(told['PASSWORD'])}" if told["PASSWORD"] else "")
    is_socket = told["HOST"].startswith("/")
    where = f"/{told['HOST']}" if is_socket else f"{told['HOST']}:{told['PORT']}"
    return f"postgres://{who}@{where}/{told['NAME']}"


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert server.poll() is None, "The server ended."
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("The server did not come up.")
