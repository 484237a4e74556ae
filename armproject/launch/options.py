"""The options of bin/up."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LAST_PORT: Final = 65_535


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line and in the environment."""

    host: str
    port: int
    data: Path
    demo: bool
    check: bool
    edge_port: int = 4318

    @property
    def address(self) -> str:
        """The address on which this machine reaches ARM."""
        return self._address(self.port)

    @property
    def edge_address(self) -> str:
        """The address on which it takes in telemetry."""
        return self._address(self.edge_port)

    def _address(self, port: int) -> str:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; a relative folder counts from where bin/up was called."""
    parser = argparse.ArgumentParser(
        prog="bin/up", description="Set up ARM, start it and do its main job."
    )
    parser.add_argument("--port", type=_port, default=8000, help="where to listen (8000)")
    parser.add_argument(
        "--edge-port",
        type=_port,
        default=Options.edge_port,
        help=f"where telemetry comes in as well ({Options.edge_port}, OpenTelemetry's own)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--data", metavar="DIR", help="data folder (.arm, or ARM_DATA_DIR)")
    parser.add_argument("--no-demo", action="store_true", help="start without the demo data")
    parser.add_argument("--check", action="store_true", help="start, do the main job, stop again")
    found = parser.parse_args(arguments)
    caller = Path(os.environ.get("ARM_CALLED_FROM") or Path.cwd())
    if found.data:
        data = caller / Path(found.data).expanduser()
    else:
        data = ROOT / os.environ.get("ARM_DATA_DIR", ".arm")
    path, demo = data.absolute(), not found.no_demo
    return Options(found.host, found.port, path, demo, found.check, found.edge_port)


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {LAST_PORT}")
    return number
