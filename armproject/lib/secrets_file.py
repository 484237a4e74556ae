"""The secrets of a self-contained installation, made once and kept in its data folder."""

import base64
import os
import secrets
from pathlib import Path


def load_or_create(path: Path) -> dict[str, str]:
    """Return the secrets in this file; a missing file is made first, readable by its owner only.

    Two processes that start at once agree: the file appears whole or not at all.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _create(path)
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _create(path: Path) -> None:
    content = (
        f"ARM_SECRET_KEY={secrets.token_urlsafe(48)}\n"
        f"ARM_MASTER_KEYS=k1:{base64.b64encode(secrets.token_bytes(32)).decode()}\n"
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first, and its secrets are as good as ours
    finally:
        draft.unlink()
