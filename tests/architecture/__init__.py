"""The shape of the code, held by machine."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "jobs", "governance", "connectors", "agents", "telemetry", "memory", "costs")
PRODUCT = (*APPS, "armproject")


def sources(*folders: str) -> Iterator[Path]:
    """Yield the product's own source files below these folders, migrations left out."""
    for folder in folders or PRODUCT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
