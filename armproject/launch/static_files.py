"""Collects the static files when they changed."""

import hashlib
import os
from pathlib import Path
from typing import Final

from armproject.launch.commands import run_command
from armproject.launch.options import ROOT

SOURCES: Final = ("static", "*/static")


def collect(data: Path, log: Path) -> None:
    """Run collectstatic unless what it would collect is what it collected last."""
    target = Path(os.environ.get("ARM_STATIC_ROOT") or data / "static")
    stamp = target / ".collected"
    wanted = _state()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    run_command("collectstatic", "--noinput", log=log)
    stamp.write_text(wanted)


def _state() -> str:
    """Return a mark that changes with the project's files and with the installed libraries."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    digest.update((ROOT / "armproject" / "settings.py").read_bytes())
    for pattern in SOURCES:
        for folder in sorted(ROOT.glob(pattern)):
            for path in sorted(file for file in folder.rglob("*") if file.is_file()):
                found = path.stat()
                digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
