"""Run benchmarks: bin/bench [NAME] [--quick] [--json]."""

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path

NAMES = ("audit", "keys", "lists", "health", "decode", "ingest", "spans", "writethrough")
HERE = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, help="which one; all without it")
    parser.add_argument("--quick", action="store_true", help="smaller, within a minute")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    # Whoever ends us early finds none of our programs and databases left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended early"))
    os.environ.setdefault("ARM_DATA_DIR", str(HERE / ".arm" / "bench"))
    os.environ.setdefault("ARM_LOG_LEVEL", "ERROR")
    os.environ["DJANGO_SETTINGS_MODULE"] = "armproject.settings"
    import django

    django.setup()
    from bench.rows import show

    rows = [
        row
        for name in ([options.name] if options.name else NAMES)
        for row in importlib.import_module(f"bench.{name}").run(quick=options.quick)
    ]
    print(show(rows, as_json=options.json))
    return 0


if __name__ == "__main__":
    sys.exit(main())
