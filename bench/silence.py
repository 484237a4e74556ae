"""A vendor that accepts connections and never answers, and the connector that asks it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar

from connectors.kinds.openai import OpenAIConnector


class SilentConnector(OpenAIConnector):
    """Speaks to the silent vendor as the product would to a real one."""

    kind: ClassVar[str] = "google"
    label: ClassVar[str] = "Google"


@contextmanager
def silence() -> Iterator[str]:
    """Listen on a port of our own, keep every connection open, say nothing; yield the address."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        threading.Thread(target=_accept, args=(server, kept), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for connection in kept:
                connection.close()


def _accept(server: socket.socket, kept: list[socket.socket]) -> None:
    with suppress(OSError):
        while True:
            kept.append(server.accept()[0])
