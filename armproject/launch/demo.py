"""Makes the demo organization and reads what the command that makes it says."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from armproject.launch.commands import run_command
from armproject.launch.progress import Progress, say

FACTS: Final = '{"demo":'
TIMED: Final = re.compile(r"(.+?)\s+(\d+\.\d) s")


def make_demo(simulator: str, log: Path, progress: Progress) -> list[str]:
    """Make it, unless it is there already, and return lines that say what is in it."""
    facts: dict[str, Any] = {}

    def hear(line: str) -> None:
        if line.startswith(FACTS):
            facts.update(json.loads(line)["demo"])
            return
        say(f"    {line}")
        if timed := TIMED.fullmatch(line):
            progress.note_part(timed[1], float(timed[2]))

    run_command("create_demo", "--simulator-url", simulator, log=log, hear=hear)
    width = max(map(len, facts), default=0) + 1
    return [f"{name.capitalize() + ':':<{width}} {_told(value)}" for name, value in facts.items()]


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {number}" for name, number in value.items()) or "none"
    return str(value)
