"""Run the simulator: `python -m connectors.simulator --port 0 --seed 7 [--agents N]`."""

import argparse
import signal
import sys
import threading

from connectors.simulator.server import Simulator


def main() -> None:
    """Print the address as one line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="connectors.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--agents", type=int, default=None, help="agents at each vendor")
    options = parser.parse_args()
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    with Simulator(options.seed, options.agents, host=options.host, port=options.port) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        told.wait()


main()
