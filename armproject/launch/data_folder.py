"""The data folder: everything a self-contained installation keeps, and who is using it."""

import contextlib
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from armproject.launch.trouble import Trouble

NEEDED: Final = 500 * 10**6
SIMULATOR_PORTS: Final = range(9010, 9100)  # below what systems hand out for outgoing calls


@dataclass(frozen=True)
class DataFolder:
    """One installation's folder."""

    path: Path

    @property
    def logs(self) -> Path:
        """Where the log of each program lies."""
        return self.path / "logs"

    def prepare(self) -> None:
        """Make the folder; refuse one that cannot be written or a disk that is nearly full."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            probe = self.path / f".probe-{os.getpid()}"
            probe.write_bytes(b"x" * 4096)
            probe.unlink()
        except (FileExistsError, NotADirectoryError) as problem:
            raise Trouble(f"{self.path} is not a folder: choose another with --data.") from problem
        except OSError as problem:
            raise Trouble(
                f"The data folder {self.path} cannot be written ({problem.strerror}): "
                "choose another with --data."
            ) from problem
        free = shutil.disk_usage(self.path).free
        if free < NEEDED:
            raise Trouble(
                f"The disk of {self.path} has {free // 10**6} MB free and ARM needs "
                f"{NEEDED // 10**6} MB: free some, or choose another folder with --data."
            )

    @contextlib.contextmanager
    def claim(self, address: str) -> Iterator[None]:
        """Hold the folder for this run; a second run on it is told where the first one is."""
        with (self.path / "up.lock").open("a+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as problem:
                handle.seek(0)
                raise Trouble(
                    f"ARM already runs on the data folder {self.path} ({handle.read().strip()}): "
                    "stop it first, or choose another folder with --data."
                ) from problem
            handle.truncate(0)
            handle.write(f"process {os.getpid()}, {address}/\n")
            handle.flush()
            yield

    def simulator_port(self) -> int:
        """Return the port of the bundled simulator, the same at every start of this folder."""
        kept = self.path / "simulator.port"
        if not kept.exists():
            port = next((port for port in SIMULATOR_PORTS if is_free("127.0.0.1", port)), None)
            if port is None:
                raise Trouble("No port from 9010 to 9099 is free for the vendor simulator.")
            kept.write_text(f"{port}\n")
        port = int(kept.read_text())
        if not is_free("127.0.0.1", port):
            raise Trouble(
                f"Port {port}, where the demo's vendor simulator answers, is in use: stop the "
                "program that uses it, or start with --no-demo."
            )
        return port

    def has_account(self) -> bool:
        """Tell whether the first account was made already, also after its sign-in was deleted."""
        return (self.path / "first-account").exists()

    def note_account(self, email: str = "", password: str = "") -> None:
        """Remember that there is a first account, and how to sign in where that is given."""
        if password:
            sign_in = self.path / "sign-in.txt"
            sign_in.touch(mode=0o600)
            sign_in.write_text(f"E-mail:   {email}\nPassword: {password}\n")
        (self.path / "first-account").touch()

    def sign_in(self) -> list[str]:
        """Return the lines that say how to sign in for the first time, while they are kept."""
        with contextlib.suppress(FileNotFoundError):
            return (self.path / "sign-in.txt").read_text().strip().splitlines()
        return []


def is_free(host: str, port: int) -> bool:
    """Tell whether this port can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as problem:
            raise Trouble(
                f"Port {port} is reserved for administrators: choose one above 1023 with --port."
            ) from problem
        except OSError:
            return False
    return True
