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

    @property
    def address(self) -> str:
        """The address on which this machine reaches ARM."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; a relative folder counts from where bin/up was called."""
    parser = argparse.ArgumentParser(
        prog="bin/up", description="Set up ARM, start it and do its main job."
    )
    parser.add_argument("--port", type=_port, default=8000, help="where to listen (8000)")
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
    return Options(found.host, found.port, data.absolute(), not found.no_demo, found.check)


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {LAST_PORT}")
    return number
