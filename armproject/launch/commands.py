"""Runs management commands as steps of the start."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from armproject.launch.options import ROOT
from armproject.launch.programs import manage
from armproject.launch.trouble import Trouble

SHOWN_LINES = 20


def run_command(
    *arguments: str,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    hear: Callable[[str], None] | None = None,
) -> list[str]:
    """Run a management command to its end and return its lines; `hear` gets each at once.

    All it writes, and what it logs, goes to `log`; None keeps it out of any file.
    """
    with log.open("a+") if log else tempfile.TemporaryFile("a+") as file:
        began = file.tell()
        lines, code = _run(manage(*arguments), {**os.environ, **(env or {})}, file, hear)
        if code == 0:
            return lines
        file.seek(began)
        said = file.read().splitlines()
    where = f"; all it wrote is in {log}" if log else ""
    raise Trouble(f"'manage.py {arguments[0]}' failed{where}.", said[-SHOWN_LINES:])


def _run(
    argv: tuple[str, ...],
    env: Mapping[str, str],
    file: IO[str],
    hear: Callable[[str], None] | None,
) -> tuple[list[str], int]:
    lines = []
    with subprocess.Popen(  # noqa: S603 - our own commands
        argv,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=file,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            file.write(line)
            file.flush()
            lines.append(line.rstrip())
            if hear is not None:
                hear(lines[-1])
    return lines, process.returncode
