"""A wire between ARM and its Postgres, which can be cut at the worst moment."""

import contextlib
import socket
import tempfile
import threading
from pathlib import Path

COMMIT = b"COMMIT"
CHUNK = 65_536


class Wire:
    """Passes on what goes between a socket of its own and that of a server.

    `cut_commits(n)` cuts the connection the next n times a COMMIT was carried out and not yet
    confirmed: the server has it, and whoever asked never hears of it.
    """

    def __init__(self, server: Path, port: int) -> None:
        self.server = str(server / f".s.PGSQL.{port}")
        self.home = tempfile.TemporaryDirectory(prefix="arm-wire-")  # a socket's path is short
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / f".s.PGSQL.{port}"))
        self.listener.listen(64)
        self.cuts = 0
        self._left = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._admit, daemon=True).start()

    @property
    def folder(self) -> Path:
        return Path(self.home.name)

    def cut_commits(self, number: int) -> None:
        with self._lock:
            self._left = number

    def close(self) -> None:
        self.listener.close()
        self.home.cleanup()

    def _admit(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.server)
                connection = _Connection(self, near, far)
                for pump in (connection.ask, connection.answer):
                    threading.Thread(target=pump, daemon=True).start()

    def take_cut(self, asked: bytes) -> bool:
        """Tell whether this is one of the commits whose confirmation is lost."""
        with self._lock:
            if COMMIT not in asked or not self._left:
                return False
            self._left -= 1
            self.cuts += 1
            return True


class _Connection:
    def __init__(self, wire: Wire, near: socket.socket, far: socket.socket) -> None:
        self.wire, self.near, self.far = wire, near, far
        self.is_doomed = False

    def ask(self) -> None:
        """Carry what ARM says to the server."""
        with contextlib.suppress(OSError):
            while asked := self.near.recv(CHUNK):
                self.is_doomed = self.is_doomed or self.wire.take_cut(asked)
                self.far.sendall(asked)
        self._hang_up()

    def answer(self) -> None:
        """Carry what the server answers back, unless it is what nobody shall hear."""
        with contextlib.suppress(OSError):
            while answered := self.far.recv(CHUNK):
                if self.is_doomed:
                    break
                self.near.sendall(answered)
        self._hang_up()

    def _hang_up(self) -> None:
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
